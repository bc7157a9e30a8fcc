"""The command that takes documents in."""

from __future__ import annotations

import csv
import getpass
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup, with_appcontext

from portal.disclosure import actions, queries
from portal.disclosure.actions import Received
from portal.disclosure.rules import PersonalDataError, check_public
from portal.kernel import terminal
from portal.kernel.errors import PortalError
from portal.kernel.text import clean_line
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portal.disclosure.models import Document

LIST = "documents.csv"
COLUMNS = frozenset({"ocid", "file"})
SOME_REFUSED, NOTHING_READ = 1, 2
documents_group = AppGroup("documents", help="Documents that are published.")


class BadListError(Exception):
    """Raised when the list of documents cannot be used; its text says where and why."""


@dataclass(frozen=True)
class _Item:
    """One file to take in, what is said of it, and where that was said."""

    path: Path
    place: str
    ocid: str
    title: str = ""
    title_en: str = ""
    release: str = ""


@dataclass
class _Tally:
    received: int = 0
    unchanged: int = 0
    withheld: int = 0
    refused: list[str] = field(default_factory=list)


@click.command("documents")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--by", default=getpass.getuser, help="Name of the operator who answers for what is published; yours if left out."
)
@click.option("--draft", "is_draft", is_flag=True, help="Keep them as drafts; an official publishes them.")
@click.pass_context
@with_appcontext
def import_documents(context: click.Context, folder: Path, by: str, *, is_draft: bool) -> None:
    """Take documents in: FOLDER/<ocid>/<files>, or FOLDER/documents.csv.

    The list has the columns ocid and file, and may have title, title_en and release (the identifier of a publication).
    """
    operator = clean_line(by)
    if not operator:
        raise click.BadParameter("give the name of whoever answers for what is published", param_hint="--by")
    try:
        items = list(_items(folder))
    except BadListError as error:
        click.echo(str(error), err=True)
        context.exit(NOTHING_READ)
    if not items:
        click.echo(f"{folder}: there is neither {LIST} nor a folder named like a purchase with files in it", err=True)
        context.exit(NOTHING_READ)
    tally = _Tally()
    with terminal.progress() as progress:
        for item in progress.track(items, description="documents"):
            _import(tally, item, by=operator, is_draft=is_draft)
    for refusal in tally.refused:
        click.echo(refusal, err=True)
    click.echo(
        f"{tally.received} documents taken in, {tally.withheld} of them with their original withheld, "
        f"{tally.unchanged} known already, {len(tally.refused)} refused"
    )
    context.exit(SOME_REFUSED if tally.refused else 0)


def _items(folder: Path) -> Iterator[_Item]:
    if (folder / LIST).exists():
        yield from _listed(folder)
        return
    for ocid in sorted(path for path in folder.iterdir() if path.is_dir()):
        for file in sorted(path for path in ocid.iterdir() if path.is_file()):
            yield _Item(file, str(file), ocid.name)


def _listed(folder: Path) -> Iterator[_Item]:
    """Read the list; a file outside the folder is refused with all of it."""
    try:
        text = (folder / LIST).read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{folder / LIST}: save it as UTF-8 and try again"
        raise BadListError(message) from error
    rows = csv.DictReader(text.splitlines())
    missing = COLUMNS - set(rows.fieldnames or ())
    if missing:
        message = f"{folder / LIST}: the column {', '.join(sorted(missing))} is missing"
        raise BadListError(message)
    for number, row in enumerate(rows, 2):
        place = f"{folder / LIST} row {number}"
        path = (folder / (row["file"] or "")).resolve()
        if not path.is_relative_to(folder.resolve()):
            message = f"{place}: {row['file']} lies outside the folder"
            raise BadListError(message)
        said = {name: clean_line(row.get(name) or "") for name in ("ocid", "title", "title_en", "release")}
        yield _Item(path, f"{place} ({row['file']})", **said)


def _import(tally: _Tally, item: _Item, *, by: str, is_draft: bool) -> None:
    """Take one document in: one transaction to keep it, one to publish it; safe to repeat."""
    try:
        data = item.path.read_bytes()
        told = Received(
            item.ocid,
            item.path.name,
            item.title or item.path.stem,
            item.title_en or None,
            queries.release_id(item.ocid, item.release),
            by=by,
        )
        document = actions.receive(data, told)
        if document.published_at is not None:
            tally.unchanged += 1
            return
        if not is_draft:
            document = actions.publish(document.id, by=by)
        tally.received += 1
        _tell_findings(tally, item, document, is_draft=is_draft)
    except OSError:
        tally.refused.append(f"{item.place}: the file cannot be opened")
        return
    except PortalError as error:
        tally.refused.append(f"{item.place}: {error.message}")
        return
    finally:
        db.session.rollback()


def _tell_findings(tally: _Tally, item: _Item, document: Document, *, is_draft: bool) -> None:
    if not document.pages:
        sys.stderr.write(
            f"{item.place}: no text could be read ({document.status}); look through it for personal data\n"
        )
    if document.is_withheld and not is_draft:
        tally.withheld += 1
        found = ", ".join(f"{count} {kind}" for kind, count in sorted(document.findings.items()))
        sys.stderr.write(f"{item.place}: the original is withheld, its text is masked ({found})\n")


@documents_group.command("redact")
@click.argument("document_id", type=int)
@click.option("--reason", required=True, help="Why; it is public, so personal data are refused.")
@click.option("--basis", required=True, help="The law that asks for it, with its article.")
@click.option("--by", required=True, help="Who asks for it.")
@click.option("--approved-by", required=True, help="The second person, who approves it.")
@click.pass_context
def redact(context: click.Context, /, document_id: int, **said: str) -> None:
    """Destroy document DOCUMENT_ID for good, its files too; the ledger says so and why."""
    try:
        check_told(said)
        position = actions.redact(document_id, **said)
    except PortalError as error:
        click.echo(str(error), err=True)
        context.exit(1)
    click.echo(f"withheld by entry {position}")


def check_told(said: Mapping[str, str]) -> None:
    """Refuse personal data in the public options of an erasure, naming the option.

    Raises:
        click.BadParameter: with what is to be taken out.
    """
    for name in ("reason", "basis"):
        try:
            check_public(said[name], field=name)
        except PersonalDataError as error:
            raise click.BadParameter(str(error), param_hint=f"--{name}") from error
