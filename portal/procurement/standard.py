# ruff: noqa: N815 - fields have the spelling of OCDS
"""Our own typed models of OCDS 1.1.5: what a release must have, and of what kind.

Unknown fields are kept: extensions and publishers add their own. Fields that the release schema of the
tag `1__1__5` describes are of its kinds; its closed codelists are enforced.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, StrictStr, ValidationError

from portal.procurement import rules
from portal.procurement.values import DEEPEST, depth_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from enum import StrEnum

    from portal.procurement.rules import Json

ABSENT: Any = None  # a field may be left out but is never null, which a type cannot say
LONGEST_OCID, LONGEST_ID = 100, 99
FIRST_YEAR, LAST_YEAR = 1900, 2200
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_SUSPECT = ("\\u0000", "NaN", "Infinity")  # as JSON writes what cannot be kept
_CURRENCY = re.compile(r"[A-Z]{3}")
_NO_OCID = re.compile(r"#|\\|//|^[\s/.]|[\s/]$|/\.")
_REASONS = {
    "missing": "is missing", "string_type": "is no text", "list_type": "is no list", "model_type": "is no object",
    "dict_type": "is no object", "int_type": "is no whole number", "bool_type": "is neither true nor false",
    "too_short": "is empty", "string_too_short": "is empty",
}  # fmt: skip


def _moment(text: str) -> str:
    """Refuse what is no RFC 3339 date-time with an offset, or no moment that can be told in UTC."""
    if not _RFC_3339.fullmatch(text):
        raise ValueError("is no date and time with a time zone (RFC 3339)")
    try:
        datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("is no date of the calendar") from error
    return text


def _published(text: str) -> str:
    """Refuse a day of publication that no publication has."""
    if not FIRST_YEAR <= int(_moment(text)[:4]) <= LAST_YEAR:
        raise ValueError(f"is not between {FIRST_YEAR} and {LAST_YEAR}")
    return text


def _identifier(value: object) -> object:
    """Refuse an identifier that is neither a whole number nor a text with something in it."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("is neither a text nor a whole number")  # noqa: TRY004 - pydantic takes no other
    if value == "":
        raise ValueError("is empty")
    return value


def _short_identifier(value: object) -> object:
    """Refuse an identifier that has no room in a column."""
    if len(str(_identifier(value))) > LONGEST_ID:
        raise ValueError(f"is longer than {LONGEST_ID} characters")
    return value


def _ocid(text: str) -> str:
    """Refuse an ocid that could not stand in an address or before the `#` of a contract."""
    if not text:
        raise ValueError("is empty")
    if len(text) > LONGEST_OCID:
        raise ValueError(f"is longer than {LONGEST_OCID} characters")
    if _NO_OCID.search(text):
        raise ValueError("has a sign that an ocid cannot have")
    return text


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("is no number")  # noqa: TRY004 - as above
    return value


def _currency(text: str) -> str:
    if not _CURRENCY.fullmatch(text):
        raise ValueError("is no currency code (ISO 4217)")
    return text


def _one_of(codes: type[StrEnum]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in list(codes):
            raise ValueError(f"{text[:40]!r} is none of {', '.join(codes)}")
        return text

    return check


Text = StrictStr | None
Identifier = Annotated[str | int, PlainValidator(_identifier)]
ShortIdentifier = Annotated[str | int, PlainValidator(_short_identifier)]
Number = Annotated[float, PlainValidator(_number)] | None
Moment = Annotated[StrictStr, AfterValidator(_moment)] | None
Url = Text
Tag = Annotated[StrictStr, AfterValidator(_one_of(rules.Tag))]


class Part(BaseModel):
    """Anything in a release; unknown fields are kept."""

    model_config = ConfigDict(extra="allow", strict=True)


class Value(Part):
    """Money."""

    amount: Number = None
    currency: Annotated[StrictStr, AfterValidator(_currency)] | None = None


class Period(Part):
    """A stretch of time."""

    startDate: Moment = None
    endDate: Moment = None
    maxExtentDate: Moment = None
    durationInDays: int | None = None


class Classification(Part):
    """A code of a classification."""

    scheme: Text = None
    id: Identifier | None = None
    description: Text = None
    uri: Url = None


class OrganizationIdentifier(Part):
    """The number of an organisation in a register."""

    scheme: Text = None
    id: Identifier | None = None
    legalName: Text = None
    uri: Url = None


class Address(Part):
    """Where an organisation is."""

    streetAddress: Text = None
    locality: Text = None
    region: Text = None
    postalCode: Text = None
    countryName: Text = None


class ContactPoint(Part):
    """Whom to ask."""

    name: Text = None
    email: Text = None
    telephone: Text = None
    faxNumber: Text = None
    url: Url = None


class Reference(Part):
    """An organisation, named where it acts."""

    id: Identifier = ABSENT
    name: Annotated[StrictStr, Field(min_length=1)] | None = None
    identifier: OrganizationIdentifier = ABSENT
    additionalIdentifiers: list[OrganizationIdentifier] = ABSENT
    address: Address = ABSENT
    contactPoint: ContactPoint = ABSENT


class Party(Reference):
    """An organisation with its details and roles."""

    id: StrictStr = ABSENT
    name: Text = None
    roles: list[StrictStr] | None = None
    details: dict[str, object] | None = None


class Document(Part):
    """A document."""

    id: Identifier
    documentType: Text = None
    title: Text = None
    description: Text = None
    url: Url = None
    datePublished: Moment = None
    dateModified: Moment = None
    format: Text = None
    language: Text = None


class Unit(Part):
    """What a quantity is counted in."""

    scheme: Text = None
    id: Text = None
    name: Text = None
    value: Value = ABSENT
    uri: Url = None


class Item(Part):
    """A thing that is bought."""

    id: Identifier
    description: Text = None
    classification: Classification = ABSENT
    additionalClassifications: list[Classification] = ABSENT
    quantity: Number = None
    unit: Unit = ABSENT


class Milestone(Part):
    """An event that is expected."""

    id: Identifier
    title: Text = None
    type: Text = None
    description: Text = None
    code: Text = None
    dueDate: Moment = None
    dateMet: Moment = None
    dateModified: Moment = None
    status: Annotated[StrictStr, AfterValidator(_one_of(rules.MilestoneStatus))] | None = None
    documents: list[Document] = ABSENT


class Amendment(Part):
    """A change that was announced."""

    id: Text = None
    date: Moment = None
    rationale: Text = None
    description: Text = None
    amendsReleaseID: Text = None
    releaseID: Text = None


class RelatedProcess(Part):
    """Another process that this one belongs to."""

    id: StrictStr = ABSENT
    relationship: list[StrictStr] | None = None
    title: Text = None
    scheme: Text = None
    identifier: Text = None
    uri: Url = None


class Budget(Part):
    """Where the money comes from."""

    id: Identifier | None = None
    description: Text = None
    amount: Value = ABSENT
    project: Text = None
    projectID: Identifier | None = None
    uri: Url = None
    source: Url = None


class Planning(Part):
    """What is known before the tender."""

    rationale: Text = None
    budget: Budget = ABSENT
    documents: list[Document] = ABSENT
    milestones: list[Milestone] = ABSENT


class Tender(Part):
    """The invitation to bid."""

    id: Identifier
    title: Text = None
    description: Text = None
    status: Annotated[StrictStr, AfterValidator(_one_of(rules.TenderStatus))] | None = None
    procuringEntity: Reference = ABSENT
    items: list[Item] = ABSENT
    value: Value = ABSENT
    minValue: Value = ABSENT
    procurementMethod: Annotated[StrictStr, AfterValidator(_one_of(rules.Method))] | None = None
    procurementMethodDetails: Text = None
    procurementMethodRationale: Text = None
    mainProcurementCategory: Annotated[StrictStr, AfterValidator(_one_of(rules.ProcurementCategory))] | None = None
    additionalProcurementCategories: list[StrictStr] | None = None
    awardCriteria: Text = None
    awardCriteriaDetails: Text = None
    submissionMethod: list[StrictStr] | None = None
    submissionMethodDetails: Text = None
    tenderPeriod: Period = ABSENT
    enquiryPeriod: Period = ABSENT
    hasEnquiries: bool | None = None
    eligibilityCriteria: Text = None
    awardPeriod: Period = ABSENT
    contractPeriod: Period = ABSENT
    numberOfTenderers: int | None = None
    tenderers: list[Reference] = ABSENT
    documents: list[Document] = ABSENT
    milestones: list[Milestone] = ABSENT
    amendments: list[Amendment] = ABSENT
    amendment: Amendment = ABSENT


class Award(Part):
    """A decision to give a contract."""

    id: Identifier
    title: Text = None
    description: Text = None
    status: Annotated[StrictStr, AfterValidator(_one_of(rules.AwardStatus))] | None = None
    date: Moment = None
    value: Value = ABSENT
    suppliers: list[Reference] = ABSENT
    items: Annotated[list[Item], Field(min_length=1)] = ABSENT
    contractPeriod: Period = ABSENT
    documents: list[Document] = ABSENT
    amendments: list[Amendment] = ABSENT
    amendment: Amendment = ABSENT


class Transaction(Part):
    """A payment."""

    id: Identifier
    source: Url = None
    date: Moment = None
    value: Value = ABSENT
    payer: Reference = ABSENT
    payee: Reference = ABSENT
    uri: Url = None


class Implementation(Part):
    """How a contract is carried out."""

    transactions: list[Transaction] = ABSENT
    milestones: list[Milestone] = ABSENT
    documents: list[Document] = ABSENT


class Contract(Part):
    """A signed contract."""

    id: ShortIdentifier
    awardID: Identifier
    title: Text = None
    description: Text = None
    status: Annotated[StrictStr, AfterValidator(_one_of(rules.ContractStatus))] | None = None
    period: Period = ABSENT
    value: Value = ABSENT
    items: Annotated[list[Item], Field(min_length=1)] = ABSENT
    dateSigned: Moment = None
    documents: list[Document] = ABSENT
    implementation: Implementation = ABSENT
    relatedProcesses: list[RelatedProcess] = ABSENT
    milestones: list[Milestone] = ABSENT
    amendments: list[Amendment] = ABSENT
    amendment: Amendment = ABSENT


class Release(Part):
    """One publication about one process."""

    ocid: Annotated[StrictStr, AfterValidator(_ocid)]
    id: Annotated[StrictStr, AfterValidator(_short_identifier)]
    date: Annotated[StrictStr, AfterValidator(_published)]
    tag: Annotated[list[Tag], Field(min_length=1)]
    initiationType: Annotated[StrictStr, AfterValidator(_one_of(rules.InitiationType))]
    parties: list[Party] = ABSENT
    buyer: Reference = ABSENT
    planning: Planning = ABSENT
    tender: Tender = ABSENT
    awards: list[Award] = ABSENT
    contracts: list[Contract] = ABSENT
    language: Text = None
    relatedProcesses: list[RelatedProcess] = ABSENT


def faults_of(release: Json) -> list[tuple[str, str]]:
    """List what a release lacks of OCDS 1.1.5: (path, reason); nothing when it is right."""
    if depth_of(release) > DEEPEST:
        return [("", f"lies more than {DEEPEST} levels deep")]
    faults = set(_unkeepable(release, "")) if _may_be_unkeepable(release) else set()
    try:
        Release.model_validate(release)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            reason = _REASONS.get(fault["type"], fault["msg"].removeprefix("Value error, "))
            faults.add(("/".join(str(part) for part in fault["loc"]), reason))
    return sorted(faults)


def _may_be_unkeepable(release: Json) -> bool:
    """Tell quickly whether it is worth looking for what cannot be kept: nearly never."""
    written = json.dumps(release, ensure_ascii=False, default=str)
    return any(sign in written for sign in _SUSPECT) or _UNKEEPABLE.search(written) is not None


def _unkeepable(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Find what no database and no JSON may hold: NUL, half characters, numbers without an end."""
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from _unkeepable(item, f"{path}/{at}")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _unkeepable(name, f"{path}/{name!a}")
            yield from _unkeepable(item, f"{path}/{name}")
    elif isinstance(value, str) and _UNKEEPABLE.search(value):
        yield path.removeprefix("/"), "has characters that cannot be kept"
    elif isinstance(value, float) and not math.isfinite(value):
        yield path.removeprefix("/"), "is no number"
