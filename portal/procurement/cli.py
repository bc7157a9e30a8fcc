"""Commands that take purchases in."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import Progress

from portal.procurement import mapping as mapping_files
from portal.procurement import reading, sheets
from portal.procurement.actions import rebuild_processes, seal_releases
from portal.procurement.rules import Problem, SealReport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portal.procurement.rules import Json

BATCH = 500
MAPPINGS = Path(__file__).parent / "mappings"
NOTHING_READ, SOME_REFUSED = 2, 1


@click.command("ocds")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--by", required=True, help="Name of the operator who answers for what is sealed.")
@click.pass_context
@with_appcontext
def import_ocds(context: click.Context, paths: Sequence[Path], by: str) -> None:
    """Seal the releases of OCDS files: packages, records or bare releases, in files or folders."""
    files = [file for path in paths for file in (sorted(path.rglob("*.json")) if path.is_dir() else [path])]
    total, unreadable, repairs = SealReport(), 0, 0
    with _progress() as progress:
        for file in progress.track(files, description="files"):
            try:
                found = reading.read_file(file)
            except reading.UnreadableError as error:
                unreadable += 1
                _tell(file, str(error))
                continue
            for repair in found.repairs:
                _tell(file, f"repaired {repair}")
            repairs += len(found.repairs)
            _refuse(total, file, found.refused)
            for batch in _batches(iter(found.releases)):
                _seal(total, file, batch, by)
    _finish(context, total, repairs=repairs, nothing_read=not files or unreadable == len(files), unreadable=unreadable)


@click.command("sheet")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", required=True, help="A mapping file, or the name of one that comes with the portal.")
@click.option("--by", required=True, help="Name of the operator who answers for what is sealed.")
@click.pass_context
@with_appcontext
def import_sheet(context: click.Context, path: Path, mapping: str, by: str) -> None:
    """Seal the rows of a spreadsheet (CSV, XLSX, XLS) as releases, by a mapping file."""
    total, rows, unreadable = SealReport(), 0, 0
    try:
        chosen = mapping_files.read_mapping(_mapping_file(mapping))
        found = sheets.read_sheet(path, chosen, ocid_prefix=current_app.extensions["settings"].ocid_prefix)
        with _progress() as progress:
            task = progress.add_task("rows", total=None)
            while batch := list(islice(found, BATCH)):
                rows += len(batch)
                progress.update(task, completed=rows)
                _seal_rows(total, path, batch, by)
    except (mapping_files.MappingError, reading.UnreadableError) as error:
        unreadable = 1
        _tell(path, str(error))
    _finish(context, total, repairs=0, nothing_read=rows == 0, unreadable=unreadable)


@click.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """Compile every process anew from its releases."""
    click.echo(f"{rebuild_processes()} processes compiled")


def _mapping_file(name: str) -> Path:
    path = Path(name)
    return path if path.exists() else MAPPINGS / f"{name.removesuffix('.toml')}.toml"


def _seal_rows(total: SealReport, file: Path, batch: Sequence[sheets.Row], by: str) -> None:
    """Seal the good rows of a batch; whatever is refused is named by its row."""
    _refuse(total, file, [row.found for row in batch if isinstance(row.found, Problem)])
    good = [(row.number, row.found) for row in batch if not isinstance(row.found, Problem)]
    rows = {str(release["id"]): number for number, release in good}
    report = seal_releases([release for _, release in good], by=by, source=file.name)
    report.refused = [_at_row(problem, rows) for problem in report.refused]
    total.sealed += report.sealed
    total.unchanged += report.unchanged
    _refuse(total, file, report.refused)


def _at_row(problem: Problem, rows: Mapping[str, int]) -> Problem:
    named = [f"row {rows[word]}" for word in problem.place.split() if word in rows]
    return Problem(named[0], problem.reason) if named else problem


def _seal(total: SealReport, file: Path, batch: Sequence[Json], by: str) -> None:
    report = seal_releases(batch, by=by, source=file.name)
    total.sealed += report.sealed
    total.unchanged += report.unchanged
    _refuse(total, file, report.refused)


def _refuse(total: SealReport, file: Path, problems: Sequence[Problem]) -> None:
    total.refused += problems
    for problem in problems:
        _tell(file, f"refused {problem}")


def _tell(file: Path, message: str) -> None:
    click.echo(f"{file}: {message}", err=True)


def _finish(context: click.Context, total: SealReport, *, repairs: int, nothing_read: bool, unreadable: int) -> None:
    click.echo(
        f"{len(total.sealed)} sealed, {total.unchanged} unchanged, {len(total.refused)} problems, "
        f"{repairs} repairs, {unreadable} unreadable files"
    )
    if nothing_read:
        context.exit(NOTHING_READ)
    context.exit(SOME_REFUSED if total.refused or unreadable else 0)


def _batches(releases: Iterator[Json]) -> Iterator[list[Json]]:
    while batch := list(islice(releases, BATCH)):
        yield batch


def _progress() -> Progress:
    return Progress(console=Console(stderr=True), transient=True)
