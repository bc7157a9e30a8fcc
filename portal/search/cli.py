"""The commands `portal search …`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from portal.search import keeping, registry
from portal.search.faults import RebuildRunningError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.search.port import SearchDocument

SHOWN_KEYS = 10
search_group = AppGroup("search", help="Build and check the full-text index.")


@search_group.command("rebuild")
def rebuild() -> None:
    """Build the index anew from the database; searching and publishing go on meanwhile."""
    expected = len(registry.backend().keys()) if not registry.backend().faults() else None
    with _progress() as progress:
        try:
            count = keeping.rebuild(lambda documents: _counted(documents, progress, expected))
        except RebuildRunningError as error:
            click.echo("search: the index is being rebuilt already; wait until that is done", err=True)
            raise SystemExit(1) from error
    click.echo(f"search: {count} documents indexed")


@search_group.command("check")
def check() -> None:
    """Compare the index with the database, and its files with their checksums; exit code 1 if they differ."""
    faults = registry.backend().faults()
    for fault in faults:
        click.echo(f"search: damaged: {fault}", err=True)
    kept = frozenset[str]() if faults else registry.backend().keys()
    with _progress() as progress:
        wanted = {document.key for document in _counted(registry.all_documents(), progress, len(kept) or None)}
    _tell("not in the index", wanted - kept)
    _tell("in the index, but not public or not there", kept - wanted)
    if faults or wanted != kept:
        click.echo("search: index and database differ; run `portal search rebuild`", err=True)
        raise SystemExit(1)
    click.echo(f"search: {len(kept)} documents, index and database agree")


def _tell(what: str, keys: set[str] | frozenset[str]) -> None:
    if keys:
        shown = ", ".join(sorted(keys)[:SHOWN_KEYS])
        click.echo(f"search: {len(keys)} {what}: {shown}{' …' if len(keys) > SHOWN_KEYS else ''}", err=True)


def _progress() -> Progress:
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("documents"), TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


def _counted(documents: Iterator[SearchDocument], progress: Progress, expected: int | None) -> Iterator[SearchDocument]:
    task = progress.add_task("documents", total=expected)
    for document in documents:
        yield document
        progress.advance(task)
