"""Searching: what was found, read from the database as it is now before it is shown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from flask import current_app
from flask_babel import gettext

from portal.classification import queries as classification
from portal.disclosure.rules import FORMAT_NAMES
from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.moderation import queries as moderation
from portal.moderation.rules import HIDDEN, WITHHELD
from portal.opendata import facets
from portal.opendata.rules import PER_PAGE, FoundThing, page_of, years_offered
from portal.outbox import queries as outbox
from portal.procurement.rules import Stage
from portal.search import asking, keeping, registry, snippets
from portal.search.consumer import SearchConsumer
from portal.search.matching import BANDS
from portal.search.port import FACETS, Match, Order, SearchQuery, document_key
from portal.search.suggesting import SuggesterCache
from portal.web import links
from portal.web.filters import choose
from portal.web.locale import pick
from portal.web.paging import Page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from portal.search.port import Hit, SearchDocument
    from portal.search.suggesting import Suggester
    from portal.web.filters import Filters

EXPORT_BATCH = 100
FEW, NEAREST, MOST_NAMES = 5, 10, 6
SUGGESTER = "search_suggester"


@dataclass(frozen=True)
class Found:
    """One page of results, what they can be narrowed to, and what else may have been meant.

    `nearest` are things that contain only some of the words, offered where few contain them all;
    `is_partial` says that not everything could be looked through; `meant` is the query as it may have
    been meant, `other_names` what its one term is also called.
    """

    page: Page[FoundThing]
    kinds: Sequence[facets.Value] = ()
    facets: Sequence[facets.Facet] = ()
    nearest: Sequence[FoundThing] = ()
    is_partial: bool = False
    meant: str | None = None
    other_names: Sequence[str] = ()


def found(filters: Filters) -> Found:
    """Search and read one page of results; where few have all the words, also what comes nearest.

    Raises:
        BadFilterError: a value that is not possible.
        NotFoundError: there is no such page.
    """
    query = _query(filters, facet_names=FACETS)
    result = keeping.search(query)
    pages = max(1, -(-result.total // PER_PAGE))
    if filters.page > pages:
        raise NotFoundError
    is_short = bool(filters.q) and query.match is Match.ALL and result.total < FEW
    return Found(
        page=Page(_shown(result.hits, _terms(query)), filters.page, pages, result.total),
        kinds=facets.kinds(result.facets.get("kind", {}), filters),
        facets=facets.facets(result.facets, filters),
        nearest=_nearest(query, result.hits) if is_short else (),
        is_partial=result.is_partial,
        meant=_meant(query) if is_short and result.total == 0 else None,
        other_names=[name for name in asking.other_names(query.text)[:MOST_NAMES] if _finds(query, name)],
    )


def _finds(query: SearchQuery, text: str) -> bool:
    """Tell whether a query would find something with other words."""
    return keeping.search(replace(query, text=text, facets=(), offset=0, limit=0)).total > 0


def _nearest(query: SearchQuery, hits: Sequence[Hit]) -> list[FoundThing]:
    """Find what contains some of the words, besides what was found."""
    loose = replace(query, match=Match.SOME, facets=(), offset=0, limit=NEAREST + len(hits))
    known = {hit.key for hit in hits}
    others = [hit for hit in keeping.search(loose).hits if hit.key not in known]
    return _shown(others[:NEAREST], _terms(loose))


def _meant(query: SearchQuery) -> str | None:
    """Mend a query, if what comes of it finds something."""
    mended = suggester().meant(query.text)
    if mended is None:
        return None
    return mended if _finds(query, mended) else None


def suggester() -> Suggester:
    """Tell the names and words that there are now."""
    kinds = frozenset(kind for kind, indexer in registry.indexers().items() if indexer.is_suggested)
    kept = cast("SuggesterCache", current_app.extensions.setdefault(SUGGESTER, SuggesterCache(kinds)))
    return kept.get()


def suggestions(typed: str) -> list[str]:
    """List names that go on from what was typed."""
    return suggester().suggestions(typed, hidden=_hidden_keys())


def all_found(filters: Filters) -> Iterator[FoundThing]:
    """Search and read the whole result."""
    query = replace(_query(filters), offset=0, limit=None)
    hits, terms = keeping.search(query).hits, _terms(query)
    for start in range(0, len(hits), EXPORT_BATCH):
        yield from _shown(hits[start : start + EXPORT_BATCH], terms)


def found_lately(filters: Filters, moments: Mapping[str, datetime], *, limit: int) -> list[FoundThing]:
    """Search and read what is among some things, those of the latest moments."""
    query = replace(_query(filters), offset=0, limit=None)
    hits = [hit for hit in keeping.search(query).hits if hit.key in moments]
    latest = sorted(hits, key=lambda hit: (moments[hit.key], hit.key), reverse=True)[:limit]
    return _shown(latest, _terms(query))


def found_in_order(filters: Filters, order: Order, *, offset: int, limit: int) -> list[FoundThing]:
    """Search and read a stretch of the result in some order."""
    query = replace(_query(filters), offset=offset, limit=limit, order=order)
    return _shown(keeping.search(query).hits, _terms(query))


def count_found(filters: Filters) -> int:
    """Count what a search finds."""
    return keeping.search(replace(_query(filters), offset=0, limit=0)).total


def kind_titles() -> dict[str, str]:
    """Tell the msgid that names each kind of thing."""
    return {kind: indexer.title for kind, indexer in registry.indexers().items()}


def choices() -> dict[str, Sequence[tuple[object, str]]]:
    """List what a search may be narrowed to by form; the facets offer the rest."""
    return {
        "region": classification.region_choices(),
        "category": classification.category_choices(),
        "year": [(year, str(year)) for year in years_offered(clock.today())],
        "from": [],
        "to": [],
        "sort": [
            (Order.RELEVANCE.value, gettext("Best first")),
            (Order.NEWEST.value, gettext("Newest first")),
            (Order.OLDEST.value, gettext("Oldest first")),
            (Order.AMOUNT.value, gettext("Largest amount first")),
        ],
    }


def _query(filters: Filters, *, facet_names: Collection[str] = ()) -> SearchQuery:
    order = choose(filters.sort, list(Order), name="sort")
    return SearchQuery(
        text=filters.q or "",
        filters=_narrowing(filters),
        from_=filters.from_,
        to=filters.to,
        order=Order(order) if order else Order.RELEVANCE if filters.q else Order.NEWEST,
        match=Match(choose(filters.match, list(Match), name="match") or Match.ALL),
        hidden=_hidden_keys(),
        facets=facet_names,
        offset=(filters.page - 1) * PER_PAGE,
        limit=PER_PAGE,
    )


def _narrowing(filters: Filters) -> Mapping[str, Collection[str]]:
    """Tell for each facet that is narrowed the values of which one must match."""
    choose(filters.kind, registry.indexers(), name="kind")
    choose(filters.stage, list(Stage), name="stage")
    choose(filters.amount, [band for band, _ in BANDS], name="amount")
    choose(filters.region, classification.regions().names, name="region")
    choose(filters.category, classification.categories().names, name="category")
    choose(filters.format, FORMAT_NAMES, name="format")
    asked = {name: facets.chosen_value(name, filters) for name in FACETS}
    narrowed = {name: frozenset({value}) for name, value in asked.items() if value is not None}
    if filters.region:
        narrowed["region"] = frozenset(classification.region_subtree(filters.region))
    if filters.category:
        narrowed["category"] = frozenset(classification.category_subtree(filters.category))
    return narrowed


def _hidden_keys() -> frozenset[str]:
    """Tell the keys of what must not be found from the moment a mark is set.

    That is whatever is marked; and until the index has followed, whatever says the same elsewhere (a plan the
    words of its line), for the index still has the old words of it. What is withheld by law stays listed as that, but
    until then it is not found by its old words.
    """
    marks = [mark.partition(":") for mark in moderation.hidden_keys()]
    keys = {
        document_key(indexer.kind, object_id)
        for kind, _, object_id in marks
        for indexer in registry.indexers().values()
        if indexer.follows(kind)
    }
    for kind, object_id, change in outbox.not_yet_followed(SearchConsumer.name, (HIDDEN, WITHHELD)):
        for indexer in registry.indexers().values():
            if change == WITHHELD and indexer.follows(kind):
                keys.add(document_key(indexer.kind, object_id))
            if indexer.affected is not None:
                keys.update(document_key(indexer.kind, one) for one in indexer.affected(kind, [object_id]))
    return frozenset(keys)


def _terms(query: SearchQuery) -> Sequence[str]:
    return asking.shown_terms(query.text) if query.match is Match.ALL else asking.loosely_shown_terms(query.text)


def _shown(hits: Sequence[Hit], terms: Sequence[str]) -> list[FoundThing]:
    """Show hits as the database has them now; what it no longer shows is left out."""
    ids: dict[str, list[str]] = defaultdict(list)
    for hit in hits:
        ids[hit.kind].append(hit.object_id)
    present: dict[str, SearchDocument] = {}
    for kind, wanted in ids.items():
        indexer = registry.indexers().get(kind)
        present |= {document.key: document for document in indexer.documents(wanted)} if indexer else {}
    return [_thing(present[hit.key], terms) for hit in hits if hit.key in present]


def _thing(document: SearchDocument, terms: Sequence[str]) -> FoundThing:
    endpoint, values = page_of(document.kind, document.object_id)
    return FoundThing(
        kind=document.kind,
        object_id=document.object_id,
        title=snippets.marked(pick(document.title, document.title_en), terms),
        snippet=_best_snippet(document, terms),
        url=links.path(endpoint, **values),
        absolute_url=links.absolute(endpoint, **values),
        date=document.date,
        region=document.region,
        category=document.category,
        amount_fen=document.amount_fen,
    )


def _best_snippet(document: SearchDocument, terms: Sequence[str]) -> list[snippets.Part]:
    """Take the text of the reader's language, unless only the other one has a hit."""
    mine = snippets.snippet(pick(document.body, document.body_en), terms)
    if any(is_hit for _, is_hit in mine):
        return mine
    other = snippets.snippet(document.body, terms)
    return other if any(is_hit for _, is_hit in other) else mine
