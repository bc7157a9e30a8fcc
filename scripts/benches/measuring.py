"""Taking times and memory, and printing them."""

from __future__ import annotations

import math
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MILLI, KIBI = 1e3, 1024


def times(act: Callable[[], object], *, count: int, before: Callable[[], object] | None = None) -> list[float]:
    """Run something so often and give the CPU milliseconds of each run, rising."""
    found = []
    for _ in range(count):
        if before is not None:
            before()
        start = time.process_time()
        act()
        found.append((time.process_time() - start) * MILLI)
    return sorted(found)


def wall_times(act: Callable[[], object], *, count: int) -> list[float]:
    """Run something so often and give the milliseconds it took, rising."""
    found = []
    for _ in range(count):
        start = time.perf_counter()
        act()
        found.append((time.perf_counter() - start) * MILLI)
    return sorted(found)


def p50(measured: Sequence[float]) -> float:
    """Give the median."""
    return statistics.median(measured)


def p95(measured: Sequence[float]) -> float:
    """Give what nineteen of twenty stay under."""
    return measured[math.ceil(len(measured) * 0.95) - 1]


def own_memory(pid: int) -> float:
    """Tell how much memory a process has of its own, without shared libraries, in MB; nothing when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / KIBI for line in lines if line.startswith("Anonymous:")), 0.0)


class Verdicts:
    """Lines of figures against limits; what is not met is told again at the end."""

    def __init__(self) -> None:
        """Begin without any."""
        self._missed: list[str] = []

    def say(self, what: str, value: float, limit: float, unit: str, *, at_least: bool = False) -> None:
        """Print a figure and whether it keeps to its limit."""
        is_met = value >= limit if at_least else value <= limit
        word = "at least" if at_least else "at most"
        line = f"{what}: {value:,.2f} {unit} ({word} {limit:,g})"
        print(f"{'kept  ' if is_met else 'MISSED'} {line}", flush=True)
        if not is_met:
            self._missed.append(line)

    def close(self) -> int:
        """Print what was missed; give the exit code."""
        print(f"\n{len(self._missed)} limits missed" if self._missed else "\nall limits kept")
        for line in self._missed:
            print(f"  {line}")
        return 1 if self._missed else 0
