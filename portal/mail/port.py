"""What a mailer can do, and the one in use."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol, cast

from flask import current_app

from portal.kernel.errors import PortalError
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask


@dataclass(frozen=True)
class Message:
    """One plain-text message to one address, with what its headers say beyond that."""

    to: str
    subject: str
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


class UndeliverableError(PortalError):
    """Raised when a message could not be handed over; `is_final` when the server refuses this address for good."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "undeliverable"
    message = N_("The mail could not be sent. Check the address, or try again in a few minutes.")

    def __init__(self, *, is_final: bool = False) -> None:
        """Keep whether trying again makes sense."""
        super().__init__()
        self.is_final = is_final


class Mailer(Protocol):
    """Whoever carries messages away."""

    def send(self, message: Message) -> None:
        """Hand a message over for delivery.

        Raises:
            UndeliverableError: the server is away, or does not take it.
        """


def use(app: Flask, mailer: Mailer) -> None:
    """Set the mailer of an application."""
    app.extensions["mailer"] = mailer


def send(message: Message) -> None:
    """Send a message by the mailer in use; call it after the commit.

    Raises:
        UndeliverableError
    """
    cast("Mailer", current_app.extensions["mailer"]).send(message)
