# ruff: noqa: N815, TC001 - fields have the spelling of OCDS, and pydantic reads their types
"""Typed models of what extensions add to OCDS 1.1.5, in the versions that `portal.procurement.extensions` names."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StrictStr

from portal.procurement import rules
from portal.procurement.field_kinds import (
    ABSENT,
    Currency,
    Distinct,
    FilledPart,
    FilledText,
    Identifier,
    Measure,
    Moment,
    Number,
    Part,
    RequiredNumber,
    RequiredText,
    Some,
    Text,
    TextIdentifier,
    Url,
    one_of,
)
from portal.procurement.standard_parts import (
    Classification,
    Document,
    Period,
    Reference,
    Removal,
    Value,
)

BID_STATUSES = ("invited", "pending", "valid", "disqualified", "withdrawn")
FEE_TYPES = ("document", "deposit", "submission", "win")
SCALES = ("micro", "sme", "small", "medium", "large", "selfEmployed")
WEIGHTS = (
    "percentageExact", "percentageRangeMiddle", "decimalExact", "decimalRangeMiddle", "pointsExact",
    "pointsRangeMiddle", "order",
)  # fmt: skip
FIXED = ("total", "unit")
THRESHOLDS = ("minimumScore", "maximumBids")
STATISTIC_SCOPES = ("complaints",)


class Disqualification(Part):
    """Why an offer was disqualified (the portal's own extension)."""

    code: Text = None
    title: Text = None
    description: Text = None


class Bid(Part):
    """An offer (ocds_bid_extension)."""

    id: StrictStr
    date: Moment = None
    status: Annotated[StrictStr, AfterValidator(one_of(BID_STATUSES))] | None = None
    tenderers: list[Reference] = ABSENT
    value: Value = ABSENT
    documents: Annotated[list[Document], Distinct] = ABSENT
    relatedLots: list[StrictStr] | None = None
    removal: Removal = ABSENT
    disqualification: Disqualification = ABSENT


class BidsStatistic(Part):
    """A figure about the offers (ocds_bid_extension)."""

    id: StrictStr
    measure: StrictStr
    date: Moment = None
    value: RequiredNumber
    currency: Currency = None
    notes: Text = None
    relatedLot: Text = None


class Bids(Part):
    """The offers (ocds_bid_extension)."""

    statistics: list[BidsStatistic] = ABSENT
    details: list[Bid] = ABSENT


class BudgetBreakdown(FilledPart):
    """A part of a budget (ocds_budget_breakdown_extension)."""

    id: Identifier
    description: FilledText = None
    amount: Value = ABSENT
    uri: Url = None
    period: Period = ABSENT
    sourceParty: Reference = ABSENT
    removal: Removal = ABSENT


class Enquiry(Part):
    """A question about the tender (ocds_enquiry_extension)."""

    id: Text = None
    date: Moment = None
    author: Reference = ABSENT
    title: Text = None
    description: Text = None
    answer: Text = None
    dateAnswered: Moment = None
    relatedItem: Text = None
    relatedLot: Text = None
    threadID: Text = None


class Sustainability(FilledPart):
    """A goal beside the price (ocds_sustainability_extension)."""

    description: FilledText = None
    goal: FilledText = None
    strategies: Annotated[list[TextIdentifier], Some, Distinct] | None = None


class CriterionNumber(FilledPart):
    """A weight, a fixed value or a threshold of a criterion (ocds_awardCriteria_extension)."""

    number: Number = None
    weight: Annotated[StrictStr, AfterValidator(one_of(WEIGHTS))] | None = None
    fixed: Annotated[StrictStr, AfterValidator(one_of(FIXED))] | None = None
    threshold: Annotated[StrictStr, AfterValidator(one_of(THRESHOLDS))] | None = None


class AwardCriterion(FilledPart):
    """A criterion by which offers are judged (ocds_awardCriteria_extension)."""

    type: FilledText = None
    name: FilledText = None
    description: FilledText = None
    numbers: Annotated[list[CriterionNumber], Some, Distinct] = ABSENT


class AwardCriteria(FilledPart):
    """How offers for a lot are judged (ocds_awardCriteria_extension)."""

    weightingDescription: FilledText = None
    orderRationale: FilledText = None
    criteria: Annotated[list[AwardCriterion], Some, Distinct] = ABSENT


class Lot(Part):
    """A part of a tender that is awarded alone (ocds_lots_extension)."""

    id: StrictStr = ABSENT
    title: Text = None
    description: Text = None
    status: Annotated[StrictStr, AfterValidator(one_of(rules.TenderStatus))] | None = None
    value: Value = ABSENT
    contractPeriod: Period = ABSENT
    hasSustainability: bool | None = None
    sustainability: Annotated[list[Sustainability], Some, Distinct] = ABSENT
    awardCriteria: AwardCriteria = ABSENT
    removal: Removal = ABSENT


class LotDetails(Part):
    """How many lots one supplier may have (ocds_lots_extension)."""

    maximumLotsBidPerSupplier: int | None = None
    maximumLotsAwardedPerSupplier: int | None = None
    awardCriteriaDetails: Text = None


class LotGroup(Part):
    """Lots that may be won together (ocds_lots_extension)."""

    id: StrictStr = ABSENT
    relatedLots: list[StrictStr] | None = None
    optionToCombine: bool | None = None
    maximumValue: Value = ABSENT
    awardCriteria: AwardCriteria = ABSENT


class MetricUnit(FilledPart):
    """What a measure is counted in (ocds_metrics_extension)."""

    name: FilledText = None
    scheme: FilledText = None
    id: FilledText = None
    uri: Url = None


class MilestoneReference(FilledPart):
    """A milestone, named where it is measured (ocds_metrics_extension)."""

    id: TextIdentifier
    title: FilledText = None


class Observation(FilledPart):
    """A value of a metric (ocds_metrics_extension)."""

    id: TextIdentifier
    period: Period = ABSENT
    value: Value = ABSENT
    measure: Measure = None
    unit: MetricUnit = ABSENT
    dimensions: Annotated[dict[str, FilledText], Some] = ABSENT
    notes: FilledText = None
    relatedImplementationMilestone: MilestoneReference = ABSENT


class Metric(FilledPart):
    """What is forecast, agreed or reached (ocds_metrics_extension); the English texts are the portal's own."""

    id: TextIdentifier
    title: FilledText = None
    title_en: Text = None
    description: FilledText = None
    description_en: Text = None
    observations: Annotated[list[Observation], Some, Distinct] = ABSENT
    removal: Removal = ABSENT


Metrics = Annotated[list[Metric], Some, Distinct]


class ParticipationFee(Part):
    """What taking part costs (ocds_participationFee_extension)."""

    id: StrictStr = ABSENT
    type: list[Annotated[StrictStr, AfterValidator(one_of(FEE_TYPES))]] | None = None
    value: Value = ABSENT
    description: Text = None
    methodOfPayment: Annotated[list[StrictStr], Distinct] | None = None


class PartyDetails(Part):
    """More about an organisation (ocds_organizationClassification_extension, ocds_partyDetails_scale_extension)."""

    classifications: Annotated[list[Classification], Some, Distinct] = ABSENT
    scale: Annotated[StrictStr, AfterValidator(one_of(SCALES))] | None = None


class PerformanceFailure(FilledPart):
    """What a supplier failed to do (ocds_performance_failures_extension)."""

    id: TextIdentifier
    period: Period = ABSENT
    category: FilledText = None
    events: Number = None
    penaltyContracted: FilledText = None
    penaltyImposed: FilledText = None
    penaltyPaid: bool | None = None


class Withheld(Part):
    """What the law has had destroyed, and why (the portal's own extension)."""

    id: TextIdentifier
    name: Text = None
    field: Text = None
    rationale: RequiredText


class Statistic(FilledPart):
    """A figure about the whole process (ocds_statistics_extension)."""

    scope: Annotated[StrictStr, AfterValidator(one_of(STATISTIC_SCOPES))] | None = None
