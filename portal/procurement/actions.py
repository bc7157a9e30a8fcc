"""Sealing releases, and compiling processes from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from portal.kernel import clock
from portal.kernel.canonical import canonical_json, sha256_hex
from portal.ledger.actions import append_entry
from portal.outbox.actions import append_event
from portal.parties.actions import register_party
from portal.procurement import merging, rules
from portal.procurement.models import Contract, Process, ProcessSupplier, Release
from portal.procurement.queries import NOTICE
from portal.procurement.rules import Json, Problem, SealReport
from portal.procurement.standard import faults_of
from portal.ring.actions import add_link
from portal.ring.rules import Kind, Relation
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TITLE_LENGTH, NAME_LENGTH = 500, 300


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
    report, touched = SealReport(), {}
    with transaction():
        known = _known([str(release.get("ocid")) for release in releases])
        for number, raw in enumerate(releases):
            release = dict(raw)
            problems = _problems(release, number)
            if problems:
                report.refused += problems
                continue
            key, digest = (str(release["ocid"]), str(release["id"])), sha256_hex(canonical_json(release))
            if key in known:
                if known[key] == digest:
                    report.unchanged += 1
                else:
                    report.refused.append(
                        Problem(
                            f"{key[0]} {key[1]}",
                            "is sealed already with other content; give the change an id of its own",
                        )
                    )
                continue
            known[key] = digest
            report.sealed.append(_seal(release, digest, by=by, source=source))
            touched[key[0]] = True
        _compile(list(touched))
    return report


def rebuild_processes() -> int:
    """Throw away what is compiled and compile every process anew; return how many there are."""
    with transaction():
        ocids = list(db.session.scalars(select(Release.ocid).distinct().order_by(Release.ocid)))
        _compile(ocids)
        return len(ocids)


def _known(ocids: Sequence[str]) -> dict[tuple[str, str], str]:
    rows = db.session.execute(
        select(Release.ocid, Release.release_id, Release.sha256).where(Release.ocid.in_(set(ocids)))
    )
    return {(ocid, release_id): digest for ocid, release_id, digest in rows}


def _problems(release: Json, number: int) -> list[Problem]:
    place = f"release {release.get('id', number)}"
    return [Problem(f"{place} /{path}", reason) for path, reason in faults_of(release)]


def _seal(release: Json, digest: str, *, by: str, source: str) -> int:
    public = canonical_json(release)
    now, tags = clock.now(), release["tag"]
    ocid, date_at = str(release["ocid"]), rules.moment(release["date"])
    assert isinstance(tags, list)  # noqa: S101 - checked by the typed model
    assert date_at is not None  # noqa: S101 - as above
    tender = rules.child(release, "tender")
    parts = [tender, release, *rules.children(release, "awards"), *rules.children(release, "contracts")]
    sealed = Release(
        ocid=ocid, release_id=str(release["id"]), date_at=date_at, tag=str(tags[-1]),
        title=(rules.first_text(*(part.get("title") for part in parts)) or _earlier_title(ocid) or ocid)[:TITLE_LENGTH],
        title_en=rules.first_text(*(part.get("title_en") for part in parts))[:TITLE_LENGTH] or None,
        body=release, sha256=digest, source=source[:NAME_LENGTH], sealed_by=by[:100], sealed_at=now,
        ledger_position=append_entry("release", f"{ocid} {release['id']}", action="publish", public=public, at=now),
    )  # fmt: skip
    db.session.add(sealed)
    db.session.flush()
    append_event(NOTICE, sealed.id, "published")
    return sealed.id


def _earlier_title(ocid: str) -> str | None:
    query = select(Release.title).where(Release.ocid == ocid).order_by(Release.date_at.desc()).limit(1)
    return db.session.scalar(query)


def _compile(ocids: Sequence[str]) -> None:
    known: dict[bytes, int] = {}
    for ocid in ocids:
        releases = db.session.scalars(
            select(Release).where(Release.ocid == ocid).order_by(Release.date_at, Release.id)
        ).all()
        compiled = merging.compile_releases(release.body for release in releases)
        summary = rules.summarise(compiled, [tag for release in releases for tag in _tags(release)])
        _keep_process(ocid, releases, compiled, summary, known)
        append_event(Kind.PROCESS, ocid)


def _tags(release: Release) -> list[str]:
    tags = release.body.get("tag")
    return [str(tag) for tag in tags] if isinstance(tags, list) else []


def _keep_process(
    ocid: str, releases: Sequence[Release], compiled: Json, summary: rules.Summary, known: dict[bytes, int]
) -> None:
    buyer = summary.buyer
    winners = [(party, _register(party, compiled, "supplier", known)) for party in summary.suppliers]
    worth = summary.amount
    db.session.merge(
        Process(
            ocid=ocid,
            title=summary.title[:TITLE_LENGTH],
            title_en=(summary.title_en or "")[:TITLE_LENGTH] or None,
            description=summary.description,
            category_code=summary.category_code,
            buyer_id=_register(buyer, compiled, "buyer", known) if buyer else None,
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
    for number in sorted({number for _, number in winners}):
        db.session.add(ProcessSupplier(ocid=ocid, organization_id=number))
    for contract in summary.contracts:
        _keep_contract(ocid, contract, compiled, known)
    db.session.flush()


def _keep_contract(ocid: str, said: rules.ContractSummary, compiled: Json, known: dict[bytes, int]) -> None:
    query = select(Contract).where(Contract.ocid == ocid, Contract.contract_id == said.contract_id)
    contract = db.session.scalar(query)
    if contract is None:
        contract = Contract(ocid=ocid, contract_id=said.contract_id)
        db.session.add(contract)
    contract.award_id, contract.title = said.award_id, (said.title or said.contract_id)[:TITLE_LENGTH]
    contract.supplier_id = _register(said.supplier, compiled, "supplier", known) if said.supplier else None
    contract.supplier_name = (said.supplier_name or "")[:NAME_LENGTH] or None
    contract.amount_fen = said.amount.minor if said.amount else None
    contract.currency = said.amount.currency[:10] if said.amount else None
    contract.status = (said.status or "")[:40] or None
    contract.signed_on, contract.starts_on, contract.ends_on = said.signed_on, said.starts_on, said.ends_on
    db.session.flush()
    add_link(Relation.AWARDED_AS, ocid, f"{ocid}#{said.contract_id}")


def _register(reference: Json, compiled: Json, role: str, known: dict[bytes, int]) -> int:
    """Find the number of an organisation that is named in a release, with the details of its party."""
    party = next(
        (one for one in rules.children(compiled, "parties") if one.get("id") == reference.get("id") is not None),
        reference,
    )
    roles = party.get("roles")
    told = {
        **party,
        "name": party.get("name") or reference.get("name"),
        "roles": [*(roles if isinstance(roles, list) else []), role],
    }
    key = canonical_json(told)
    if key not in known:
        known[key] = register_party(told).id
    return known[key]
