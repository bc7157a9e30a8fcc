"""Every notice type becomes a release that the standard knows whole, and is read back from it."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from ocdsmerge import Merger

from portal.procurement import delivery, merging, standard, values
from portal.publishing.notices import checking
from portal.publishing.notices.filling import values_of
from portal.publishing.notices.model import notice_types
from portal.publishing.notices.occasion import Occasion
from portal.publishing.notices.writing import release_of
from tests.factories.drafts import filled
from tests.ocds_schemas import RELEASE, member_paths

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


@pytest.mark.parametrize("code", CODES)
def test_a_correction_that_takes_away_and_what_it_compiles_to_agree_with_the_patched_schema(
    ocds_standard: Standard, code: str
) -> None:
    notice = notice_types()[code]
    body, whole = release_of(notice, filled(notice), occasion()), filled(notice)
    said = {one.name: whole[one.name] for one in notice.fields if one.locked or one.required is True}

    when = occasion(release_id="r2", at="2026-03-06T09:00:00+08:00", corrects="r1", reason="笔误", before=body)
    corrected = release_of(notice, said, when)

    assert ocds_standard.faults_of_release(corrected) == []
    assert ocds_standard.faults_of_release(merging.compile_releases([body, corrected])) == []


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
        ("tender", {"lots": [{"lot": "1", "title": "甲"}, {"lot": "1", "title": "乙"}]}, "lot", checking.TWICE),
    ],
)
def test_what_does_not_fit_together_is_told(code: str, said: dict[str, object], field: str, message: str) -> None:
    notice = notice_types()[code]
    faults = checking.faults_of(notice, filled(notice, **said), today=TODAY, category="A0402")

    assert (field, message) in {(fault.field.name, fault.message) for fault in faults}


LOTS = [{"lot": "1", "title": "东区"}, {"lot": "2", "title": "西区"}]


def corrected(code: str, before: dict[str, object], after: dict[str, object]) -> tuple[Json, Json]:
    """Publish a notice and its correction: (the correction, the compiled release)."""
    notice = notice_types()[code]
    body = release_of(notice, filled(notice, **before), occasion(before={}))
    kept = values_of(notice, body, number=9, corrects=True) | after
    when = occasion(release_id="r2", at="2026-03-06T09:00:00+08:00", corrects="r1", reason="多写了一行", before=body)
    second = release_of(notice, kept, when)
    return second, merging.compile_releases([body, second])


def rows_of(compiled: Json, *names: str) -> list[Json]:
    part = compiled
    for name in names[:-1]:
        part = values.child(part, name)
    return values.children(part, names[-1])


def test_a_lot_that_a_correction_leaves_out_is_gone_and_says_why() -> None:
    second, compiled = corrected("tender", {"lots": LOTS}, {"lots": [{"id": "1", "lot": "1", "title": "东区"}]})

    told = [(names, one["id"], one["removal"]) for names, one in values.removals_in(compiled)]
    removal = {"title": "西区", "date": "2026-03-06T09:00:00+08:00", "rationale": "多写了一行", "releaseID": "r2"}
    assert [one["title"] for one in rows_of(compiled, "tender", "lots")] == ["东区"]
    assert told == [(("tender", "lots"), "2", removal)]
    assert standard.faults_of(second) == []


def test_a_row_that_comes_back_is_there_again() -> None:
    second, compiled = corrected("tender", {"lots": LOTS}, {"lots": [{"id": "1", "lot": "1", "title": "东区"}]})
    notice = notice_types()["tender"]
    again = occasion(release_id="r3", at="2026-03-07T09:00:00+08:00", corrects="r2", reason="补回", before=second)
    said = values_of(notice, second, number=10, corrects=True) | {"lots": LOTS}

    after = merging.compile_releases(
        [{**compiled, "date": "2026-03-06T09:00:00+08:00"}, release_of(notice, said, again)]
    )

    assert [one["title"] for one in rows_of(after, "tender", "lots")] == ["东区", "西区"]


def test_a_row_that_a_correction_adds_takes_no_name_of_another() -> None:
    names = [{"name": name} for name in ("送餐", "助浴", "陪诊")]
    rows = [{"id": "2", "name": "助浴"}, {"id": "3", "name": "陪诊"}, {"name": "理发"}]

    _, compiled = corrected("tender", {"services": names}, {"services": rows})

    told = {one["id"]: one.get("description") for one in rows_of(compiled, "tender", "items")}
    assert {number: told.get(number) for number in "1234"} == {"1": None, "2": "助浴", "3": "陪诊", "4": "理发"}


def test_a_bidder_that_a_correction_leaves_out_is_no_bidder_any_more() -> None:
    rows = [{"bidder": {"name": name, "code": ""}, "status": "valid"} for name in ("甲中心", "乙中心")]
    _, compiled = corrected("award", {"bidders": rows}, {"bidders": [{"id": "7-1", **rows[0]}]})

    assert [one.names for one in delivery.bidders(compiled).bids] == ["甲中心"]
    assert [one["name"] for one in rows_of(compiled, "tender", "tenderers")] == ["甲中心"]


def test_a_corrected_supplier_takes_the_place_of_the_wrong_one() -> None:
    right = {"name": "郑州市仁爱社会工作服务中心", "code": ""}
    _, compiled = corrected("contract", {}, {"supplier": right})

    award = rows_of(compiled, "awards")[0]
    assert [one["name"] for one in values.children(award, "suppliers")] == [right["name"]]


@pytest.mark.parametrize("code", CODES)
def test_rows_that_a_correction_leaves_out_are_merged_as_others_merge_them(code: str, ocds_standard: Standard) -> None:
    notice = notice_types()[code]
    tables = {one.name: [] for one in notice.fields if one.kind == "table"}
    body = release_of(notice, filled(notice), occasion())
    when = occasion(release_id="r2", at="2026-03-06T09:00:00+08:00", corrects="r1", reason="笔误", before=body)
    second = release_of(notice, filled(notice) | tables, when)

    compiled = merging.compile_releases([body, second])

    assert ocds_standard.faults_of_release(second) == []
    merger = Merger(copy.deepcopy(ocds_standard.patched(())[RELEASE]))
    assert compiled == merger.create_compiled_release([body, second])
    assert [
        path for path in member_paths(second) if not ocds_standard.declares(path, ocds_standard.all_extensions)
    ] == []
    assert all(values_of(notice, compiled, number=9, corrects=True).get(name) is None for name in tables)


def test_each_disqualified_bidder_has_its_reason() -> None:
    notice = notice_types()["award"]
    rows = [
        {"bidder": {"name": "甲中心", "code": ""}, "status": "valid"},
        {"bidder": {"name": "乙中心", "code": ""}, "status": "disqualified", "why": "price"},
        {"bidder": {"name": "丙中心", "code": ""}, "status": "disqualified", "why": "other", "why_details": "未到场"},
    ]
    body = release_of(notice, filled(notice, bidders=rows), occasion())

    told = [(one.names, one.why, one.reason) for one in delivery.bidders(body).bids]

    assert told == [
        ("甲中心", None, ""),
        ("乙中心", "above the highest price or the budget", ""),
        ("丙中心", "another reason", "未到场"),
    ]
    assert standard.faults_of(body) == []


@pytest.mark.parametrize(
    ("row", "missing"),
    [({"status": "disqualified"}, {"why"}), ({"status": "disqualified", "why": "other"}, {"why_details"}),
     ({"status": "valid"}, set())],
)  # fmt: skip
def test_who_is_disqualified_without_a_reason_is_pointed_out(row: dict[str, object], missing: set[str]) -> None:
    notice = notice_types()["award"]
    bidders = [{"bidder": {"name": "甲中心", "code": ""}} | row]

    told = checking.faults_of(notice, filled(notice, bidders=bidders), today=TODAY)

    assert {fault.field.name for fault in told} == missing
