"""Linking: how well notices of one purchase are found on real heads and invented ones, and how fast among 100,000."""

from __future__ import annotations

import argparse
import csv
import gc
import json
import random
import re
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from benches import measuring
from portal.app import create_app
from portal.kernel import clock
from portal.parties.models import Organization
from portal.parties.rules import name_key
from portal.procurement.link_actions import keep_clues, suggest
from portal.procurement.link_models import LinkSuggestion
from portal.procurement.linking import likely_processes
from portal.procurement.linking_rules import THRESHOLD, Clues, compare, keys_of, stored_keys_of
from portal.procurement.models import Process, Release
from portal.procurement.notice_titles import labelled_numbers_in, numbers_in
from portal.procurement.rules import Stage
from portal.settings import Settings
from portal.storage.database import db
from portal.storage.transactions import transaction
from portal.storage.upgrading import upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "zh"
SEED, ASKED, BATCH = 20_260_731, 200, 500
MOST_MS, LEAST_PER_SECOND, LEAST_PRECISION, LEAST_RECALL = 25.0, 300.0, 0.95, 0.9
STAGES = {
    "采购意向": Stage.PLANNING, "采购公告": Stage.TENDER, "变更公告": Stage.TENDER, "更正公告": Stage.TENDER,
    "单一来源公示": Stage.TENDER, "结果公告": Stage.AWARD, "废标公告": Stage.UNSUCCESSFUL, "合同公告": Stage.CONTRACT,
    "验收结果公告": Stage.COMPLETE,
}  # fmt: skip
BUYER = re.compile(r"(?:采购人信息\s*名称[:：]|采购人（甲方）[:：])\s*(\S+)")
SERVICES = (
    "社区助餐",
    "居家照护",
    "康复训练",
    "心理疏导",
    "课后托管",
    "法律援助",
    "就业培训",
    "绩效评估",
    "志愿服务",
    "助浴",
)
PLACES = (
    "东城",
    "西关",
    "南湖",
    "北苑",
    "新区",
    "河阳",
    "石桥",
    "青云",
    "柳林",
    "花园",
    "长安",
    "建设",
    "和平",
    "胜利",
)
FORMS = ("站点运营", "设施维护", "人员培训", "项目督导", "效果评估", "平台建设")
Pair = tuple[str, str]


@dataclass(frozen=True)
class Notice:
    """A notice with its number, the purchase it belongs to where that is known, and what it says."""

    number: str
    purchase: str
    clues: Clues


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/bench linking", description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000, help="how many invented notices")
    parser.add_argument("--judged", type=Path, help="CSV of pairs that somebody judged: two info_ids, then 1 or 0")
    chosen = parser.parse_args()
    verdicts = measuring.Verdicts()
    if REAL.exists():
        _measure_real(chosen.judged, verdicts)
    else:
        print(f"no real notices at {REAL}: left out")
    with tempfile.TemporaryDirectory() as folder:
        _measure_many(Path(folder), chosen.documents, verdicts)
    return verdicts.close()


def _measure_real(judged: Path | None, verdicts: measuring.Verdicts) -> None:
    heads, texts = list(_heads()), list(_texts())
    numbered = {one.number: {each.project for each in one.clues.numbers} for one in texts}
    truth = {pair for pair in combinations(numbered, 2) if numbered[pair[0]] & numbered[pair[1]]}
    hidden = [Notice(one.number, "", replace(one.clues, numbers=frozenset())) for one in texts]
    print(f"{len(texts)} real bodies; the truth is their project numbers, which are kept from the rules")
    _say(_suggested(hidden), truth, verdicts)
    notices = [*heads, *texts]
    found = _suggested(notices)
    linked = {number for pair in found for number in pair}
    blocked = {frozenset(pair) for pair in _sharing(notices)}
    kept = sum(frozenset(pair) in blocked for pair in found)
    print(f"{len(notices)} real notices: {len(found)} pairs suggested, {len(linked)} notices in them")
    verdicts.say("share of them that the index of clues finds", kept / len(found), 1.0, "", at_least=True)
    if judged is not None:
        rows = [(one, other, same == "1") for one, other, same in csv.reader(judged.read_text("utf-8").splitlines())]
        pairs = {frozenset(pair) for pair in found}
        looked = {(one, other) for one, other, _ in rows if frozenset((one, other)) in pairs}
        print(f"{len(rows)} judged pairs of {judged.name}")
        _say(looked, {(one, other) for one, other, same in rows if same}, verdicts)


def _measure_many(folder: Path, count: int, verdicts: measuring.Verdicts) -> None:
    """Put invented notices into a portal as processes of their own, and let it suggest."""
    settings = Settings(
        data_dir=folder, database_url=f"sqlite:///{folder / 'portal.sqlite3'}", testing=True, drain="off"
    )
    notices = list(_invented(count))
    with create_app(settings).app_context():
        upgrade()
        _put(notices)
        ocids = [one.number for one in notices]
        gc.freeze()  # what a portal does not hold in memory shall not slow it down
        print(f"{count:,} invented notices, each a process of its own")
        per_second = count / _seconds(lambda: _in_batches(keep_clues, ocids))
        verdicts.say("clues kept", per_second, LEAST_PER_SECOND, "processes in a CPU second", at_least=True)
        per_second = count / _seconds(lambda: _in_batches(suggest, ocids))
        verdicts.say("suggestions made", per_second, LEAST_PER_SECOND, "processes in a CPU second", at_least=True)
        chance = random.Random(SEED)  # noqa: S311 - not a secret
        asked = iter(chance.sample(notices, min(ASKED, count)))
        taken = measuring.times(lambda: likely_processes(next(asked).clues), count=min(ASKED, count))
        verdicts.say(f"one notice among {count:,}, p95", measuring.p95(taken), MOST_MS, "CPU ms")
        print(f"       p50 {measuring.p50(taken):.2f} CPU ms")
        rows = db.session.execute(select(LinkSuggestion.first_ocid, LinkSuggestion.second_ocid))
        _say({(one, other) for one, other in rows}, _truth(notices), verdicts)


def _heads() -> Iterator[Notice]:
    for row in csv.DictReader((REAL / "notices_henan_2026_meta.csv").read_text("utf-8-sig").splitlines()):
        yield _real(row["info_id"], row["announce_type"], row["title"], row["agency"], row["pub_time"], "")


def _texts() -> Iterator[Notice]:
    for line in (REAL / "notices_henan_2026_text.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        buyer = BUYER.search(row["text"])
        yield _real(row["info_id"], row["type"], row["title"], buyer[1] if buyer else "", row["pub_time"], row["text"])


def _real(number: str, kind: str, title: str, buyer: str, at: str, text: str) -> Notice:
    day = date.fromisoformat(at[:10]) if at else None
    numbers = numbers_in(title) | labelled_numbers_in(text)
    return Notice(number, "", Clues(title, buyer or None, numbers, stage=STAGES[kind], since=day, until=day))


def _invented(count: int) -> Iterator[Notice]:
    """Make notices of purchases with one to four of them each; every tenth purchase is named anew on the way."""
    chance = random.Random(SEED)  # noqa: S311 - not a secret
    made = 0
    while made < count:
        name = f"{chance.choice(PLACES)}{chance.choice(SERVICES)}{chance.choice(FORMS)}"
        lot = f"第{chance.randrange(2, 60)}批" if chance.random() < 0.5 else f"{chance.randrange(1, 400)}号点位"  # noqa: PLR2004
        buyer, day = f"{chance.choice(PLACES)}区第{chance.randrange(40)}局", date(2020, 1, 1)
        day += timedelta(days=chance.randrange(2200))
        amount, purchase = chance.randrange(10**6, 10**9), f"P{made}"
        project = f"{chance.choice('豫郑洛汴')}财招标采购-{day.year}-{made}"
        for step in range(min(chance.randrange(1, 5), count - made)):
            kind, stage = (
                ("招标", Stage.TENDER),
                ("更正", Stage.TENDER),
                ("中标", Stage.AWARD),
                ("合同", Stage.CONTRACT),
            )[step]
            title = f"{buyer}{name}{lot}采购项目-{kind}公告"
            if step and chance.random() < 0.1:  # noqa: PLR2004 - every tenth
                title = title.replace(name, f"{name}及配套")
            on = day + timedelta(days=25 * step)
            numbers = numbers_in(project) if chance.random() < 0.3 else frozenset()  # noqa: PLR2004
            worth = amount if kind != "中标" else round(amount * chance.uniform(0.9, 1))
            yield Notice(f"ocds-bench0-{made}", purchase, Clues(title, buyer, numbers, worth, "CNY", stage, on, on))
            made += 1


def _put(notices: Sequence[Notice]) -> None:
    buyers = {name: number for number, name in enumerate(sorted({str(one.clues.buyer) for one in notices}), start=1)}
    now = clock.now()
    with transaction():
        told = {"is_buyer": True, "is_supplier": False, "changed_at": now}
        rows = [{"id": number, "name": name, "name_key": name_key(name), **told} for name, number in buyers.items()]
        db.session.execute(insert(Organization), rows)
        for start in range(0, len(notices), BATCH):
            some = notices[start : start + BATCH]
            db.session.execute(insert(Process), [_row(one, buyers, now) for one in some])
            _put_releases(some, now)


def _row(one: Notice, buyers: Mapping[str, int], now: datetime) -> dict[str, object]:
    day = one.clues.since or date(2026, 1, 1)
    at = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    said = [f"{number.series}-{number.serial}" for number in one.clues.numbers]
    return {
        "ocid": one.number, "title": one.clues.title, "description": "", "buyer_id": buyers[str(one.clues.buyer)],
        "stage": one.clues.stage, "amount_fen": one.clues.amount_fen, "currency": one.clues.currency,
        "first_release_at": at, "last_release_at": at, "changed_at": now,
        "compiled": {"tender": {"id": (said or ["1"])[0], "title": one.clues.title}},
    }  # fmt: skip


def _put_releases(some: Sequence[Notice], now: datetime) -> None:
    """Give each process a release, without which it is not seen."""
    rows = [
        {
            "ocid": one.number, "release_id": "1", "date_at": now, "tag": "tender", "title": one.clues.title,
            "sha256": "", "source": "bench", "sealed_by": "bench", "sealed_at": now, "ledger_position": 0,
        }
        for one in some
    ]  # fmt: skip
    db.session.execute(insert(Release), rows)


def _in_batches(act: Callable[[Sequence[str]], None], ocids: Sequence[str]) -> None:
    for start in range(0, len(ocids), BATCH):
        act(ocids[start : start + BATCH])


def _seconds(act: Callable[[], None]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


def _suggested(notices: Sequence[Notice]) -> set[Pair]:
    pairs = combinations(notices, 2)
    return {(a.number, b.number) for a, b in pairs if compare(a.clues, b.clues).score >= THRESHOLD}


def _sharing(notices: Sequence[Notice]) -> set[Pair]:
    """Give the pairs that share a clue, as the index finds them."""
    by_key: dict[tuple[str, str], list[str]] = {}
    for one in notices:
        for key in stored_keys_of(one.clues):
            by_key.setdefault(key, []).append(one.number)
    return {
        (one.number, other) for one in notices for key in keys_of(one.clues) for other in by_key.get(key, ())
    }  # fmt: skip


def _truth(notices: Sequence[Notice]) -> set[Pair]:
    by_purchase: dict[str, list[str]] = {}
    for one in notices:
        by_purchase.setdefault(one.purchase, []).append(one.number)
    return {pair for numbers in by_purchase.values() for pair in combinations(sorted(numbers), 2)}


def _say(found: set[Pair], truth: set[Pair], verdicts: measuring.Verdicts) -> None:
    right = {frozenset(pair) for pair in found} & {frozenset(pair) for pair in truth}
    print(
        f"       {len(truth):,} true pairs, {len(found):,} suggested from {THRESHOLD} points on, {len(right):,} right"
    )
    verdicts.say("precision", len(right) / max(1, len(found)), LEAST_PRECISION, "", at_least=True)
    verdicts.say("recall", len(right) / max(1, len(truth)), LEAST_RECALL, "", at_least=True)


if __name__ == "__main__":
    sys.exit(main())
