"""Kill the indexer at random moments, many more times than the tests do."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

TEST = "tests/search/test_whoosh.py::test_a_killed_indexer_loses_nothing_acknowledged_and_searching_goes_on"
SECONDS_EACH = 5


def main() -> int:
    """Run the test with so many kills."""
    parser = argparse.ArgumentParser(prog="scripts/bench crashes", description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    times = parser.parse_args().times
    start = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "--timeout", str(times * SECONDS_EACH), TEST]
    code = subprocess.run(command, check=False, env=os.environ | {"SANWEN_KILLS": str(times)}).returncode
    print(f"{times} kills in {time.monotonic() - start:.0f} s: {'something was lost' if code else 'nothing was lost'}")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
