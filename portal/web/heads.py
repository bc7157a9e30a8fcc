"""What the head of a page tells machines: its one address, its other languages, whether to list it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from flask import current_app, request

from portal.web import access, links, locale
from portal.web.filters import read_filters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.web.filters import Filters

OPEN_GRAPH_NAMES = {locale.CHINESE: "zh_CN", locale.ENGLISH: "en_GB"}
X_DEFAULT = "x-default"
ONE_BY_ONE = frozenset({"kind", "region", "category", "buyer", "supplier", "stage", "year"})
SEARCHES = "opendata.search", "opendata.suggestions"
UNRESERVED = "/:@!$&'()*+,;=~"  # as `url_for` writes an address


@dataclass(frozen=True)
class Head:
    """One page as machines should know it; addresses are absolute.

    Args:
        canonical: the address without order and empty parameters, with language, filters and page.
        alternates: the same page by language, and `x-default`.
        is_public: whether everybody may read it.
        is_listed: whether a search engine should show it; its links may be followed in any case.
    """

    canonical: str
    alternates: Mapping[str, str]
    is_public: bool
    is_listed: bool
    locale: str
    other_locale: str


def head(*, filters: Filters | None = None, same_as: str | None = None) -> Head:
    """Describe the page of the present request.

    Args:
        filters: what the list on the page is narrowed by; None where it shows no list.
        same_as: the local address (without language) of the page that this one repeats.
    """
    address = same_as or _address(filters)
    declared = access.declared(current_app, request.endpoint)
    is_public = declared is not None and declared.is_public
    spoken = {name: links.public_url() + locale.in_language(address, name) for name in locale.HTML_NAMES}
    here = locale.current_locale()
    other = locale.CHINESE if here == locale.ENGLISH else locale.ENGLISH
    return Head(
        canonical=spoken[here],
        alternates=by_language(spoken),
        is_public=is_public,
        is_listed=is_public and request.endpoint not in SEARCHES and _is_worth_listing(filters),
        locale=OPEN_GRAPH_NAMES[here],
        other_locale=OPEN_GRAPH_NAMES[other],
    )


def by_language(spoken: Mapping[str, str]) -> dict[str, str]:
    """Name the addresses of one page by `hreflang`; who speaks neither language gets the Chinese one."""
    return {locale.HTML_NAMES[name]: url for name, url in spoken.items()} | {X_DEFAULT: spoken[locale.CHINESE]}


def _address(filters: Filters | None) -> str:
    """Tell the local address of the present page without what changes nothing or only the order."""
    read = read_filters()
    kept: dict[str, object] = {}
    if filters is not None:
        kept = filters.as_args(sort=None)
    elif read is not None and read.page > 1:
        kept = {"page": read.page}
    path = quote(request.path, safe=UNRESERVED)
    return f"{path}?{urlencode(kept)}" if kept else path


def _is_worth_listing(filters: Filters | None) -> bool:
    """Tell whether a list is whole or narrowed by one thing: what is found by words or two filters is not listed."""
    narrowed = filters.as_args(sort=None, page=None) if filters is not None else {}
    return len(narrowed) <= 1 and ONE_BY_ONE.issuperset(narrowed)
