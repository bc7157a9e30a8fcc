"""What keeps compiled processes behind moderation: a consumer of the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.procurement.actions import follow_hiding
from portal.procurement.queries import NOTICE
from portal.ring.rules import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.outbox.models import OutboxEvent

CHANGES = frozenset({"hidden", "restored"})


class ProcessCompiler:
    """Compile a process anew when one of its releases is hidden or restored."""

    name = "processes"

    def handle(self, events: Sequence[OutboxEvent]) -> None:
        """Follow what moderation did; done for good when this returns."""
        told = [event for event in events if event.change in CHANGES]
        notices = [int(event.object_id) for event in told if event.kind == NOTICE and event.object_id.isdigit()]
        ocids = [event.object_id for event in told if event.kind == Kind.PROCESS]
        if notices or ocids:
            follow_hiding(notices, ocids)
