"""Progress on a terminal, told on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress
    from rich.status import Status


def progress(*, counted: str = "", is_kept: bool = True) -> Progress:
    """Make a progress bar.

    Args:
        counted: what is counted, to show how many of it are done; nothing to show only how far it is.
        is_kept: whether the bar stays on the screen when it is done.
    """
    from rich import progress as bars  # noqa: PLC0415 - 2 MB that the web process need not take
    from rich.console import Console  # noqa: PLC0415 - as above

    columns = (
        bars.BarColumn(), bars.MofNCompleteColumn(), bars.TextColumn(counted), bars.TimeElapsedColumn(),
        bars.TimeRemainingColumn(),
    ) if counted else ()  # fmt: skip
    return bars.Progress(*columns, console=Console(stderr=True), transient=not is_kept)


def busy(what: str) -> Status:
    """Tell that something goes on, until the end of the block."""
    from rich.console import Console  # noqa: PLC0415 - as above

    return Console(stderr=True).status(what)
