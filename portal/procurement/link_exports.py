"""The history of joins as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.exporting import meanings
from portal.exporting.codelists import Codelist, of_names
from portal.exporting.dataset import NUMBER, UPDATED_AT, URL, Column, ColumnType, Dataset
from portal.exporting.following import Affected, Follows
from portal.exporting.table import Table
from portal.kernel.text import N_
from portal.procurement import joins, link_queries
from portal.procurement.exports import LEDGER_POSITION
from portal.procurement.joining_rules import CHANGE_NAMES
from portal.procurement.link_models import ProcessJoin
from portal.procurement.linking_rules import CONTRAST_NAMES, REASON_NAMES
from portal.ring.rules import Kind
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def _joins(steps: Sequence[ProcessJoin]) -> Iterator[Mapping[str, object]]:
    purchases = joins.purchases_of(one.first_ocid for one in steps)
    standing = link_queries.standing_ids(steps)
    for one in steps:
        lead = purchases[one.first_ocid].lead.ocid if one.id in standing and one.first_ocid in purchases else None
        yield {
            "id": one.id,
            "url": links.absolute("procurement.process", ocid=one.first_ocid),
            "updated_at": one.at,
            "ocid": one.first_ocid,
            "related_ocid": one.second_ocid,
            "change": one.change.value,
            "standing": one.id in standing,
            "purchase": lead,
            "reason": one.reason,
            "score": one.score,
            "grounds": " ".join(one.reasons),
            "despite": " ".join(one.despite),
            "ledger_position": one.ledger_position,
        }


CHANGES = Codelist("join-changes", N_("Changes of joins"), codes=of_names(CHANGE_NAMES))
GROUNDS = Codelist("join-grounds", N_("Grounds of joins"), codes=of_names(REASON_NAMES))
CONTRASTS = Codelist("join-contrasts", N_("What speaks against joins"), codes=of_names(CONTRAST_NAMES))
JOINS = Dataset(
    name="joins",
    title=N_("Joins"),
    description=N_("Which contracting processes an official confirmed to be one purchase, and what was undone."),
    columns=(
        NUMBER, URL, UPDATED_AT,
        Column("ocid", N_("Contracting process"), description=meanings.OCID, source="OCDS ocid"),
        Column("related_ocid", N_("Other contracting process"), description=meanings.OCID, source="OCDS ocid"),
        Column(
            "change", N_("Change"), description=N_("joined or undone."), codelist=CHANGES, source=meanings.OFFICE,
        ),
        Column(
            "standing", N_("Holds now"), ColumnType.BOOLEAN, description=N_("The last word on the two."),
            source=meanings.COMPUTED,
        ),
        Column(
            "purchase", N_("Purchase"), description=N_("The leading process of the purchase, where it holds now."),
            source=meanings.COMPUTED,
        ),
        Column("reason", N_("Reason"), description=N_("As the official gave it."), source=meanings.OFFICE),
        Column(
            "score", N_("Score"), ColumnType.INTEGER, unit="1",
            description=N_("What the machine said, from 0 to 100."), source=meanings.COMPUTED,
        ),
        Column(
            "grounds", N_("Grounds"), description=N_("Why the machine suggested it."), codelist=GROUNDS,
            source=meanings.COMPUTED,
        ),
        Column(
            "despite", N_("In spite of"), description=N_("What spoke against it and was confirmed a second time."),
            codelist=CONTRASTS, source=meanings.OFFICE,
        ),
        LEDGER_POSITION,
    ),
    rows=Table(lambda _filters: link_queries.visible_history(), _joins, key=(ProcessJoin.id,)),
    follows=Follows(
        joins.JOIN,
        also=(
            Affected(joins.JOIN, link_queries.steps_on_same_pairs),
            Affected(Kind.PROCESS, link_queries.steps_of_processes),
        ),
    ),
)  # fmt: skip
