"""A corpus of notices that never were: as long, as repetitive and as varied as real ones.

Phrases made of words from jieba's dictionary come by Zipf's law, between sentences of the trade: as in
real notices most of a text has been said before. The same seed gives the same corpus on every machine.
"""

from __future__ import annotations

import datetime as dt
import random
from functools import cache
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from portal.search.port import SearchDocument, document_key

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 20_240_601
VOCABULARY = 200_000
PHRASES, PHRASE_WORDS, FILLERS = 20_000, 5, 32
ENGLISH_SHARE = 0.08
TOPICS = (
    "社区居家养老服务", "残疾人康复训练", "困境儿童心理疏导", "社会救助家庭评估", "青少年课后服务", "社区矫正帮教",
    "法律援助咨询", "公共文化活动组织", "就业技能培训", "社会组织孵化培育", "社工站运营", "志愿服务管理",
    "第三方绩效评估", "垃圾分类宣传",
)  # fmt: skip
REGIONS = tuple(f"41{prefecture:02}00" for prefecture in range(1, 19))
CATEGORIES = tuple(f"A{number:02}" for number in range(1, 30))
STAGES = ("planning", "tender", "award", "contract", "implementation")
SENTENCES = (
    "采购人为{place}民政局，项目编号{code}，预算金额{amount}元。",
    "服务内容包括{topic}，服务期限一年，合同履约后按约定验收。",
    "由第三方评估机构对{topic}的实施情况出具报告。",
    "采购文件自公告之日起在交易平台免费下载，逾期不予受理。",
    "中标人应当建立服务台账，按季度报送工作总结和资金使用情况。",
    "本项目不接受联合体投标，投标保证金按规定缴纳。",
    "供应商须为依法登记的社会组织，具备{topic}相关经验，专职人员不少于五名。",
    "验收合格后支付尾款，服务对象满意度不低于百分之八十五。",
    "评审采用综合评分法，公示期为一个工作日，监督电话0371-6550{digits}。",
)
ENGLISH = (
    "The purchaser invites social organisations to provide home care for the elderly in {code}. "
    "The contract runs for one year and is accepted by an independent evaluator. Budget {amount} yuan. "
)
PLACES = (
    "郑州市金水区",
    "郑州市二七区",
    "洛阳市西工区",
    "开封市龙亭区",
    "南阳市卧龙区",
    "新乡市红旗区",
    "许昌市魏都区",
    "信阳市浉河区",
)


@cache
def _phrases() -> tuple[list[str], list[float]]:
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        message = "jieba is missing: run scripts/bench, which installs it"
        raise SystemExit(message)
    lines = (Path(spec.origin).parent / "dict.txt").read_text("utf-8").splitlines()
    words = [line.split(" ", 1)[0] for line in lines]
    chance = random.Random(SEED)  # noqa: S311 - not a secret
    chosen = chance.sample([word for word in words if 1 < len(word) <= 4], VOCABULARY)  # noqa: PLR2004 - the usual length
    weights = _zipf(VOCABULARY)
    phrases = ["".join(chance.choices(chosen, cum_weights=weights, k=PHRASE_WORDS)) for _ in range(PHRASES)]
    return phrases, _zipf(PHRASES)


def _zipf(count: int) -> list[float]:
    return list(accumulate(1 / (rank + 10) for rank in range(count)))


def notices(count: int) -> Iterator[SearchDocument]:
    """Make so many notices, always the same."""
    chance = random.Random(SEED)  # noqa: S311 - not a secret
    first = dt.date(2016, 1, 1)
    for number in range(1, count + 1):
        day = first + dt.timedelta(days=chance.randrange(3650))
        yield _notice(number, day, chance)


def _notice(number: int, day: dt.date, chance: random.Random) -> SearchDocument:
    topic, place = chance.choice(TOPICS), chance.choice(PLACES)
    said = {
        "topic": topic, "place": place, "code": f"HN-{day.year}-{chance.randrange(100_000):05}",
        "amount": f"{chance.randrange(5, 900)}0000", "digits": f"{chance.randrange(10_000):04}",
    }  # fmt: skip
    phrases, weights = _phrases()
    if chance.random() < ENGLISH_SHARE:
        body = ENGLISH.format(**said) * 3
    else:
        filler = chance.choices(phrases, cum_weights=weights, k=FILLERS)
        sentences = [sentence.format(**said) for sentence in chance.sample(SENTENCES, 4)]
        cuts = sorted(chance.sample(range(FILLERS), 4))
        pieces = ["".join(filler[start:end]) + "，" for start, end in zip([0, *cuts], [*cuts, FILLERS], strict=True)]
        body = "".join(f"{piece}{sentence}" for piece, sentence in zip(pieces, [*sentences, ""], strict=True))
    return SearchDocument(
        key=document_key("notice", number), kind="notice", object_id=str(number),
        title=f"{place}{topic}采购项目{number}号公告", body=body, region=chance.choice(REGIONS),
        category=chance.choice(CATEGORIES), stage=chance.choice(STAGES), buyer=str(chance.randrange(300)),
        suppliers=(str(chance.randrange(2_000)),), year=day.year, date=day, amount_fen=int(said["amount"]) * 100,
    )  # fmt: skip
