"""What every test may use: a portal on a fresh database, a client, counts of queries, a browser."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, event, text

from portal.app import create_app
from portal.demo import loader
from portal.publishing import upload_rules
from portal.search import registry
from portal.settings import Settings
from portal.storage.database import db
from portal.storage.upgrading import upgrade
from tests import postgres, speed
from tests.ocds_schemas import Standard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from flask import Flask
    from flask.testing import FlaskClient

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
SQLITE, POSTGRESQL = "sqlite", "postgresql"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=(SQLITE, POSTGRESQL), default=SQLITE, help="Which database to test on.")


def pytest_configure(config: pytest.Config) -> None:
    """Let every test run reach the loopback address and nothing else."""
    config.option.allow_hosts = "127.0.0.1,localhost,::1"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, without a word, what only the other database shows, and what the run on SQLite has shown."""
    is_left_out = _needs_no_postgresql if config.getoption("--database") == POSTGRESQL else _is_for_postgresql
    left_out = {item for item in items if is_left_out(item)}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def _is_for_postgresql(item: pytest.Item) -> bool:
    return item.get_closest_marker(f"{POSTGRESQL}_only") is not None


def _needs_no_postgresql(item: pytest.Item) -> bool:
    """Tell whether a test is for SQLite, asks for no database, or walks through pages: these run once, on SQLite.

    Every way to a database goes by its server.
    """
    once = any(item.get_closest_marker(name) for name in (f"{SQLITE}_only", "browser"))
    return once or "database_server" not in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session", autouse=True)
def fast() -> Iterator[None]:
    """Let no test wait for the disk, and make the addresses of the portal once."""
    with pytest.MonkeyPatch.context() as patch:
        speed.spare_the_disk(patch)
        speed.keep_addresses(patch)
        yield


@pytest.fixture(scope="session")
def database_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of the server under test; empty for SQLite."""
    if request.config.getoption("--database") == SQLITE:
        yield ""
        return
    folder = Path(tempfile.mkdtemp(prefix="sanwen-pg-"))
    with postgres.cluster(folder) as address:
        yield address
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(database_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make one migrated database that every test gets a copy of."""
    folder = tmp_path_factory.mktemp("template")
    address = f"{database_server}/template_portal" if database_server else f"sqlite:///{folder / 'portal.sqlite3'}"
    if database_server:
        postgres.administer(database_server, "CREATE DATABASE template_portal")
    made = create_app(Settings(data_dir=folder, database_url=address, testing=True))
    with made.app_context():
        upgrade()
        _let_go(to_copy=True)
    return address


@pytest.fixture
def database(database_server: str, template: str, tmp_path: Path) -> Iterator[str]:
    """Give the address of a fresh migrated database."""
    with fresh_database(database_server, template, tmp_path / "portal.sqlite3") as address:
        yield address


@contextmanager
def fresh_database(server: str, template: str, path: Path) -> Iterator[str]:
    """Copy a database for as long as the block lasts; `path` is where SQLite keeps it."""
    address = f"{server}/test_{uuid.uuid4().hex[:12]}" if server else f"sqlite:///{path}"
    _copy(server, template, address)
    yield address
    if server:
        postgres.drop(server, _name(address))


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    """Give the settings of a portal on a fresh database."""
    return Settings(data_dir=tmp_path / "var", database_url=database, testing=True, drain="off")


@pytest.fixture(scope="session")
def templates_cache(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Keep what templates are compiled to, so that not every test's portal does it anew."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(settings: Settings, templates_cache: FileSystemBytecodeCache) -> Iterator[Flask]:
    """Give a portal on a fresh database, with its context."""
    made = create_app(settings)
    made.jinja_env.bytecode_cache = templates_cache
    with made.app_context():
        registry.backend().rebuild([])
        yield made
        _let_go()


@pytest.fixture(scope="session")
def province(database_server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Load the demonstration once, to be copied."""
    folder = tmp_path_factory.mktemp("province")
    with fresh_database(database_server, template, folder / "portal.sqlite3") as address:
        settings = Settings(data_dir=folder / "var", database_url=address, testing=True, drain="off")
        made = create_app(settings)
        with made.app_context():
            loader.load()
            _let_go(to_copy=True)
        yield settings


@pytest.fixture
def demonstration(app: Flask, settings: Settings, database_server: str, province: Settings) -> None:
    """Put the demonstration into the portal."""
    _let_go()
    if database_server:
        postgres.drop(database_server, _name(settings.database))
    _copy(database_server, province.database, settings.database)
    shutil.copytree(province.data_dir / "documents", settings.data_dir / "documents", dirs_exist_ok=True)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is done of a file before its page is answered not depend on how busy this machine is."""
    monkeypatch.setattr(upload_rules, "AT_ONCE_SECONDS", 120.0)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a client of the portal."""
    return app.test_client()


@pytest.fixture
def shared_data() -> Path:
    """Give the folder of test data beside the checkout; a test without it is skipped by name."""
    if not SHARED.exists():
        pytest.skip("needs the test data beside the checkout (../shared/data)")
    return SHARED


@pytest.fixture(scope="session")
def ocds_standard() -> Standard:
    """Give the schemas of OCDS with their extensions; a test without them is skipped by name."""
    if not SHARED.exists():
        pytest.skip("needs the test data beside the checkout (../shared/data)")
    return Standard(SHARED / "ocds")


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """Give a way to collect the statements that read or write; how many transactions they need is not counted."""
    del app

    @contextmanager
    def counting() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(*args: object) -> None:
            if args[2] != "BEGIN":
                statements.append(str(args[2]))

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return counting


def _let_go(*, to_copy: bool = False) -> None:
    """Close every connection of the portal; a file that is to be copied is whole without its log."""
    db.session.remove()
    if to_copy and db.engine.dialect.name == SQLITE:
        db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.session.remove()
    db.engine.dispose()


def _copy(server: str, template: str, address: str) -> None:
    """Copy a database to where there is none, or where SQLite may lose what it has."""
    if server:
        postgres.copy(server, _name(template), _name(address))
        return
    path = address.removeprefix("sqlite:///")
    for part in ("", "-wal", "-shm"):
        Path(path + part).unlink(missing_ok=True)
    shutil.copy(template.removeprefix("sqlite:///"), path)


def _name(address: str) -> str:
    return address.rsplit("/", 1)[-1]
