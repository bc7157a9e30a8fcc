"""What counts as use, of what, and how it is told without telling of a single reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING

from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

SMALLEST_SHOWN = 5
STEP = 5
LONGEST_ID = 200
LIST, PAGE = "list", "page"


class Use(StrEnum):
    """How something is used."""

    VIEW = "view"
    DOWNLOAD = "download"
    FEED = "feed"
    API = "api"


USE_NAMES: Mapping[Use, str] = {
    Use.VIEW: N_("Pages seen"),
    Use.DOWNLOAD: N_("Files taken"),
    Use.FEED: N_("Feeds fetched"),
    Use.API: N_("API calls"),
}
THINGS: Mapping[str, str] = {
    "services": "service", "organizations": "organization", "documents": "document", "proposals": "proposal",
    "needs": "need", "plans": "plan",
}  # fmt: skip
KINDS = (LIST, PAGE, "process", *THINGS.values())
PAGES = ("data", "feeds", "help", "ledger", "statistics", "office", "account")
FEED_ENDINGS = (".rss", ".atom", ".feed.json", ".opml")
FILE_ENDINGS = (
    ".csv", ".jsonl", ".jsonl.gz", ".xlsx", ".parquet", ".json", ".zip", ".gz", ".ttl", ".jsonld", ".txt",
)  # fmt: skip
MACHINE = re.compile(
    r"/(static/|healthz|readyz|metrics|robots\.txt|sitemap|ledger/(tile/|checkpoint|key|openings/|verify)|search/sugg)"
)
PROCESS = re.compile(r"/processes/(?P<ocid>.+?)(/history|/releases/\d+)?(\.\w+)?$")


@dataclass(frozen=True, order=True)
class Key:
    """What is counted together: how it was used, and which list, page or thing."""

    use: Use
    kind: str
    object_id: str


def key_of(path: str) -> Key | None:
    """Tell what the answer at an address (without language) is counted as; None where it is not counted."""
    if MACHINE.match(path) or len(path) > LONGEST_ID:
        return None
    for folder in ("/api/v1", "/hsds"):
        if path.startswith(folder + "/"):
            name = path[len(folder) :].split("/")[1].partition(".")[0]
            return Key(Use.API, LIST, name) if name and name != "openapi" else Key(Use.API, PAGE, folder[1:4])
    bare, use = _form(path)
    if path.startswith("/ocds/"):
        return Key(Use.DOWNLOAD, LIST, "ocds")
    return Key(use, *_what(bare))


def _form(path: str) -> tuple[str, Use]:
    """Part an address into what it is of and how it is used."""
    for endings, use in ((FEED_ENDINGS, Use.FEED), (FILE_ENDINGS, Use.DOWNLOAD)):
        for ending in endings:
            if path.endswith(ending):
                return path.removesuffix(ending), use
    is_file = path.endswith(("/original", "/rendition"))
    return path, Use.DOWNLOAD if is_file else Use.VIEW


def _what(path: str) -> tuple[str, str]:
    process = PROCESS.match(path)
    if process is not None:
        return "process", process["ocid"]
    parts = path.strip("/").split("/")
    first = parts[0] or "home"
    if first == "data" and len(parts) > 1 and parts[1] not in {"policy", "api"}:
        name = parts[-1] if parts[1] == "snapshots" else parts[1]
        return LIST, "ocds" if name.startswith("ocds-") else name
    if len(parts) > 1 and first in THINGS and parts[1].isascii() and parts[1].isdecimal():
        return THINGS[first], str(int(parts[1]))
    return (PAGE if first in PAGES or first in {"home", "catalog"} else LIST), first


def is_use(use: Use, *, method: str, status: int, purpose: str) -> bool:
    """Tell whether an answer is a use at all.

    A page or feed that was found unchanged (304) is seen again and counts; a file that is not sent again does not.
    What is fetched ahead (`Sec-Purpose`), asked for its head alone, refused, redirected or sent in part does not.
    """
    if method != "GET" or "prefetch" in purpose.lower() or "prerender" in purpose.lower():
        return False
    again = status == HTTPStatus.NOT_MODIFIED and use is not Use.DOWNLOAD
    return status == HTTPStatus.OK or again


def shown(count: int) -> int | None:
    """Tell the count of one thing in one month; None where it is so small that it might be one reader."""
    return count if count >= SMALLEST_SHOWN else None


def rounded(count: int) -> int:
    """Tell a sum to the nearest five, and never nothing where there was something.

    So that what is left out as too small cannot be computed from sums.
    """
    return max(SMALLEST_SHOWN, STEP * ((count + STEP // 2) // STEP)) if count else 0


def month_of(day: date) -> str:
    """Write the month of a day: `2026-11`."""
    return f"{day:%Y-%m}"


def months_before(day: date, months: int) -> date:
    """Tell the first day of the month so many months before the one of a day."""
    place = day.year * 12 + day.month - 1 - months
    return day.replace(year=place // 12, month=place % 12 + 1, day=1)
