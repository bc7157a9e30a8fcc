"""What crawlers ask for: which addresses lead somewhere, and which only turn in circles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app
from lxml import etree

from portal.web import links, locale

if TYPE_CHECKING:
    from collections.abc import Iterator

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
LISTS = (
    "pages.home", "services.index", "procurement.processes", "procurement.notices", "parties.index",
    "demand.index", "demand.needs", "planning.index", "opendata.data", "opendata.feeds", "ledger.index",
    "pages.help_index",
)  # fmt: skip
CLOSED = ("/office/", "/account/", "/search?", "/en/search?", "/*?*&")


def robots() -> str:
    """Write robots.txt: pages and lists are open, combinations of filters and searches are not."""
    rules = "\n".join(f"Disallow: {path}" for path in CLOSED)
    return f"User-agent: *\n{rules}\nAllow: /\nSitemap: {links.public_url()}/sitemap.xml\n"


def sitemap() -> bytes:
    """Write the lists in both languages; each leads on to its things."""
    root = etree.Element(f"{{{SITEMAP}}}urlset", nsmap={None: SITEMAP, "xhtml": XHTML})
    for endpoint in _lists():
        addresses = {spoken: links.absolute(endpoint, locale=spoken) for spoken in locale.HTML_NAMES}
        for address in addresses.values():
            entry = etree.SubElement(root, f"{{{SITEMAP}}}url")
            etree.SubElement(entry, f"{{{SITEMAP}}}loc").text = address
            for spoken, other in addresses.items():
                etree.SubElement(
                    entry, f"{{{XHTML}}}link", rel="alternate", hreflang=locale.HTML_NAMES[spoken], href=other
                )
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _lists() -> Iterator[str]:
    return (endpoint for endpoint in LISTS if endpoint in current_app.view_functions)
