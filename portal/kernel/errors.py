"""The errors that rules and actions raise, each with what to do next.

PortalError
├── BadFilterError     400  a parameter of a list has a value that cannot be meant
├── ForbiddenError     403  this person may not do it
├── NotFoundError      404  no such thing, or not for this reader
├── ConflictError      409  the state of the thing does not allow it
├── GoneError          410  it was deleted
└── InvalidInputError  422  what was typed cannot be taken
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Self

from portal.kernel.text import N_


class PortalError(Exception):
    """Be the base of every error that a reader is told about.

    `message` is an English msgid; `params` fill its named placeholders after translation;
    `field` names the form field beside which the message belongs.
    """

    status = HTTPStatus.BAD_REQUEST
    code = "portal-error"
    message = N_("This cannot be done.")

    def __init__(self, *, field: str | None = None, **params: object) -> None:
        """Keep the field and the parameters for whoever tells the reader."""
        super().__init__(self.message % params if params else self.message)
        self.field = field
        self.params = params


class BadFilterError(PortalError):
    """Raised when a filter in the address has a value that cannot be meant."""

    status = HTTPStatus.BAD_REQUEST
    code = "bad-filter"
    message = N_("The value of “%(name)s” in the address cannot be read. Correct it or leave it out.")


class ForbiddenError(PortalError):
    """Raised when somebody asks for what their role does not allow."""

    status = HTTPStatus.FORBIDDEN
    code = "forbidden"
    message = N_("Your role does not allow this. Ask your administrator.")


class NotFoundError(PortalError):
    """Raised when there is no such thing, or none that this reader may see."""

    status = HTTPStatus.NOT_FOUND
    code = "not-found"
    message = N_("There is nothing at this address.")


class ConflictError(PortalError):
    """Raised when the present state does not allow the act."""

    status = HTTPStatus.CONFLICT
    code = "conflict"
    message = N_("This has changed in the meantime. Look at it again and repeat.")


class GoneError(PortalError):
    """Raised when what was here has been deleted."""

    status = HTTPStatus.GONE
    code = "gone"
    message = N_("What was here has been deleted.")


class InvalidInputError(PortalError):
    """Raised when something typed cannot be taken."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "invalid-input"
    message = N_("This value cannot be taken.")


class TooManyError(PortalError):
    """Raised when an act is repeated faster than a person would."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too-many"
    message = N_("That was too often. Wait a little and try again.")


class Reason(str):
    """Why something is refused: a text in English that knows what it was made of, so that it can be told in others.

    Args:
        message: an English msgid, with named places.
        detail: what a machine said of it in its own words; operators read it, other readers do not.
        values: what fills the places; may be reasons themselves.
    """

    __slots__ = ("message", "values")
    message: str
    values: dict[str, object]

    def __new__(cls, message: str, *, detail: str = "", **values: object) -> Self:
        """Write it in English."""
        text = message % values if values else message
        made = super().__new__(cls, f"{text}: {detail}" if detail else text)
        made.message, made.values = message, values
        return made
