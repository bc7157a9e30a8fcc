"""Every mailer hands over the whole message; one contract for all of them."""

from __future__ import annotations

import email
import socketserver
import threading
from dataclasses import replace
from email import policy
from typing import TYPE_CHECKING

import pytest

from portal.mail.backends import FolderMailer, MemoryMailer, SmtpMailer
from portal.mail.port import Message, UndeliverableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from portal.mail.port import Mailer

MESSAGE = Message("li@example.org", "三问验证码：123456", "请输入 123456。\n十五分钟内有效。")
Kept = tuple[str, str, str]


class Postman(socketserver.StreamRequestHandler):
    """As much of a mail server as a sender needs."""

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        refusal: bytes | None = getattr(self.server, "refusal", None)
        lines: list[bytes] = []
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"RCPT" and refusal:
                self.wfile.write(refusal)
                continue
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while (text := self.rfile.readline()) != b".\r\n":
                    lines.append(text.removeprefix(b"."))
                self.server.received.append(b"".join(lines))  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
            if verb == b"QUIT":
                return


def kept(raw: bytes) -> Kept:
    message = email.message_from_bytes(raw, policy=policy.default)
    body = message.get_body()
    assert body is not None
    return str(message["To"]), str(message["Subject"]), str(body.get_content()).replace("\r\n", "\n").rstrip("\n")


@pytest.fixture(params=["folder", "memory", "smtp"])
def mailer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Mailer, Callable[[], list[Kept]]]]:
    if request.param == "folder":
        yield (
            FolderMailer(tmp_path, sender="sanwen@example.org", echo=False),
            lambda: [kept(path.read_bytes()) for path in tmp_path.glob("*.eml")],
        )
    elif request.param == "memory":
        memory = MemoryMailer()
        yield memory, lambda: [(one.to, one.subject, one.body) for one in memory.sent]
    else:
        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Postman) as server:
            server.received = []  # type: ignore[attr-defined]
            threading.Thread(target=server.serve_forever, daemon=True).start()
            address = f"smtp://127.0.0.1:{server.server_address[1]}"
            yield SmtpMailer(address, sender="sanwen@example.org"), lambda: [kept(raw) for raw in server.received]  # type: ignore[attr-defined]
            server.shutdown()


def test_a_message_arrives_whole(mailer: tuple[Mailer, Callable[[], list[Kept]]]) -> None:
    sender, arrived = mailer

    sender.send(MESSAGE)

    assert arrived() == [(MESSAGE.to, MESSAGE.subject, MESSAGE.body)]


def test_headers_of_a_message_arrive(tmp_path: Path) -> None:
    headers = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Message-ID": "<news.1@example.org>"}
    FolderMailer(tmp_path, sender="sanwen@example.org", echo=False).send(replace(MESSAGE, headers=headers))
    (path,) = tmp_path.glob("*.eml")
    arrived = email.message_from_bytes(path.read_bytes(), policy=policy.default)

    assert {name: str(arrived[name]) for name in headers} == headers


@pytest.mark.parametrize(("answer", "is_final"), [(b"550 no such user\r\n", True), (b"450 come again\r\n", False)])
def test_a_refusal_says_whether_it_is_for_good(answer: bytes, *, is_final: bool) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Postman) as server:
        server.received, server.refusal = [], answer  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(UndeliverableError) as refused:
            SmtpMailer(f"smtp://127.0.0.1:{server.server_address[1]}", sender="sanwen@example.org").send(MESSAGE)
        server.shutdown()

    assert refused.value.is_final is is_final


def test_a_server_that_is_away_is_no_refusal_for_good() -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Postman) as server:
        closed = server.server_address[1]

    with pytest.raises(UndeliverableError) as refused:
        SmtpMailer(f"smtp://127.0.0.1:{closed}", sender="sanwen@example.org").send(MESSAGE)
    assert not refused.value.is_final


def test_a_message_to_two_lines_is_refused_by_what_sends_mail(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"(?i)invalid|CR"):
        FolderMailer(tmp_path, sender="sanwen@example.org", echo=False).send(
            Message("li@example.org\nBcc: x@y.z", "s", "b")
        )
