"""What a registry of OCDS publications asks of a publisher, answered from the data themselves.

Source: Open Contracting Partnership, OCDS Data Registry, https://data.open-contracting.org/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import gettext
from sqlalchemy import func, select

from portal.kernel import clock
from portal.procurement import queries as procurement
from portal.procurement.models import Process, Release
from portal.procurement.rules import TAG_NAMES
from portal.storage.database import db
from portal.web import locale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.settings import Settings

EXAMPLE_PREFIX = "ocds-demo00"


@dataclass(frozen=True)
class Answer:
    """One question of the registry and our answer, in the reader's language."""

    question: str
    answer: str


def answers(settings: Settings) -> Sequence[Answer]:
    """Answer every question."""
    prefix = settings.ocid_prefix
    is_example = prefix == EXAMPLE_PREFIX
    return [
        Answer(gettext("Standard"), "OCDS 1.1.5"),
        Answer(
            gettext("Prefix of identifiers"),
            gettext("%(prefix)s (an example, not registered)") % {"prefix": prefix} if is_example else prefix,
        ),
        *_coverage(),
        Answer(gettext("How often it is updated"), gettext("In the moment in which a notice is published.")),
        Answer(gettext("Languages"), gettext("Chinese; English where there is a translation.")),
        Answer(
            gettext("Whole and by part"),
            gettext("By page, by year and as dated snapshots, without an account, a key or a limit of rows."),
        ),
        Answer(
            gettext("Changes and removals"),
            gettext("Every change is a release of its own; what the law withholds is said in withheldInformation."),
        ),
        Answer(
            gettext("Checked"),
            gettext("Every package is right by the schema of the standard with the extensions that it declares."),
        ),
    ]


def _coverage() -> list[Answer]:
    visible = procurement.visible_releases().order_by(None)
    first, last, releases = db.session.execute(
        visible.with_only_columns(func.min(Release.date_at), func.max(Release.date_at), func.count())
    ).one()
    if not releases:
        return [Answer(gettext("What is there"), gettext("Nothing is published yet."))]
    tags = set(db.session.scalars(visible.with_only_columns(Release.tag).distinct()))
    processes = db.session.scalar(
        select(func.count()).select_from(procurement.visible_processes().with_only_columns(Process.ocid).subquery())
    )
    kinds = [gettext(name) for tag, name in TAG_NAMES.items() if tag in tags]
    days = {"first": locale.day(clock.day_of(first)), "last": locale.day(clock.day_of(last))}
    return [
        Answer(gettext("From when to when"), gettext("%(first)s to %(last)s") % days),
        Answer(
            gettext("What is there"),
            gettext("%(processes)s contracting processes in %(releases)s releases")
            % {"processes": f"{processes:,}", "releases": f"{releases:,}"},
        ),
        Answer(gettext("Kinds of releases"), gettext(", ").join(kinds)),
    ]
