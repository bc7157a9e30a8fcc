"""A list by mail: asked for, confirmed by its owner, told once of each new thing, ended by one click."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from portal.accounts.rules import NotAnEmailError
from portal.alerts import actions, letters, rules, sending
from portal.alerts.models import Alert
from portal.alerts.queries import Subject
from portal.alerts.rules import Rhythm
from portal.demand.actions import answer_proposal
from portal.demand.rules import Verdict
from portal.kernel.errors import NotFoundError
from portal.mail.port import Message, UndeliverableError
from portal.moderation.actions import hide
from portal.outbox.actions import drain
from portal.ring.rules import Kind
from portal.storage.database import db
from portal.web.filters import Filters
from tests.factories.demand import REGION, make_person, make_place, make_proposal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from flask.testing import FlaskClient

    from portal.feeds.spec import Entry
    from portal.mail.backends import MemoryMailer
    from tests.alerts.conftest import Time

MAIL = "wang@example.org"
SOON, LATER = timedelta(minutes=11), timedelta(days=1)


def proposals(**narrowed: str) -> Subject:
    return Subject.find("proposals", Filters.read(narrowed))


def link_in(message: Message) -> str:
    found = re.search(r"https?://\S+/alerts/\S+", message.body)
    assert found
    parts = urlsplit(found[0])
    return parts.path


def token_in(message: Message) -> str:
    return link_in(message).rstrip("/").removesuffix("/end").rsplit("/", 1)[1]


def follow(
    mailer: MemoryMailer, time: Time, subject: Subject, *, rhythm: Rhythm = Rhythm.AT_ONCE, language: str = "zh"
) -> str:
    """Ask for an alert and confirm it; return its token."""
    actions.ask(MAIL, subject, rhythm, language=language)
    token = token_in(mailer.sent[-1])
    actions.confirm(token)
    time.pass_by(timedelta(seconds=1))
    mailer.sent.clear()
    return token


def number_kept() -> int:
    return db.session.scalar(select(func.count()).select_from(Alert)) or 0


def test_nothing_is_told_before_the_owner_of_the_address_confirms(mailer: MemoryMailer, time: Time) -> None:
    place = make_place()
    actions.ask(MAIL, proposals(), Rhythm.AT_ONCE, language="zh")
    make_proposal(place)
    time.pass_by(SOON)

    assert sending.send_due() == 0
    assert len(mailer.sent) == 1
    assert mailer.sent[0].to == MAIL


def test_what_is_new_is_told_once(mailer: MemoryMailer, time: Time) -> None:
    place = make_place()
    make_proposal(place, title="旧的建议不再通知")
    time.pass_by(SOON)
    follow(mailer, time, proposals())
    make_proposal(place, title="小区需要一个助餐点")
    time.pass_by(SOON)

    assert sending.send_due() == 1
    time.pass_by(SOON)
    assert sending.send_due() == 0

    (letter,) = mailer.sent
    assert "小区需要一个助餐点" in letter.body
    assert "旧的建议不再通知" not in letter.body
    assert letter.subject.startswith("1 条新内容")


def test_only_what_the_filters_let_through_is_told(mailer: MemoryMailer, time: Time) -> None:
    place = make_place()
    follow(mailer, time, proposals(region="410300"))
    make_proposal(place)
    time.pass_by(SOON)

    assert sending.send_due() == 0


def test_a_search_can_be_followed(app: Flask, mailer: MemoryMailer, time: Time) -> None:
    place = make_place()
    follow(mailer, time, Subject.find("search", Filters.read({"q": "助餐点"})))
    make_proposal(place, title="小区需要一个助餐点")
    make_proposal(place, title="希望多一些健身器材")
    drain(app.extensions["outbox_consumers"])
    time.pass_by(SOON)

    assert sending.send_due() == 1
    assert "小区需要一个助餐点" in mailer.sent[0].body
    assert "健身器材" not in mailer.sent[0].body
    assert sending.send_due() == 0


def test_what_is_hidden_meanwhile_is_not_told(mailer: MemoryMailer, time: Time) -> None:
    place = make_place()
    follow(mailer, time, proposals(region=REGION))
    number = make_proposal(place)
    hide(Kind.PROPOSAL, str(number), reason="个人信息", by=make_person("moderator"))
    time.pass_by(SOON)

    assert sending.send_due() == 0


def test_what_may_still_be_committed_is_left_for_the_next_letter(mailer: MemoryMailer, time: Time) -> None:
    place = make_place()
    follow(mailer, time, proposals())
    time.pass_by(SOON)
    make_proposal(place)

    assert sending.send_due() == 0
    time.pass_by(SOON)
    assert sending.send_due() == 1


def test_a_daily_letter_waits_for_the_morning(mailer: MemoryMailer, time: Time) -> None:
    place = make_place()
    follow(mailer, time, proposals(), rhythm=Rhythm.DAILY)
    make_proposal(place)
    time.pass_by(SOON)
    assert sending.send_due() == 0

    time.pass_by(LATER)
    assert sending.send_due() == 1


def test_a_letter_speaks_the_language_it_was_asked_in(mailer: MemoryMailer, time: Time) -> None:
    place = make_place()
    follow(mailer, time, proposals(), language="en")
    make_proposal(place)
    time.pass_by(SOON)
    sending.send_due()

    (letter,) = mailer.sent
    assert "2 November 2026" in letter.body
    assert "/en/alerts/" in letter.body
    assert letter.subject.startswith("1 new: Proposals")


def test_a_long_letter_says_that_there_is_more(
    mailer: MemoryMailer, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.alerts.letters.MOST_TOLD", 2)
    monkeypatch.setattr("portal.alerts.queries.MOST_TOLD", 2)
    place = make_place()
    follow(mailer, time, proposals())
    for number in range(3):
        make_proposal(place, title=f"第 {number} 条建议")
    time.pass_by(SOON)
    sending.send_due()

    (letter,) = mailer.sent
    assert letter.subject.startswith("2 条以上新内容")
    assert letter.body.count("/proposals/") == 2
    assert "还有更多" in letter.body


def test_every_letter_can_be_stopped_by_one_click(mailer: MemoryMailer, time: Time, client: FlaskClient) -> None:
    place = make_place()
    follow(mailer, time, proposals())
    make_proposal(place)
    time.pass_by(SOON)
    sending.send_due()
    headers = mailer.sent[0].headers

    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = headers["List-Unsubscribe"].strip("<>")
    answers = [
        client.post(urlsplit(address).path, data={"List-Unsubscribe": "One-Click"}).status_code for _ in range(2)
    ]
    assert answers == [200, 200]
    assert number_kept() == 0


def test_opening_a_link_changes_nothing(mailer: MemoryMailer, time: Time, client: FlaskClient) -> None:
    del time
    make_place()
    actions.ask(MAIL, proposals(), Rhythm.AT_ONCE, language="zh")
    path = link_in(mailer.sent[0])

    pages = [client.get(path), client.get(f"{path}/end")]

    assert [page.status_code for page in pages] == [200, 200]
    assert all("Set-Cookie" not in page.headers for page in pages)
    db.session.expire_all()
    assert [alert.is_confirmed for alert in db.session.scalars(select(Alert))] == [False]


def test_a_foreign_link_leads_nowhere(client: FlaskClient) -> None:
    make_place()

    assert client.get("/alerts/foreign.token").status_code == 404
    assert client.post("/alerts/foreign.token/end").status_code == 404


def test_an_address_learns_by_mail_alone_that_it_has_the_alert(mailer: MemoryMailer, time: Time) -> None:
    make_place()
    follow(mailer, time, proposals())

    actions.ask(MAIL.upper(), proposals(), Rhythm.WEEKLY, language="zh")

    assert number_kept() == 1
    assert "已经" in mailer.sent[-1].subject
    assert db.session.scalars(select(Alert)).one().rhythm is Rhythm.AT_ONCE


def test_a_flood_of_questions_is_stopped(mailer: MemoryMailer, time: Time) -> None:
    make_place()
    for _ in range(rules.ASKS_PER_HOUR):
        actions.ask(MAIL, proposals(), Rhythm.DAILY, language="zh")

    with pytest.raises(rules.TooManyAsksError):
        actions.ask(MAIL, proposals(region=REGION), Rhythm.DAILY, language="zh")
    assert len(mailer.sent) == rules.ASKS_PER_HOUR

    time.pass_by(timedelta(hours=2))
    actions.ask(MAIL, proposals(region=REGION), Rhythm.DAILY, language="zh")


def test_an_address_that_has_the_alert_is_not_flooded_either(mailer: MemoryMailer, time: Time) -> None:
    make_place()
    follow(mailer, time, proposals())
    for _ in range(rules.ASKS_PER_HOUR):
        actions.ask(MAIL, proposals(), Rhythm.DAILY, language="zh")

    with pytest.raises(rules.TooManyAsksError):
        actions.ask(MAIL, proposals(), Rhythm.DAILY, language="zh")
    assert len(mailer.sent) == rules.ASKS_PER_HOUR


def test_who_asked_too_often_may_ask_again_an_hour_later(mailer: MemoryMailer, time: Time) -> None:
    make_place()
    for _ in range(2):
        for _ in range(rules.ASKS_PER_HOUR):
            actions.ask(MAIL, proposals(), Rhythm.DAILY, language="zh")
        time.pass_by(timedelta(hours=2))

    assert len(mailer.sent) == 2 * rules.ASKS_PER_HOUR


def test_one_alert_that_fails_keeps_no_other_from_its_turn(
    mailer: MemoryMailer, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = make_place()
    follow(mailer, time, proposals())
    follow(mailer, time, proposals(region=REGION))
    make_proposal(place)
    time.pass_by(SOON)
    write, seen = letters.news, list[int]()

    def fails_once(alert: Alert, subject: Subject, entries: Sequence[Entry]) -> Message:
        seen.append(alert.id)
        if len(seen) == 1:
            raise RuntimeError
        return write(alert, subject, entries)

    monkeypatch.setattr(letters, "news", fails_once)
    assert sending.send_due() == 1
    assert len(seen) == 2


def test_what_is_not_confirmed_is_forgotten(mailer: MemoryMailer, time: Time) -> None:
    make_place()
    actions.ask(MAIL, proposals(), Rhythm.DAILY, language="zh")
    time.pass_by(rules.CONFIRMATION_LIFETIME + timedelta(hours=1))

    assert actions.forget_unconfirmed() == 1
    assert number_kept() == 0
    with pytest.raises(NotFoundError):
        actions.confirm(token_in(mailer.sent[0]))


def test_what_is_no_mail_address_is_refused(mailer: MemoryMailer) -> None:
    make_place()

    with pytest.raises(NotAnEmailError):
        actions.ask("wang@example.org\nBcc: x@y.z", proposals(), Rhythm.DAILY, language="zh")
    assert (mailer.sent, number_kept()) == ([], 0)


class BrokenMailer:
    """A mail server that takes nothing."""

    def __init__(self, *, is_final: bool) -> None:
        self.is_final = is_final

    def send(self, message: Message) -> None:
        del message
        raise UndeliverableError(is_final=self.is_final)


def test_while_the_server_is_away_nothing_is_lost(app: Flask, mailer: MemoryMailer, time: Time) -> None:
    place = make_place()
    follow(mailer, time, proposals())
    make_proposal(place)
    time.pass_by(SOON)
    app.extensions["mailer"] = BrokenMailer(is_final=False)
    assert sending.send_due() == 0

    app.extensions["mailer"] = mailer
    time.pass_by(timedelta(hours=1))
    assert sending.send_due() == 1


def test_an_address_that_is_refused_again_and_again_is_forgotten(app: Flask, mailer: MemoryMailer, time: Time) -> None:
    place = make_place()
    follow(mailer, time, proposals())
    make_proposal(place)
    app.extensions["mailer"] = BrokenMailer(is_final=True)
    for _ in range(rules.REFUSALS_BEFORE_END):
        time.pass_by(rules.LONGEST_PAUSE)
        sending.send_due()

    assert number_kept() == 0


def test_one_thing_can_be_followed_and_is_silent_while_it_is_hidden(mailer: MemoryMailer, time: Time) -> None:
    place = make_place()
    number = make_proposal(place)
    time.pass_by(SOON)
    token = follow(mailer, time, Subject.find(f"proposals/{number}", Filters()))
    answer_proposal(number, Verdict.ACCEPTED, "列入明年的采购计划。", by=None, governments=[place])
    time.pass_by(SOON)
    assert sending.send_due() == 1
    assert f"/proposals/{number}" in mailer.sent[0].body

    answer_proposal(number, Verdict.CONSIDERING, "正在编写采购需求。", by=None, governments=[place])
    hide(Kind.PROPOSAL, str(number), reason="个人信息", by=make_person("moderator"))
    time.pass_by(SOON)
    assert sending.send_due() == 0
    assert number_kept() == 1
    actions.end(token)


def test_a_thing_that_is_not_public_cannot_be_followed(mailer: MemoryMailer) -> None:
    del mailer
    make_place()

    for feed in ("proposals/1", "nothing/1", "proposals/" + "1" * 300):
        with pytest.raises(NotFoundError):
            Subject.find(feed, Filters())


def test_a_letter_that_is_sent_twice_has_one_number(mailer: MemoryMailer, time: Time) -> None:
    """A kill between sending and remembering sends a letter again; mail programs show it once."""
    place = make_place()
    follow(mailer, time, proposals())
    make_proposal(place)
    time.pass_by(SOON)
    alert = db.session.scalars(select(Alert)).one()
    first = sending._look(alert.id)  # noqa: SLF001 - what a kill would leave half done
    sending.send_due()

    assert first is not None
    assert first.letter is not None
    assert first.letter.headers["Message-ID"] == mailer.sent[0].headers["Message-ID"]


def test_looking_when_nothing_is_due_costs_one_query(mailer: MemoryMailer, time: Time, count_queries) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    make_place()
    follow(mailer, time, proposals())
    with count_queries() as statements:
        sending.send_due()

    assert len([one for one in statements if "FROM alert" in one]) == 1
