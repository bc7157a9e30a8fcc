"""Commands that take purchases in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext

from portal.kernel import terminal
from portal.kernel.text import clean_line
from portal.procurement import mapping, reading, sheets, texts
from portal.procurement.actions import BATCH, rebuild_processes, seal_releases
from portal.procurement.doubts import doubts_in
from portal.procurement.rules import Problem
from portal.procurement.screening import personal_in
from portal.procurement.sheet_lines import Limits
from portal.procurement.unpacking import SUFFIXES, UnreadableError
from portal.storage.batches import batches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.progress import Progress

    from portal.procurement.rules import Json

MAPPINGS = Path(__file__).parent / "mappings"
ADVICE = "take it out, or check that it may be public and add --personal-data-checked"
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


checked_option = click.option(
    "--personal-data-checked", "is_checked", is_flag=True,
    help="Seal what has a mobile or identity number of a person in it too: somebody has checked that it may be public.",
)  # fmt: skip


@click.command("ocds")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@by_option
@checked_option
@click.pass_context
@with_appcontext
def import_ocds(context: click.Context, paths: Sequence[Path], by: str, *, is_checked: bool) -> None:
    """Seal the releases of OCDS files: packages, records, bare releases or JSON Lines, plain, gzip or zip.

    Every file is read to its end before anything of it is sealed. What was sealed before an interruption is
    known when the command is run again, and only the rest is sealed. What can hardly be meant (a garbled title, an
    amount below nought) is told and sealed all the same.
    """
    files = [file for path in paths for file in (_files_in(path) if path.is_dir() else [path])]
    tally = _Tally(by, is_checked=is_checked)
    with terminal.progress(is_kept=False) as progress:
        for file in files:
            _import_file(tally, file, progress)
    _finish(context, tally, nothing_read=tally.unreadable == len(files))


@click.command("sheet")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", "name", required=True, help="A mapping file, or the name of one that comes with the portal.")
@by_option
@checked_option
@click.pass_context
@with_appcontext
def import_sheet(context: click.Context, path: Path, name: str, by: str, *, is_checked: bool) -> None:
    """Seal the rows of a spreadsheet (CSV, XLSX, XLS) as releases, by a mapping file."""
    tally, rows = _Tally(by, is_checked=is_checked), 0
    try:
        chosen = mapping.read_mapping(_mapping_file(name))
    except mapping.MappingError as error:
        _tell(path, str(error))
        context.exit(NOTHING_READ)
    settings = current_app.extensions["settings"]
    limits = Limits(settings.import_rows, settings.import_bytes)
    try:
        with terminal.progress(is_kept=False) as progress:
            task = progress.add_task("rows", total=path.stat().st_size)
            found = sheets.read_sheet(
                path, chosen, ocid_prefix=settings.ocid_prefix, limits=limits,
                advance=lambda count: progress.advance(task, count),
            )  # fmt: skip
            for batch in batches(found, BATCH):
                rows += len(batch)
                progress.update(task, description=f"{rows} rows")
                _import_rows(tally, path, batch)
    except UnreadableError as error:
        tally.unreadable += 1
        _tell(path, str(error))
    _finish(context, tally, nothing_read=rows == 0)


@click.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """Compile every process anew from its releases, and write the searched text of every release anew."""
    with terminal.busy("compiling"):
        count = rebuild_processes()
    with terminal.busy("writing texts"):
        written = texts.rebuild()
    click.echo(f"{count} processes compiled, {written} texts written")


@dataclass
class _Tally:
    """Who imports, and what has become of things so far."""

    by: str
    is_checked: bool = False
    sealed: int = 0
    unchanged: int = 0
    refused: int = 0
    repaired: int = 0
    unreadable: int = 0

    def seal(self, file: Path, releases: Sequence[tuple[str, Json]]) -> None:
        """Seal releases, each with its place in the file, and tell what was refused."""
        if not self.is_checked:
            releases = self._screened(file, releases)
        report = seal_releases([release for _, release in releases], by=self.by, source=clean_line(file.name))
        self.sealed += len(report.sealed)
        self.unchanged += report.unchanged
        placed = [
            problem
            if problem.number is None
            else replace(problem, place=f"{releases[problem.number][0].rstrip()} {problem.place}")
            for problem in report.refused
        ]
        self.refuse(file, placed)

    def _screened(self, file: Path, releases: Sequence[tuple[str, Json]]) -> list[tuple[str, Json]]:
        """Leave out what has a number of a person in it, and tell where."""
        kept = []
        for place, release in releases:
            found = [
                Problem(f"{place.rstrip()} {path}", f"{reason}; {ADVICE}") for path, reason in personal_in(release)
            ]
            self.refuse(file, found)
            if not found:
                kept.append((place, release))
        return kept

    def refuse(self, file: Path, problems: Iterable[Problem]) -> None:
        """Tell what was refused."""
        for problem in problems:
            self.refused += 1
            _tell(file, f"refused {problem}")


def _import_file(tally: _Tally, file: Path, progress: Progress) -> None:
    size = file.stat().st_size
    checked = progress.add_task(f"checking {clean_line(file.name)}", total=size)
    sealed = progress.add_task(f"sealing {clean_line(file.name)}", total=size)
    try:
        reading.check_file(file, lambda count: progress.advance(checked, count))
        found = reading.stream_file(file, lambda count: progress.advance(sealed, count))
        for batch in batches(found, BATCH):
            _import_found(tally, file, batch)
    except UnreadableError as error:
        tally.unreadable += 1
        _tell(file, str(error))


def _import_found(tally: _Tally, file: Path, batch: Sequence[reading.Found]) -> None:
    for repair in (repair for one in batch for repair in one.repairs):
        tally.repaired += 1
        _tell(file, f"repaired {repair}")
    tally.refuse(file, (one.problem for one in batch if one.problem is not None))
    right = [(one.place, one.release) for one in batch if one.release is not None]
    for place, release in right:
        for path, reason in doubts_in(release):
            _tell(file, f"doubtful {place} {path}: {reason}")
    tally.seal(file, right)


def _files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.name.lower().endswith(SUFFIXES) and path.is_file())


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
