"""Codelists and states of OCDS 1.1.5, and what is said of things that come in: plain Python.

Source: Open Contracting Data Standard 1.1.5 (2020-08-20), codelists of the tag `1__1__5`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import quote

from portal.kernel.errors import GoneError
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, object]


class PayloadWithheldError(GoneError):
    """Raised when the content of a release is asked for and was destroyed, as the law allows."""

    code = "payload-withheld"
    message = N_("The content of this publication has been withheld. The ledger says why and what follows it.")


class Tag(StrEnum):
    """What a release tells of (OCDS codelist `releaseTag`, closed)."""

    PLANNING = "planning"
    PLANNING_UPDATE = "planningUpdate"
    TENDER = "tender"
    TENDER_AMENDMENT = "tenderAmendment"
    TENDER_UPDATE = "tenderUpdate"
    TENDER_CANCELLATION = "tenderCancellation"
    AWARD = "award"
    AWARD_UPDATE = "awardUpdate"
    AWARD_CANCELLATION = "awardCancellation"
    CONTRACT = "contract"
    CONTRACT_UPDATE = "contractUpdate"
    CONTRACT_AMENDMENT = "contractAmendment"
    IMPLEMENTATION = "implementation"
    IMPLEMENTATION_UPDATE = "implementationUpdate"
    CONTRACT_TERMINATION = "contractTermination"
    COMPILED = "compiled"


class InitiationType(StrEnum):
    """How a process is begun (OCDS codelist `initiationType`, closed)."""

    TENDER = "tender"


class Method(StrEnum):
    """How a supplier is chosen (OCDS codelist `method`, closed)."""

    OPEN = "open"
    SELECTIVE = "selective"
    LIMITED = "limited"
    DIRECT = "direct"


class ProcurementCategory(StrEnum):
    """What is mainly bought (OCDS codelist `procurementCategory`, closed)."""

    GOODS = "goods"
    WORKS = "works"
    SERVICES = "services"


class TenderStatus(StrEnum):
    """How far a tender has come (OCDS codelist `tenderStatus`, closed)."""

    PLANNING = "planning"
    PLANNED = "planned"
    ACTIVE = "active"
    CANCELLED = "cancelled"
    UNSUCCESSFUL = "unsuccessful"
    COMPLETE = "complete"
    WITHDRAWN = "withdrawn"


class AwardStatus(StrEnum):
    """How far an award has come (OCDS codelist `awardStatus`, closed)."""

    PENDING = "pending"
    ACTIVE = "active"
    CANCELLED = "cancelled"
    UNSUCCESSFUL = "unsuccessful"


class ContractStatus(StrEnum):
    """How far a contract has come (OCDS codelist `contractStatus`, closed)."""

    PENDING = "pending"
    ACTIVE = "active"
    CANCELLED = "cancelled"
    TERMINATED = "terminated"


class MilestoneStatus(StrEnum):
    """Whether a milestone was reached (OCDS codelist `milestoneStatus`, closed)."""

    SCHEDULED = "scheduled"
    MET = "met"
    NOT_MET = "notMet"
    PARTIALLY_MET = "partiallyMet"


class Stage(StrEnum):
    """How far a process has come."""

    PLANNING = "planning"
    TENDER = "tender"
    AWARD = "award"
    CONTRACT = "contract"
    IMPLEMENTATION = "implementation"
    COMPLETE = "complete"
    UNSUCCESSFUL = "unsuccessful"
    CANCELLED = "cancelled"
    TERMINATED = "terminated"


TAG_NAMES: Mapping[str, str] = {
    Tag.PLANNING: N_("Purchase intention"),
    Tag.PLANNING_UPDATE: N_("Purchase intention, changed"),
    Tag.TENDER: N_("Tender notice"),
    Tag.TENDER_AMENDMENT: N_("Tender notice, amended"),
    Tag.TENDER_UPDATE: N_("Tender notice, corrected"),
    Tag.TENDER_CANCELLATION: N_("Tender cancelled"),
    Tag.AWARD: N_("Award notice"),
    Tag.AWARD_UPDATE: N_("Award notice, corrected"),
    Tag.AWARD_CANCELLATION: N_("Award cancelled"),
    Tag.CONTRACT: N_("Contract notice"),
    Tag.CONTRACT_UPDATE: N_("Contract notice, corrected"),
    Tag.CONTRACT_AMENDMENT: N_("Contract changed"),
    Tag.IMPLEMENTATION: N_("Delivery and acceptance"),
    Tag.IMPLEMENTATION_UPDATE: N_("Delivery and acceptance, continued"),
    Tag.CONTRACT_TERMINATION: N_("Contract terminated"),
    Tag.COMPILED: N_("State of the whole process"),
}
STAGE_NAMES: Mapping[Stage, str] = {
    Stage.PLANNING: N_("planned"),
    Stage.TENDER: N_("tender"),
    Stage.AWARD: N_("awarded"),
    Stage.CONTRACT: N_("contract"),
    Stage.IMPLEMENTATION: N_("being delivered"),
    Stage.COMPLETE: N_("delivered and accepted"),
    Stage.UNSUCCESSFUL: N_("without a supplier"),
    Stage.CANCELLED: N_("cancelled"),
    Stage.TERMINATED: N_("terminated early"),
}
METHOD_NAMES: Mapping[str, str] = {
    Method.OPEN: N_("open tender"),
    Method.SELECTIVE: N_("selective procedure"),
    Method.LIMITED: N_("limited competition"),
    Method.DIRECT: N_("single source"),
}


@dataclass(frozen=True)
class Problem:
    """What was wrong with one thing that was brought in: where it stands, and why it was refused.

    `number` is its position among the releases that were given to be sealed, where it got so far.
    """

    place: str
    reason: str
    number: int | None = None

    def __str__(self) -> str:
        """Write it for a terminal."""
        return f"{self.place}: {self.reason}"


@dataclass
class SealReport:
    """What became of some releases: numbers of the sealed ones, how many were known, what was refused."""

    sealed: list[int] = field(default_factory=list)
    unchanged: int = 0
    refused: list[Problem] = field(default_factory=list)


class WithdrawnError(GoneError):
    """Raised when a notice was withdrawn by its publisher: what is left of it is when and why."""

    code = "withdrawn"
    message = N_("This notice was withdrawn by its publisher on %(on)s: %(reason)s")


def contract_anchor(contract_id: str) -> str:
    """Name the place of a contract on the page of its process: `contract-C1`; other signs are escaped."""
    return f"contract-{quote(contract_id, safe='')}"
