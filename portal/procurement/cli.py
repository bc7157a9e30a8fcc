"""Commands that take purchases in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
from flask import current_app
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import Progress

from portal.kernel.text import clean_line
from portal.procurement import mapping, reading, sheets
from portal.procurement.actions import rebuild_processes, seal_releases

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from portal.procurement.rules import Json, Problem

Item = TypeVar("Item")
BATCH = 500
MAPPINGS = Path(__file__).parent / "mappings"
NOTHING_READ, SOME_REFUSED = 2, 1


def _operator(_context: click.Context, _parameter: click.Parameter, raw: str) -> str:
    """Refuse a name with nothing in it."""
    name = clean_line(raw)
    if not name:
        raise click.BadParameter("give the name of whoever answers for what is sealed")
    return name


by_option = click.option(
    "--by", required=True, callback=_operator, help="Name of the operator who answers for what is sealed."
)


@click.command("ocds")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@by_option
@click.pass_context
@with_appcontext
def import_ocds(context: click.Context, paths: Sequence[Path], by: str) -> None:
    """Seal the releases of OCDS files: packages, records or bare releases, in files or folders."""
    files = [file for path in paths for file in (sorted(path.rglob("*.json")) if path.is_dir() else [path])]
    tally = _Tally(by)
    with _progress() as progress:
        for file in progress.track(files, description="files"):
            _import_file(tally, file)
    _finish(context, tally, nothing_read=tally.unreadable == len(files))


@click.command("sheet")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", "name", required=True, help="A mapping file, or the name of one that comes with the portal.")
@by_option
@click.pass_context
@with_appcontext
def import_sheet(context: click.Context, path: Path, name: str, by: str) -> None:
    """Seal the rows of a spreadsheet (CSV, XLSX, XLS) as releases, by a mapping file."""
    tally, rows = _Tally(by), 0
    try:
        chosen = mapping.read_mapping(_mapping_file(name))
    except mapping.MappingError as error:
        _tell(path, str(error))
        context.exit(NOTHING_READ)
    found = sheets.read_sheet(path, chosen, ocid_prefix=current_app.extensions["settings"].ocid_prefix)
    try:
        with _progress() as progress:
            task = progress.add_task("rows", total=None)
            for batch in _batches(found):
                rows += len(batch)
                progress.update(task, completed=rows)
                _import_rows(tally, path, batch)
    except reading.UnreadableError as error:
        tally.unreadable += 1
        _tell(path, str(error))
    _finish(context, tally, nothing_read=rows == 0)


@click.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """Compile every process anew from its releases."""
    with Console(stderr=True).status("compiling"):
        count = rebuild_processes()
    click.echo(f"{count} processes compiled")


@dataclass
class _Tally:
    """Who imports, and what has become of things so far."""

    by: str
    sealed: int = 0
    unchanged: int = 0
    refused: int = 0
    repaired: int = 0
    unreadable: int = 0

    def seal(self, file: Path, releases: Sequence[tuple[str, Json]]) -> None:
        """Seal releases, each with its place in the file, and tell what was refused."""
        report = seal_releases([release for _, release in releases], by=self.by, source=clean_line(file.name))
        self.sealed += len(report.sealed)
        self.unchanged += report.unchanged
        placed = [
            problem if problem.number is None else replace(problem, place=releases[problem.number][0] + problem.place)
            for problem in report.refused
        ]
        self.refuse(file, placed)

    def refuse(self, file: Path, problems: Iterable[Problem]) -> None:
        """Tell what was refused."""
        for problem in problems:
            self.refused += 1
            _tell(file, f"refused {problem}")


def _import_file(tally: _Tally, file: Path) -> None:
    try:
        found = reading.read_file(file)
    except reading.UnreadableError as error:
        tally.unreadable += 1
        _tell(file, str(error))
        return
    for repair in found.repairs:
        tally.repaired += 1
        _tell(file, f"repaired {repair}")
    tally.refuse(file, found.refused)
    for batch in _batches(iter(found.releases)):
        tally.seal(file, batch)


def _import_rows(tally: _Tally, file: Path, batch: Sequence[sheets.Row]) -> None:
    tally.refuse(file, (problem for row in batch for problem in row.problems))
    tally.seal(file, [(f"{row.place}: ", row.release) for row in batch if row.release is not None])


def _mapping_file(name: str) -> Path:
    path = Path(name)
    return path if path.exists() else MAPPINGS / f"{name.removesuffix('.toml')}.toml"


def _tell(file: Path, message: str) -> None:
    click.echo(f"{click.format_filename(file)}: {message}", err=True)


def _finish(context: click.Context, tally: _Tally, *, nothing_read: bool) -> None:
    click.echo(
        f"{tally.sealed} sealed, {tally.unchanged} unchanged, {tally.refused} problems, "
        f"{tally.repaired} repairs, {tally.unreadable} unreadable files"
    )
    if nothing_read:
        context.exit(NOTHING_READ)
    context.exit(SOME_REFUSED if tally.refused or tally.unreadable else 0)


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    while batch := list(islice(items, BATCH)):
        yield batch


def _progress() -> Progress:
    return Progress(console=Console(stderr=True), transient=True)
