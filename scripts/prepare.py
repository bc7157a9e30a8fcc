"""Bring the database up to date, load the demonstration into an empty one, print the sign-ins: one process."""

from __future__ import annotations

import os
import sys

from portal.app import create_app
from portal.classification import queries as classification
from portal.classification.actions import load_reference_data
from portal.demo import loader
from portal.ratings.actions import load_dimensions
from portal.search import keeping
from portal.settings import Settings
from portal.storage.upgrading import upgrade


def main(*, wants_demo: bool) -> None:
    """Prepare what `scripts/run` serves."""
    app = create_app(Settings.from_environment(os.environ))
    with app.app_context():
        upgrade()
        if wants_demo and loader.is_empty():
            print("loading the demonstration province", file=sys.stderr)
            loader.load(tell=lambda what: print(f"  {what}", file=sys.stderr))
        if not classification.is_loaded():
            load_reference_data()
            load_dimensions()
        if not keeping.state():
            keeping.rebuild()
        if loader.is_demonstration():
            print(loader.sign_ins())


if __name__ == "__main__":
    main(wants_demo=sys.argv[1:] != ["no"])
