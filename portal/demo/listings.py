"""Listings of the demonstration province: invented places, hours, prices and telephones, in every state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from portal.services.listing.hours import Span
from portal.services.listing.statements import Listing, Place, Price
from portal.services.rules import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from portal.demo.purchases import Purchase

DAILY, WORKDAYS, NO_SUNDAY = range(1, 8), range(1, 6), range(1, 7)
CHECKED_DAYS_AGO = (12, 30, 75, 120, 210)


@dataclass(frozen=True)
class Use:
    """How a kind of service is used: by which way, when, at what price, with which papers."""

    mode: Mode
    days: Sequence[int]
    opening: tuple[tuple[str, str], ...]
    fen: int
    per: str = ""
    per_en: str | None = None
    papers: tuple[str, ...] = ("身份证",)


USES = {
    "社区老年助餐": Use(Mode.VISIT, DAILY, (("11:00", "13:00"), ("17:00", "18:30")), 1_000, "每餐", "a meal"),
    "居家养老上门照护": Use(Mode.HOME, NO_SUNDAY, (("08:00", "18:00"),), 0),
    "困境儿童关爱陪伴": Use(Mode.VISIT, WORKDAYS, (("16:00", "19:00"),), 0, papers=("孩子的户口本",)),
    "残疾人康复训练": Use(
        Mode.VISIT, WORKDAYS, (("09:00", "12:00"), ("14:00", "17:00")), 0, papers=("身份证", "残疾人证")
    ),
    "轮椅和辅具维修": Use(
        Mode.VISIT, (2, 4), (("09:00", "16:00"),), 2_000, "每次，零件另按成本计", "a visit; parts at cost"
    ),
    "小学生课后托管": Use(Mode.VISIT, WORKDAYS, (("16:00", "18:30"),), 10_000, "每月", "a month", ("孩子的户口本",)),
    "社区慢性病管理": Use(
        Mode.VISIT, WORKDAYS, (("08:00", "12:00"), ("14:00", "17:00")), 0, papers=("身份证", "医保卡")
    ),
    "青少年心理疏导": Use(Mode.PHONE, DAILY, (("09:00", "21:00"),), 0, papers=()),
    "社区法律咨询": Use(Mode.VISIT, (3,), (("14:00", "17:00"),), 0, papers=()),
    "家庭养老床位建设": Use(Mode.HOME, WORKDAYS, (("09:00", "17:00"),), 30_000, "每张床位", "a bed"),
    "暑期儿童活动营": Use(Mode.VISIT, WORKDAYS, (("08:00", "18:00"),), 5_000, "每周", "a week", ("孩子的户口本",)),
    "听障人士手语翻译": Use(Mode.HOME, WORKDAYS, (("08:30", "17:30"),), 0, papers=("残疾人证",)),
}
STEPS = "打电话或到社区登记\n带上下面列出的证件\n三个工作日内答复"
STEPS_EN = (
    "Call or come to the community office\nBring the papers listed below\nYou get an answer within three working days"
)


def listing(made: Purchase, number: int, *, as_of: date, checked_days_ago: int, provider: int, buyer: int) -> Listing:
    """State the facts of a service that one purchase pays for; every seventh serves two districts."""
    theme, use = made.theme, USES[made.theme.name]
    places = made.place.districts
    code, district, district_en = places[number % len(places)]
    second = places[(number + 1) % len(places)]
    areas = (code, second[0]) if number % 7 == 3 else (code,)
    where, where_en = (
        (f"{district}、{second[1]}", f"{district_en} or {second[2]}") if len(areas) > 1 else (district, district_en)
    )
    return Listing(
        name=f"{district}{theme.name}", name_en=f"{theme.name_en}, {district_en}",
        description=f"{theme.voice}。现由政府出资，社会组织为{theme.whom}提供{theme.name}。",
        description_en=f"{theme.name_en} for {theme.whom_en}, paid for by the government and provided by a social organisation.",
        category_code=theme.category, region_code=code, areas=areas,
        eligibility=f"{theme.whom}，在{where}居住。",
        eligibility_en=f"{theme.whom_en[0].upper()}{theme.whom_en[1:]} living in {where_en}.",
        ineligibility="住在养老机构里的老人" if use.mode is Mode.HOME and theme.category == "A0402" else "",
        ineligibility_en="people who live in a care home" if use.mode is Mode.HOME and theme.category == "A0402" else None,
        minimum_age=theme.ages[0], maximum_age=theme.ages[1], application_process=STEPS, application_process_en=STEPS_EN,
        documents=use.papers,
        fees=theme.price if "成本" in theme.price else "", fees_en=theme.price_en if "成本" in theme.price else None,
        prices=(Price(use.fen, use.per, use.per_en),), phone=f"0371-0000-{1000 + number}",
        languages=("zh", "csl") if theme.name == "听障人士手语翻译" else ("zh",),
        capacity_unit=theme.unit if use.mode is Mode.VISIT else None,
        available=number % 5 if use.mode is Mode.VISIT else None, maximum=30 if use.mode is Mode.VISIT else None,
        provider_id=provider, buyer_id=buyer,
        assured_on=as_of - timedelta(days=checked_days_ago),
    )  # fmt: skip


def places(made: Purchase, number: int) -> list[Place]:
    """Give the ways to use a service: one, and for every fifth that is visited a second place."""
    theme, use = made.theme, USES[made.theme.name]
    code, district, district_en = made.place.districts[number % len(made.place.districts)]
    hours = tuple(Span(day, opens, closes) for day in use.days for opens, closes in use.opening)
    notes, notes_en = (
        ("法定节假日休息，调休上班日照常。", "Closed on public holidays.") if use.days is not DAILY else ("", None)
    )
    if use.mode is not Mode.VISIT:
        return [Place(use.mode, region_code=code, hours=hours, notes=notes, notes_en=notes_en)]
    first = Place(
        Mode.VISIT, name=f"{district}{theme.name}服务站", name_en=f"{district_en} centre",
        address=f"{district}示例路{100 + number}号（演示地址）", address_en=f"{100 + number} Example Road, {district_en} (invented)",
        postal_code="000000", region_code=code, transportation="公交示例1路到示例路站下车，向东走二百米。",
        transportation_en="Bus 1 (invented) to Example Road, then 200 metres east.",
        accessibility="门口有坡道\n一楼有无障碍卫生间" if number % 2 else "有电梯\n入口有一级台阶",
        accessibility_en="Ramp at the entrance\nAccessible toilet on the ground floor" if number % 2 else "Lift\nOne step at the entrance",
        hours=hours, notes=notes, notes_en=notes_en,
    )  # fmt: skip
    if number % 5:
        return [first]
    second = Place(
        Mode.VISIT, name=f"{district}{theme.name}第二服务站", name_en=f"{district_en}, second centre",
        address=f"{district}演示街{10 + number}号（演示地址）", address_en=f"{10 + number} Demo Street, {district_en} (invented)",
        region_code=code, phone=f"0371-0000-{2000 + number}", hours=hours[: max(1, len(hours) // 2)],
    )  # fmt: skip
    return [first, second]
