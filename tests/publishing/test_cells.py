"""What is typed into a field is read as it was meant, or refused with what to do."""

from __future__ import annotations

import pytest

from portal.procurement.cells import NoAmountError, NoChoiceError
from portal.publishing.notices import cells, sheets
from portal.publishing.notices.model import FieldSpec, notice_types

YEAR, MONEY = "分年资金安排：年度", "分年资金安排：资金安排（元）"


def field(kind: str, **said: object) -> FieldSpec:
    return FieldSpec(name="x", label="甲", label_en="A", kind=kind, path="a", **said)


@pytest.mark.parametrize(
    ("raw", "unit", "fen"),
    [
        ("120000.50", "yuan", 12_000_050), ("１２０，０００", "yuan", 12_000_000), ("12.5", "wan", 12_500_000),
        ("63.8600000（万元）".replace("（", "").replace("）", ""), "yuan", 63_860_000), ("¥ 1,200 元", "wan", 120_000),
        ("0", "yuan", 0), ("1.2亿", "yuan", 12_000_000_000),
    ],
)  # fmt: skip
def test_amounts_are_read_in_either_unit(raw: str, unit: str, fen: int) -> None:
    assert cells.read(field("amount"), raw, unit) == {"fen": fen, "unit": unit}


@pytest.mark.parametrize(
    "raw", ["-1", "1.005", "很多", "9" * 30, "1e9", "NaN", "八折", "-", "1" * 200, "93,000.00,0.1.2"]
)
def test_what_is_no_amount_is_refused(raw: str) -> None:
    with pytest.raises(NoAmountError):
        cells.read(field("amount"), raw, "yuan")


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("day", "２０２６－０３－０５", "2026-03-05"), ("day", "2026年3月5日", "2026-03-05"),
        ("day", "2026/3/5", "2026-03-05"),
        ("month", "2026年4月", "2026-04"), ("moment", "2026-03-24 9:30", "2026-03-24T09:30"),
        ("moment", "2026年03月24日09时30分", "2026-03-24T09:30"), ("count", "１，２００", "1200"),
        ("percent", "96.666%", "96.67"),
        ("year", "2026年", "2026"), ("line", " 社区\u200b\x07助餐 ", "社区助餐"), ("line", "\x00\x07", None),
        ("day", "  ", None),
    ],
)  # fmt: skip
def test_values_are_read_as_people_type_them(kind: str, raw: str, value: str | None) -> None:
    assert cells.read(field(kind), raw) == value


@pytest.mark.parametrize(
    ("kind", "raw", "error"),
    [
        ("day", "2026-02-31", cells.NoDayError), ("day", "1800-01-01", cells.NoDayError),
        ("day", "明天", cells.NoDayError),
        ("month", "2026-13", cells.NoMonthError), ("moment", "2026-03-24 25:00", cells.NoMomentError),
        ("moment", "2026-03-24", cells.NoMomentError), ("moment", "2026-02-31 09:00", cells.NoMomentError),
        ("count", "-1", cells.NoNumberError), ("count", "1.5", cells.NoNumberError),
        ("count", "Infinity", cells.NoNumberError),
        ("percent", "101", cells.NoNumberError), ("year", "26", cells.NoYearError),
        ("number", "x", cells.NoNumberError),
        ("line", "长" * 301, cells.TooLongError), ("paragraph", "长" * 10_001, cells.TooLongError),
        ("paragraph", "长" * 10_000_000, cells.TooLongError),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(kind: str, raw: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        cells.read(field(kind), raw)


def test_an_organisation_needs_a_right_code_and_a_name() -> None:
    said = field("organisation", roles=["buyer"])

    assert cells.read(said, "郑州市民政局", "１１410100005252012g") == {
        "name": "郑州市民政局",
        "code": "11410100005252012G",
    }
    assert cells.read(said, "郑州市民政局") == {"name": "郑州市民政局", "code": ""}
    with pytest.raises(cells.WrongCreditCodeError):
        cells.read(said, "某中心", "52410105MJF8123456")
    with pytest.raises(cells.NoNameError):
        cells.read(said, "", "11410100005252012G")


def test_a_choice_is_read_by_code_or_name() -> None:
    said = field("choice", codelist="method")

    assert [cells.read(said, raw) for raw in ("consultation", "竞争性磋商", "Competitive consultation")] == [
        "consultation"
    ] * 3
    with pytest.raises(NoChoiceError):
        cells.read(said, "抓阄")


@pytest.mark.parametrize("code", list(notice_types()))
def test_templates_have_headings_that_differ(code: str) -> None:
    for headings in zip(
        *((one.heading, one.heading_en) for one in sheets.columns_of(notice_types()[code])), strict=True
    ):
        assert len(set(headings)) == len(headings)


def test_rows_of_a_sheet_become_a_notice_with_its_table() -> None:
    rows = [
        {"项目编号": "A-1", "合同编号": "HT-1", "合同金额（元）": "12万元", YEAR: "2026", MONEY: "50000"},
        {YEAR: "2027", MONEY: "七万"},
    ]  # fmt: skip
    values, faults = sheets.values_of_rows(notice_types()["contract"], rows)

    assert values["amount"] == {"fen": 12_000_000, "unit": "yuan"}
    assert values["instalments"] == [{"year": "2026", "amount": {"fen": 5_000_000, "unit": "yuan"}}, {"year": "2027"}]
    assert [(fault.row, fault.heading) for fault in faults] == [(1, MONEY)]
