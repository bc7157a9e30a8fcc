"""What the fields and codes of OCDS are called in plain words, for people who compare publications."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from portal.kernel.text import N_
from portal.procurement.rules import (
    METHOD_NAMES,
    AwardStatus,
    ContractStatus,
    MilestoneStatus,
    ProcurementCategory,
    TenderStatus,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Found = TypeVar("Found")
STATUS_NAMES: Mapping[str, str] = {
    TenderStatus.PLANNING: N_("being planned"),
    TenderStatus.PLANNED: N_("planned"),
    TenderStatus.ACTIVE: N_("in force"),
    TenderStatus.CANCELLED: N_("cancelled"),
    TenderStatus.UNSUCCESSFUL: N_("without a supplier"),
    TenderStatus.COMPLETE: N_("complete"),
    TenderStatus.WITHDRAWN: N_("withdrawn"),
    AwardStatus.PENDING: N_("not yet in force"),
    ContractStatus.TERMINATED: N_("ended"),
    MilestoneStatus.SCHEDULED: N_("scheduled"),
    MilestoneStatus.MET: N_("met"),
    MilestoneStatus.NOT_MET: N_("not met"),
    MilestoneStatus.PARTIALLY_MET: N_("partly met"),
}
DIFFERENT_IN_TENDERS: Mapping[str, str] = {TenderStatus.ACTIVE: N_("open for bids")}
BID_STATUS_NAMES: Mapping[str, str] = {
    "invited": N_("invited"),
    "pending": N_("not yet judged"),
    "valid": N_("valid"),
    "disqualified": N_("disqualified"),
    "withdrawn": N_("withdrawn"),
}
DISQUALIFICATION_NAMES: Mapping[str, str] = {
    "qualification": N_("does not meet who may bid"),
    "documents": N_("papers missing or not valid"),
    "form": N_("signature, seal or form not as asked"),
    "late": N_("sent too late"),
    "response": N_("does not answer an essential demand"),
    "price": N_("above the highest price or the budget"),
    "abnormally_low": N_("abnormally low price without an explanation"),
    "credit": N_("on a list of those barred"),
    "collusion": N_("collusion or false statements"),
    "other": N_("another reason"),
}
CATEGORY_NAMES: Mapping[str, str] = {
    ProcurementCategory.GOODS: N_("goods"),
    ProcurementCategory.WORKS: N_("works"),
    ProcurementCategory.SERVICES: N_("services"),
}
ROLE_NAMES: Mapping[str, str] = {
    "buyer": N_("buyer"),
    "procuringEntity": N_("buyer"),
    "supplier": N_("supplier"),
    "tenderer": N_("bidder"),
    "interestedParty": N_("evaluator or other party"),
    "reviewBody": N_("supervisor"),
    "payer": N_("payer"),
    "payee": N_("paid to"),
    "funder": N_("funder"),
}
MILESTONE_NAMES: Mapping[str, str] = {
    "preProcurement": N_("before the purchase"),
    "engagement": N_("asking the public"),
    "assessment": N_("evaluation"),
    "delivery": N_("delivery"),
    "financing": N_("payment"),
    "approval": N_("approval"),
    "reporting": N_("report"),
}
DOCUMENT_NAMES: Mapping[str, str] = {
    "procurementPlan": N_("intention"),
    "needsAssessment": N_("requirement"),
    "biddingDocuments": N_("tender documents"),
    "tenderNotice": N_("tender notice"),
    "clarifications": N_("correction"),
    "cancellationDetails": N_("reasons of the failure"),
    "contractSigned": N_("signed contract"),
    "contractAnnexe": N_("supplement of the contract"),
    "contractArrangements": N_("end of the contract"),
    "completionCertificate": N_("acceptance report"),
    "evaluationReports": N_("evaluation report"),
}
CRITERIA_NAMES: Mapping[str, str] = {
    "ratedCriteria": N_("points for several criteria"),
    "priceOnly": N_("lowest price"),
}
STATISTIC_NAMES: Mapping[str, str] = {
    "bids": N_("bids sent"),
    "validBids": N_("valid bids"),
    "disqualifiedBids": N_("disqualified bids"),
    "disqualifiedBidders": N_("disqualified bidders"),
}
CODE_NAMES: Mapping[str, Mapping[str, str]] = {
    "status": STATUS_NAMES,
    "procurementMethod": METHOD_NAMES,
    "mainProcurementCategory": CATEGORY_NAMES,
    "roles": ROLE_NAMES,
    "milestones/type": MILESTONE_NAMES,
    "documentType": DOCUMENT_NAMES,
    "awardCriteria": CRITERIA_NAMES,
    "bids/statistics/measure": STATISTIC_NAMES,
    "bids/details/status": BID_STATUS_NAMES,
    "disqualification/code": DISQUALIFICATION_NAMES,
    "tender/status": {**STATUS_NAMES, **DIFFERENT_IN_TENDERS},
}
# By the end of the path, longest first: "tender/value" is told otherwise than "value".
FIELD_NAMES: Mapping[str, str] = {
    "additionalClassifications": N_("Further classes"),
    "additionalIdentifiers": N_("Further identifiers"),
    "address": N_("Postal address"),
    "agreedMetrics": N_("Agreed measures"),
    "amendment": N_("Change"),
    "amendments": N_("Changes"),
    "amendsReleaseID": N_("Publication that is corrected"),
    "amount": N_("Amount"),
    "author": N_("Author"),
    "awardCriteria": N_("How bids are judged"),
    "awardCriteriaDetails": N_("How bids are judged, in full"),
    "awardID": N_("Number of the award"),
    "awardPeriod": N_("Time for the decision"),
    "awards": N_("Award"),
    "awards/value": N_("Awarded amount"),
    "bids": N_("Bids"),
    "bids/details": N_("Each bid"),
    "bids/statistics": N_("Bids in figures"),
    "budget": N_("Budget"),
    "budget/amount": N_("Amount"),
    "budgetBreakdown": N_("Parts of the budget"),
    "buyer": N_("Buyer"),
    "classification": N_("Class"),
    "code": N_("Code in its list"),
    "contactPoint": N_("Contact"),
    "contractPeriod": N_("Time of the contract"),
    "contracts": N_("Contract"),
    "contracts/value": N_("Value of the contract"),
    "countryName": N_("Country"),
    "currency": N_("Currency"),
    "date": N_("Day"),
    "dateMet": N_("Day it was reached"),
    "dateModified": N_("Day of the last change"),
    "datePublished": N_("Day of publication"),
    "dateSigned": N_("Signed"),
    "description": N_("Description"),
    "description_en": N_("Description in English"),
    "documentType": N_("Kind of document"),
    "documents": N_("Documents"),
    "details": N_("Details"),
    "disqualification": N_("Why it was disqualified"),
    "disqualification/code": N_("Reason"),
    "dueDate": N_("Due"),
    "durationInDays": N_("Days"),
    "eligibilityCriteria": N_("Who may bid"),
    "eligibilityCriteria_en": N_("Who may bid, in English"),
    "email": N_("E-mail"),
    "endDate": N_("End"),
    "enquiryPeriod": N_("Time for questions"),
    "field": N_("Field"),
    "finalValue": N_("Final amount"),
    "finalValueDetails": N_("How it was settled"),
    "format": N_("File format"),
    "hasEnquiries": N_("Questions were asked"),
    "id": N_("Number"),
    "identifier": N_("Identifier"),
    "implementation": N_("Delivery"),
    "initiationType": N_("How it was begun"),
    "items": N_("Items"),
    "language": N_("Language"),
    "legalName": N_("Name in the register"),
    "locality": N_("Place"),
    "lots": N_("Lots"),
    "mainProcurementCategory": N_("Kind of purchase"),
    "measure": N_("Figure"),
    "metrics": N_("Measures"),
    "milestones": N_("Milestones"),
    "minValue": N_("Lowest price"),
    "name": N_("Name"),
    "name_en": N_("Name in English"),
    "notes": N_("Notes"),
    "numberOfTenderers": N_("Number of bidders"),
    "observations": N_("Findings"),
    "parties": N_("Those who take part"),
    "payee": N_("Paid to"),
    "payer": N_("Paid by"),
    "period": N_("Time"),
    "planning": N_("Intention"),
    "postalCode": N_("Postcode"),
    "procurementMethod": N_("Method"),
    "procurementMethodDetails": N_("Method in full"),
    "procurementMethodRationale": N_("Why this method"),
    "procuringEntity": N_("Body that runs the purchase"),
    "project": N_("Project"),
    "projectID": N_("Number of the project"),
    "quantity": N_("Quantity"),
    "rationale": N_("Reasons"),
    "rationale_en": N_("Reasons in English"),
    "region": N_("Region"),
    "regionCode": N_("Code of the region"),
    "relatedItems": N_("Items concerned"),
    "relatedLot": N_("Lot concerned"),
    "relatedLots": N_("Lots concerned"),
    "relatedProcesses": N_("Related purchases"),
    "releaseID": N_("Publication"),
    "removal": N_("Taken out by a correction"),
    "roles": N_("Roles"),
    "scale": N_("Size of the enterprise"),
    "scheme": N_("List of numbers"),
    "startDate": N_("Beginning"),
    "statistics": N_("Figures"),
    "status": N_("State"),
    "statusDetails": N_("State in full"),
    "streetAddress": N_("Street"),
    "submissionMethod": N_("Ways to send a bid"),
    "submissionMethodDetails": N_("How to send a bid"),
    "suppliers": N_("Supplier"),
    "targets": N_("Targets"),
    "telephone": N_("Phone"),
    "tender": N_("Tender"),
    "tender/value": N_("Highest price"),
    "tenderPeriod": N_("Time for bids"),
    "tenderPeriod/endDate": N_("Bids until"),
    "tenderPeriod/startDate": N_("Bids from"),
    "tenderers": N_("Names of bidders"),
    "title": N_("Title"),
    "title_en": N_("Title in English"),
    "transactions": N_("Payments"),
    "type": N_("Kind"),
    "unit": N_("Unit"),
    "uri": N_("Address on the web"),
    "url": N_("Address on the web"),
    "value": N_("Value"),
    "withheldInformation": N_("Withheld by law"),
}
_LONGEST_END = 3


def field_name(names: Sequence[str]) -> str | None:
    """Name the last field of a path (without numbers of list items); None for a field nobody has named."""
    return _by_end(names, FIELD_NAMES)


def code_name(names: Sequence[str], code: str) -> str | None:
    """Name a code that stands at a path; None where it is no code that is known."""
    codes = _by_end(names, CODE_NAMES)
    return codes.get(code) if codes else None


def _by_end(names: Sequence[str], table: Mapping[str, Found]) -> Found | None:
    ends = ("/".join(names[-count:]) for count in range(_LONGEST_END, 0, -1))
    return next((table[end] for end in ends if end in table), None)
