"""What moderation refuses."""

from __future__ import annotations

from portal.kernel.errors import ConflictError
from portal.kernel.text import N_

HIDDEN, RESTORED, WITHHELD = "hidden", "restored", "withheld"
"""What events of the outbox call the acts; what is withheld by law is destroyed and never restored."""


class AlreadyHiddenError(ConflictError):
    """Raised when a thing is hidden already."""

    code = "already-hidden"
    message = N_("This is hidden already.")


class NotHiddenError(ConflictError):
    """Raised when a thing that is to be brought back is not hidden."""

    code = "not-hidden"
    message = N_("This is not hidden.")


class WithdrawnForGoodError(ConflictError):
    """Raised when moderation would bring back what its publisher withdrew."""

    code = "withdrawn-for-good"
    message = N_("Its publisher withdrew this. Only a new notice can say it again.")
