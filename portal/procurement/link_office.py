"""Pages of officials: what may be one purchase, and what was joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, url_for

from portal.procurement import joining_rules, joins, link_actions, link_queries, linking_rules, queries, rules
from portal.procurement.joining_rules import SuggestionState
from portal.procurement.link_forms import LATER, SAME, DecideForm, JoinForm, UndoForm
from portal.procurement.permissions import JOIN
from portal.web import access, forms
from portal.web.filters import Filters, choose
from portal.web.locale import pick
from portal.web.paging import paginate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from portal.procurement.joining_rules import Pair
    from portal.procurement.link_models import ProcessJoin
    from portal.procurement.link_queries import Further
    from portal.procurement.linking_rules import Verdict

bp = Blueprint("link_office", __name__)


@bp.get("/office/links")
@access.requires(JOIN)
def index() -> ResponseReturnValue:
    """List what may be one purchase, likeliest first."""
    filters = Filters.from_request()
    state = SuggestionState(choose(filters.kind, list(SuggestionState), name="kind") or SuggestionState.OPEN)
    page = paginate(link_queries.suggestions(state), filters.page)
    sides = link_queries.sides((one.first_ocid, one.second_ocid) for one in page.items)
    return render_template(
        "procurement/links.html", page=page, filters=filters, state=state, sides=sides, counts=link_queries.counts(),
        names=rules, link_names=linking_rules, told=link_queries.told,
    )  # fmt: skip


@bp.route("/office/links/<int:suggestion_id>", methods=["GET", "POST"])
@access.requires(JOIN)
def decide(suggestion_id: int) -> ResponseReturnValue:
    """Show both sides of a suggestion, and decide."""
    found, form = link_queries.suggestion(suggestion_id), DecideForm()
    pair, further = link_queries.suggested_pair(found), link_queries.further(found)
    form.offer((one.process.ocid, pick(one.process.title, one.process.title_en)) for one in further)
    said = {pair: link_queries.verdict_of(found)}
    return forms.handle(
        form, act=lambda form: _decide(suggestion_id, said, further, form), then=url_for(".index"),
        template="procurement/links_decide.html", suggestion=found, sides=link_queries.sides([pair])[pair],
        further=further, names=rules, link_names=linking_rules, told=link_queries.told,
        purchase=joins.purchase_of(found.first_ocid),
        contrasted=lambda: link_queries.contrasted([pair, *_ticked(further, form)]),
    )  # fmt: skip


def _decide(number: int, said: dict[Pair, Verdict], further: Sequence[Further], form: DecideForm) -> None:
    if form.verdict.data == SAME:
        ticked = _ticked(further, form)
        told = said | {one.pair: one.verdict for one in further if one.pair in ticked}
        _join(list(told), form, told)
    elif form.verdict.data == LATER:
        link_actions.put_off(number, by=_by())
    else:
        link_actions.refuse(number, by=_by())


def _ticked(further: Sequence[Further], form: DecideForm) -> list[Pair]:
    return [one.pair for one in further if one.process.ocid in (form.also.data or ())]


def _join(pairs: Sequence[Pair], form: DecideForm | JoinForm, told: Mapping[Pair, Verdict] | None = None) -> None:
    despite = [pair for pair in pairs if form.has_read(joining_rules.name_of(joining_rules.pair_of(*pair)))]
    link_actions.join_processes(pairs, by=_by(), reason=form.reason.data or "", told=told, despite=despite)


@bp.route("/office/links/process/<path:ocid>", methods=["GET", "POST"])
@access.requires(JOIN)
def process(ocid: str) -> ResponseReturnValue:
    """Show what a process is joined with and may belong to; join it with another one."""
    found, form = queries.process(ocid), JoinForm()
    steps = link_queries.steps_of(joins.with_companions([ocid]))
    suggested = link_queries.suggestions_to(ocid)
    return forms.handle(
        form, act=lambda form: _join([(ocid, form.number)], form),
        contrasted=lambda: link_queries.contrasted([(ocid, form.number)]),
        then=url_for(".process", ocid=ocid), template="procurement/links_process.html", process=found,
        purchase=joins.purchase_of(ocid), steps=steps, suggestions=suggested, join_names=joining_rules,
        sides=link_queries.sides((one.first_ocid, one.second_ocid) for one in suggested), **_about(steps),
        names=rules, link_names=linking_rules, told=link_queries.told,
    )  # fmt: skip


@bp.get("/office/links/history")
@access.requires(JOIN)
def history() -> ResponseReturnValue:
    """List every join and every undoing, newest first."""
    filters = Filters.from_request()
    page = paginate(link_queries.history(), filters.page)
    return render_template(
        "procurement/links_history.html", page=page, filters=filters, join_names=joining_rules,
        link_names=linking_rules, told=link_queries.told, steps=page.items, **_about(page.items),
    )  # fmt: skip


@bp.route("/office/links/history/<int:join_id>/undo", methods=["GET", "POST"])
@access.requires(JOIN)
def undo(join_id: int) -> ResponseReturnValue:
    """Undo a join."""
    found, form = link_queries.step(join_id), UndoForm()
    return forms.handle(
        form, act=lambda form: link_actions.undo_join(join_id, by=_by(), reason=form.reason.data),
        then=url_for(".process", ocid=found.first_ocid), template="procurement/links_undo.html", step=found,
        titles=link_queries.titles_of([found]), is_standing=bool(link_queries.standing_ids([found])),
        after=joins.after_undoing(found.first_ocid, found.second_ocid),
    )  # fmt: skip


def _about(steps: Sequence[ProcessJoin]) -> dict[str, object]:
    return {
        "titles": link_queries.titles_of(steps),
        "people": link_queries.names_of(steps),
        "standing": link_queries.standing_ids(steps),
        "told_contrasts": link_queries.told_contrasts,
    }


def _by() -> str:
    return f"{link_queries.PERSON}{access.actor().person_id}"
