"""What can be wrong with an index."""

from __future__ import annotations

from http import HTTPStatus

from portal.kernel.errors import PortalError
from portal.kernel.text import N_


class IndexDamagedError(PortalError):
    """Raised when the index cannot be read; the log says why."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "search-unavailable"
    message = N_("The search is being repaired. Use the lists in the meantime, or try again in a minute.")


class RebuildRunningError(PortalError):
    """Raised when a new index is already being made."""

    status = HTTPStatus.CONFLICT
    code = "search-rebuild-running"
    message = N_("The index is being rebuilt already. Wait until that is done.")
