"""Our own typed models of OCDS 1.1.5: what a release must have, and of what kind.

Unknown fields are kept: extensions and publishers add their own. Source: release schema of the tag `1__1__5`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictStr, ValidationError, field_validator

from portal.procurement.rules import Json, Tag

LONGEST_ID = 200
FIRST_YEAR, LAST_YEAR = 1900, 2200


def _has_offset(text: str) -> str:
    """Refuse a moment that is not RFC 3339 with an offset."""
    if len(text) < len("2026-01-01T00:00:00Z") or text[10:11] not in {"T", "t", " "}:
        message = "is no date and time (RFC 3339)"
        raise ValueError(message)
    if not FIRST_YEAR <= datetime.fromisoformat(text).year <= LAST_YEAR:
        message = "is in no year that can be meant"
        raise ValueError(message)
    if datetime.fromisoformat(text).tzinfo is None:
        message = "has no time zone"
        raise ValueError(message)
    return text


def _is_visible(text: str) -> str:
    """Refuse a text with NUL or half a character, which no database and no JSON may hold."""
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        message = "has characters that cannot be kept"
        raise ValueError(message)
    return text


Moment = Annotated[StrictStr, AfterValidator(_has_offset)]
Identifier = Annotated[StrictStr, Field(min_length=1, max_length=LONGEST_ID), AfterValidator(_is_visible)] | int
Text = Annotated[StrictStr, AfterValidator(_is_visible)]
Number = Annotated[int | float, Field(allow_inf_nan=False)]


class Part(BaseModel):
    """Anything in a release; unknown fields are kept."""

    model_config = ConfigDict(extra="allow", strict=True, populate_by_name=True)


class Value(Part):
    """Money."""

    amount: Number | None = None
    currency: Text | None = None


class Period(Part):
    """A stretch of time."""

    startDate: Moment | None = None  # noqa: N815 - OCDS spelling
    endDate: Moment | None = None  # noqa: N815 - OCDS spelling


class Document(Part):
    """A document (OCDS `Document`)."""

    id: Identifier
    title: Text | None = None
    url: Text | None = None
    datePublished: Moment | None = None  # noqa: N815 - OCDS spelling


class Item(Part):
    """A thing that is bought."""

    id: Identifier
    description: Text | None = None


class Milestone(Part):
    """An event that is expected."""

    id: Identifier
    title: Text | None = None
    dueDate: Moment | None = None  # noqa: N815 - OCDS spelling
    dateMet: Moment | None = None  # noqa: N815 - OCDS spelling


class Reference(Part):
    """An organisation, named where it acts."""

    id: Identifier | None = None
    name: Text | None = None


class Party(Reference):
    """An organisation with its details and roles."""

    roles: list[Text] | None = None


class Planning(Part):
    """What is known before the tender."""

    rationale: Text | None = None
    documents: list[Document] | None = None
    milestones: list[Milestone] | None = None


class Tender(Part):
    """The invitation to bid."""

    id: Identifier
    title: Text | None = None
    description: Text | None = None
    status: Text | None = None
    procurementMethod: Text | None = None  # noqa: N815 - OCDS spelling
    value: Value | None = None
    tenderPeriod: Period | None = None  # noqa: N815 - OCDS spelling
    numberOfTenderers: int | None = None  # noqa: N815 - OCDS spelling
    tenderers: list[Reference] | None = None
    items: list[Item] | None = None
    documents: list[Document] | None = None
    milestones: list[Milestone] | None = None


class Award(Part):
    """A decision to give a contract."""

    id: Identifier
    title: Text | None = None
    status: Text | None = None
    date: Moment | None = None
    value: Value | None = None
    suppliers: list[Reference] | None = None
    items: list[Item] | None = None
    documents: list[Document] | None = None


class Transaction(Part):
    """A payment."""

    id: Identifier
    date: Moment | None = None
    value: Value | None = None


class Implementation(Part):
    """How a contract is carried out."""

    transactions: list[Transaction] | None = None
    milestones: list[Milestone] | None = None
    documents: list[Document] | None = None


class Contract(Part):
    """A signed contract."""

    id: Identifier
    awardID: Identifier  # noqa: N815 - OCDS spelling
    title: Text | None = None
    status: Text | None = None
    dateSigned: Moment | None = None  # noqa: N815 - OCDS spelling
    period: Period | None = None
    value: Value | None = None
    items: list[Item] | None = None
    documents: list[Document] | None = None
    milestones: list[Milestone] | None = None
    implementation: Implementation | None = None


class Release(Part):
    """One publication about one process."""

    ocid: Annotated[StrictStr, Field(min_length=1, max_length=LONGEST_ID), AfterValidator(_is_visible)]
    id: Annotated[StrictStr, Field(min_length=1, max_length=LONGEST_ID), AfterValidator(_is_visible)]
    date: Moment
    tag: Annotated[list[Text], Field(min_length=1)]
    initiationType: Literal["tender"]  # noqa: N815 - OCDS spelling
    language: Text | None = None
    parties: list[Party] | None = None
    buyer: Reference | None = None
    planning: Planning | None = None
    tender: Tender | None = None
    awards: list[Award] | None = None
    contracts: list[Contract] | None = None

    @field_validator("tag")
    @classmethod
    def _known(cls, tags: list[str]) -> list[str]:
        unknown = sorted(set(tags) - set(Tag))
        if unknown:
            message = f"unknown tag {', '.join(unknown)}"
            raise ValueError(message)
        return tags


def faults_of(release: Json) -> list[tuple[str, str]]:
    """List what a release lacks of OCDS 1.1.5: (path, reason); nothing when it is right."""
    try:
        Release.model_validate(release)
    except ValidationError as error:
        return sorted(
            {
                (
                    "/".join(str(part) for part in fault["loc"] if not _is_branch(part)),
                    fault["msg"].removeprefix("Value error, "),
                )
                for fault in error.errors(include_url=False, include_input=False)
            }
        )
    return []


def _is_branch(part: int | str) -> bool:
    """Tell whether a part of a path is pydantic's name for one of several types, not a field."""
    return isinstance(part, str) and ("[" in part or part in {"int", "float", "constrained-str"})
