# ruff: noqa: N815 - fields have the spelling of OCDS, and pydantic reads their types
"""Typed models of what stands in many places of a release: money, periods, organisations, documents, items."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, StrictStr

from portal.procurement import rules
from portal.procurement.field_kinds import (
    ABSENT,
    Currency,
    Distinct,
    FilledText,
    FormerValue,
    Identifier,
    Moment,
    Number,
    Part,
    Text,
    Url,
    one_of,
)


class Removal(Part):
    """That a correction took an object out of a list, and why (the portal's own extension)."""

    date: Moment = None
    title: Text = None
    rationale: Text = None
    releaseID: Text = None


class Value(Part):
    """Money."""

    amount: Number = None
    currency: Currency = None


class Period(Part):
    """A stretch of time."""

    startDate: Moment = None
    endDate: Moment = None
    maxExtentDate: Moment = None
    durationInDays: int | None = None


class Classification(Part):
    """A code of a classification."""

    translated: ClassVar[frozenset[str]] = frozenset({"description"})

    scheme: Text = None
    id: Identifier | None = None
    description: Text = None
    uri: Url = None


class OrganizationIdentifier(Part):
    """The number of an organisation in a register."""

    translated: ClassVar[frozenset[str]] = frozenset({"legalName"})

    scheme: Text = None
    id: Identifier | None = None
    legalName: Text = None
    uri: Url = None


class Address(Part):
    """Where an organisation is."""

    translated: ClassVar[frozenset[str]] = frozenset({"countryName"})

    streetAddress: Text = None
    locality: Text = None
    region: Text = None
    postalCode: Text = None
    countryName: Text = None
    regionCode: Text = None


class ContactPoint(Part):
    """Whom to ask."""

    translated: ClassVar[frozenset[str]] = frozenset({"name"})

    name: Text = None
    email: Text = None
    telephone: Text = None
    faxNumber: Text = None
    url: Url = None


class Reference(Part):
    """An organisation, named where it acts."""

    id: Identifier = ABSENT
    name: FilledText = None
    identifier: OrganizationIdentifier = ABSENT
    additionalIdentifiers: Annotated[list[OrganizationIdentifier], Distinct] = ABSENT
    address: Address = ABSENT
    contactPoint: ContactPoint = ABSENT
    removal: Removal = ABSENT


class Document(Part):
    """A document."""

    translated: ClassVar[frozenset[str]] = frozenset({"title", "description"})

    id: Identifier
    documentType: Text = None
    title: Text = None
    description: Text = None
    url: Url = None
    datePublished: Moment = None
    dateModified: Moment = None
    format: Text = None
    language: Text = None
    relatedLots: list[StrictStr] | None = None


class Unit(Part):
    """What a quantity is counted in."""

    translated: ClassVar[frozenset[str]] = frozenset({"name"})

    scheme: Text = None
    id: Text = None
    name: Text = None
    value: Value = ABSENT
    uri: Url = None


class Item(Part):
    """A thing that is bought."""

    translated: ClassVar[frozenset[str]] = frozenset({"description"})

    id: Identifier
    description: Text = None
    classification: Classification = ABSENT
    additionalClassifications: Annotated[list[Classification], Distinct] = ABSENT
    quantity: Number = None
    unit: Unit = ABSENT
    relatedLot: Text = None
    removal: Removal = ABSENT


class Milestone(Part):
    """An event that is expected."""

    translated: ClassVar[frozenset[str]] = frozenset({"title", "description"})

    id: Identifier
    title: Text = None
    type: Text = None
    description: Text = None
    code: Text = None
    dueDate: Moment = None
    dateMet: Moment = None
    dateModified: Moment = None
    status: Annotated[StrictStr, AfterValidator(one_of(rules.MilestoneStatus))] | None = None
    documents: Annotated[list[Document], Distinct] = ABSENT
    relatedLots: list[StrictStr] | None = None


class Change(Part):
    """A field that was changed (deprecated)."""

    property: StrictStr = ABSENT
    former_value: FormerValue = None


class Amendment(Part):
    """A change that was announced."""

    translated: ClassVar[frozenset[str]] = frozenset({"rationale"})

    id: Text = None
    date: Moment = None
    rationale: Text = None
    description: Text = None
    amendsReleaseID: Text = None
    changes: list[Change] = ABSENT
    releaseID: Text = None


class RelatedProcess(Part):
    """Another process that this one belongs to."""

    id: StrictStr = ABSENT
    relationship: list[StrictStr] | None = None
    title: Text = None
    scheme: Text = None
    identifier: Text = None
    uri: Url = None
