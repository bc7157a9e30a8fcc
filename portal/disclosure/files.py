"""Where originals are kept: a port, and the folder behind it by default."""

from __future__ import annotations

import os
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, cast

from flask import current_app

from portal.kernel.canonical import sha256_hex
from portal.kernel.errors import PortalError
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from portal.settings import Settings

PIECE = 1 << 16


class MissingFileError(PortalError):
    """Raised when the bytes of a hash are not kept, or are not those bytes any more."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "file-missing"
    message = N_("This file cannot be given out just now: what is kept is missing or damaged. Please tell the office.")


class UnknownStoreError(ValueError):
    """Raised when the setting `file_store` names none that there is."""


class FileStore(Protocol):
    """Whoever keeps bytes by their hash."""

    def put(self, data: bytes) -> str:
        """Keep bytes; return their SHA-256. The same bytes again change nothing."""

    def get(self, sha256: str) -> bytes:
        """Give the bytes of a hash; raise MissingFileError when they are not kept, or are others."""

    def pieces(self, sha256: str) -> Iterator[bytes]:
        """Give the bytes piece by piece; raise MissingFileError before the first when they are not kept."""

    def exists(self, sha256: str) -> bool:
        """Tell whether the bytes of a hash are kept."""

    def delete(self, sha256: str) -> None:
        """Let go of the bytes of a hash, if they are kept."""


class FolderStore:
    """Keep bytes as files named by their hash."""

    def __init__(self, folder: Path) -> None:
        """Take the folder."""
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Write a file whole, flushed to disk, before it gets its name."""
        digest = sha256_hex(data)
        path = self._path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(f".{os.getpid()}")
            with fresh.open("wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
            fresh.replace(path)
        return digest

    def get(self, sha256: str) -> bytes:
        """Read a file."""
        try:
            data = self._path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise MissingFileError from error
        return _checked(data, sha256)

    def pieces(self, sha256: str) -> Iterator[bytes]:
        """Read a file piece by piece."""
        try:
            handle = self._path(sha256).open("rb")
        except FileNotFoundError as error:
            raise MissingFileError from error
        return _pieces(handle)

    def exists(self, sha256: str) -> bool:
        """Look for a file."""
        return self._path(sha256).exists()

    def delete(self, sha256: str) -> None:
        """Remove a file."""
        self._path(sha256).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


class S3Store:
    """Keep bytes in a bucket of an S3-compatible store (the extra `s3`); credentials as boto3 finds them."""

    def __init__(self, bucket: str, *, endpoint: str = "", prefix: str = "") -> None:
        """Name the bucket, which must exist, and where it is."""
        import boto3  # noqa: PLC0415 - only where it is chosen

        self._client: Any = boto3.client("s3", endpoint_url=endpoint or None)
        self._bucket, self._prefix = bucket, prefix

    def put(self, data: bytes) -> str:
        """Put an object, unless it is there."""
        digest = sha256_hex(data)
        if not self.exists(digest):
            self._client.put_object(Bucket=self._bucket, Key=self._key(digest), Body=data)
        return digest

    def get(self, sha256: str) -> bytes:
        """Read an object."""
        body = self._opened(sha256)
        try:
            return _checked(bytes(body.read()), sha256)
        finally:
            body.close()

    def pieces(self, sha256: str) -> Iterator[bytes]:
        """Read an object piece by piece."""
        return _pieces(self._opened(sha256))

    def exists(self, sha256: str) -> bool:
        """Look for an object."""
        try:
            self._client.head_object(Bucket=self._bucket, Key=self._key(sha256))
        except self._client.exceptions.ClientError as error:
            if _is_missing(error):
                return False
            raise
        return True

    def delete(self, sha256: str) -> None:
        """Remove an object."""
        self._client.delete_object(Bucket=self._bucket, Key=self._key(sha256))

    def _opened(self, sha256: str) -> Any:  # noqa: ANN401 - boto3 has no types
        try:
            return self._client.get_object(Bucket=self._bucket, Key=self._key(sha256))["Body"]
        except self._client.exceptions.ClientError as error:
            if _is_missing(error):
                raise MissingFileError from error
            raise

    def _key(self, digest: str) -> str:
        return f"{self._prefix}{digest[:2]}/{digest}"


def make_store(settings: Settings) -> FileStore:
    """Make the store that the settings name.

    Raises:
        UnknownStoreError: there is none of that name.
    """
    match settings.file_store:
        case "folder":
            return FolderStore(settings.data_dir / "documents")
        case "s3":
            return S3Store(settings.s3_bucket, endpoint=settings.s3_endpoint, prefix=settings.s3_prefix)
    raise UnknownStoreError(settings.file_store)


def _checked(data: bytes, sha256: str) -> bytes:
    if sha256_hex(data) != sha256:
        raise MissingFileError
    return data


def _pieces(source: Any) -> Iterator[bytes]:  # noqa: ANN401 - a file, or what boto3 makes of one
    try:
        while piece := source.read(PIECE):
            yield piece
    finally:
        source.close()


def _is_missing(error: Any) -> bool:  # noqa: ANN401 - boto3 has no types
    return error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}


def use(app: Flask, store: FileStore) -> None:
    """Set the file store of an application."""
    app.extensions["file_store"] = store


def store() -> FileStore:
    """Tell the file store in use."""
    return cast("FileStore", current_app.extensions["file_store"])
