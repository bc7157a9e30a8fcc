"""Money as whole fen, shown and read in yuan."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from portal.kernel.errors import InvalidInputError
from portal.kernel.text import N_, nfkc_fold

FEN_PER_YUAN = 100
LARGEST_FEN = 2**53 - 1


class NotAnAmountError(InvalidInputError):
    """Raised when a text is no amount of money."""

    code = "not-an-amount"
    message = N_("Write the amount in yuan with digits only, for example 120000.50.")


def yuan(fen: int) -> str:
    """Write fen as yuan with thousands separators: 123450 is `1,234.50`, 120000 is `1,200`."""
    sign, rest = ("-" if fen < 0 else ""), abs(fen)
    whole, cents = divmod(rest, FEN_PER_YUAN)
    return f"{sign}{whole:,}" + (f".{cents:02d}" if cents else "")


def parse_yuan(raw: str, *, field: str | None = None) -> int:
    """Read an amount in yuan as fen; at most two decimals, never below zero.

    Raises:
        NotAnAmountError: not a number, negative, too precise or too large.
    """
    folded = nfkc_fold(raw).replace(",", "").replace(" ", "").removesuffix("元").removeprefix("¥")
    try:
        amount = Decimal(folded) * FEN_PER_YUAN
    except InvalidOperation as error:
        raise NotAnAmountError(field=field) from error
    if not amount.is_finite() or amount < 0 or amount > LARGEST_FEN or amount != amount.to_integral_value():
        raise NotAnAmountError(field=field)
    return int(amount)


def to_fen(amount: Decimal | int | str) -> int:
    """Turn a decimal amount in yuan into fen, rounding half to even."""
    return int((Decimal(str(amount)) * FEN_PER_YUAN).to_integral_value(ROUND_HALF_EVEN))
