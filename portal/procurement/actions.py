"""Sealing releases, and compiling processes from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from portal.kernel import clock
from portal.kernel.canonical import canonical_json, sha256_hex
from portal.kernel.text import clean_line
from portal.ledger.actions import append_entry
from portal.moderation.queries import not_hidden
from portal.outbox.actions import append_event
from portal.parties.actions import register_party
from portal.procurement import joins, summaries, values
from portal.procurement.models import Contract, Process, ProcessSupplier, Release, ReleasePayload
from portal.procurement.queries import NOTICE, compiled, ocids_of, with_bodies
from portal.procurement.rules import Json, Problem, SealReport, Tag
from portal.procurement.standard import LONGEST_ID, faults_of
from portal.ring.actions import add_link
from portal.ring.rules import Kind, Relation
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TITLE_LENGTH, NAME_LENGTH, OPERATOR_LENGTH = 500, 300, 100
BATCH = 500
CONFLICT = "is sealed already with other content; give the change an id of its own"


def seal_releases(releases: Sequence[Mapping[str, object]], *, by: str, source: str) -> SealReport:
    """Publish releases for good: all that are right, in one transaction.

    Args:
        releases: OCDS releases, as parsed from JSON.
        by: name of the operator who answers for them.
        source: where they come from: a file's name, or the form.

    Returns:
        What was sealed, what was known already (the same id with the same content), what was refused
        and why. The same releases again change nothing.
    """
    report = SealReport()
    touched: dict[str, None] = {}
    with transaction():
        known = _known(sorted({str(release.get("ocid")) for release in releases}))
        for number, raw in enumerate(releases):
            release = dict(raw)
            report.refused += (problems := _problems(release, number))
            if problems:
                continue
            key, digest = (str(release["ocid"]), str(release["id"])), sha256_hex(canonical_json(release))
            if key not in known:
                known[key] = digest
                report.sealed.append(_seal(release, digest, by=by, source=source))
                touched[key[0]] = None
            elif known[key] == digest:
                report.unchanged += 1
            else:
                report.refused.append(Problem(_place(release, number), CONFLICT, number))
        compile_processes(list(touched))
    return report


def rebuild_processes() -> int:
    """Throw away what is compiled and compile every process anew; return how many there are."""
    with transaction():
        ocids = list(db.session.scalars(select(Release.ocid).distinct().order_by(Release.ocid)))
        compile_processes(ocids)
        return len(ocids)


def follow_hiding(kind: str, object_id: str) -> None:
    """Compile anew in the moment of its mark what a hidden or restored release or joined process changes."""
    if kind == NOTICE:
        compile_processes(ocids_of([object_id]))
    elif kind == Kind.PROCESS:
        compile_processes(joins.joined_with([object_id]))


def compile_processes(ocids: Sequence[str]) -> None:
    """Compile processes anew from their releases, hidden ones left out; one without any is not shown at all.

    Inside the transaction of the act that changes what their releases say.
    """
    known: dict[bytes, int] = {}
    ocids = joins.with_companions(ocids)
    for ocid in ocids:
        query = with_bodies(select(Release)).where(Release.ocid == ocid, not_hidden(NOTICE, Release.id))
        releases = db.session.scalars(query.order_by(Release.date_at, Release.id)).all()
        if releases:
            state = compiled(ocid, releases)
            tags = [tag for release in releases if not release.is_withheld for tag in _tags(release.body)]
            _keep_process(ocid, releases, state, summaries.summarise(state, tags), known)
        append_event(Kind.PROCESS, ocid)
    joins.tell_of_all(ocids)


def _known(ocids: Sequence[str]) -> dict[tuple[str, str], str]:
    """Read the digests of what is sealed already, a batch of processes at a time."""
    columns = select(Release.ocid, Release.release_id, Release.sha256)
    return {
        (ocid, release_id): digest
        for start in range(0, len(ocids), BATCH)
        for ocid, release_id, digest in db.session.execute(
            columns.where(Release.ocid.in_(ocids[start : start + BATCH]))
        )
    }


def _problems(release: Json, number: int) -> list[Problem]:
    place = _place(release, number)
    return [Problem(f"{place} /{path}", reason, number) for path, reason in faults_of(release)]


def _place(release: Json, number: int) -> str:
    said = release.get("id")
    return f"release {clean_line(str(said))[:LONGEST_ID] if isinstance(said, str | int) else number}"


def _seal(release: Json, digest: str, *, by: str, source: str) -> int:
    public, now = canonical_json(release), clock.now()
    ocid, date_at = str(release["ocid"]), values.moment(release["date"])
    assert date_at is not None  # noqa: S101 - checked by the typed model
    title, title_en = _titles(release)
    position = append_entry("release", f"{ocid} {release['id']}", action="publish", public=public, at=now)
    sealed = Release(
        ocid=ocid, release_id=str(release["id"]), date_at=date_at, tag=max(_tags(release), key=list(Tag).index),
        title=title or _earlier_title(ocid) or ocid, title_en=title_en, sha256=digest,
        payload=ReleasePayload(body=public),
        source=source[:NAME_LENGTH], sealed_by=by[:OPERATOR_LENGTH], sealed_at=now, ledger_position=position,
    )  # fmt: skip
    db.session.add(sealed)
    db.session.flush()
    append_event(NOTICE, sealed.id, "published")
    return sealed.id


def _titles(release: Json) -> tuple[str, str | None]:
    """Find what a release is about, in Chinese and English, in whatever part says it first."""
    parts = [
        values.child(release, "tender"),
        release,
        *values.children(release, "awards"),
        *values.children(release, "contracts"),
    ]
    title, title_en = (values.first_text(*(part.get(name) for part in parts)) for name in ("title", "title_en"))
    return title[:TITLE_LENGTH], title_en[:TITLE_LENGTH] or None


def _tags(release: Json) -> list[Tag]:
    tags = release["tag"]
    return [Tag(tag) for tag in tags] if isinstance(tags, list) else []


def _earlier_title(ocid: str) -> str | None:
    query = select(Release.title).where(Release.ocid == ocid).order_by(Release.date_at.desc()).limit(1)
    return db.session.scalar(query)


def _keep_process(
    ocid: str, releases: Sequence[Release], compiled: Json, summary: summaries.Summary, known: dict[bytes, int]
) -> None:
    winners = {_register(party, compiled, "supplier", known) for party in summary.suppliers} - {None}
    worth = summary.amount
    db.session.merge(
        Process(
            ocid=ocid,
            title=summary.title[:TITLE_LENGTH],
            title_en=(summary.title_en or "")[:TITLE_LENGTH] or None,
            description=summary.description,
            category_code=summary.category_code,
            buyer_id=_register(summary.buyer, compiled, "buyer", known),
            region_code=summary.region_code,
            stage=summary.stage,
            method=(summary.method or "")[:60] or None,
            method_details=(summary.method_details or "")[:200] or None,
            amount_fen=worth.minor if worth else None,
            currency=worth.currency[:10] if worth else None,
            number_of_tenderers=summary.number_of_tenderers,
            tender_ends_at=summary.tender_ends_at,
            awarded_on=summary.awarded_on,
            first_release_at=releases[0].date_at,
            last_release_at=releases[-1].date_at,
            changed_at=clock.now(),
            compiled=compiled,
        )
    )
    db.session.flush()
    db.session.execute(delete(ProcessSupplier).where(ProcessSupplier.ocid == ocid))
    db.session.add_all(ProcessSupplier(ocid=ocid, organization_id=number) for number in winners)
    for contract in summary.contracts:
        _keep_contract(ocid, contract, compiled, known)
    db.session.flush()


def _keep_contract(ocid: str, said: summaries.ContractSummary, compiled: Json, known: dict[bytes, int]) -> None:
    query = select(Contract).where(Contract.ocid == ocid, Contract.contract_id == said.contract_id)
    contract = db.session.scalar(query)
    if contract is None:
        contract = Contract(ocid=ocid, contract_id=said.contract_id)
        db.session.add(contract)
    contract.award_id, contract.title = said.award_id, (said.title or said.contract_id)[:TITLE_LENGTH]
    contract.supplier_id = _register(said.supplier, compiled, "supplier", known)
    contract.supplier_name = (said.supplier_name or "")[:NAME_LENGTH] or None
    contract.amount_fen = said.amount.minor if said.amount else None
    contract.currency = said.amount.currency[:10] if said.amount else None
    contract.status = (said.status or "")[:40] or None
    contract.signed_on, contract.starts_on, contract.ends_on = said.signed_on, said.starts_on, said.ends_on
    db.session.flush()
    add_link(Relation.AWARDED_AS, ocid, f"{ocid}#{said.contract_id}")


def _register(reference: Json | None, compiled: Json, role: str, known: dict[bytes, int]) -> int | None:
    """Find the number of an organisation that is named in a release, with the details of its party.

    A reference that names nobody has none.
    """
    if reference is None:
        return None
    told = _told(reference, compiled, role)
    if not any(told.get(name) for name in ("name", "id", "identifier")):
        return None
    key = canonical_json(told)
    if key not in known:
        known[key] = register_party(told).id
    return known[key]


def _told(reference: Json, compiled: Json, role: str) -> Json:
    number, parties = reference.get("id"), values.children(compiled, "parties")
    party = next((one for one in parties if number is not None and one.get("id") == number), reference)
    roles = party.get("roles")
    name = party.get("name") or reference.get("name")
    return {**party, "name": name, "roles": [*(roles if isinstance(roles, list) else []), role]}
