"""Keeping what is compiled: processes, their contracts and suppliers, many at a time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from portal.kernel import clock
from portal.kernel.canonical import canonical_json
from portal.moderation.queries import not_hidden
from portal.outbox.actions import append_events
from portal.parties.actions import register_parties
from portal.procurement import joins, merging, summaries, values
from portal.procurement.models import Contract, Process, ProcessSupplier, Release
from portal.procurement.queries import NOTICE, with_bodies
from portal.ring.actions import add_links
from portal.ring.rules import Kind, Relation
from portal.storage.batches import batches, insert_rows
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from portal.procurement.rules import Json

TITLE_LENGTH, NAME_LENGTH = 500, 300


@dataclass(frozen=True)
class Told:
    """What one release tells of its process: when, and what; `said` is None where it was destroyed."""

    date_at: datetime
    number: int
    said: Json | None


@dataclass(frozen=True)
class _State:
    """A process as its releases make it."""

    ocid: str
    compiled: Json
    summary: summaries.Summary
    first_at: datetime
    last_at: datetime


def compile_processes(ocids: Sequence[str], at_hand: Mapping[str, Sequence[Told]] | None = None) -> None:
    """Compile processes anew from their releases, hidden ones left out; one without any is not shown at all.

    Inside the transaction of the act that changes what their releases say.

    Args:
        ocids: in the order in which their parties are registered and their events told.
        at_hand: all releases of some of them, where they need not be read.
    """
    ocids = joins.with_companions(ocids)
    db.session.flush()
    for batch in batches(ocids):
        here = {ocid: at_hand[ocid] for ocid in batch if ocid in at_hand} if at_hand else {}
        told = here | _read([ocid for ocid in batch if ocid not in here])
        _keep([_state(ocid, told[ocid]) for ocid in batch if told.get(ocid)])
        append_events((Kind.PROCESS, ocid, "changed") for ocid in batch)
    joins.tell_of_all(ocids)


def _read(ocids: Sequence[str]) -> dict[str, Sequence[Told]]:
    found: dict[str, list[Told]] = {}
    query = with_bodies(select(Release)).where(Release.ocid.in_(ocids), not_hidden(NOTICE, Release.id))
    for release in db.session.scalars(query):
        said = None if release.is_withheld else release.body
        found.setdefault(release.ocid, []).append(Told(release.date_at, release.id, said))
    return dict(found)


def _state(ocid: str, releases: Sequence[Told]) -> _State:
    in_order = sorted(releases, key=lambda one: (one.date_at, one.number))
    bodies = [one.said for one in in_order if one.said is not None]
    compiled = merging.compile_said(ocid, bodies)
    summary = summaries.summarise(compiled, [tag for body in bodies for tag in values.tags(body)])
    return _State(ocid, compiled, summary, in_order[0].date_at, in_order[-1].date_at)


def _keep(states: Sequence[_State]) -> None:
    numbers = _registered(states)
    ocids = [state.ocid for state in states]
    known = set(db.session.scalars(select(Process.ocid).where(Process.ocid.in_(ocids))))
    rows = [_process_row(state, numbers) for state in states]
    _write(Process, [row for row in rows if row["ocid"] not in known], [row for row in rows if row["ocid"] in known])
    _keep_suppliers(states, numbers, known)
    _keep_contracts(states, numbers, known)
    for kept in list(db.session):
        if isinstance(kept, Process | Contract | ProcessSupplier):
            db.session.expire(kept)


def _write(table: type[Process | Contract], new: list[dict[str, object]], known: list[dict[str, object]]) -> None:
    insert_rows(table, new)
    if known:
        db.session.execute(update(table), known, execution_options={"synchronize_session": None})


def _process_row(state: _State, numbers: _Numbers) -> dict[str, object]:
    summary, worth = state.summary, state.summary.amount
    return {
        "ocid": state.ocid,
        "title": summary.title[:TITLE_LENGTH],
        "title_en": (summary.title_en or "")[:TITLE_LENGTH] or None,
        "description": summary.description,
        "category_code": summary.category_code,
        "buyer_id": numbers.of(summary.buyer, state.compiled, "buyer"),
        "region_code": summary.region_code,
        "stage": summary.stage,
        "method": (summary.method or "")[:60] or None,
        "method_details": (summary.method_details or "")[:200] or None,
        "amount_fen": worth.minor if worth else None,
        "currency": worth.currency[:10] if worth else None,
        "number_of_tenderers": summary.number_of_tenderers,
        "tender_ends_at": summary.tender_ends_at,
        "awarded_on": summary.awarded_on,
        "first_release_at": state.first_at,
        "last_release_at": state.last_at,
        "changed_at": clock.now(),
        "compiled": state.compiled,
    }


def _keep_suppliers(states: Sequence[_State], numbers: _Numbers, known: set[str]) -> None:
    rows = []
    for state in states:
        winners = (numbers.of(party, state.compiled, "supplier") for party in state.summary.suppliers)
        rows += [{"ocid": state.ocid, "organization_id": number} for number in dict.fromkeys(winners) if number]
    if known:
        db.session.execute(delete(ProcessSupplier).where(ProcessSupplier.ocid.in_(known)))
    insert_rows(ProcessSupplier, rows)


def _keep_contracts(states: Sequence[_State], numbers: _Numbers, known: set[str]) -> None:
    keys = select(Contract.ocid, Contract.contract_id, Contract.id).where(Contract.ocid.in_(known))
    there = {(ocid, contract_id): number for ocid, contract_id, number in db.session.execute(keys)} if known else {}
    rows = {
        (state.ocid, said.contract_id): _contract_row(state, said, numbers)
        for state in states
        for said in state.summary.contracts
    }
    changed = [{"id": there[key], **row} for key, row in rows.items() if key in there]
    _write(Contract, [row for key, row in rows.items() if key not in there], changed)
    gone = [number for key, number in there.items() if key not in rows]
    if gone:  # the release that told of it was hidden, or destroyed
        db.session.execute(delete(Contract).where(Contract.id.in_(gone)))
    add_links(Relation.AWARDED_AS, ((ocid, f"{ocid}#{contract_id}") for ocid, contract_id in rows))


def _contract_row(state: _State, said: summaries.ContractSummary, numbers: _Numbers) -> dict[str, object]:
    return {
        "ocid": state.ocid,
        "contract_id": said.contract_id,
        "award_id": said.award_id,
        "title": (said.title or said.contract_id)[:TITLE_LENGTH],
        "supplier_id": numbers.of(said.supplier, state.compiled, "supplier"),
        "supplier_name": (said.supplier_name or "")[:NAME_LENGTH] or None,
        "amount_fen": said.amount.minor if said.amount else None,
        "currency": said.amount.currency[:10] if said.amount else None,
        "status": (said.status or "")[:40] or None,
        "signed_on": said.signed_on,
        "starts_on": said.starts_on,
        "ends_on": said.ends_on,
    }


class _Numbers:
    """The numbers of organisations that processes name, by what is told of them."""

    def __init__(self, told: Mapping[bytes, Json]) -> None:
        registered = register_parties(list(told.values()))
        self._numbers = {key: party.id for key, party in zip(told, registered, strict=True)}

    def of(self, reference: Json | None, compiled: Json, role: str) -> int | None:
        """Give the number of an organisation; a reference that names nobody has none."""
        told = _told(reference, compiled, role)
        return None if told is None else self._numbers[canonical_json(told)]


def _registered(states: Sequence[_State]) -> _Numbers:
    """Register every organisation that processes name, in their order: suppliers, buyer, those of contracts."""
    told: dict[bytes, Json] = {}
    for state in states:
        for reference, role in _references(state.summary):
            found = _told(reference, state.compiled, role)
            if found is not None:
                told.setdefault(canonical_json(found), found)
    return _Numbers(told)


def _references(summary: summaries.Summary) -> Iterator[tuple[Json | None, str]]:
    suppliers = ((party, "supplier") for party in summary.suppliers)
    contracts = ((contract.supplier, "supplier") for contract in summary.contracts)
    yield from chain(suppliers, [(summary.buyer, "buyer")], contracts)


def _told(reference: Json | None, compiled: Json, role: str) -> Json | None:
    """Join what is said of an organisation where it acts and among the parties; None when that names nobody."""
    if reference is None:
        return None
    number, parties = reference.get("id"), values.children(compiled, "parties")
    party = next((one for one in parties if number is not None and one.get("id") == number), reference)
    roles = party.get("roles")
    told = {
        **party,
        "name": party.get("name") or reference.get("name"),
        "roles": [*(roles if isinstance(roles, list) else []), role],
    }
    return told if any(told.get(name) for name in ("name", "id", "identifier")) else None
