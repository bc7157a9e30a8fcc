"""Keeping clues, suggesting what belongs together, and joining it where a person says so; undoing that again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, or_, select, text

from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.ledger.actions import append_entry
from portal.outbox.actions import append_event
from portal.procurement import joining_rules as rules
from portal.procurement import joins, linking
from portal.procurement.compiling import compile_processes
from portal.procurement.joining_rules import JoinChange, SuggestionState
from portal.procurement.link_models import LinkSuggestion, ProcessClue, ProcessJoin, PurchaseMember
from portal.procurement.linking_rules import THRESHOLD, Key, Verdict, compare, keys_of, stored_keys_of
from portal.procurement.models import Process
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from portal.procurement.joining_rules import Pair
    from portal.procurement.linking_rules import Contrast

JOIN = joins.JOIN
JOIN_LOCK = 7_310_005
BATCH = 250
LONGEST_BY = 100


def join_processes(
    pairs: Sequence[Pair],
    *,
    by: str,
    reason: str = "",
    told: Mapping[Pair, Verdict] | None = None,
    despite: Collection[Pair] = (),
) -> list[int]:
    """Confirm that processes are one purchase: history, ledger, pages and lists change together.

    Args:
        pairs: ocids of two processes each, in any order.
        by: who confirms it; kept in the office, never published.
        reason: why, in words that are published.
        told: what the machine had said of pairs.
        despite: pairs that look like different purchases, and that who confirms it has read so.

    Returns:
        The numbers of the new steps of the history; a pair that is joined already gives none.

    Raises:
        SameProcessError: a process with itself.
        UnknownProcessError: no process that may be seen has that ocid.
        DifferentPurchasesError: a pair looks like different purchases, and nobody has read so.
        UnexplainedJoinError: it does, and no reason is given.
    """
    with transaction():
        _lock()
        wanted = list(dict.fromkeys(rules.pair_of(*pair) for pair in pairs))
        _check_known({ocid for pair in wanted for ocid in pair})
        known = joins.joins_among(_affected(wanted))
        new = [pair for pair in wanted if pair not in known]
        said = {rules.pair_of(*pair): verdict for pair, verdict in (told or {}).items()}
        against = _confirmed({rules.pair_of(*pair) for pair in despite}, new, reason)
        steps = [
            _remember(pair, JoinChange.JOINED, by=by, reason=reason, said=said.get(pair), despite=against.get(pair, ()))
            for pair in new
        ]
        if new:
            _group_anew(_affected(new))
        return steps


def _confirmed(read: Collection[Pair], pairs: Sequence[Pair], reason: str) -> Mapping[Pair, Sequence[Contrast]]:
    """Tell what speaks against pairs, all of which must have been read and explained."""
    against = linking.contrasts_between(pairs)
    if not against.keys() <= set(read):
        raise rules.DifferentPurchasesError(field="despite")
    if against and not reason.strip():
        raise rules.UnexplainedJoinError(field="reason")
    return against


def undo_join(join_id: int, *, by: str, reason: str) -> int | None:
    """Undo a join; everything is again as it would be without it.

    Returns:
        The number of the new step of the history; None where that pair is not joined (any more).

    Raises:
        NotFoundError: there is no such join.
    """
    with transaction():
        _lock()
        join = db.session.get(ProcessJoin, join_id)
        if join is None or join.change is not JoinChange.JOINED:
            raise NotFoundError
        pair = (join.first_ocid, join.second_ocid)
        if pair not in joins.joins_among(pair):
            return None
        affected = _affected([pair])
        step = _remember(pair, JoinChange.UNDONE, by=by, reason=reason, said=None)
        _group_anew(affected)
        return step


def refuse(suggestion_id: int, *, by: str) -> None:
    """Remember that two purchases are not the same, so that none of their notices are suggested to each other again.

    Raises:
        NotFoundError: there is no such suggestion.
        JoinedMeanwhileError: somebody joined them.
    """
    with transaction():
        _lock()
        found = _suggestion(suggestion_id)
        firsts, seconds = joins.joined_with([found.first_ocid]), joins.joined_with([found.second_ocid])
        if found.second_ocid in firsts:
            raise rules.JoinedMeanwhileError
        pairs = [rules.pair_of(a, b) for a in (firsts or [found.first_ocid]) for b in (seconds or [found.second_ocid])]
        known = _suggestions_of(pairs)
        for pair in pairs:
            _decide(known.get(pair) or _suggest(pair, Verdict(0)), SuggestionState.REFUSED, by=by)


def put_off(suggestion_id: int, *, by: str) -> None:
    """Keep a suggestion for later, also one that was refused before."""
    with transaction():
        _decide(_suggestion(suggestion_id), SuggestionState.LATER, by=by)


def keep_clues(ocids: Sequence[str]) -> None:
    """Keep what processes are found by; what has not changed is not written."""
    with transaction():
        for start in range(0, len(ocids), BATCH):
            some = ocids[start : start + BATCH]
            rows_of = select(ProcessClue.ocid, ProcessClue.kind, ProcessClue.value).where(ProcessClue.ocid.in_(some))
            before = {(ocid, kind, value) for ocid, kind, value in db.session.execute(rows_of)}
            now = {
                (ocid, kind, value)
                for ocid, clues in linking.fresh_clues(some)
                for kind, value in stored_keys_of(clues)
            }
            stale = sorted({ocid for ocid, _, _ in before - now})
            db.session.execute(delete(ProcessClue).where(ProcessClue.ocid.in_(stale)))
            new = sorted(row for row in now if row not in before or row[0] in stale)
            if new:
                rows = [{"ocid": ocid, "kind": kind, "value": value} for ocid, kind, value in new]
                db.session.execute(insert(ProcessClue), rows)


def suggest(ocids: Sequence[str]) -> None:
    """Suggest what processes may belong to; a suggestion that no longer holds goes, unless it was decided."""
    with transaction():
        for start in range(0, len(ocids), BATCH):
            _suggest_for(ocids[start : start + BATCH])


def _suggest_for(ocids: Sequence[str]) -> None:
    mine = linking.known_processes(ocids)
    keys = {ocid: keys_of(one.clues) for ocid, one in mine.items()}
    sharing = linking.processes_sharing({key for some in keys.values() for key in some}, least=2)
    others = linking.known_processes({ocid for found in sharing.values() for ocid in found} - set(mine)) | mine
    likely: dict[Pair, Verdict] = {}
    for ocid, some in keys.items():
        for other in _sharers(some, sharing) - {ocid}:
            if other in others and (pair := rules.pair_of(ocid, other)) not in likely:
                verdict = compare(mine[ocid].clues, others[other].clues)
                if verdict.score >= THRESHOLD:
                    likely[pair] = verdict
    _keep_suggestions(ocids, likely)


def _sharers(keys: Iterable[Key], sharing: Mapping[Key, Sequence[str]]) -> set[str]:
    return {ocid for key in keys for ocid in sharing.get(key, ())}


def _keep_suggestions(ocids: Sequence[str], likely: Mapping[Pair, Verdict]) -> None:
    concerned = or_(LinkSuggestion.first_ocid.in_(ocids), LinkSuggestion.second_ocid.in_(ocids))
    known = {
        (one.first_ocid, one.second_ocid): one for one in db.session.scalars(select(LinkSuggestion).where(concerned))
    }
    for pair, one in known.items():
        if pair not in likely and one.state is SuggestionState.OPEN:
            db.session.delete(one)
    for pair, verdict in likely.items():
        one = known.get(pair) or _suggest(pair, verdict)
        one.score, one.reasons = verdict.score, [reason.value for reason in verdict.reasons]
    db.session.flush()


def _suggest(pair: Pair, verdict: Verdict) -> LinkSuggestion:
    made = LinkSuggestion(
        first_ocid=pair[0], second_ocid=pair[1], score=verdict.score, made_at=clock.now(),
        reasons=[reason.value for reason in verdict.reasons], state=SuggestionState.OPEN,
    )  # fmt: skip
    db.session.add(made)
    return made


def _suggestions_of(pairs: Sequence[Pair]) -> dict[Pair, LinkSuggestion]:
    firsts, seconds = {first for first, _ in pairs}, {second for _, second in pairs}
    query = select(LinkSuggestion).where(LinkSuggestion.first_ocid.in_(firsts), LinkSuggestion.second_ocid.in_(seconds))
    return {(one.first_ocid, one.second_ocid): one for one in db.session.scalars(query)}


def _suggestion(suggestion_id: int) -> LinkSuggestion:
    found = db.session.get(LinkSuggestion, suggestion_id)
    if found is None:
        raise NotFoundError
    return found


def _decide(suggestion: LinkSuggestion, state: SuggestionState, *, by: str) -> None:
    suggestion.state, suggestion.decided_at, suggestion.decided_by = state, clock.now(), by[:LONGEST_BY]


def _check_known(ocids: set[str]) -> None:
    known = select(Process.ocid).where(Process.ocid.in_(ocids), joins.may_be_seen(Process))
    if ocids - set(db.session.scalars(known)):
        raise rules.UnknownProcessError(field="ocid")


def _affected(pairs: Sequence[Pair]) -> list[str]:
    return joins.with_companions(sorted({ocid for pair in pairs for ocid in pair}))


def _remember(
    pair: Pair, change: JoinChange, *, by: str, reason: str, said: Verdict | None, despite: Sequence[Contrast] = ()
) -> int:
    now = clock.now()
    public = rules.public_bytes(pair, change, at=now.isoformat(timespec="seconds"), reason=reason)
    action = "publish" if change is JoinChange.JOINED else "withdraw"
    position = append_entry(JOIN, pair[0], action=action, public=public, at=now)
    step = ProcessJoin(
        first_ocid=pair[0], second_ocid=pair[1], change=change, reason=reason, at=now, by=by[:LONGEST_BY],
        score=said.score if said else None, reasons=[one.value for one in said.reasons] if said else [],
        despite=[one.value for one in despite], ledger_position=position,
    )  # fmt: skip
    db.session.add(step)
    db.session.flush()
    append_event(JOIN, step.id, change.value)
    return step.id


def _group_anew(ocids: Sequence[str]) -> None:
    """Find the purchases among some processes from the history, and compile the processes anew."""
    db.session.execute(delete(PurchaseMember).where(PurchaseMember.ocid.in_(ocids)))
    grouped = rules.groups(joins.joins_among(ocids))
    db.session.add_all(PurchaseMember(ocid=ocid, purchase=name) for ocid, name in sorted(grouped.items()))
    db.session.flush()
    compile_processes(sorted(ocids))


def _lock() -> None:
    """Let one official at a time decide what belongs together; SQLite has one writer anyway."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": JOIN_LOCK})
