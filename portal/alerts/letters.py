"""The mails of alerts: the question at the beginning, and the letters with what is new.

Headers for one-click unsubscribing: RFC 2369 and RFC 8058.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask_babel import gettext, ngettext

from portal.alerts import queries
from portal.alerts.rules import MOST_TOLD
from portal.mail.port import Message
from portal.web import links
from portal.web.locale import day, spoken_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.alerts.models import Alert
    from portal.alerts.queries import Subject
    from portal.feeds.spec import Entry

_RULE = "-- "


def question(alert: Alert, subject: Subject) -> Message:
    """Ask whether an alert is wanted; say so when the address has it already."""
    with spoken_in(alert.language):
        title, address = subject.channel.title, _page(alert)
        if alert.is_confirmed:
            heading = gettext("You have this alert already: %(title)s", title=title)
            text = gettext(
                "Somebody asked once more for mails about “%(title)s”. You get them already; "
                "there is nothing to do.\n\n"
                "Change or end it here:\n%(address)s",
                title=title, address=address,
            )  # fmt: skip
        else:
            heading = gettext("Please confirm: mails about %(title)s", title=title)
            text = gettext(
                "Somebody, probably you, asked for mails about “%(title)s”.\n\n"
                "To begin, open this page and press the button:\n%(address)s\n\n"
                "If it was not you, do nothing: this address is forgotten in two days.",
                title=title, address=address,
            )  # fmt: skip
        return Message(alert.email, heading, text, headers=_headers(alert, "question", alert.asked_at.isoformat()))


def news(alert: Alert, subject: Subject, entries: Sequence[Entry]) -> Message:
    """Tell of what is new, newest first; must be called in the language of the alert."""
    title = subject.channel.title
    count = len(entries)
    if count > MOST_TOLD:
        heading = gettext("More than %(count)s new: %(title)s", count=MOST_TOLD, title=title)
    else:
        heading = ngettext("%(num)s new: %(title)s", "%(num)s new: %(title)s", count, title=title)
    told = [_told(entry) for entry in entries[:MOST_TOLD]]
    page = subject.channel.page_url
    if count > MOST_TOLD:
        told.append(gettext("There is more than fits into a letter:"))
    told.append(gettext("The whole list:") + f"\n{page}")
    foot = gettext(
        "You asked for these mails about “%(title)s”.\nStop them: %(stop)s\nChange how often: %(page)s",
        title=title, stop=_end(alert), page=_page(alert),
    )  # fmt: skip
    text = "\n\n".join([*told, f"{_RULE}\n{foot}"])
    return Message(alert.email, heading, text, headers=_headers(alert, "news", entries[0].updated_at.isoformat()))


def _told(entry: Entry) -> str:
    moment = entry.published_at or entry.updated_at
    return f"{entry.title}\n{day(moment)}\n{entry.url}"


def _headers(alert: Alert, kind: str, moment: str) -> Mapping[str, str]:
    """Write the headers; the same letter has the same number, so that one sent twice is shown once."""
    host = urlsplit(links.public_url()).hostname or "localhost"
    number = "".join(letter for letter in moment if letter.isalnum())
    return {
        "Message-ID": f"<{kind}.{alert.id}.{alert.key[:8]}.{number}@{host}>",
        "Auto-Submitted": "auto-generated",
        "List-Id": f"<{alert.feed.partition('/')[0]}.alerts.{host}>",
        "List-Unsubscribe": f"<{_end(alert)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _page(alert: Alert) -> str:
    return links.absolute("alerts.show", token=queries.token_of(alert), locale=alert.language)


def _end(alert: Alert) -> str:
    return links.absolute("alerts.end", token=queries.token_of(alert), locale=alert.language)
