"""States of a service, how old a check of its listing may be, and what a listing may not say: plain functions."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.kernel.errors import ConflictError, InvalidInputError
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

FRESH_DAYS, STALE_DAYS = 90, 180
CAPACITY_DAYS = 7
OLDEST = 120


class ServiceStatus(StrEnum):
    """State of a service (HSDS `service.status`)."""

    ACTIVE = "active"
    TEMPORARILY_CLOSED = "temporarily closed"
    INACTIVE = "inactive"
    DEFUNCT = "defunct"


class Delivery(StrEnum):
    """What the contracts of a service say of today."""

    UNKNOWN = "unknown"
    CURRENT = "current"
    AHEAD = "ahead"
    OVER = "over"


class ContractTime(StrEnum):
    """When a contract runs, seen from today."""

    CURRENT = "current"
    COMING = "coming"
    PAST = "past"


class Freshness(StrEnum):
    """How far the facts of a listing may be trusted."""

    FRESH = "fresh"
    AGEING = "ageing"
    STALE = "stale"
    UNKNOWN = "unknown"


class Mode(StrEnum):
    """How residents get to a service."""

    VISIT = "visit"
    HOME = "home"
    PHONE = "phone"
    ONLINE = "online"


STATUS_NAMES = {
    ServiceStatus.ACTIVE: N_("open"),
    ServiceStatus.TEMPORARILY_CLOSED: N_("closed for a while"),
    ServiceStatus.INACTIVE: N_("not running"),
    ServiceStatus.DEFUNCT: N_("ended"),
}
FRESHNESS_NAMES = {
    Freshness.FRESH: N_("checked"),
    Freshness.AGEING: N_("checked some time ago"),
    Freshness.STALE: N_("phone first: the listing is old"),
    Freshness.UNKNOWN: N_("phone first: nobody has checked the listing"),
}
MODE_NAMES = {
    Mode.VISIT: N_("come to the place"),
    Mode.HOME: N_("home visit"),
    Mode.PHONE: N_("by phone"),
    Mode.ONLINE: N_("online"),
}
LANGUAGE_NAMES = {
    "zh": N_("Mandarin"),
    "yue": N_("Cantonese"),
    "ug": N_("Uyghur"),
    "bo": N_("Tibetan"),
    "mn": N_("Mongolian"),
    "za": N_("Zhuang"),
    "csl": N_("Chinese sign language"),
    "en": N_("English"),
}
WAITING_TEXTS = {
    Delivery.AHEAD: N_("The service does not run today. Its next contract begins later; the contracts are below."),
    Delivery.OVER: N_("The last contract has ended and no other has followed: the service does not run at present."),
}


class WrongAgesError(InvalidInputError):
    """Raised when the least age is above the greatest."""

    code = "wrong-ages"
    message = N_("The least age is above the greatest age.")


class WrongCapacityError(InvalidInputError):
    """Raised when more places are free than there are."""

    code = "wrong-capacity"
    message = N_("There cannot be more free places than places.")


class UnknownContractError(InvalidInputError):
    """Raised when a contract is not found under its process."""

    code = "unknown-contract"
    message = N_("There is no such contract. Copy the process and the contract from the page of the process.")


class ForeignContractError(InvalidInputError):
    """Raised when a contract belongs to another government."""

    code = "foreign-contract"
    message = N_("This contract belongs to another government.")


class UnknownBuyerError(InvalidInputError):
    """Raised when an office is not one of the official's government."""

    code = "unknown-buyer"
    message = N_("Choose an office of your government.")


class NothingToReopenError(ConflictError):
    """Raised when a service that is not closed is to be opened again."""

    code = "not-closed"
    message = N_("This service is not closed.")


class NothingChangedError(ConflictError):
    """Raised when a draft is submitted that says what is published already."""

    code = "nothing-changed"
    message = N_("This draft says the same as what is published. Change something first, or throw the draft away.")


class ListingMovedError(ConflictError):
    """Raised when a draft rests on a listing that was published anew in the meantime."""

    code = "listing-moved"
    message = N_("The listing was published anew after this draft was begun. Give the draft back and begin again.")


class AlreadyAnsweredError(ConflictError):
    """Raised when a report is answered twice."""

    code = "already-answered"
    message = N_("This report has an answer already.")


class FutureCheckError(InvalidInputError):
    """Raised when a listing is said to have been checked on a day that has not come."""

    code = "future-check"
    message = N_("A check cannot lie in the future.")


def freshness(assured_on: date | None, today: date) -> Freshness:
    """Tell how far a listing checked on a day may be trusted today."""
    if assured_on is None:
        return Freshness.UNKNOWN
    age = (today - assured_on).days
    if age <= FRESH_DAYS:
        return Freshness.FRESH
    return Freshness.AGEING if age <= STALE_DAYS else Freshness.STALE


def oldest_trusted(today: date) -> date:
    """Tell the earliest day of a check that need not be phoned about."""
    return today - timedelta(days=STALE_DAYS)


def status_of(said: ServiceStatus, delivery: Delivery) -> ServiceStatus:
    """Derive the state of a service from what its office says and from its contracts.

    Closed by the office is closed. Else it runs while a contract does; without any contract on
    record the office's word stands.
    """
    if said is not ServiceStatus.ACTIVE:
        return said
    return ServiceStatus.INACTIVE if delivery in {Delivery.AHEAD, Delivery.OVER} else ServiceStatus.ACTIVE


def contract_time(status: str | None, begins: date | None, ends: date | None, today: date) -> ContractTime:
    """Tell whether a contract runs today: what is over early is past, what does not say when is taken to run."""
    if status in {"cancelled", "terminated"} or (ends is not None and ends < today):
        return ContractTime.PAST
    return ContractTime.COMING if begins is not None and begins > today else ContractTime.CURRENT


def delivery_of(times: Collection[ContractTime]) -> Delivery:
    """Tell what the contracts of a service say of today (the database has the same as `Service.delivery`)."""
    if not times:
        return Delivery.UNKNOWN
    if ContractTime.CURRENT in times:
        return Delivery.CURRENT
    return Delivery.AHEAD if ContractTime.COMING in times else Delivery.OVER


def is_capacity_known(told_at: datetime | None, now: datetime) -> bool:
    """Tell whether a number of free places is new enough to be believed."""
    return told_at is not None and now - told_at <= timedelta(days=CAPACITY_DAYS)


_LEADING = re.compile(r"^\s*(?:\d{1,2}\s*[.、．)）]|[-•·*])\s*")


def steps(text: str) -> list[str]:
    """Read the steps of an application process: a line each, or numbered within one line."""
    lines = text.split("\n")
    if len([line for line in lines if line.strip()]) == 1:
        lines = re.split(r"(?:[;；]\s*|(?<=[.。])\s+)(?=\d{1,2}\s*[.、．])", lines[0])
    return [cleaned for line in lines if (cleaned := _LEADING.sub("", line).strip().rstrip(";；"))]


def numbered(text: str) -> str:
    """Write the steps of an application process one a line, numbered."""
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps(text), start=1))


def check_ages(least: int | None, most: int | None) -> None:
    """Check that somebody can be of the age that is asked for.

    Raises:
        WrongAgesError: naming the field.
    """
    if least is not None and most is not None and least > most:
        raise WrongAgesError(field="maximum_age")


def check_capacity(available: int | None, maximum: int | None) -> None:
    """Check that no more places are free than there are.

    Raises:
        WrongCapacityError: naming the field.
    """
    if available is not None and maximum is not None and available > maximum:
        raise WrongCapacityError(field="available")
