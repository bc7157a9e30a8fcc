"""An address with a sign that no database can hold leads nowhere, and never to a fault."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from portal.web import access
from tests.factories.demand import make_place

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.routing import Rule

UNSEEN = ("%00", "a%00b", "%0B", "%ED%A0%80")
PART = re.compile(r"<(?:(?P<kind>\w+)(?:\(\s*'?(?P<first>[\w.]*)[^)]*\))?:)?\w+>")


def takes_a_name(app: Flask, rule: Rule) -> bool:
    declared = access.declared(app, rule.endpoint)
    return declared is not None and declared.is_public and "GET" in (rule.methods or ()) and "<" in rule.rule


def filled(rule: Rule, sign: str) -> str:
    def fill(part: re.Match[str]) -> str:
        return "1" if part["kind"] == "int" else part["first"] if part["kind"] == "any" else sign

    return PART.sub(fill, rule.rule)


def test_a_name_with_an_unseen_sign_is_the_name_of_nothing(app: Flask, client: FlaskClient) -> None:
    make_place()
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static" and takes_a_name(app, rule)]
    addresses = sorted({filled(rule, sign) for rule in rules for sign in UNSEEN} - {rule.rule for rule in rules})
    answers = {address: client.get(address).status_code for address in addresses if "%" in address}

    assert len(answers) > 4 * len(UNSEEN)
    assert {one: status for one, status in answers.items() if status >= HTTPStatus.INTERNAL_SERVER_ERROR} == {}
