"""A credit code is checked as it stands, told to be wrong where it is, and never put right by machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from portal.classification.rules import CREDIT_CODE_LETTERS, credit_code_check
from portal.parties.actions import register_party
from portal.parties.rules import CodeState, check_code
from tests.factories.web import text_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient

WRONG = "52410105MJF8123456"


@pytest.mark.parametrize(
    ("code", "type_code"),
    [
        ("9144030071526726XG", "company"),
        ("914403001922038216", "company"),
        ("91330100799655058B", "company"),
        ("91110000600037341L", "company"),
        ("91350211M000100Y46", "company"),
        ("53100000500019795A", "foundation"),
        ("52410105MJF8123477", "service-agency"),
        ("5141010050001234XR", "association"),
        ("5341000050250011X3", "foundation"),
        ("11410100005252012G", "organ"),
        ("12410100415800122X", "institution"),
        ("N2410122MF12345678", "rural-collective"),
    ],
)
def test_a_right_code_tells_the_kind_of_organisation(code: str, type_code: str) -> None:
    report = check_code(code)

    assert (report.state, report.type_code, report.code) == (CodeState.RIGHT, type_code, code)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (WRONG, CodeState.WRONG_CHECK),
        ("913702000209600000", CodeState.WRONG_CHECK),
        ("52410105MJF812347", CodeState.WRONG_LENGTH),
        ("52410105MJF8123477 ", CodeState.WRONG_LENGTH),
        ("52410105mjf8123477", CodeState.WRONG_LETTER),
        ("52410105MJO8123477", CodeState.WRONG_LETTER),
        ("", CodeState.WRONG_LENGTH),
    ],
)
def test_a_wrong_code_says_what_is_wrong_and_tells_no_kind(code: str, state: CodeState) -> None:
    report = check_code(code)

    assert (report.state, report.type_code, report.code) == (state, None, code)


@given(
    st.sampled_from(["11", "12", "51", "52", "53", "91", "92", "93"]),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(CREDIT_CODE_LETTERS, min_size=9, max_size=9),
    st.sampled_from(CREDIT_CODE_LETTERS),
)
def test_the_check_agrees_with_the_library(kind: str, region: str, number: str, check: str) -> None:
    first = kind + region + number

    assert (check_code(first + check).state is CodeState.RIGHT) == uscc.is_valid(first + check)
    assert uscc.calc_check_digit(first + "0") == credit_code_check(first)


def test_a_wrong_code_is_told_on_the_record_and_kept_as_published(client: FlaskClient) -> None:
    party = {"name": "某服务中心", "identifier": {"scheme": "CN-USCI", "id": WRONG}, "roles": ["supplier"]}
    number = register_party(party).id

    page = text_of(client, f"/en/organizations/{number}")

    assert WRONG in page
    assert "the check digit does not fit" in page


def test_a_right_code_is_told_too(client: FlaskClient) -> None:
    party = {"name": "某服务中心", "identifier": {"scheme": "CN-USCI", "id": "52410105MJF8123477"}}
    number = register_party(party).id

    page = text_of(client, f"/en/organizations/{number}")

    assert "check digit right" in page
