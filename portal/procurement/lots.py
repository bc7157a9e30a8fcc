"""The lots of a purchase, who won each, and why one failed: plain functions over a compiled release."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.kernel.text import clean_line, nfkc_fold
from portal.procurement.field_names import STATUS_NAMES
from portal.procurement.summaries import LOST
from portal.procurement.values import amount, child, children, first_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.procurement.rules import Json
    from portal.procurement.values import Amount

BETWEEN_NAMES = "、"
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Lot:
    """One lot, who won it, and why it failed where it did."""

    id: str
    title: str
    status: str | None
    ceiling: Amount | None
    suppliers: str
    why: str = ""


def lots(compiled: Json) -> list[Lot]:
    """List the lots of a tender, then the failed awards that are about none of them."""
    stated, awards = children(child(compiled, "tender"), "lots"), children(compiled, "awards")
    told = [_lot(one, [award for award in awards if _is_about(award, one)]) for one in stated]
    others = [award for award in awards if not any(_is_about(award, one) for one in stated)]
    return [*told, *(_failed(award) for award in others if _is_lost(award))]


def _lot(lot: Json, awards: Sequence[Json]) -> Lot:
    won = [award for award in awards if not _is_lost(award)]
    lost = awards[-1] if awards and not won else {}
    return Lot(
        id=clean_line(str(lot.get("id", ""))), title=first_text(lot.get("title"), lot.get("description")),
        status=STATUS_NAMES.get(str(lost.get("status", lot.get("status")))), ceiling=amount(child(lot, "value")),
        suppliers=BETWEEN_NAMES.join(dict.fromkeys(_names(won))), why=_why(lost),
    )  # fmt: skip


def _failed(award: Json) -> Lot:
    """Tell of a failed award where no lots were stated: the notice names its lot in the title."""
    return Lot(
        id=clean_line(str(award.get("id", ""))), title=first_text(award.get("title")),
        status=STATUS_NAMES.get(str(award.get("status"))), ceiling=None, suppliers="", why=_why(award),
    )  # fmt: skip


def _is_lost(award: Json) -> bool:
    return str(award.get("status")) in LOST


def _is_about(award: Json, lot: Json) -> bool:
    """Tell whether an award is about a lot: it names its identifier, or its title is that of the lot."""
    related = award.get("relatedLots")
    if isinstance(related, list) and related:
        return str(lot.get("id")) in {str(one) for one in related}
    number, title = _folded(lot.get("id")), _folded(lot.get("title"))
    names = {number, title, f"{number}{title}", f"包{number}", f"包{number}{title}", f"第{number}包{title}"}
    return _folded(award.get("title")) in names - {""}


def _folded(text: object) -> str:
    return _NO_WORD.sub("", nfkc_fold(str(text))) if isinstance(text, str | int) else ""


def _why(award: Json) -> str:
    return first_text(award.get("statusDetails"), award.get("description"))


def _names(awards: Sequence[Json]) -> list[str]:
    named = [first_text(supplier.get("name")) for award in awards for supplier in children(award, "suppliers")]
    return [name for name in named if name]
