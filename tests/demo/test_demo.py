"""The demonstration province: the same everywhere, in every state, with the ring closed."""

from __future__ import annotations

import json
import re
from random import Random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from portal.classification.rules import is_credit_code
from portal.demand.models import Proposal
from portal.demo import documents, loader, purchases
from portal.disclosure.models import Document
from portal.ledger import checking
from portal.procurement.models import Process
from portal.procurement.rules import Stage
from portal.procurement.standard import faults_of
from portal.ratings.models import Rating
from portal.ring import queries as ring
from portal.ring.models import RingLink
from portal.ring.rules import Relation
from portal.services.models import Service
from portal.storage.database import db

if TYPE_CHECKING:
    from pathlib import Path


def chains(seed: int = 1) -> list[purchases.Purchase]:
    return purchases.purchases(Random(seed), 200, prefix="ocds-demo00", as_of=loader.AS_OF)


def test_the_same_seed_gives_the_same_purchases() -> None:
    assert json.dumps([made.releases for made in chains()]) == json.dumps([made.releases for made in chains()])


def test_every_release_is_right() -> None:
    assert [fault for made in chains() for release in made.releases for fault in faults_of(release)] == []


def test_every_release_agrees_with_the_schema_of_the_standard(shared_data: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((shared_data / "ocds/schema/1__1__5/release-schema.json").read_text())
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())

    assert [
        str(error.message) for made in chains()[:60] for one in made.releases for error in validator.iter_errors(one)
    ] == []


def test_every_organisation_has_a_right_credit_code_of_its_own() -> None:
    codes = [str(body.party["id"]).removeprefix("CN-USCI-") for body in (*purchases.buyers(), *purchases.suppliers())]

    assert len(set(codes)) == len(codes)
    assert all(is_credit_code(code) for code in codes)


def test_documents_have_the_same_bytes_every_time() -> None:
    assert documents.docx("标题", ["正文"]) == documents.docx("标题", ["正文"])


def test_the_province_is_whole(demonstration: None) -> None:
    counts = {
        model: db.session.scalar(select(func.count()).select_from(model))
        for model in (Process, Service, Proposal, Rating)
    }
    assert counts == {Process: 200, Service: 40, Proposal: 300, Rating: 1500}
    assert set(db.session.scalars(select(Process.stage).distinct())) == set(Stage)
    assert checking.check().faults == []
    assert (db.session.scalar(select(func.count()).select_from(Document)) or 0) >= 12
    assert [one.findings for one in db.session.scalars(select(Document)) if one.published_at is None] == [
        {"mobile": 1, "name": 3}
    ]
    assert not any(one.findings for one in db.session.scalars(select(Document)) if one.published_at is not None)
    assert loader.is_demonstration()
    assert not loader.is_empty()
    assert _closed_rings() >= 5
    assert _mobile_numbers() == []


def _closed_rings() -> int:
    """Count the proposals from which links lead all the way round to a need of the next plan."""
    starts = set(db.session.scalars(select(RingLink.from_id).where(RingLink.relation == Relation.GATHERED_INTO)))
    reached = starts
    for relation in Relation:
        if relation is not Relation.LEFT_OUT_OF:
            reached = {end for ends in ring.targets(relation, reached).values() for end in ends}
    return len(reached)


def _mobile_numbers() -> list[str]:
    texts = " ".join(f"{title} {body}" for title, body in db.session.execute(select(Proposal.title, Proposal.body)))
    return re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)", texts)
