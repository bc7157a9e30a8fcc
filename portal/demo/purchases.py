"""Invented purchases: whole chains of OCDS releases in every state a purchase can be in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from portal.classification.rules import credit_code_check
from portal.demo.words import FORMS, GROUPS, GROUPS_EN, OFFICES, PLACES, THEMES
from portal.kernel.clock import SHANGHAI

if TYPE_CHECKING:
    from random import Random

    from portal.demo.words import Place, Theme
    from portal.procurement.rules import Json

FATES = (
    "accepted", "accepted", "accepted", "accepted", "delivering", "delivering", "contracted", "awarded", "tendering",
    "intended", "cancelled", "unsuccessful", "terminated", "amended", "single-bid", "late",
)  # fmt: skip
METHODS = (("selective", "竞争性磋商"), ("open", "公开招标"), ("limited", "竞争性谈判"), ("direct", "单一来源采购"))


@dataclass(frozen=True)
class Body:
    """An invented organisation as an OCDS party."""

    party: Json
    place: Place

    @property
    def reference(self) -> Json:
        """Name it where it acts."""
        return {"id": self.party["id"], "name": self.party["name"]}


@dataclass(frozen=True)
class Purchase:
    """A chain of releases, oldest first, and what the other makers need to know of it."""

    ocid: str
    theme: Theme
    place: Place
    fate: str
    buyer: Body
    supplier: Body
    year: int
    releases: tuple[Json, ...]

    @property
    def contract_id(self) -> str:
        """Name its contract."""
        return f"{self.ocid}-C1"


def buyers() -> list[Body]:
    """Make the offices that buy: five in each government."""
    return [
        _body("11", place, f"{place.short}{name}", f"{place.short_en} {name_en}", number, "buyer")
        for place in PLACES
        for number, (name, name_en) in enumerate(OFFICES, start=1)
    ]


def suppliers() -> list[Body]:
    """Make the social organisations that supply: nine in each government."""
    made = []
    for place in PLACES:
        for number in range(9):
            form, form_en, prefix = FORMS[number % len(FORMS)]
            group = (number * 5 + int(place.code[2:4])) % len(GROUPS)
            name, name_en = f"{place.short}{GROUPS[group]}{form}", f"{place.short_en} {GROUPS_EN[group]} {form_en}"
            made.append(_body(prefix, place, name, name_en, number + 1, "supplier"))
    return made


def purchases(rng: Random, count: int, *, prefix: str, as_of: datetime) -> list[Purchase]:
    """Make purchases, one after another through places, themes and fates.

    Args:
        rng: where everything that varies comes from.
        count: how many.
        prefix: of the ocids.
        as_of: the moment after which nothing has happened yet.
    """
    offices, groups = buyers(), suppliers()
    return [_purchase(rng, number, prefix, offices, groups, as_of) for number in range(count)]


def _purchase(
    rng: Random, number: int, prefix: str, offices: list[Body], groups: list[Body], as_of: datetime
) -> Purchase:
    place, theme = PLACES[number % len(PLACES)], THEMES[(number // len(PLACES)) % len(THEMES)]
    fate = FATES[(number // 3) % len(FATES)]
    year = as_of.year - (number // (len(PLACES) * len(THEMES))) % 4
    buyer = next(one for one in offices if one.place is place and str(one.party["name"]).endswith(theme.office))
    near = [one for one in groups if one.place is place]
    rivals = rng.sample(near, 1 if fate == "single-bid" else rng.randint(3, 5))
    start = datetime(year, 1, 6, 9, 0, tzinfo=SHANGHAI) + timedelta(
        days=rng.randint(0, 40), minutes=rng.randint(0, 400)
    )
    ocid = f"{prefix}-{place.code}-{year}-{number + 1:04d}"
    chain = _Chain(rng, ocid, theme, place, buyer, rivals, start, fate)
    releases = tuple(one for one in chain.releases() if str(one["date"]) <= as_of.isoformat())
    return Purchase(ocid, theme, place, fate, buyer, rivals[0], year, releases or tuple(chain.releases()[:1]))


class _Chain:
    """One purchase as it unfolds; each method is one publication."""

    def __init__(
        self, rng: Random, ocid: str, theme: Theme, place: Place, buyer: Body, rivals: list[Body], start: datetime,
        fate: str,
    ) -> None:  # fmt: skip
        self.rng, self.ocid, self.theme, self.place = rng, ocid, theme, place
        self.buyer, self.rivals, self.winner, self.start, self.fate = buyer, rivals, rivals[0], start, fate
        self.budget = round(theme.yuan * rng.uniform(0.7, 1.4), -3)
        self.price = round(self.budget * rng.uniform(0.88, 0.99), 2)
        self.method = METHODS[1 if fate == "single-bid" else rng.choice((0, 0, 0, 1, 2, 3))]
        self.title = f"{place.short}{start.year}年{theme.name}服务项目"
        self.title_en = f"{theme.name_en}, {place.short_en} {start.year}"
        self.count = 0

    def releases(self) -> list[Json]:
        """Give every publication, oldest first."""
        steps = {
            "intended": [self.intention],
            "tendering": [self.intention, self.tender],
            "cancelled": [self.intention, self.tender, self.cancellation],
            "unsuccessful": [self.intention, self.tender, self.failure],
            "awarded": [self.intention, self.tender, self.award],
            "contracted": [self.intention, self.tender, self.award, self.contract],
        }.get(self.fate, [self.intention, self.tender, self.correction, self.award, self.contract])
        if self.fate in {"amended", "terminated", "accepted", "delivering", "single-bid", "late"}:
            steps = [*steps, self.delivery]
        steps += {"amended": [self.amendment], "terminated": [self.termination]}.get(self.fate, [])
        if self.fate in {"accepted", "amended", "single-bid", "late"}:
            steps = [*steps, self.acceptance]
        return [step() for step in steps]

    def intention(self) -> Json:
        return self._release(
            "planning", 0,
            parties=[self.buyer.party],
            planning={
                "rationale": f"{self.theme.voice}。拟面向{self.theme.whom}购买{self.theme.name}服务。",
                "budget": {"project": self.title, "amount": self._money(self.budget)},
                "milestones": [{"id": "expected", "title": "预计采购时间", "type": "preProcurement", "dueDate": self._at(35)}],
            },
            tender={"id": "T1", "title": self.title, "title_en": self.title_en, "status": "planned"},
        )  # fmt: skip

    def tender(self) -> Json:
        code, details = self.method
        return self._release(
            "tender", 35,
            tender={
                "id": "T1", "title": self.title, "title_en": self.title_en, "status": "active",
                "description": f"为{self.theme.whom}提供{self.theme.name}服务，服务时间：{self.theme.hours}；收费：{self.theme.price}。",
                "description_en": f"{self.theme.name_en} for {self.theme.whom_en}. {self.theme.hours_en}. {self.theme.price_en}.",
                "procurementMethod": code, "procurementMethodDetails": details, "mainProcurementCategory": "services",
                "procurementMethodRationale": "政府购买服务项目",
                "eligibilityCriteria": "依法登记的社会组织，具备相应服务能力，近三年无重大违法记录。",
                "value": self._money(self.budget),
                "tenderPeriod": {"startDate": self._at(35), "endDate": self._at(57 if code == "open" else 47)},
                "items": [{
                    "id": "1", "description": f"{self.theme.name}服务", "quantity": self.rng.randint(5, 60) * 100,
                    "unit": {"name": self.theme.unit},
                    "classification": {"scheme": "CN-GUIDING-2020", "id": self.theme.category, "description": self.theme.name},
                }],
            },
        )  # fmt: skip

    def correction(self) -> Json:
        return self._release(
            "tenderUpdate", 40,
            tender={"id": "T1", "amendments": [{"id": "A1", "date": self._at(40), "rationale": "更正服务时间要求，其他内容不变。"}]},
        )  # fmt: skip

    def cancellation(self) -> Json:
        return self._release(
            "tenderCancellation", 50,
            tender={"id": "T1", "status": "cancelled", "amendments": [{"id": "A9", "date": self._at(50), "rationale": "采购任务取消。"}]},
        )  # fmt: skip

    def failure(self) -> Json:
        return self._release(
            "tenderUpdate", 60, tender={"id": "T1", "status": "unsuccessful", "numberOfTenderers": 2},
            awards=[{"id": f"{self.ocid}-A1", "title": self.title, "status": "unsuccessful", "description": "有效供应商不足三家。"}],
        )  # fmt: skip

    def award(self) -> Json:
        return self._release(
            "award", 62,
            parties=[self.buyer.party, *({**one.party, "roles": ["tenderer"]} for one in self.rivals[1:]), {**self.winner.party, "roles": ["supplier", "tenderer"]}],
            tender={
                "id": "T1", "status": "complete", "numberOfTenderers": len(self.rivals),
                "tenderers": [one.reference for one in self.rivals],
            },
            awards=[{
                "id": f"{self.ocid}-A1", "title": self.title, "status": "active", "date": self._at(60),
                "value": self._money(self.price), "suppliers": [self.winner.reference],
            }],
        )  # fmt: skip

    def contract(self) -> Json:
        delay = self.rng.randint(18, 60) if self.fate == "late" else self.rng.randint(0, 3)
        return self._release(
            "contract", 75 + delay,
            contracts=[{
                "id": f"{self.ocid}-C1", "awardID": f"{self.ocid}-A1", "title": f"{self.title}合同", "status": "active",
                "dateSigned": self._at(75), "value": self._money(self.price),
                "period": {"startDate": self._at(80), "endDate": self._at(80 + 365)},
            }],
        )  # fmt: skip

    def delivery(self) -> Json:
        paid = [
            {"id": f"P{number}", "date": self._at(day), "value": self._money(round(self.price * share, 2))}
            for number, day, share in ((1, 85, 0.3), (2, 170, 0.4))
        ]
        return self._release(
            "implementation", 171, contracts=[{**self._contract_id(), "implementation": {"transactions": paid}}]
        )

    def amendment(self) -> Json:
        more = round(self.price * 0.08, 2)
        return self._release(
            "contractAmendment", 180,
            contracts=[{
                **self._contract_id(), "value": self._money(self.price + more),
                "amendments": [{"id": "B1", "date": self._at(178), "rationale": "服务人数增加，金额增加不超过百分之十。"}],
            }],
        )  # fmt: skip

    def termination(self) -> Json:
        return self._release(
            "contractTermination", 200,
            contracts=[{**self._contract_id(), "status": "terminated", "amendments": [{"id": "B2", "date": self._at(198), "rationale": "服务质量两次抽查不合格，双方协商终止。"}]}],
        )  # fmt: skip

    def acceptance(self) -> Json:
        n, satisfied = self.rng.randint(24, 90), self.rng.randint(78, 97)
        return self._release(
            "implementationUpdate", 215,
            contracts=[{
                **self._contract_id(),
                "implementation": {
                    "milestones": [{
                        "id": "M1", "title": "中期验收", "type": "delivery", "status": "met", "dateMet": self._at(212),
                        "description": f"服务对象参加验收，{n}人发表意见，满意{satisfied}%。",
                    }],
                    "documents": [{"id": "D1", "documentType": "completionCertificate", "title": "验收报告", "datePublished": self._at(214)}],
                },
            }],
        )  # fmt: skip

    def _contract_id(self) -> Json:
        return {"id": f"{self.ocid}-C1", "awardID": f"{self.ocid}-A1"}

    def _release(self, tag: str, day: int, **said: object) -> Json:
        self.count += 1
        return {
            "ocid": self.ocid, "id": f"{self.ocid}-{self.count:02d}-{tag}", "date": self._at(day), "tag": [tag],
            "initiationType": "tender", "language": "zh", "buyer": self.buyer.reference, **said,
        }  # fmt: skip

    def _at(self, day: int) -> str:
        return (self.start + timedelta(days=day)).isoformat()

    @staticmethod
    def _money(yuan: float) -> Json:
        return {"amount": int(yuan) if float(yuan).is_integer() else round(yuan, 2), "currency": "CNY"}


def _body(prefix: str, place: Place, name: str, name_en: str, number: int, role: str) -> Body:
    first = f"{prefix}{place.code}DEM{number:02d}{prefix}0X"[:17]
    code = first + credit_code_check(first)
    party: Json = {
        "id": f"CN-USCI-{code}", "name": name, "name_en": name_en, "roles": [role],
        "identifier": {"scheme": "CN-USCI", "id": code, "legalName": name},
        "address": {"regionCode": place.code, "region": "河南省", "countryName": "中国"},
    }  # fmt: skip
    return Body(party, place)
