"""What residents of the demonstration province ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from portal.demand.actions import ProposalText
from portal.demo.words import OPENERS, PLACES, SPOTS, THEMES

if TYPE_CHECKING:
    from random import Random

    from portal.demo.words import Place, Theme

DAYS_BACK = 480


@dataclass(frozen=True)
class Voice:
    """One proposal: its text, when it was sent, what was answered, how many support it."""

    text: ProposalText
    place: Place
    theme: Theme
    sent_at: datetime
    verdict: str | None
    supports: int
    is_published: bool


def voices(rng: Random, count: int, *, as_of: datetime) -> list[Voice]:
    """Make proposals through places and themes; the newest wait for moderation, many have an answer."""
    return sorted((_voice(rng, number, count, as_of) for number in range(count)), key=lambda voice: voice.sent_at)


def _voice(rng: Random, number: int, count: int, as_of: datetime) -> Voice:
    places = PLACES[1:]
    place, theme = places[number % len(places)], THEMES[(number // len(places)) % len(THEMES)]
    code, district, district_en = place.districts[(number // 7) % len(place.districts)]
    spot, spot_en = SPOTS[(number * 3 + number // 11) % len(SPOTS)]
    opener, opener_en = OPENERS[(number + number // 12) % len(OPENERS)]
    people = rng.choice((20, 30, 50, 80, 120, 200))
    words = {
        "spot": f"{district}{spot}",
        "name": theme.name,
        "spot_en": f"{spot_en}, {district_en}",
        "name_en": theme.name_en[0].lower() + theme.name_en[1:],
    }
    age = int(DAYS_BACK * (1 - number / count) ** 1.2) + rng.randint(0, 6)
    verdict = rng.choice(("accepted", "accepted", "considering", "rejected", None))
    return Voice(
        text=ProposalText(
            title=opener.format(**words), title_en=opener_en.format(**words),
            body=f"{theme.voice}。我们{district}{spot}大约有{people}人有这个需要，主要是{theme.whom}。"
            f"希望时间安排在{theme.hours}，{theme.price}可以接受。",
            body_en=f"{theme.voice_en}. About {people} people in {spot_en} ({district_en}) need this, mostly "
            f"{theme.whom_en}. Good hours would be: {theme.hours_en}.",
            region_code=code, category_code=theme.category, beneficiaries=theme.whom, people_count=people,
        ),
        place=place, theme=theme, sent_at=as_of - timedelta(days=age, minutes=rng.randint(0, 600)),
        verdict=verdict if age > 20 else None, supports=int(rng.paretovariate(0.9) * 3) % 80,
        is_published=number < count * 0.95 or number % 2 == 0,
    )  # fmt: skip
