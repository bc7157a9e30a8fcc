"""Every notice type becomes a release that the standard knows whole, and is read back from it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from portal.procurement import merging, standard
from portal.publishing.notices import checking
from portal.publishing.notices.filling import values_of
from portal.publishing.notices.model import notice_types
from portal.publishing.notices.writing import Occasion, release_of
from tests.factories.drafts import filled
from tests.ocds_schemas import member_paths

if TYPE_CHECKING:
    from portal.procurement.rules import Json
    from tests.ocds_schemas import Standard

CODES = list(notice_types())
OF_PARTIES = {
    "buyer_address", "buyer_phone", "agency", "evaluator", "award", "supplier_address", "scale", "supplier"
}  # fmt: skip
TODAY = date(2026, 12, 1)
STATE = {
    "awards": [{"id": "1-1", "title": "第一包", "suppliers": [{"id": "S", "name": "中心"}]}],
    "contracts": [{"id": "HT-2026-15", "awardID": "1-1", "title": "合同"}],
}


def occasion(**said: object) -> Occasion:
    return Occasion(
        **{"ocid": "ocds-test00-1", "release_id": "ocds-test00-1-7", "number": 7, "at": "2026-03-05T09:00:00+08:00",
           "before": STATE, "names": {"410100": "郑州市", "A0402": "养老服务"}} | said
    )  # fmt: skip


def release(code: str, **said: object) -> Json:
    notice = notice_types()[code]
    return release_of(notice, filled(notice), occasion(**said))


@pytest.mark.parametrize("code", CODES)
def test_a_filled_notice_is_a_right_release(code: str) -> None:
    assert standard.faults_of(release(code)) == []


@pytest.mark.parametrize("corrects", ["", "ocds-test00-1-3"])
@pytest.mark.parametrize("code", CODES)
def test_a_filled_notice_agrees_with_the_patched_schema(ocds_standard: Standard, code: str, corrects: str) -> None:
    made = release(code, corrects=corrects, reason="笔误", **({"before": release(code)} if corrects else {}))

    assert ocds_standard.faults_of_release(made) == []
    assert [path for path in member_paths(made) if not ocds_standard.declares(path, ocds_standard.all_extensions)] == []


@pytest.mark.parametrize("code", CODES)
def test_what_was_filled_in_is_read_back_from_the_release(code: str) -> None:
    notice = notice_types()[code]
    values = filled(notice)
    body = release_of(notice, values, occasion())

    back = values_of(notice, body, number=8, corrects=True)

    assert _without_ids(back) == _without_ids({name: value for name, value in values.items() if name in back})
    assert set(values) - set(back) <= {"award"}


def _without_ids(values: object) -> object:
    if isinstance(values, dict):
        return {name: _without_ids(value) for name, value in values.items() if name not in {"id", "award", "unit"}}
    return [_without_ids(one) for one in values] if isinstance(values, list) else values


@pytest.mark.parametrize("code", CODES)
def test_a_correction_takes_away_what_it_empties(code: str) -> None:
    notice = notice_types()[code]
    body = release_of(notice, filled(notice), occasion())
    whole = filled(notice)
    said = {one.name: whole[one.name] for one in notice.fields if one.locked or one.required is True}

    when = occasion(release_id="r2", at="2026-03-06T09:00:00+08:00", corrects="r1", reason="笔误", before=body)
    corrected = release_of(notice, said, when)

    assert standard.faults_of(corrected) == []
    after = values_of(notice, merging.compile_releases([body, corrected]), number=9, corrects=True)
    assert set(after) - set(said) <= OF_PARTIES


def test_a_contract_notice_is_filled_from_the_award() -> None:
    award, contract = notice_types()["award"], notice_types()["contract"]
    body = merging.compile_releases([release_of(award, filled(award), occasion(before={}, number=1))])

    values = values_of(contract, body, number=8, corrects=False)

    assert values["award"] == "1-1"
    assert values["supplier"] == {"name": "郑州市和乐社会工作服务中心", "code": "52410105MJF8123477"}
    assert values["project_number"] == "郑财磋商采购-2026-15"
    assert values["method"] == "consultation"
    assert "contract_number" not in values


def test_rates_are_never_money() -> None:
    notice = notice_types()["contract"]
    body = release_of(notice, filled(notice, amount=None), occasion())

    assert "value" not in body["contracts"][0]
    assert "每份35元" in json.dumps(body, ensure_ascii=False)


def test_several_lots_and_winners_are_awards_of_their_own() -> None:
    notice = notice_types()["award"]
    rows = [
        {"title": f"第{n}包", "outcome": "awarded", "supplier": {"name": name, "code": ""},
         "amount": {"fen": n * 100, "unit": "yuan"}}
        for n, name in ((1, "甲中心"), (2, "乙中心"), (2, "丙中心"))
    ]  # fmt: skip
    body = release_of(notice, filled(notice, results=rows), occasion())

    assert [one["id"] for one in body["awards"]] == ["7-1", "7-2", "7-3"]
    assert [one["suppliers"][0]["name"] for one in body["awards"]] == ["甲中心", "乙中心", "丙中心"]
    assert [one["value"]["amount"] for one in body["awards"]] == [1, 2, 2]
    assert all(one["date"].startswith("2026-03-03") for one in body["awards"])


def test_yearly_instalments_belong_to_their_contract() -> None:
    notice = notice_types()["contract"]
    rows = [{"year": str(year), "amount": {"fen": 100_00, "unit": "yuan"}} for year in (2026, 2027)]
    body = release_of(notice, filled(notice, instalments=rows), occasion())

    assert [one["id"] for one in body["planning"]["budget"]["budgetBreakdown"]] == [
        "HT-2026-15-2026",
        "HT-2026-15-2027",
    ]


@pytest.mark.parametrize("code", CODES)
def test_everything_filled_lacks_nothing(code: str) -> None:
    notice = notice_types()[code]

    assert checking.faults_of(notice, filled(notice), today=TODAY) == []


@pytest.mark.parametrize("code", CODES)
def test_an_empty_notice_is_told_every_required_field(code: str) -> None:
    notice = notice_types()[code]
    told = {fault.field.name for fault in checking.faults_of(notice, {}, today=TODAY)}

    assert {field.name for field in notice.fields if field.required is True} <= told


@pytest.mark.parametrize(
    ("code", "said", "field", "message"),
    [
        ("contract", {"ends_on": "2026-03-02"}, "ends_on", checking.NOT_BEFORE),
        ("contract", {"signed_on": "2027-01-01"}, "signed_on", checking.NOT_FUTURE),
        ("contract", {"amount": None, "rate": None}, "amount", checking.ONE_OF),
        ("contract", {"description": "联系人电话13812345678"}, "description", checking.PERSONAL),
        ("tender", {"ceiling": {"fen": 12_050_051, "unit": "yuan"}}, "ceiling", checking.NOT_MORE),
        ("award", {"valid_bids": "31"}, "valid_bids", checking.NOT_MORE),
        ("award", {"results": [{"title": "甲", "outcome": "failed"}]}, "reason", checking.MISSING),
        ("acceptance", {"users_asked": None}, "users_asked", checking.ASK_USERS),
    ],
)
def test_what_does_not_fit_together_is_told(code: str, said: dict[str, object], field: str, message: str) -> None:
    notice = notice_types()[code]
    faults = checking.faults_of(notice, filled(notice, **said), today=TODAY, category="A0402")

    assert (field, message) in {(fault.field.name, fault.message) for fault in faults}
