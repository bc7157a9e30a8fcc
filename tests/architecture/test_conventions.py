"""The house's conventions that a linter does not know."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from portal.accounts.permissions import allowed_to
from portal.accounts.rules import Role
from portal.web import access

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "portal").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LONGEST_MODULE, LONGEST_FUNCTION, LONGEST_ROUTE = 500, 50, 20
TOP = {"portal", "templates", "static", "translations", "scripts", "tests", "docs", "requirements", ".ci"}
CAPABILITIES = (
    "moderation",
    "classification",
    "parties",
    "services",
    "disclosure",
    "demand",
    "ratings",
    "planning",
    "accounts",
)
FILES = {
    "__init__", "rules", "models", "queries", "permissions", "actions", "forms", "feeds", "exports", "indexing",
    "routes", "office", "cli", "files", "downloads", "personal", "naming", "portions",
}  # fmt: skip


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))


def length(node: ast.FunctionDef) -> int:
    """Count the lines of a function without its documentation."""
    documented = node.body[0] if ast.get_docstring(node) else None
    spent = (documented.end_lineno or 0) - documented.lineno + 1 if documented else 0
    return (node.end_lineno or 0) - node.lineno + 1 - spent


def is_route(node: ast.FunctionDef) -> bool:
    return any("bp." in ast.unparse(decorator) for decorator in node.decorator_list)


def own(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_module_is_longer_than_500_lines() -> None:
    assert [
        own(path)
        for path in MODULES
        if len(path.read_text().splitlines()) > LONGEST_MODULE and "versions" not in own(path)
    ] == []


def test_no_function_is_longer_than_50_lines() -> None:
    long = [(own(path), node.name) for path in MODULES for node in functions(path) if length(node) > LONGEST_FUNCTION]

    assert [place for place in long if "versions" not in place[0]] == []


def test_routes_are_thin() -> None:
    routes = [path for path in MODULES if path.stem in {"routes", "office", "health"}]

    assert [
        (own(path), node.name)
        for path in routes
        for node in functions(path)
        if is_route(node) and length(node) > LONGEST_ROUTE
    ] == []


def test_packages_hold_a_docstring_and_nothing_else() -> None:
    assert [
        own(path) for path in MODULES if path.name == "__init__.py" and len(ast.parse(path.read_text()).body) != 1
    ] == []


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_capabilities_have_the_same_few_file_names(capability: str) -> None:
    assert {path.stem for path in (ROOT / "portal" / capability).glob("*.py")} - FILES == set()


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    assert [rule.endpoint for rule in app.url_map.iter_rules() if access.declared(app, rule.endpoint) is None] == []


def test_every_permission_that_is_asked_for_is_granted_to_somebody(app: Flask) -> None:
    granted = {permission for role in Role for permission in allowed_to(role)}
    asked = {
        declared.permission
        for rule in app.url_map.iter_rules()
        if (declared := access.declared(app, rule.endpoint)) and declared.permission
    }

    assert asked - granted - {access.SIGNED_IN} == set()


def test_acts_are_never_sent_to_public_pages(app: Flask) -> None:
    public = [
        rule
        for rule in app.url_map.iter_rules()
        if (declared := access.declared(app, rule.endpoint)) and declared.is_public
    ]

    assert [rule.rule for rule in public if "POST" in (rule.methods or ())] == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"\|\s*safe\b",
        r"<script(?![^>]*\bsrc=)(?! type=\"application/ld\+json\">\{\{ one \| tojson \}\}</script>)",
        r"\son\w+\s*=\s*[\"']",
        r"<[a-z][^>{]*\sstyle\s*=",
        r"<style\b",
        r"https?://(?!www\.w3\.org|creativecommons)",
    ],
)
def test_templates_hold_nothing_that_the_content_policy_forbids(pattern: str) -> None:
    assert [own(path) for path in TEMPLATES if re.search(pattern, path.read_text())] == []


SECRET_IN_ADDRESS = {  # opened from a mail, without a cookie: nobody else knows where to send a forged request
    "templates/alerts/end.html",
    "templates/alerts/show.html",
}


def test_every_form_that_is_sent_carries_its_token() -> None:
    forms = [
        (own(path), form)
        for path in TEMPLATES
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", path.read_text(), re.DOTALL)
    ]

    assert len(forms) > 10
    without = {path for path, form in forms if "csrf_token" not in form}
    assert without == SECRET_IN_ADDRESS


def test_labels_of_forms_are_translated_when_they_are_shown() -> None:
    """An eager call would freeze the language of the import."""
    eager = re.compile(r"^    \w+ = \w+Field\((?:gettext|ngettext|_)\(", re.MULTILINE)

    assert [own(path) for path in MODULES if path.name == "forms.py" and eager.search(path.read_text())] == []


def test_nothing_tells_of_this_machine_or_of_a_registry() -> None:
    pattern = r"/work/|--index-url|pypi\.org/simple|registry\.npmjs|\"resolved\": \"http"
    found = subprocess.run(
        ["git", "grep", "-lIE", pattern, "--", ".", ":!tests/architecture"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )

    assert found.stdout == ""


def test_the_top_level_is_the_agreed_one() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()

    assert {name.split("/")[0] for name in listed if "/" in name} - TOP == set()
