"""Whoever keeps files gives back exactly what it was given: one suite for a folder and for a real S3 server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from moto.server import ThreadedMotoServer

from portal.disclosure.files import FileStore, FolderStore, MissingFileError, S3Store, UnknownStoreError, make_store
from portal.kernel.canonical import sha256_hex
from portal.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUCKET = "documents"
NOTHING = "0" * 64


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    """Run an S3 server on the loopback address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStore:
    if request.param == "folder":
        return make_store(Settings(data_dir=tmp_path))
    for name, value in {"ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret", "DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    address = request.getfixturevalue("s3_address")
    boto3.client("s3", endpoint_url=address).create_bucket(Bucket=BUCKET)
    return make_store(Settings(file_store="s3", s3_bucket=BUCKET, s3_endpoint=address, s3_prefix="sanwen/"))


def test_what_is_put_is_given_back(store: FileStore) -> None:
    digest = store.put(b"content" * 50_000)

    assert digest == sha256_hex(b"content" * 50_000)
    assert store.get(digest) == b"".join(store.pieces(digest)) == b"content" * 50_000
    assert store.exists(digest)


def test_the_same_bytes_twice_are_kept_once(store: FileStore) -> None:
    assert store.put(b"twice") == store.put(b"twice")
    assert store.get(sha256_hex(b"twice")) == b"twice"


def test_what_is_not_kept_is_told_as_missing(store: FileStore) -> None:
    assert not store.exists(NOTHING)
    with pytest.raises(MissingFileError):
        store.get(NOTHING)
    with pytest.raises(MissingFileError):
        store.pieces(NOTHING)


def test_what_is_deleted_is_gone_and_may_be_deleted_again(store: FileStore) -> None:
    digest = store.put(b"for a while")

    store.delete(digest)
    store.delete(digest)

    assert not store.exists(digest)


def test_other_bytes_than_were_put_are_not_given_out(store: FileStore) -> None:
    digest = store.put(b"as it was")
    if isinstance(store, FolderStore):
        store._path(digest).write_bytes(b"as it is")  # noqa: SLF001 - damage comes from outside
    elif isinstance(store, S3Store):
        store._client.put_object(Bucket=BUCKET, Key=store._key(digest), Body=b"as it is")  # noqa: SLF001 - as above

    with pytest.raises(MissingFileError):
        store.get(digest)


def test_a_store_of_another_name_is_refused() -> None:
    with pytest.raises(UnknownStoreError):
        make_store(Settings(file_store="drawer"))
