"""What a mailer can do, and the one in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from flask import current_app

if TYPE_CHECKING:
    from flask import Flask


@dataclass(frozen=True)
class Message:
    """One plain-text message to one address."""

    to: str
    subject: str
    body: str


class Mailer(Protocol):
    """Whoever carries messages away."""

    def send(self, message: Message) -> None:
        """Hand a message over for delivery; raise when that fails."""


def use(app: Flask, mailer: Mailer) -> None:
    """Set the mailer of an application."""
    app.extensions["mailer"] = mailer


def send(to: str, subject: str, body: str) -> None:
    """Send a message by the mailer in use; call it after the commit."""
    cast("Mailer", current_app.extensions["mailer"]).send(Message(to, subject, body))
