"""A kept response without its body, which is large: what most that is asked of it needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.model import Snapshot
from store.tables import SnapshotRow


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptResponse:
    """A response that is kept, without its body: that lies under `digest` and has `size` bytes."""

    url: str
    final_url: str
    redirects: tuple[str, ...] = ()
    status: int
    headers: tuple[tuple[str, str], ...]
    fetched_at: datetime
    digest: str
    size: int

    def snapshot(self, body: bytes) -> Snapshot:
        """The Snapshot, with its body."""
        return Snapshot(
            url=self.url,
            final_url=self.final_url,
            status=self.status,
            headers=self.headers,
            body=body,
            fetched_at=self.fetched_at,
            redirects=self.redirects,
        )


def response_of(row: SnapshotRow) -> KeptResponse:
    """The response behind a row."""
    return KeptResponse(
        url=row.url,
        final_url=row.final_url,
        redirects=tuple(row.redirects),
        status=row.status,
        headers=tuple((str(name), str(value)) for name, value in row.headers),
        fetched_at=row.fetched_at,
        digest=row.digest,
        size=row.size,
    )
