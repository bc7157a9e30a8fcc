"""The command line of imports, on a fresh portal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from portal.app import create_app
from portal.settings import Settings
from portal.storage.database import db
from tests.conftest import fresh_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result
    from flask import Flask


@pytest.fixture
def import_ocds(app: Flask, tmp_path: Path) -> Callable[..., Result]:
    """Give a way to import files: existing paths, or contents (bytes, or anything that JSON can say)."""

    def run(*contents: object, by: str = "张三") -> Result:
        return app.test_cli_runner().invoke(
            args=[
                "portal",
                "import",
                "ocds",
                *(_path(tmp_path, at, one) for at, one in enumerate(contents)),
                "--by",
                by,
            ]
        )

    return run


@pytest.fixture
def import_sheet(app: Flask) -> Callable[..., Result]:
    """Give a way to import a sheet by a mapping file."""

    def run(path: Path, mapping: Path | str, *, by: str = "张三") -> Result:
        return app.test_cli_runner().invoke(
            args=["portal", "import", "sheet", str(path), "--mapping", str(mapping), "--by", by]
        )

    return run


@pytest.fixture
def other_app(template: str, tmp_path: Path, database_server: str) -> Iterator[Flask]:
    """Give a second portal on a fresh database of its own, without its context."""
    with fresh_database(database_server, template, tmp_path / "other.sqlite3") as address:
        made = create_app(Settings(data_dir=tmp_path / "other", database_url=address, testing=True, drain="off"))
        yield made
        with made.app_context():
            db.session.remove()
            db.engine.dispose()


def _path(folder: Path, at: int, content: object) -> str:
    if isinstance(content, str):
        return content
    path = folder / f"file-{at}.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode())
    return str(path)
