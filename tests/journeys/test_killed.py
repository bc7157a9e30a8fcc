"""The web process is killed between a commit and what comes after it: nothing is lost, nothing twice."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import feedparser

from portal.storage.database import db
from tests.factories.purchases import OCID, make_release, publish
from tests.servers import fetch, served, wait_for

if TYPE_CHECKING:
    from flask import Flask

    from portal.settings import Settings


def test_a_killed_process_loses_no_publication(app: Flask, settings: Settings) -> None:
    title = "独一无二的叶蜡石助餐项目"
    with served(settings, drain="off") as (address, process):
        publish(make_release(tender={"id": "T", "title": title, "status": "active"}))
        db.session.remove()
        before = fetch(f"{address}/search?q=%E5%8F%B6%E8%9C%A1%E7%9F%B3")
        process.send_signal(signal.SIGKILL)
        process.wait(20)

    with served(settings) as (address, _process):
        search = f"{address}/search.jsonl?q=%E5%8F%B6%E8%9C%A1%E7%9F%B3"
        wait_for(lambda: title in fetch(search))
        found = [line for line in fetch(search).splitlines() if '"notice"' in line]
        entries = feedparser.parse(fetch(f"{address}/notices.atom")).entries
        head = fetch(f"{address}/ledger/checkpoint")

    assert OCID not in before
    assert len(found) == 1
    assert [entry.title for entry in entries if title in entry.title] == [entries[0].title]
    assert head.splitlines()[1] == "1"
