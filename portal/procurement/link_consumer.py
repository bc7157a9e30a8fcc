"""What keeps clues and suggestions behind compiled processes: a consumer of the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.procurement.link_actions import keep_clues, suggest
from portal.ring.rules import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.outbox.models import OutboxEvent


class LinkSuggester:
    """Keep the clues of processes that changed, and suggest what they may belong to."""

    name = "links"

    def handle(self, events: Sequence[OutboxEvent]) -> None:
        """Follow what changed; done for good when this returns, and harmless when done again."""
        ocids = list(dict.fromkeys(event.object_id for event in events if event.kind == Kind.PROCESS))
        if ocids:
            keep_clues(ocids)
            suggest(ocids)
