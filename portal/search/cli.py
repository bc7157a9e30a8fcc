"""The commands `portal search …`."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from portal.kernel import terminal
from portal.search import keeping, registry
from portal.search.faults import RebuildRunningError
from portal.search.matching import full_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress

    from portal.search.port import SearchDocument

SHOWN_KEYS = 10
search_group = AppGroup("search", help="Build and check the full-text index.")


@search_group.command("rebuild")
def rebuild() -> None:
    """Build the index anew from the database; searching and publishing go on meanwhile."""
    expected = len(registry.backend().keys()) if not registry.backend().faults() else None
    with terminal.progress(counted="documents") as progress:
        try:
            count = keeping.rebuild(lambda documents: _counted(documents, progress, expected))
        except RebuildRunningError as error:
            click.echo("search: the index is being rebuilt already; wait until that is done", err=True)
            raise SystemExit(1) from error
    click.echo(f"search: {count} documents indexed")


@search_group.command("check")
def check() -> None:
    """Compare the index with the database word for word, and its files with their checksums: 0 if they agree, or 1."""
    faults = registry.backend().faults()
    for fault in faults:
        click.echo(f"search: damaged: {fault}", err=True)
    kept = {} if faults else {key: sha256(text).digest() for key, text in registry.backend().texts()}
    wanted: dict[str, bytes] = {}
    with terminal.progress(counted="documents") as progress:
        for document in _counted(registry.all_documents(), progress, len(kept) or None):
            wanted[document.key] = sha256(full_text(document).encode()).digest()
    _tell("not in the index", wanted.keys() - kept.keys())
    _tell("in the index, but not public or not there", kept.keys() - wanted.keys())
    _tell("in the index with other words", {key for key in wanted.keys() & kept.keys() if wanted[key] != kept[key]})
    if faults or wanted != kept:
        click.echo("search: index and database differ; run `portal search rebuild`", err=True)
        raise SystemExit(1)
    click.echo(f"search: {len(kept)} documents, index and database agree")


def _tell(what: str, keys: set[str]) -> None:
    if keys:
        shown = ", ".join(sorted(keys)[:SHOWN_KEYS])
        click.echo(f"search: {len(keys)} {what}: {shown}{' …' if len(keys) > SHOWN_KEYS else ''}", err=True)


def _counted(documents: Iterator[SearchDocument], progress: Progress, expected: int | None) -> Iterator[SearchDocument]:
    task = progress.add_task("documents", total=expected)
    for document in documents:
        yield document
        progress.advance(task)
