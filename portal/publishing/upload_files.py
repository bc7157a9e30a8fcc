"""The bytes of files that officials bring: kept in parts, put on the disk to be read, never whole in the memory."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from sqlalchemy import delete, select

from portal.publishing.upload_models import UploadPart
from portal.storage.batches import insert_rows
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Select

PART = 1 << 20


@contextmanager
def received(stream: IO[bytes], most_bytes: int) -> Iterator[Path]:
    """Put what somebody sends on the disk for a while; of what is too large, only so much that it is seen."""
    with tempfile.TemporaryDirectory() as folder:
        path, left = Path(folder) / "upload", most_bytes + 1
        with path.open("wb") as file:
            while left and (data := stream.read(min(PART, left))):
                file.write(data)
                left -= len(data)
        yield path


def keep_parts(upload_id: int, path: Path) -> None:
    """Keep the bytes of a file, in the transaction that is open."""
    with path.open("rb") as file:
        number = 0
        while data := file.read(PART):
            insert_rows(UploadPart, [{"upload_id": upload_id, "number": number, "data": data}])
            number += 1


@contextmanager
def on_disk(upload_id: int) -> Iterator[Path]:
    """Put a file that is kept on the disk for as long as it is read."""
    with tempfile.TemporaryDirectory() as folder:
        path, number = Path(folder) / "upload", 0
        with path.open("wb") as file:
            while data := db.session.scalar(_part(upload_id, number)):
                file.write(data)
                number += 1
        yield path


def forget_parts(upload_id: int) -> None:
    """Delete the bytes of a file: what it said stands in its rows."""
    db.session.execute(delete(UploadPart).where(UploadPart.upload_id == upload_id))


def _part(upload_id: int, number: int) -> Select[bytes]:
    return select(UploadPart.data).where(UploadPart.upload_id == upload_id, UploadPart.number == number)
