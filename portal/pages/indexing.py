"""Help as it can be found. It changes with the program only: `portal search rebuild` takes it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.kernel.text import N_
from portal.pages import help as texts
from portal.search.port import Indexer, SearchDocument, document_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _documents(ids: Sequence[str] | None) -> Iterator[SearchDocument]:
    for page in texts.all_pages().values():
        if ids is None or page.name in ids:
            yield SearchDocument(
                key=document_key(texts.KIND, page.name), kind=texts.KIND, object_id=page.name, title=page.title,
                title_en=page.title_en, body="\n".join(page.body), body_en="\n".join(page.body_en),
            )  # fmt: skip


HELP = Indexer(texts.KIND, _documents, N_("Help"), is_suggested=True)
