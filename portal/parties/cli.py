"""Commands of organisations."""

from __future__ import annotations

from pathlib import Path

import click

from portal.parties import actions, files


@click.command("grades")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_grades(file: Path) -> None:
    """Import grades of social organisations from a CSV FILE: credit_code, grade, awarded_on, source.

    An optional column valid_until replaces the five years of the law. A file with a fault is refused whole.
    """
    read = files.read_grades(file)
    for problem in read.problems:
        click.echo(f"{file.name}: {problem}", err=True)
    if read.problems:
        raise SystemExit(1)
    changed = actions.keep_grades(read.rows)
    click.echo(f"{len(read.rows)} grades, {changed} new or changed")
