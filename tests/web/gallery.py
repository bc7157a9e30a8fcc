"""A gallery of the parts that pages are made of: a small application for tests and for looking at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from flask import Flask, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from wtforms import BooleanField, EmailField, IntegerField, PasswordField, RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice

from portal.ring.rules import BACKWARD, FORWARD, Kind, Neighbour, Relation
from portal.settings import ROOT, Settings
from portal.web import access, charts, heads, links, locale, structured
from portal.web.filters import Filters
from portal.web.forms import LineField, ParagraphField, PortalForm
from portal.web.paging import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).resolve().parent
STATIC = ROOT / "static" / "build"
AREAS = [("410000", "河南省"), ("410100", "郑州市"), ("410300", "洛阳市")]
LEVELS = [("5", "非常满意"), ("4", "满意"), ("3", "基本满意")]
GROUPS = [("old", "老年人"), ("young", "儿童")]


class GalleryForm(PortalForm):
    """One field of every sort."""

    title = LineField("您需要什么服务？", 40, hint="用一句话说明，例如：社区助餐")
    body = ParagraphField("请说得详细一些", 200, required=False)
    email = EmailField("电子邮箱")
    people = IntegerField("大约有多少人需要？")
    password = PasswordField("密码")
    area = SelectField("地区", choices=[SelectChoice(*area) for area in AREAS])
    answer = RadioField("总体评价", choices=[SelectChoice(*level) for level in LEVELS])
    groups = SelectMultipleField("为谁提供？", choices=[SelectChoice(*group) for group in GROUPS])
    agreed = BooleanField("我同意公开这条建议")


@dataclass(frozen=True)
class Event:
    """One event of a timeline."""

    at: date | None
    title: str
    state: str = "done"
    text: str = ""
    tag: str = ""
    url: str = ""
    links: tuple[tuple[str, str], ...] = ()


EVENTS = (
    Event(date(2026, 3, 2), "采购意向公开", tag="采购意向", url="/processes/x", text="预算 1,200,000.00 元"),
    Event(date(2026, 4, 1), "招标公告", tag="招标公告", links=(("更正公告（一）", "/a"), ("招标文件", "/b"))),
    Event(date(2026, 5, 6), "履约验收", state="late", text="应于 2026年5月1日 前完成"),
    Event(date(2026, 6, 6), "服务进行中", state="now"),
    Event(None, "合同终止", state="ahead"),
)


def make_gallery(translations: Mapping[str, str] | None = None) -> Flask:
    """Build the gallery; `translations` stand in for the Chinese catalogue where given."""
    app = Flask("gallery", static_folder=str(STATIC), static_url_path="/static")
    app.config.update(SECRET_KEY="gallery", WTF_CSRF_ENABLED=False, TESTING=True, BABEL_DEFAULT_LOCALE="zh_Hans_CN")
    app.extensions["settings"] = Settings()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "translations")
    app.jinja_loader = ChoiceLoader([  # type: ignore[assignment]  # Flask looks only for a loader
        FileSystemLoader(ROOT / "templates"), FileSystemLoader(HERE / "gallery_templates")
    ])  # fmt: skip
    locale.babel.init_app(app, locale_selector=locale.babel_locale)
    app.wsgi_app = locale.LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {"day": str, "moment": str}
    app.jinja_env.globals |= {
        "static_url": lambda name: f"/static/{name}",
        "pick": locale.pick,
        "bracketed": locale.bracketed,
        "current_locale": locale.current_locale,
        "other_language_url": locale.other_language_url,
        "charts": charts,
        "feeds_of_page": list,
        "page_head": heads.head,
        "public_url": links.public_url,
        "structured": structured,
    }
    if translations is not None:
        _speak(app, translations)
    app.context_processor(lambda: {"demo": True})
    _add_pages(app)
    return app


def _speak(app: Flask, translations: Mapping[str, str]) -> None:
    def told(message: str) -> str:
        return translations.get(message, message) if locale.current_locale() == locale.CHINESE else message

    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # added by jinja2.ext.i18n
        told, lambda one, many, n: told(one if n == 1 else many), newstyle=True
    )


def _add_pages(app: Flask) -> None:
    app.add_url_rule("/", "home", access.public(lambda: render_template("home.html")))
    app.add_url_rule("/services", "list", access.public(_list))
    app.add_url_rule("/alerts/new", "alerts.new", _form)  # where the part "other formats" leads
    app.add_url_rule("/form", "form", _form, methods=["GET", "POST"])
    app.add_url_rule("/processes/x", "record", access.public(_record))
    app.add_url_rule("/done", "done", lambda: render_template("done.html"))
    app.add_url_rule("/error/<int:status>", "error", _error)


def _list() -> str:
    filters = Filters.from_request()
    items = [] if filters.q else [f"社区居家养老服务（第{number}批）" for number in range(1, 6)]
    return render_template(
        "list.html",
        filters=filters,
        page=Page(items, filters.page, 12 if items else 1, 240 if items else 0),
        choices={
            "region": AREAS,
            "year": [(2026, "2026"), (2025, "2025")],
            "from": [],
            "to": [],
            "sort": [("new", "最新")],
        },
        formats=["atom", "rss", "csv", "jsonl", "xlsx"],
        list_name="services",
    )


def _form() -> str:
    form = GalleryForm()
    if request.method == "POST":
        form.validate()
        form.general_errors.append("此页面打开时间过长。")
    return render_template("form.html", form=form)


def _record() -> str:
    found = [
        Neighbour(Kind.PLAN_LINE, Relation.PURCHASED_THROUGH, "back", BACKWARD[Relation.PURCHASED_THROUGH], "2026年计划第3项：社区助餐", "/plans/1/lines/3", ""),
        Neighbour(Kind.CONTRACT, Relation.AWARDED_AS, "forward", FORWARD[Relation.AWARDED_AS], "社区助餐服务合同", "/processes/x#1", "2026"),
        Neighbour(Kind.CONTRACT, Relation.AWARDED_AS, "forward", FORWARD[Relation.AWARDED_AS], "送餐上门服务合同", "/processes/x#2", ""),
    ]  # fmt: skip
    return render_template("record.html", neighbours=found, events=EVENTS, crumbs=[("采购", "/processes")])


def _error(status: int) -> str:
    tombstone = SimpleNamespace(title="社区助餐建议", deleted_on="2026-11-01", reason="含有个人信息")
    return render_template(
        "errors/page.html",
        status=status,
        code=f"http-{status}",
        message="",
        tombstone=tombstone if status == 410 else None,
    )
