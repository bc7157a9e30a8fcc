"""Searching: what was found, checked against the database before it is shown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask_babel import gettext

from portal.classification import queries as classification
from portal.kernel import clock
from portal.kernel.errors import BadFilterError, NotFoundError
from portal.moderation import queries as moderation
from portal.opendata.rules import NEWEST, PER_PAGE, RELEVANCE, SORTS, FoundThing, KindCount, page_of, years_offered
from portal.search import analysis, registry, snippets
from portal.search.port import SearchQuery, document_key
from portal.web import links
from portal.web.filters import choose
from portal.web.locale import pick
from portal.web.paging import Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from portal.search.port import Hit, SearchDocument, SearchResult
    from portal.web.filters import Filters

EXPORT_BATCH = 100


@dataclass(frozen=True)
class Found:
    """One page of results, and how many there are of each kind."""

    page: Page[FoundThing]
    kinds: Sequence[KindCount]
    terms: Sequence[str]


def found(filters: Filters) -> Found:
    """Search and check one page of results.

    Raises:
        BadFilterError: no such kind or order.
        NotFoundError: there is no such page.
    """
    query = _query(filters)
    result = registry.backend().search(query)
    pages = max(1, -(-result.total // PER_PAGE))
    if filters.page > pages:
        raise NotFoundError
    terms = analysis.terms(query.text)
    things = _shown(result.hits, terms)
    return Found(Page(things, filters.page, pages, result.total), _kinds(result), terms)


def all_found(filters: Filters, *, newest_first: bool = False, limit: int | None = None) -> Iterator[FoundThing]:
    """Search and check the whole result, or its beginning."""
    query = replace(_query(filters), offset=0, limit=limit)
    query = replace(query, newest_first=newest_first or query.newest_first)
    hits, terms = registry.backend().search(query).hits, analysis.terms(query.text)
    for start in range(0, len(hits), EXPORT_BATCH):
        yield from _shown(hits[start : start + EXPORT_BATCH], terms)


def kind_titles() -> dict[str, str]:
    """Tell the msgid that names each kind of thing."""
    return {kind: indexer.title for kind, indexer in registry.indexers().items()}


def choices() -> dict[str, Sequence[tuple[object, str]]]:
    """List what a search may be narrowed to, besides its kind."""
    return {
        "region": classification.region_choices(),
        "category": classification.category_choices(),
        "year": [(year, str(year)) for year in years_offered(clock.today())],
        "from": [],
        "to": [],
        "sort": [(RELEVANCE, gettext("Best first")), (NEWEST, gettext("Newest first"))],
    }


def _query(filters: Filters) -> SearchQuery:
    if filters.buyer is not None or filters.supplier is not None or filters.stage is not None:
        raise BadFilterError(name="buyer" if filters.buyer else "supplier" if filters.supplier else "stage")
    return SearchQuery(
        text=filters.q or "",
        kind=choose(filters.kind, registry.indexers(), name="kind"),
        regions=classification.region_subtree(filters.region) if filters.region else (),
        categories=classification.category_subtree(filters.category) if filters.category else (),
        year=filters.year,
        from_=filters.from_,
        to=filters.to,
        newest_first=choose(filters.sort, SORTS, name="sort") == NEWEST,
        hidden=_hidden_keys(),
        offset=(filters.page - 1) * PER_PAGE,
        limit=PER_PAGE,
    )


def _hidden_keys() -> frozenset[str]:
    """Tell the keys of what is marked hidden: not found from the moment the mark is set."""
    marks = [mark.partition(":") for mark in moderation.hidden_keys()]
    return frozenset(
        document_key(indexer.kind, object_id)
        for kind, _, object_id in marks
        for indexer in registry.indexers().values()
        if indexer.follows(kind)
    )


def _kinds(result: SearchResult) -> list[KindCount]:
    return [
        KindCount(kind, indexer.title, result.kinds[kind])
        for kind, indexer in registry.indexers().items()
        if result.kinds.get(kind)
    ]


def _shown(hits: Sequence[Hit], terms: Sequence[str]) -> list[FoundThing]:
    """Show hits as the database has them now; what it no longer shows is left out."""
    ids: dict[str, list[str]] = defaultdict(list)
    for hit in hits:
        ids[hit.document.kind].append(hit.document.object_id)
    present: dict[str, SearchDocument] = {}
    for kind, wanted in ids.items():
        indexer = registry.indexers().get(kind)
        present |= {document.key: document for document in indexer.documents(wanted)} if indexer else {}
    return [_thing(present[hit.document.key], terms) for hit in hits if hit.document.key in present]


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
    )


def _best_snippet(document: SearchDocument, terms: Sequence[str]) -> list[snippets.Part]:
    """Take the text of the reader's language, unless only the other one has a hit."""
    mine = snippets.snippet(pick(document.body, document.body_en), terms)
    if any(is_hit for _, is_hit in mine):
        return mine
    other = snippets.snippet(document.body, terms)
    return other if any(is_hit for _, is_hit in other) else mine
