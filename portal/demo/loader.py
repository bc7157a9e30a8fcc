"""Loading the demonstration province through the acts that everybody else uses too."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import insert, select

from portal.classification.actions import load_reference_data
from portal.demand import actions as demand
from portal.demand.models import Need, Proposal, Support
from portal.demand.rules import Verdict
from portal.demo import documents, listings, notices, people, purchases, readers, voices
from portal.demo.people import sign_ins
from portal.demo.words import ANSWERS, COMMENTS, PLACES
from portal.disclosure.actions import Received, add_document, receive
from portal.disclosure.rules import person
from portal.kernel import clock
from portal.kernel.clock import SHANGHAI
from portal.kernel.money import to_fen
from portal.outbox.models import OutboxEvent
from portal.parties.actions import add_government, describe_organization, register_party
from portal.planning import actions as planning
from portal.planning.rules import Method, OmissionReason
from portal.procurement.actions import seal_releases
from portal.procurement.models import Release
from portal.ratings import actions as ratings
from portal.ratings.models import Rating, RatingSummary
from portal.ratings.rules import Channel, period_of
from portal.services.actions import change_service, list_service
from portal.services.drafts import actions as draft_actions
from portal.services.listing.statements import statement
from portal.services.models import Service
from portal.services.publication.rows import statement_of
from portal.services.queries import services_in_office
from portal.storage import flags
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from portal.demo.purchases import Purchase
    from portal.demo.voices import Voice

SEED = 20261101
AS_OF = datetime(2026, 11, 1, 10, 0, tzinfo=SHANGHAI)
PROCESSES, SERVICES, PROPOSALS, RATINGS, DOCUMENTS = 200, 40, 300, 1500, 24
OPERATOR = "示例数据（演示）"
__all__ = ["is_demonstration", "is_empty", "load", "sign_ins"]


def is_empty() -> bool:
    """Tell whether nothing has been published or proposed yet."""
    return all(db.session.scalar(select(model.id).limit(1)) is None for model in (Release, Proposal, OutboxEvent))


def is_demonstration() -> bool:
    """Tell whether this database holds the demonstration."""
    return flags.flag(flags.DEMONSTRATION) is not None


def load(*, scale: int = 1, tell: Callable[[str], None] | None = None) -> None:
    """Load the whole province in one transaction: all of it, or nothing.

    Args:
        scale: how many times as many purchases, proposals and ratings.
        tell: is told what is being loaded.
    """
    say = tell or (lambda _: None)
    with transaction(), clock.frozen(AS_OF):
        load_reference_data()
        ratings.load_dimensions()
        province = _Province(Random(SEED), scale, say)
        province.load()
        flags.set_flag(flags.DEMONSTRATION, f"{AS_OF:%Y-%m-%d} scale {scale}")


class _Province:
    """The province while it is being loaded."""

    def __init__(self, rng: Random, scale: int, say: Callable[[str], None]) -> None:
        self.rng, self.scale, self.say = rng, scale, say
        self.governments: dict[str, int] = {}
        self.purchases: list[Purchase] = []
        self.proposals: list[tuple[Voice, int]] = []
        self.services: dict[str, int] = {}
        self.staff: dict[str, int] = {}
        self.residents: list[int] = []

    def load(self) -> None:
        """Load everything, in the order in which it rests on each other."""
        for name, step in (
            ("governments and organisations", self.bodies),
            ("purchases", self.purchase),
            ("documents", self.documents),
            ("services", self.list_services),
            ("proposals", self.propose),
            ("needs and the plan of this year", self.plan),
            ("ratings", self.rate),
            ("the draft of next year's plan", self.draft),
            ("notices in the office", self.write_notices),
            ("listings in the office", self.draft_listings),
            ("how much the portal was used", self.use),
        ):
            self.say(name)
            step()

    def use(self) -> None:
        """Count invented readers."""
        ocids = sorted({str(release["ocid"]) for made in self.purchases for release in made.releases})
        readers.add_use(AS_OF, services=sorted(self.services.values()), ocids=ocids)

    def bodies(self) -> None:
        """Make governments, offices, social organisations and people."""
        parent = None
        for place in PLACES:
            government = add_government(place.name, name_en=place.name_en, region_code=place.code, parent_id=parent)
            self.governments[place.code], parent = government.id, parent or government.id
        for body in purchases.buyers():
            organization = register_party(body.party)
            describe_organization(organization.id, government_id=self.governments[body.place.code])
        organizations = [register_party(body.party) for body in purchases.suppliers()]
        self.staff = people.add_staff(self.governments["410100"], organizations[9].id)
        self.residents = people.add_residents(people.RESIDENTS * self.scale)

    def purchase(self) -> None:
        """Seal every release, in the order of their dates, at their dates."""
        prefix = current_app.extensions["settings"].ocid_prefix
        self.purchases = purchases.purchases(self.rng, PROCESSES * self.scale, prefix=prefix, as_of=AS_OF)
        releases = sorted((one for made in self.purchases for one in made.releases), key=lambda one: str(one["date"]))
        report = seal_releases(releases, by=OPERATOR, source="portal demo")
        if report.refused:
            raise ValueError(str(report.refused[0]))

    def documents(self) -> None:
        """Attach tender documents, contracts and acceptance reports: half PDF, half DOCX."""
        font = documents.chinese_font()
        if font is None:
            sys.stderr.write("no Chinese font on this machine: the demonstration has no PDF documents\n")
        ready = [made for made in self.purchases if made.fate in {"accepted", "delivering"}][: DOCUMENTS // 2]
        for made in ready:
            place, theme = made.place.short, made.theme
            tender = [
                f"采购人：{made.buyer.party['name']}",
                f"服务对象：{theme.whom}",
                f"服务时间：{theme.hours}。收费标准：{theme.price}。",
                "供应商应当依法登记，并承诺不转包。",
            ]
            contract = [
                f"甲方：{made.buyer.party['name']}",
                f"乙方：{made.supplier.party['name']}",
                f"服务内容：{theme.name}。",
                "付款：签约后百分之三十，中期百分之四十，验收合格后付清。",
            ]
            name = f"{place}{made.year}年{theme.name}"
            add_document(
                documents.docx(f"{name}采购文件", tender),
                ocid=made.ocid,
                title=f"{name}采购文件",
                title_en=f"Tender document: {theme.name_en}",
                filename=f"{name}采购文件.docx",
            )
            if font is not None:
                add_document(
                    documents.pdf(f"{name}合同", contract, font),
                    ocid=made.ocid,
                    title=f"{name}合同",
                    title_en=f"Contract: {theme.name_en}",
                    filename=f"{name}合同.pdf",
                )
        self._hand_in(ready[0])

    def _hand_in(self, made: Purchase) -> None:
        """Let the publisher hand in a report with names in it, for the approver to look through."""
        report = [
            "联系人：张示例，手机 138-0013-8000",
            "序号 姓名 年龄",
            "1 李示例 76",
            "2 王示例 81",
            "服务情况良好。",
        ]
        receive(
            documents.docx("验收报告", report),
            Received(made.ocid, "验收报告.docx", by=person(self.staff["publisher@example.org"])),
        )

    def list_services(self) -> None:
        """List what residents can use under the newest contracts."""
        running = {"accepted", "delivering", "amended", "single-bid", "late", "contracted"}
        ready = sorted(
            (made for made in self.purchases if made.fate in running), key=lambda made: (-made.year, made.ocid)
        )
        for number, made in enumerate(ready[: SERVICES * self.scale]):
            facts = listings.listing(
                made, number, as_of=AS_OF.date(), checked_days_ago=self.rng.choice(listings.CHECKED_DAYS_AGO),
                provider=register_party(made.supplier.party).id, buyer=register_party(made.buyer.party).id,
            )  # fmt: skip
            contract = (made.ocid, made.contract_id)
            service = list_service(statement(facts, *listings.places(made, number), contracts=(contract,)))
            self.services[made.ocid] = service.id
            self._earlier_contract(made, service.id)
        self._close_some()

    def _earlier_contract(self, made: Purchase, service_id: int) -> None:
        """Record the contract of an earlier year that bought the same in the same place, if there was one."""
        earlier = [
            one
            for one in self.purchases
            if (one.place, one.theme, one.fate) == (made.place, made.theme, "accepted") and one.year < made.year
        ]
        for one in sorted(earlier, key=lambda one: -one.year)[:1]:
            said = statement_of(db.session.get_one(Service, service_id))
            change_service(service_id, replace(said, contracts=(*said.contracts, (one.ocid, one.contract_id))))

    def _close_some(self) -> None:
        """Let two people close one service for a while and one for good."""
        numbers = list(self.services.values())
        self._close(
            numbers[-4], "场地装修，十二月一日恢复服务。急需帮助请打服务电话。", for_good=False,
            alert_en="Closed for repairs; open again on 1 December. In urgent cases call the number of the service.",
        )  # fmt: skip
        self._close(
            numbers[-5], "服务已停办，可改用邻近社区的同类服务。", for_good=True,
            alert_en="This service has ended; please use the one in the next community.",
        )  # fmt: skip

    def _close(self, service_id: int, alert: str, *, for_good: bool, alert_en: str) -> None:
        author, approver = self.staff["publisher@example.org"], self.staff["approver@example.org"]
        everywhere = set(self.governments.values())
        draft = draft_actions.begin_change(service_id, by=author, governments=everywhere)
        draft_actions.state_closed(
            draft.id, alert, for_good=for_good, by=author, governments=everywhere, alert_en=alert_en
        )
        draft_actions.submit_draft(draft.id, by=author, governments=everywhere)
        draft_actions.approve_draft(draft.id, revision=draft.revision, by=approver, governments=everywhere)

    def draft_listings(self) -> None:
        """Leave two changes of listings in the office: one waits for approval, one is being written."""
        author, government = self.staff["publisher@example.org"], {self.governments["410100"]}
        theirs = services_in_office(government).with_only_columns(Service.id).limit(2)
        for number, service_id in enumerate(db.session.scalars(theirs).all()):
            draft = draft_actions.begin_change(service_id, by=author, governments=government)
            draft_actions.state_check(draft.id, on=clock.today(), by=author, governments=government)
            if number == 0:
                draft_actions.submit_draft(draft.id, by=author, governments=government)

    def propose(self) -> None:
        """Let residents propose and support, moderators publish, officials answer."""
        everywhere = set(self.governments.values())
        for voice in voices.voices(self.rng, PROPOSALS * self.scale, as_of=AS_OF):
            author = self.rng.choice(self.residents)
            with clock.frozen(voice.sent_at):
                proposal = demand.submit_proposal(voice.text, by=author)
            self.proposals.append((voice, proposal.id))
            if not voice.is_published:
                continue
            with clock.frozen(voice.sent_at + timedelta(days=1)):
                demand.moderate_proposal(proposal.id, publish=True, reason="", governments=everywhere)
            if voice.verdict:
                reason, reason_en = ANSWERS[voice.verdict]
                with clock.frozen(voice.sent_at + timedelta(days=self.rng.randint(8, 19))):
                    demand.answer_proposal(
                        proposal.id,
                        Verdict(voice.verdict),
                        reason,
                        by=None,
                        governments=everywhere,
                        reason_en=reason_en,
                    )
            self._support(proposal.id, voice)

    def _support(self, proposal_id: int, voice: Voice) -> None:
        supporters = self.rng.sample(self.residents, min(voice.supports, len(self.residents)))
        rows = [
            {"proposal_id": proposal_id, "person_id": person, "at": voice.sent_at + timedelta(days=2, minutes=number)}
            for number, person in enumerate(supporters)
        ]
        if rows:
            db.session.execute(insert(Support), rows)

    def plan(self) -> None:
        """Gather needs, and publish the plan of Zhengzhou for this year with the purchases it became."""
        year = AS_OF.year
        government, everywhere = self.governments["410100"], set(self.governments.values())
        author, approver = self.staff["planner@example.org"], self.staff["approver@example.org"]
        local = [made for made in self.purchases if made.place.code == "410100" and made.year == year][:12]
        with clock.frozen(AS_OF - timedelta(days=330)):
            for place in PLACES[2:]:
                for made in [one for one in self.purchases if one.place is place and one.year == year][:3]:
                    self._need(made, year)
            needs = {made.ocid: self._need(made, year) for made in local}
            text = planning.PlanText(
                f"郑州市{year}年政府购买服务计划", f"Zhengzhou: services to be purchased in {year}",
                "本计划逐条写明回应的需求、预算和方式；未列入的需求附理由。",
                "Each line names the needs it answers, its budget and its method; what is left out has its reason.",
            )  # fmt: skip
            plan = planning.draft_plan(text, government_id=government, year=year, by=author)
            for made in local[:-2]:
                planning.add_line(plan.id, _line(made), needs=[needs[made.ocid].id], by=author, governments=everywhere)
            for made in local[-2:]:
                planning.omit_need(
                    plan.id, needs[made.ocid].id, reason=OmissionReason.NO_MONEY, by=author, governments=everywhere,
                    explanation="今年预算优先保障养老和残疾人服务，明年再安排。", explanation_en="This year's money goes first to older and disabled people; it is planned for next year.",
                )  # fmt: skip
        with clock.frozen(AS_OF - timedelta(days=320)):
            planning.submit_plan(plan.id, by=author, governments=everywhere)
            planning.publish_plan(plan.id, revision=plan.revision, by=approver, governments=everywhere)
        for number, made in enumerate(local[:-2], start=1):
            planning.link_process(plan.id, number, ocid=made.ocid, governments=everywhere)

    def _need(self, made: Purchase, year: int) -> Need:
        """Make a need of a purchase's theme and place, and gather the proposals that ask for it."""
        theme, place = made.theme, made.place
        text = demand.NeedText(
            f"{place.short}{theme.name}", place.code, theme.category, year,
            f"多份提案反映：{theme.voice}。", f"{theme.name_en} in {place.short_en}", f"Several proposals say: {theme.voice_en}.",
        )  # fmt: skip
        need = demand.create_need(text, government_id=self.governments[place.code])
        same = [
            number
            for voice, number in self.proposals
            if voice.place is place and voice.theme is theme and voice.is_published
        ]
        half = same[: len(same) // 2] if year == AS_OF.year else same[len(same) // 2 :]
        demand.gather_proposals(half, need.id, governments=set(self.governments.values()))
        return need

    def rate(self) -> None:
        """Let residents rate through the year, and publish figures week by week."""
        numbers = list(self.services.values())
        contracts = {number: ocid for ocid, number in self.services.items()}
        weights = [float(self.rng.choice((1, 2, 4, 8))) for _ in numbers]
        weights[-3:] = [0.05] * len(weights[-3:])
        moods = {
            number: self.rng.choice(((2, 3, 10, 45, 40), (1, 4, 15, 50, 30), (8, 14, 28, 32, 18))) for number in numbers
        }
        seen: set[tuple[int, int, str]] = set()
        rows: list[dict[str, object]] = []
        while len(rows) < RATINGS * self.scale:
            number, person = self.rng.choices(numbers, weights)[0], self.rng.choice(self.residents)
            at = AS_OF - timedelta(days=self.rng.randint(9, 170), minutes=self.rng.randint(0, 700))
            key = (number, person, period_of(clock.day_of(at)))
            if key in seen:
                continue
            seen.add(key)
            rows.append({
                "service_id": number, "person_id": person, "period": key[2], "ocid": contracts[number],
                "contract_id": f"{contracts[number]}-C1", "level": self.rng.choices(range(1, 6), moods[number])[0],
                "promise_kept": None, "comment": self.rng.choice(COMMENTS), "is_by_family": self.rng.random() < 0.1,
                "channel": Channel.OPEN, "created_at": at, "changed_at": at,
            })  # fmt: skip
        db.session.execute(insert(Rating), rows)
        for days in (90, 0):
            with clock.frozen(AS_OF - timedelta(days=days)):
                ratings.close_week(clock.today())

    def draft(self) -> None:
        """Let the ratings inform next year's needs, and begin next year's plan."""
        year, author = AS_OF.year + 1, self.staff["planner@example.org"]
        everywhere = set(self.governments.values())
        local = [made for made in self.purchases if made.place.code == "410100" and made.year == AS_OF.year][:12]
        with clock.frozen(AS_OF - timedelta(days=10)):
            needs = {made.ocid: self._need(made, year) for made in local}
            for ocid, summary in self._summaries(list(needs)).items():
                ratings.inform_need(
                    summary.id, needs[ocid].id, note=f"{summary.n}份评价，满意率{summary.satisfied_share:.0%}"
                )
            text = planning.PlanText(
                f"郑州市{year}年政府购买服务计划（草案）", f"Zhengzhou: services to be purchased in {year} (draft)"
            )
            plan = planning.draft_plan(text, government_id=self.governments["410100"], year=year, by=author)
            for made in local[:4]:
                planning.add_line(plan.id, _line(made), needs=[needs[made.ocid].id], by=author, governments=everywhere)

    def write_notices(self) -> None:
        """Let the office write notices in every state."""
        notices.write(self.purchases, government=self.governments["410100"], staff=self.staff)

    def _summaries(self, ocids: Sequence[str]) -> dict[str, RatingSummary]:
        """Read the newest figures of the services that some purchases became."""
        query = select(Service.ocid, RatingSummary).join(Service, Service.id == RatingSummary.service_id)
        rows = db.session.execute(query.where(Service.ocid.in_(ocids)).order_by(RatingSummary.id))
        return {ocid: summary for ocid, summary in rows if ocid}


def _line(made: Purchase) -> planning.LineText:
    theme, place = made.theme, made.place
    return planning.LineText(
        title=f"{place.short}{theme.name}", title_en=f"{theme.name_en} in {place.short_en}", category_code=theme.category,
        region_code=place.code, budget_fen=to_fen(theme.yuan), method=Method.CONSULTATION, beneficiaries=theme.whom,
        beneficiaries_en=theme.whom_en, quantity=2000, unit=theme.unit, expected_month=3,
        quality_target="满意率不低于百分之八十五", quality_target_en="At least 85 percent satisfied",
        rationale=f"回应居民提案：{theme.voice}。", rationale_en=f"Answers what residents say: {theme.voice_en}.",
    )  # fmt: skip
