"""Reading documents: milliseconds and characters for each sample, warm, in the sandbox."""

from __future__ import annotations

import argparse
from pathlib import Path

from benches import measuring
from portal.disclosure.extraction.sandbox import extract

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "zh" / "samples"
LIMIT_MS, COUNT = 50.0, 15


def main() -> int:
    """Read every sample often; the exit code is 1 if one takes too long."""
    parser = argparse.ArgumentParser(prog="scripts/bench extraction", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLES)
    folder = parser.parse_args().folder
    if not folder.is_dir():
        print(f"{folder}: there are no samples here")
        return 2
    verdicts = measuring.Verdicts()
    for path in sorted(path for path in folder.iterdir() if path.suffix != ".py"):
        data = path.read_bytes()
        found = extract(data)
        characters = len("".join("".join(page.text for page in found.pages).split()))
        print(f"{path.name}: {found.status.value}, {len(found.pages)} pages, {characters:,} characters")
        taken = measuring.wall_times(lambda data=data: extract(data), count=COUNT)
        verdicts.say(f"{path.name}, p50", measuring.p50(taken), LIMIT_MS, "ms")
    return verdicts.close()


if __name__ == "__main__":
    raise SystemExit(main())
