"""Ways to carry messages: into a folder, by SMTP, or only into memory (tests)."""

from __future__ import annotations

import smtplib
import ssl
import sys
import uuid
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from portal.kernel import clock
from portal.mail.port import UndeliverableError

if TYPE_CHECKING:
    from pathlib import Path

    from portal.mail.port import Message

TIMEOUT_SECONDS = 20
SMTP_PORT, SMTPS_PORT = 25, 465
PERMANENT = 500  # from here on an answer of SMTP means: never (RFC 5321, 4.2.1)


class FolderMailer:
    """Keep each message as a file and show it on the console: for development."""

    def __init__(self, folder: Path, *, sender: str, echo: bool = True) -> None:
        """Take the folder, the sender's address, and whether to show messages on the console."""
        self._folder, self._sender, self._echo = folder, sender, echo

    def send(self, message: Message) -> None:
        """Write one `.eml` file; names sort by time."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{clock.now():%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}.eml"
        (self._folder / name).write_bytes(_as_email(message, self._sender).as_bytes())
        if self._echo:
            sys.stderr.write(f"\n--- mail to {message.to}: {message.subject}\n{message.body}\n---\n")


class SmtpMailer:
    """Hand messages to a mail server: `smtp://user:password@host:port` or `smtps://…`."""

    def __init__(self, url: str, *, sender: str) -> None:
        """Take the server's address and the sender's."""
        self._url, self._sender = urlsplit(url), sender

    def send(self, message: Message) -> None:
        """Deliver one message.

        Raises:
            UndeliverableError: the server is away, or does not take it.
        """
        email = _as_email(message, self._sender)
        try:
            with self._connection() as server:
                if self._url.username:
                    server.login(unquote(self._url.username), unquote(self._url.password or ""))
                server.send_message(email)
        except smtplib.SMTPRecipientsRefused as error:
            is_final = all(code >= PERMANENT for code, _ in error.recipients.values())
            raise UndeliverableError(is_final=is_final) from error
        except OSError as error:  # what smtplib raises is one, too
            raise UndeliverableError from error

    def _connection(self) -> smtplib.SMTP:
        host = self._url.hostname or "127.0.0.1"
        if self._url.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, self._url.port or SMTPS_PORT, timeout=TIMEOUT_SECONDS, context=context)
        return smtplib.SMTP(host, self._url.port or SMTP_PORT, timeout=TIMEOUT_SECONDS)


class MemoryMailer:
    """Remember messages: for tests."""

    def __init__(self) -> None:
        """Begin with none."""
        self.sent: list[Message] = []

    def send(self, message: Message) -> None:
        """Remember one message."""
        self.sent.append(message)


def _as_email(message: Message, sender: str) -> EmailMessage:
    email = EmailMessage()
    email["From"] = Address(addr_spec=sender)
    email["To"] = Address(addr_spec=message.to)
    email["Subject"] = message.subject
    email["Date"] = format_datetime(clock.now())
    for name, value in message.headers.items():
        email[name] = value
    if "Message-ID" not in email:
        email["Message-ID"] = make_msgid(domain=sender.partition("@")[2])
    email.set_content(message.body)
    return email
