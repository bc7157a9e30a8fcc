# ruff: noqa: N815, TC001 - fields have the spelling of OCDS, and pydantic reads their types
"""Our own typed models of OCDS 1.1.5: what a release must have, and of what kind.

Unknown fields are kept: extensions and publishers add their own. Fields that the release schema of the
tag `1__1__5`, an extension of `portal.procurement.extensions` or the portal's own one describes are of their
kinds; closed codelists are enforced.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, Field, StrictStr, ValidationError

from portal.kernel.errors import Reason
from portal.kernel.text import N_
from portal.procurement import rules
from portal.procurement.field_kinds import (
    ABSENT,
    Distinct,
    FilledText,
    Identifier,
    Moment,
    Ocid,
    Part,
    Published,
    ReleaseIdentifier,
    ShortIdentifier,
    Some,
    Tag,
    Text,
    TranslationError,
    Url,
    one_of,
)
from portal.procurement.standard_extensions import (
    Bids,
    BudgetBreakdown,
    Enquiry,
    Lot,
    LotDetails,
    LotGroup,
    Metrics,
    ParticipationFee,
    PartyDetails,
    PerformanceFailure,
    Statistic,
    Sustainability,
    Withheld,
)
from portal.procurement.standard_parts import (
    Amendment,
    Document,
    Item,
    Milestone,
    OrganizationIdentifier,
    Period,
    Reference,
    RelatedProcess,
    Removal,
    Value,
)
from portal.procurement.values import DEEPEST, depth_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

    from portal.procurement.rules import Json

TOO_DEEP = N_("lies more than %(most)s levels deep")
OTHER_FAULT = N_("does not fit the standard")
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_SUSPECT = ("\\u0000", "NaN", "Infinity")  # as JSON writes what cannot be kept
_REASONS = {
    "missing": N_("is missing"), "string_type": N_("is no text"), "list_type": N_("is no list"),
    "model_type": N_("is no object"), "dict_type": N_("is no object"), "int_type": N_("is no whole number"),
    "bool_type": N_("is neither true nor false"), "too_short": N_("is empty"), "string_too_short": N_("is empty"),
}  # fmt: skip


class Party(Reference):
    """An organisation with its details and roles."""

    translated: ClassVar[frozenset[str]] = frozenset({"name"})

    id: StrictStr = ABSENT
    name: Text = None
    roles: list[StrictStr] | None = None
    details: PartyDetails | None = None


class Budget(Part):
    """Where the money comes from."""

    translated: ClassVar[frozenset[str]] = frozenset({"description", "source", "project"})

    id: Identifier | None = None
    description: Text = None
    amount: Value = ABSENT
    project: Text = None
    projectID: Identifier | None = None
    uri: Url = None
    source: Url = None
    budgetBreakdown: Annotated[list[BudgetBreakdown], Some, Distinct] = ABSENT


class Planning(Part):
    """What is known before the tender."""

    translated: ClassVar[frozenset[str]] = frozenset({"rationale"})

    rationale: Text = None
    budget: Budget = ABSENT
    documents: list[Document] = ABSENT
    milestones: list[Milestone] = ABSENT
    forecasts: Metrics = ABSENT


class Tender(Part):
    """The invitation to bid."""

    translated: ClassVar[frozenset[str]] = frozenset({
        "title", "description", "procurementMethodRationale", "awardCriteriaDetails", "submissionMethodDetails",
        "eligibilityCriteria",
    })  # fmt: skip

    id: Identifier
    title: Text = None
    description: Text = None
    status: Annotated[StrictStr, AfterValidator(one_of(rules.TenderStatus))] | None = None
    procuringEntity: Reference = ABSENT
    items: Annotated[list[Item], Distinct] = ABSENT
    value: Value = ABSENT
    minValue: Value = ABSENT
    procurementMethod: Annotated[StrictStr, AfterValidator(one_of(rules.Method))] | None = None
    procurementMethodDetails: Text = None
    procurementMethodRationale: Text = None
    mainProcurementCategory: Annotated[StrictStr, AfterValidator(one_of(rules.ProcurementCategory))] | None = None
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
    tenderers: Annotated[list[Reference], Distinct] = ABSENT
    documents: list[Document] = ABSENT
    milestones: list[Milestone] = ABSENT
    amendments: list[Amendment] = ABSENT
    amendment: Amendment = ABSENT
    lots: list[Lot] = ABSENT
    lotDetails: LotDetails = ABSENT
    lotGroups: list[LotGroup] = ABSENT
    enquiries: Annotated[list[Enquiry], Distinct] | None = None
    participationFees: Annotated[list[ParticipationFee], Distinct] = ABSENT
    targets: Metrics = ABSENT
    hasSustainability: bool | None = None
    sustainability: Annotated[list[Sustainability], Some, Distinct] = ABSENT


class Award(Part):
    """A decision to give a contract."""

    translated: ClassVar[frozenset[str]] = frozenset({"title", "description"})

    id: Identifier
    title: Text = None
    description: Text = None
    status: Annotated[StrictStr, AfterValidator(one_of(rules.AwardStatus))] | None = None
    date: Moment = None
    value: Value = ABSENT
    suppliers: Annotated[list[Reference], Distinct] = ABSENT
    items: Annotated[list[Item], Some, Distinct] = ABSENT
    contractPeriod: Period = ABSENT
    documents: Annotated[list[Document], Distinct] = ABSENT
    amendments: list[Amendment] = ABSENT
    amendment: Amendment = ABSENT
    relatedLots: list[StrictStr] | None = None
    relatedBid: Text = None
    agreedMetrics: Metrics = ABSENT
    removal: Removal = ABSENT


class Transaction(Part):
    """A payment."""

    id: Identifier
    source: Url = None
    date: Moment = None
    value: Value = ABSENT
    payer: Reference = ABSENT
    payee: Reference = ABSENT
    amount: Value = ABSENT
    providerOrganization: OrganizationIdentifier = ABSENT
    receiverOrganization: OrganizationIdentifier = ABSENT
    uri: Url = None
    removal: Removal = ABSENT


class Implementation(Part):
    """How a contract is carried out."""

    transactions: Annotated[list[Transaction], Distinct] = ABSENT
    milestones: Annotated[list[Milestone], Distinct] = ABSENT
    documents: Annotated[list[Document], Distinct] = ABSENT
    endDate: Moment = None
    endDateDetails: FilledText = None
    finalValue: Value = ABSENT
    finalValueDetails: FilledText = None
    metrics: Metrics = ABSENT
    performanceFailures: Annotated[list[PerformanceFailure], Some, Distinct] = ABSENT


class Contract(Part):
    """A signed contract."""

    translated: ClassVar[frozenset[str]] = frozenset({"title", "description"})

    id: ShortIdentifier
    awardID: Identifier
    title: Text = None
    description: Text = None
    status: Annotated[StrictStr, AfterValidator(one_of(rules.ContractStatus))] | None = None
    period: Period = ABSENT
    value: Value = ABSENT
    items: Annotated[list[Item], Some, Distinct] = ABSENT
    dateSigned: Moment = None
    documents: Annotated[list[Document], Distinct] = ABSENT
    implementation: Implementation = ABSENT
    relatedProcesses: Annotated[list[RelatedProcess], Distinct] = ABSENT
    milestones: list[Milestone] = ABSENT
    amendments: list[Amendment] = ABSENT
    amendment: Amendment = ABSENT
    agreedMetrics: Metrics = ABSENT


class Release(Part):
    """One publication about one process."""

    ocid: Ocid
    id: ReleaseIdentifier
    date: Published
    tag: Annotated[list[Tag], Field(min_length=1)]
    initiationType: Annotated[StrictStr, AfterValidator(one_of(rules.InitiationType))]
    parties: Annotated[list[Party], Distinct] = ABSENT
    buyer: Reference = ABSENT
    planning: Planning = ABSENT
    tender: Tender = ABSENT
    awards: Annotated[list[Award], Distinct] = ABSENT
    contracts: Annotated[list[Contract], Distinct] = ABSENT
    language: Text = None
    relatedProcesses: Annotated[list[RelatedProcess], Distinct] = ABSENT
    title: Text = None
    description: Text = None
    bids: Bids = ABSENT
    statistics: Annotated[list[Statistic], Some, Distinct] = ABSENT
    withheldInformation: Annotated[list[Withheld], Distinct] = ABSENT


def faults_of(release: Json) -> list[tuple[str, Reason]]:
    """List what a release lacks of OCDS 1.1.5 and its extensions: (path, reason); nothing when it is right."""
    if depth_of(release) > DEEPEST:
        return [("", Reason(TOO_DEEP, most=DEEPEST))]
    faults = set(_unkeepable(release, "")) if _may_be_unkeepable(release) else set()
    try:
        Release.model_validate(release)
    except ValidationError as error:
        faults |= {_fault(found) for found in error.errors(include_url=False, include_input=False)}
    return sorted(faults)


def _fault(found: ErrorDetails) -> tuple[str, Reason]:
    """Give path and reason of an error that pydantic found."""
    place, error = [str(part) for part in found["loc"]], found.get("ctx", {}).get("error")
    reason = getattr(error, "args", [""])[0]
    if not isinstance(reason, Reason):
        known = _REASONS.get(found["type"])
        reason = Reason(known) if known else Reason(OTHER_FAULT, detail=found["msg"])
    return "/".join([*place, *([error.field] if isinstance(error, TranslationError) else [])]), reason


def _may_be_unkeepable(release: Json) -> bool:
    """Tell quickly whether it is worth looking for what cannot be kept: nearly never."""
    written = json.dumps(release, ensure_ascii=False, default=str)
    return any(sign in written for sign in _SUSPECT) or _UNKEEPABLE.search(written) is not None


def _unkeepable(value: object, path: str) -> Iterator[tuple[str, Reason]]:
    """Find what no database and no JSON may hold: NUL, half characters, numbers without an end."""
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from _unkeepable(item, f"{path}/{at}")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _unkeepable(name, f"{path}/{name!a}")
            yield from _unkeepable(item, f"{path}/{name}")
    elif isinstance(value, str) and _UNKEEPABLE.search(value):
        yield path.removeprefix("/"), Reason(N_("has characters that cannot be kept"))
    elif isinstance(value, float) and not math.isfinite(value):
        yield path.removeprefix("/"), Reason(N_("is no number"))
