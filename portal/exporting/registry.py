"""The datasets that there are; `portal/capabilities.py` fills it when the portal starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask

    from portal.exporting.dataset import Dataset

_EXTENSION = "datasets"


class DuplicateDatasetError(ValueError):
    """Raised when two datasets have the same name: a fault in the code."""


def init_app(app: Flask, datasets: Sequence[Dataset]) -> None:
    """Register every dataset of an application, in the order shown to readers."""
    known: dict[str, Dataset] = {}
    for dataset in datasets:
        if dataset.name in known:
            raise DuplicateDatasetError(dataset.name)
        known[dataset.name] = dataset
    app.extensions[_EXTENSION] = known


def public_datasets() -> Sequence[Dataset]:
    """Tell every dataset that everybody may have."""
    return [dataset for dataset in _registered().values() if dataset.permission is None]


def find(name: str) -> Dataset | None:
    """Find a dataset by its name, public or not."""
    return _registered().get(name)


def _registered() -> dict[str, Dataset]:
    known: dict[str, Dataset] = current_app.extensions.get(_EXTENSION, {})
    return known
