"""The factory: settings, storage, web, capabilities, errors, commands, in that order."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask.cli import ScriptInfo
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, PathConverter, UnicodeConverter, ValidationError

from portal import capabilities
from portal.accounts.queries import current_actor
from portal.kernel.text import without_unseen
from portal.ledger.actions import CheckpointSigner
from portal.mail import port as mail
from portal.mail.backends import FolderMailer, SmtpMailer
from portal.outbox import draining
from portal.outbox.queries import change_state
from portal.search import keeping
from portal.settings import ROOT, Settings
from portal.storage.database import db
from portal.usage import counting
from portal.web import access, caching, errors, limiting, locale, security, templating
from portal.web.filters import LARGEST_NUMBER

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.routing import Map

TEMPLATES, TRANSLATIONS, STATIC = ROOT / "templates", ROOT / "translations", ROOT / "static" / "build"
KEY_FILE = "secret.key"


class Portal(Flask):
    """A Flask application whose links to machine addresses carry no language."""

    def url_for(self, endpoint: str, **values: Any) -> str:  # noqa: ANN401 - as in Flask
        """Build an address as Flask does, without `/en` where the address is for machines."""
        url = super().url_for(endpoint, **values)
        bare = locale.without_language(url)
        return bare if locale.is_language_free(bare) else url


class NumberConverter(IntegerConverter):
    """A number in an address: from 0 to what a column of either database can hold, else 404."""

    def __init__(self, url_map: Map, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as in Werkzeug
        """Set the largest number unless the rule says less."""
        super().__init__(url_map, *args, **({"max": LARGEST_NUMBER} | options))


class NameConverter(UnicodeConverter):
    """A name in an address, without signs that nobody sees and no database holds; else 404."""

    def to_python(self, value: str) -> str:
        """Take the name."""
        return _seen(value)


class PathNameConverter(PathConverter):
    """The same for a name with slashes in it."""

    def to_python(self, value: str) -> str:
        """Take the name."""
        return _seen(value)


def _seen(value: str) -> str:
    if value != without_unseen(value):
        raise ValidationError
    return value


def create_app(settings: Settings) -> Flask:
    """Build the portal from its settings."""
    app = Portal("portal", template_folder=str(TEMPLATES), static_folder=str(STATIC), static_url_path="/static")
    app.extensions["settings"] = settings
    app.url_map.converters |= {
        "int": NumberConverter, "default": NameConverter, "string": NameConverter, "path": PathNameConverter,
    }  # fmt: skip
    _set_up_storage(app, settings)
    _set_up_web(app, settings)
    _set_up_mail(app, settings)
    counting.init_app(app)
    capabilities.register(app)
    app.extensions["outbox_consumers"] = (
        CheckpointSigner(settings.ledger_origin, settings.data_dir / "keys"),
        *capabilities.consumers(app),
    )
    return app


def start_draining(app: Flask) -> None:
    """Drain the outbox in this process, if the settings say so, and watch over the index."""
    settings: Settings = app.extensions["settings"]
    if settings.drain == "web":
        draining.start(app, lock_file=settings.data_dir / "outbox.lock")
    keeping.start_watching(app)
    counting.start(app)


def main() -> None:
    """Run the command `portal`."""
    app = create_app(Settings.from_environment(os.environ))
    app.cli.commands["portal"].main(obj=ScriptInfo(create_app=lambda: app), prog_name="portal")


def _set_up_storage(app: Flask, settings: Settings) -> None:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database
    if settings.database.startswith("sqlite"):
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"connect_args": {"timeout": 10}}
    db.init_app(app)


def _set_up_web(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key or _kept_secret(settings.data_dir),
        TESTING=settings.testing,
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        SESSION_REFRESH_EACH_REQUEST=False,  # answers that change nothing in it must not overwrite it
        BABEL_DEFAULT_LOCALE="zh_Hans_CN",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        BABEL_TRANSLATION_DIRECTORIES=str(TRANSLATIONS),
        COMPRESS_STREAMS=False,
    )
    locale.babel.init_app(app, locale_selector=locale.babel_locale)
    security.init_app(app, settings)
    limiting.init_app(app, settings)
    build = templating.build_of(TEMPLATES, TRANSLATIONS, STATIC)
    caching.init_app(app, build=build, change_state=change_state, folder=settings.data_dir)
    app.extensions["actor_source"] = current_actor
    app.before_request(access.check)
    Compress(app).compress_mimetypes_set.add("application/feed+json")
    errors.init_app(app)
    templating.init_app(app, static=STATIC)
    app.wsgi_app = locale.LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]  # as above


def _set_up_mail(app: Flask, settings: Settings) -> None:
    if settings.mail_backend == "smtp":
        mail.use(app, SmtpMailer(settings.smtp_url, sender=settings.mail_from))
    else:
        folder = settings.data_dir / "mail"
        mail.use(app, FolderMailer(folder, sender=settings.mail_from, echo=not settings.testing))


def _kept_secret(folder: Path) -> str:
    """Read the secret kept beside the data, making it on first use (development only)."""
    path = folder / KEY_FILE
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()
