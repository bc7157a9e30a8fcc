"""Pages of alerts: asking for one, confirming it, changing and ending it.

The pages that a mail leads to need no cookie: whoever knows the address has the mail. Opening one changes
nothing, because mail programs open what they find; a button does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for

from portal.alerts import actions, queries
from portal.alerts.forms import AlertForm, RhythmForm
from portal.alerts.rules import RHYTHM_NAMES, Rhythm
from portal.web import access, forms, locale
from portal.web.filters import Filters

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from portal.alerts.queries import Subject

bp = Blueprint("alerts", __name__)
SHOWN = 3


@bp.route("/alerts/new", methods=["GET", "POST"])
@access.open_act
def new() -> ResponseReturnValue:
    """Ask for a list by mail: the feed's name and the filters stand in the address."""
    subject = queries.Subject.find(request.args.get("feed", ""), Filters.from_request())
    return forms.handle(
        AlertForm(), act=lambda form: _ask(form, subject), then=url_for(".asked"), template="alerts/new.html",
        title=subject.channel.title, subject=subject,
        newest=subject.newest(SHOWN),
    )  # fmt: skip


@bp.get("/alerts/asked")
@access.open_act
def asked() -> ResponseReturnValue:
    """Say that a mail is on its way."""
    return render_template("alerts/asked.html")


@bp.route("/alerts/<token>", methods=["GET", "POST"])
@access.open_act
def show(token: str) -> ResponseReturnValue:
    """Show an alert: the button that begins it, or how to change and end it."""
    alert = queries.by_token(token)
    if alert is None:
        return render_template("alerts/ended.html", was_ended=False), 410
    return forms.handle(
        RhythmForm(rhythm=alert.rhythm.value),
        act=lambda form: actions.change_rhythm(token, Rhythm(form.rhythm.data)),
        then=url_for(".show", token=token, changed=1), template="alerts/show.html", alert=alert, token=token,
        title=queries.title_of(alert), rhythm_name=RHYTHM_NAMES[alert.rhythm],
        has_changed="changed" in request.args,
    )  # fmt: skip


@bp.post("/alerts/<token>/confirm")
@access.open_act
def confirm(token: str) -> ResponseReturnValue:
    """Begin an alert."""
    actions.confirm(token)
    alert = queries.by_token(token)
    return render_template("alerts/confirmed.html", alert=alert, token=token)


@bp.get("/alerts/<token>/end")
@access.open_act
def ask_end(token: str) -> ResponseReturnValue:
    """Ask whether an alert is to be ended."""
    alert = queries.by_token(token)
    if alert is None:
        return render_template("alerts/ended.html", was_ended=False), 410
    return render_template("alerts/end.html", token=token, title=queries.title_of(alert))


@bp.post("/alerts/<token>/end")
@access.open_act
def end(token: str) -> ResponseReturnValue:
    """End an alert: by the button of our page or of a mail program (RFC 8058); safe to repeat."""
    actions.end(token)
    return render_template("alerts/ended.html", was_ended=True)


def _ask(form: AlertForm, subject: Subject) -> None:
    actions.ask(form.email.data, subject, Rhythm(form.rhythm.data), language=locale.current_locale())
