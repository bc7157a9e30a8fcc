"""Plans and their lines as data."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING
