"""The commands `portal search …`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from portal.search import registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.search.port import SearchDocument

SHOWN_KEYS = 10
search_group = AppGroup("search", help="Build and check the full-text index.")


@search_group.command("rebuild")
def rebuild() -> None:
    """Build the index anew from the database; searching goes on meanwhile."""
    with _progress() as progress:
        count = registry.backend().rebuild(_counted(registry.all_documents(), progress))
    click.echo(f"search: {count} documents indexed")


@search_group.command("check")
def check() -> None:
    """Compare the index with the database; exit code 1 if they differ."""
    with _progress() as progress:
        wanted = {document.key for document in _counted(registry.all_documents(), progress)}
    kept = registry.backend().keys()
    _tell("not in the index", wanted - kept)
    _tell("in the index, but not public or not there", kept - wanted)
    if wanted != kept:
        click.echo("search: index and database differ; run `portal search rebuild`", err=True)
        raise SystemExit(1)
    click.echo(f"search: {len(kept)} documents, index and database agree")


def _tell(what: str, keys: set[str] | frozenset[str]) -> None:
    if keys:
        shown = ", ".join(sorted(keys)[:SHOWN_KEYS])
        click.echo(f"search: {len(keys)} {what}: {shown}{' …' if len(keys) > SHOWN_KEYS else ''}", err=True)


def _progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.completed} documents"), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))


def _counted(documents: Iterator[SearchDocument], progress: Progress) -> Iterator[SearchDocument]:
    task = progress.add_task("documents", total=None)
    for document in documents:
        yield document
        progress.advance(task)
