"""Things in the words of schema.org, for search engines: plain values in, JSON-LD out.

Source: https://schema.org, release 29; a page carries them in `<script type="application/ld+json">`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Thing = dict[str, object]
CONTEXT = "https://schema.org"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def thing(kind: str, **said: object) -> Thing:
    """Describe a thing of some type; what is None or empty is left out."""
    return {"@type": kind} | {name: value for name, value in said.items() if value not in (None, "", [], {})}


def in_page(*things: Mapping[str, object]) -> list[Thing]:
    """Give things their context, each to stand in a page by itself."""
    return [{"@context": CONTEXT, **one} for one in things]


def breadcrumbs(trail: Iterable[tuple[str, str]], *, site: str) -> Thing:
    """Describe where a page stands.

    Args:
        trail: name and address of each page from the home page down to the one itself.
        site: what stands before an address that is local.
    """
    items = [
        thing("ListItem", position=position, name=name, item=url if "://" in url else site + url)
        for position, (name, url) in enumerate(trail, start=1)
    ]
    return thing("BreadcrumbList", itemListElement=items)


def website(*, name: str, url: str, language: str, publisher: str, search_url: str) -> Thing:
    """Describe the portal and how it is searched; `search_url` ends where the words go."""
    action = thing(
        "SearchAction",
        target=thing("EntryPoint", urlTemplate=search_url + "{search_term_string}"),
        **{"query-input": "required name=search_term_string"},
    )
    return thing(
        "WebSite", name=name, url=url, inLanguage=language, publisher=publishing_body(publisher), potentialAction=action
    )


def publishing_body(name: str, url: str | None = None) -> Thing:
    """Describe who publishes the portal."""
    return thing("GovernmentOrganization", name=name, url=url)


def organization(
    *,
    name: str,
    other_name: str | None,
    url: str,
    identifier: tuple[str | None, str | None],
    region: str,
    website: str | None,
    is_government: bool,
) -> Thing:
    """Describe a buyer or supplier; `identifier` is the register's name and the number in it."""
    scheme, value = identifier
    return thing(
        "GovernmentOrganization" if is_government else "Organization",
        name=name,
        alternateName=other_name if other_name != name else None,
        url=url,
        identifier=thing("PropertyValue", propertyID=scheme, value=value) if value else None,
        areaServed=area(region),
        sameAs=website,
    )


def area(name: str) -> Thing | None:
    """Describe an administrative division."""
    return thing("AdministrativeArea", name=name) if name else None


def place(
    *, name: str | None, address: str | None, postal_code: str | None, hours: Iterable[tuple[int, str, str]]
) -> Thing:
    """Describe where a service is used, and when it is open (weekday from 1 for Monday, opens, closes)."""
    opening = [
        thing("OpeningHoursSpecification", dayOfWeek=f"{CONTEXT}/{DAYS[day - 1]}", opens=opens, closes=closes)
        for day, opens, closes in hours
    ]
    written = thing("PostalAddress", streetAddress=address, postalCode=postal_code, addressCountry="CN")
    return thing("Place", name=name, address=written if address else None, openingHoursSpecification=opening)


def channel(where: Thing, languages: Sequence[str]) -> Thing:
    """Describe one way to use a service, and in which languages."""
    return thing("ServiceChannel", serviceLocation=where, availableLanguage=list(languages))


def data_catalog(*, name: str, description: str, url: str, publisher: Thing, datasets: Sequence[Thing]) -> Thing:
    """Describe the catalogue of open data with its datasets."""
    return thing(
        "DataCatalog", name=name, description=description, url=url, publisher=publisher, dataset=list(datasets)
    )


def download(url: str, media_type: str) -> Thing:
    """Describe one file of a dataset."""
    return thing("DataDownload", contentUrl=url, encodingFormat=media_type.partition(";")[0])
