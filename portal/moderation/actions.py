"""Hiding and restoring: at once, everywhere, and remembered in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.kernel.canonical import canonical_json
from portal.kernel.errors import NotFoundError
from portal.ledger.actions import append_entry
from portal.moderation import queries, rules
from portal.moderation.models import HiddenMark
from portal.outbox.actions import append_event
from portal.ring.queries import describe, describers
from portal.ring.rules import Kind
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Follower = Callable[[str, str], None]

_followers: list[Follower] = []


def use_followers(followers: Iterable[Follower]) -> None:
    """Name what else must change with a mark, in its transaction; it is told the kind and the identifier."""
    _followers[:] = followers


def hide(kind: str, object_id: str, *, reason: str, by: int | None, withdraws: bool = False) -> None:
    """Take a thing out of everything public; the mark works in the moment of its commit.

    What its publisher withdraws leaves a tombstone with the reason, and moderation cannot bring it back.

    Raises:
        NotFoundError: there is no such thing, or nobody may see it.
        AlreadyHiddenError: it is hidden already.
    """
    with transaction():
        if queries.mark(kind, object_id) is not None:
            raise rules.AlreadyHiddenError
        if kind in list(Kind) and Kind(kind) in describers and not describe([(Kind(kind), object_id)]):
            raise NotFoundError
        mark = HiddenMark(
            kind=kind, object_id=object_id, reason=reason, by_person_id=by, at=clock.now(), is_withdrawal=withdraws
        )
        db.session.add(mark)
        db.session.flush()
        _remember(kind, object_id, "withdraw" if withdraws else "hide", reason)


def restore(kind: str, object_id: str, *, reason: str) -> None:
    """Bring a hidden thing back.

    Raises:
        NotHiddenError: it is not hidden.
    """
    with transaction():
        mark = queries.mark(kind, object_id)
        if mark is None:
            raise rules.NotHiddenError
        if mark.is_withdrawal:
            raise rules.WithdrawnForGoodError
        db.session.delete(mark)
        db.session.flush()
        _remember(kind, object_id, "restore", reason)


def _remember(kind: str, object_id: str, act: str, reason: str) -> None:
    public = canonical_json({"kind": kind, "id": object_id, "action": act, "reason": reason})
    append_entry("moderation", f"{kind}:{object_id}", action=act, public=public)
    append_event(kind, object_id, rules.RESTORED if act == "restore" else rules.HIDDEN)
    for follow in _followers:
        follow(kind, object_id)
