"""Which kinds of things there are, and which links between them may be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from portal.kernel.text import N_


class Kind(StrEnum):
    """The kinds of things that the ring joins."""

    PROPOSAL = "proposal"
    NEED = "need"
    PLAN = "plan"
    PLAN_LINE = "plan-line"
    PROCESS = "process"
    CONTRACT = "contract"
    SERVICE = "service"
    RATING = "rating"


class Relation(StrEnum):
    """The links of the ring, each from one kind to the next."""

    GATHERED_INTO = "gathered-into"
    ANSWERED_BY = "answered-by"
    LEFT_OUT_OF = "left-out-of"
    PURCHASED_THROUGH = "purchased-through"
    AWARDED_AS = "awarded-as"
    DELIVERS = "delivers"
    RATED_IN = "rated-in"
    INFORMS = "informs"


ENDS: Mapping[Relation, tuple[Kind, Kind]] = {
    Relation.GATHERED_INTO: (Kind.PROPOSAL, Kind.NEED),
    Relation.ANSWERED_BY: (Kind.NEED, Kind.PLAN_LINE),
    Relation.LEFT_OUT_OF: (Kind.NEED, Kind.PLAN),
    Relation.PURCHASED_THROUGH: (Kind.PLAN_LINE, Kind.PROCESS),
    Relation.AWARDED_AS: (Kind.PROCESS, Kind.CONTRACT),
    Relation.DELIVERS: (Kind.CONTRACT, Kind.SERVICE),
    Relation.RATED_IN: (Kind.SERVICE, Kind.RATING),
    Relation.INFORMS: (Kind.RATING, Kind.NEED),
}

FORWARD: Mapping[Relation, str] = {
    Relation.GATHERED_INTO: N_("became part of the need"),
    Relation.ANSWERED_BY: N_("is answered by the plan line"),
    Relation.LEFT_OUT_OF: N_("was left out of the plan, because"),
    Relation.PURCHASED_THROUGH: N_("is purchased through"),
    Relation.AWARDED_AS: N_("was awarded as the contract"),
    Relation.DELIVERS: N_("delivers the service"),
    Relation.RATED_IN: N_("was rated by residents"),
    Relation.INFORMS: N_("informs the need"),
}

BACKWARD: Mapping[Relation, str] = {
    Relation.GATHERED_INTO: N_("gathers the proposal"),
    Relation.ANSWERED_BY: N_("answers the need"),
    Relation.LEFT_OUT_OF: N_("leaves out the need, because"),
    Relation.PURCHASED_THROUGH: N_("carries out the plan line"),
    Relation.AWARDED_AS: N_("comes from the process"),
    Relation.DELIVERS: N_("is delivered under the contract"),
    Relation.RATED_IN: N_("rates the service"),
    Relation.INFORMS: N_("rests on the rating"),
}


@dataclass(frozen=True)
class Described:
    """How a thing is named and where its page is."""

    title: str
    title_en: str | None
    endpoint: str
    values: Mapping[str, object] = field(default_factory=dict)
    anchor: str | None = None


@dataclass(frozen=True)
class Neighbour:
    """A thing at the other end of a link, ready to be shown."""

    kind: Kind
    relation: Relation
    direction: str
    label: str
    title: str
    url: str
    note: str


Describer = Callable[[Sequence[str]], Mapping[str, Described]]
