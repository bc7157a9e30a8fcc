"""How well citizens' questions are answered, and known notices found again; what each feature of the ranking adds.

The 60 questions were written and judged before the ranking was tuned. A thing answers a question if its
title names one of the kinds of service that were judged to answer it: fully (3 for a service, 2 for
anything else, 1 for a kind that also helps), and half as well if the question names a place and the
title another.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import random
import re
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from portal.app import create_app
from portal.demo.loader import load
from portal.opendata.queries import FEW
from portal.search import asking, keeping, registry
from portal.search.backends import ranking
from portal.search.backends.whoosh import WhooshBackend
from portal.search.port import Match, SearchDocument, SearchQuery, document_key
from portal.settings import Settings
from portal.storage.upgrading import upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from portal.search.port import Hit

QUESTIONS = Path(__file__).parent / "data" / "questions.csv"
NOTICES = Path(__file__).resolve().parents[3] / "shared" / "data" / "zh" / "notices_henan_2026_text.jsonl"
SHOWN, FIRST, SEED = 10, 5, 20_260_301


def main() -> int:
    """Print nDCG@10 and the mean reciprocal rank of known notices, with everything and without each feature."""
    argparse.ArgumentParser(prog="scripts/bench relevance", description=__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="sanwen-bench-") as folder:
        app = create_app(Settings(data_dir=Path(folder) / "portal", testing=True, drain="off"))
        with app.app_context():
            upgrade()
            load()
            keeping.rebuild()
            known = Known(Path(folder) / "known") if NOTICES.exists() else None
            compare(known)
    return 0


def compare(known: Known | None) -> None:
    """Measure with everything, then without each feature in turn."""
    titles = {document.key: document.title for document in registry.all_documents()}
    with QUESTIONS.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    print(f"nDCG@{SHOWN} over {len(rows)} questions and {len(titles):,} things", end="; ")
    print(f"reciprocal rank of {known.count} real notices" if known else f"no {NOTICES.name} beside the checkout")
    whole, found = mean_ndcg(rows, titles), known.reciprocal_rank() if known else 0.0
    print(f"  {whole:.3f}  {found:.3f}  with everything")
    for name, changes in FEATURES.items():
        with ExitStack() as stack:
            for change in changes():
                stack.enter_context(change)
            asking.clauses.cache_clear()
            without, lost = mean_ndcg(rows, titles), known.reciprocal_rank() if known else 0.0
        asking.clauses.cache_clear()
        print(f"  {without:.3f}  {lost:.3f}  without {name} ({whole - without:+.3f}, {found - lost:+.3f} by it)")
    if known:
        known.tell_success()


FEATURES: Mapping[str, Callable[[], Iterable[AbstractContextManager[object]]]] = {
    "titles counting more": lambda: [patch.object(ranking, "TITLE_BOOST", 1.0)],
    "words": lambda: [patch.object(ranking, "TITLE_BOOST", 0.0), patch.object(ranking, "BODY_BOOST", 0.0)],
    "pairs of characters": lambda: [patch.object(ranking, "GRAM_BOOST", 0.0)],
    "synonyms": lambda: [patch.object(asking, "synonyms", lambda _: ()), patch.object(asking, "_english", dict)],
    "words that say nothing left out": lambda: [patch.object(asking, "_stopwords", frozenset)],
    "what comes nearest": lambda: [patch.dict(globals(), nearest=lambda _: ())],
}


def mean_ndcg(rows: Sequence[Mapping[str, str]], titles: Mapping[str, str]) -> float:
    """Answer every question as the search page does, and compare with the best order there could be."""
    return sum(ndcg(row, answer(row["question"]), titles) for row in rows) / len(rows)


def answer(question: str) -> Sequence[Hit]:
    """Give what the page shows: what has all the words, then, where that is little, what comes nearest."""
    found = keeping.search(SearchQuery(question, limit=SHOWN))
    if found.total >= FEW:
        return found.hits
    known = {hit.key for hit in found.hits}
    return [*found.hits, *(hit for hit in nearest(question) if hit.key not in known)]


def nearest(question: str) -> Sequence[Hit]:
    """Give what has some of the words."""
    return keeping.search(SearchQuery(question, match=Match.SOME, limit=SHOWN)).hits


def ndcg(row: Mapping[str, str], hits: Sequence[Hit], titles: Mapping[str, str]) -> float:
    """Compute nDCG@10 of one answer."""
    gains = [gain(row, hit.key, titles[hit.key]) for hit in hits[:SHOWN]]
    best = sorted((gain(row, key, title) for key, title in titles.items()), reverse=True)[:SHOWN]
    return discounted(gains) / discounted(best)


def gain(row: Mapping[str, str], key: str, title: str) -> float:
    """Judge one thing."""
    if any(theme in title for theme in row["themes"].split("|")):
        full = 3.0 if key.startswith("service:") else 2.0
    elif row["also"] and any(theme in title for theme in row["also"].split("|")):
        full = 1.0
    else:
        return 0.0
    return full if row["place"] in title else full / 2


def discounted(gains: Sequence[float]) -> float:
    """Sum gains, each the less the later it comes."""
    return sum(value / math.log2(place + 2) for place, value in enumerate(gains))


class Known:
    """Real notices, and what somebody remembers of each."""

    def __init__(self, folder: Path) -> None:
        """Index them."""
        notices = [json.loads(line) for line in NOTICES.read_text("utf-8").splitlines()]
        self.count = len(notices)
        self._backend = WhooshBackend(folder)
        self._backend.rebuild(
            SearchDocument(document_key("notice", number), "notice", str(number), notice["title"], body=notice["text"])
            for number, notice in enumerate(notices)
        )
        chance = random.Random(SEED)  # noqa: S311 - not a secret
        self._asked = {
            name: {number: words for number, notice in enumerate(notices) if (words := remember(notice, chance))}
            for name, remember in MEMORIES.items()
        }

    def reciprocal_rank(self) -> float:
        """Average over every memory of every notice: 1 where it comes first, 1/2 where it comes second."""
        ranks = [self._rank(number, words) for asked in self._asked.values() for number, words in asked.items()]
        return sum(1 / rank for rank in ranks if rank) / len(ranks)

    def tell_success(self) -> None:
        """Print how often a notice is among the first, by what is remembered."""
        print(f"success@{FIRST} over real notices")
        for name, asked in self._asked.items():
            found = sum(0 < self._rank(number, words) <= FIRST for number, words in asked.items())
            print(f"  {found / max(1, len(asked)):.3f}  by {name} ({len(asked)} notices)")

    def _rank(self, number: int, words: str) -> int:
        """Tell at which place a notice comes; 0 if not among those shown."""
        query = SearchQuery(words, limit=SHOWN)
        hits = list(self._backend.search(query).hits)
        if len(hits) < FEW:
            hits += self._backend.search(replace(query, match=Match.SOME)).hits
        keys = list(dict.fromkeys(hit.key for hit in hits))[:SHOWN]
        key = document_key("notice", number)
        return keys.index(key) + 1 if key in keys else 0


def _piece(text: str, length: int, chance: random.Random) -> str:
    start = chance.randrange(max(1, len(text) - length))
    return text[start : start + length]


def _field(notice: Mapping[str, str], pattern: str) -> str:
    found = re.search(pattern, notice["text"])
    return found[1].strip() if found else ""


MEMORIES: Mapping[str, Callable[[Mapping[str, str], random.Random], str]] = {
    "eight characters of the title": lambda notice, chance: _piece(notice["title"], 8, chance),
    "two pieces of the title": lambda notice, chance: " ".join(_piece(notice["title"], 4, chance) for _ in range(2)),
    "project number": lambda notice, _: _field(notice, r"项目编号[:：]\s*([^\s，。；;]{5,40})"),
    "buyer and six characters of the title": lambda notice, chance: " ".join(
        filter(
            None,
            (
                _field(notice, r"(?:采购人|采购单位)(?:名称)?[:：]\s*([\u4e00-\u9fff]{4,20})"),
                _piece(notice["title"], 6, chance),
            ),
        )
    ),
}


if __name__ == "__main__":
    raise SystemExit(main())
