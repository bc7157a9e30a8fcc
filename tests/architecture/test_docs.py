"""What the documentation says is what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from portal.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

DOCS = Path(__file__).resolve().parents[2] / "docs"


def commands(group: click.Command, path: str = "portal") -> Iterator[str]:
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from commands(command, f"{path} {name}")
    else:
        yield path


def test_every_setting_is_described() -> None:
    described = set(re.findall(r"`SANWEN_(\w+)`", (DOCS / "operations" / "settings.md").read_text()))

    assert described == {name.upper() for name in Settings.__dataclass_fields__} - {"TESTING"}


def test_every_command_of_ours_is_described(app: Flask) -> None:
    text = (DOCS / "operations" / "commands.md").read_text()
    ours = [path for path in commands(app.cli.commands["portal"]) if not path.startswith("portal db")]

    assert [path for path in ours if f"`{path}" not in text] == []


def test_every_command_helps(app: Flask) -> None:
    runner = app.test_cli_runner()

    for path in commands(app.cli.commands["portal"]):
        assert runner.invoke(args=[*path.split(), "--help"]).exit_code == 0, path


def test_every_decision_has_its_parts() -> None:
    for path in (DOCS / "decisions").glob("*.md"):
        text = path.read_text()
        assert len(text.splitlines()) <= 40, path.name
        assert all(part in text for part in ("Status:", "## Context", "## Decision", "## Consequences")), path.name


def test_the_readme_points_only_to_what_is_there() -> None:
    readme = (DOCS.parent / "README.md").read_text()

    assert [
        link
        for link in re.findall(r"\]\(([^)#]+)\)", readme)
        if not link.startswith("http") and not (DOCS.parent / link).exists()
    ] == []
