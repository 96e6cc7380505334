"""Quality floors of discovery on real pages: articles are not taken for listings, nor listings for articles.

The pages lie beside the project and never in it; without them these tests say that they were skipped. A floor may be
raised, never lowered in silence.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.discover import Discovery, discover
from crawler.model import Snapshot, Source

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
URL = "https://www.example.gov.cn/xwfb/entry"
SOURCE = Source(name="measured", url=URL)

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the measuring data is not beside the project")


def look(body: bytes) -> Discovery:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    headers = (("Content-Type", "text/html"),)
    return discover(Snapshot(url=URL, final_url=URL, status=200, headers=headers, body=body, fetched_at=when), SOURCE)


def pages(kind: str) -> Iterator[Discovery]:
    """What every page of this kind is taken for. A page kept inside a program's source is cut out first."""
    for row in json.loads((DATA / "pages" / "manifest.json").read_text("utf-8")):
        if row["kind"] == kind:
            body = (DATA / "pages" / row["file"]).read_bytes()
            start = body.find(b"<!DOCTYPE") if row["file"].endswith((".py", ".js")) else 0
            yield look(body[max(0, start) :])


@pytest.mark.parametrize(
    ("kind", "wanted", "floor"),
    [
        ("articles_cn", "page", 0.98),
        ("articles_other", "page", 0.95),
        ("lists_cn", "listing", 0.6),  # five of the fourteen are templates without a list
        ("lists_other", "listing", 0.5),  # most of the rest link agendas and minutes only, by those words
        ("feeds", "feed", 1.0),
    ],
)
def test_entry_pages_are_taken_for_what_they_are(kind: str, wanted: str, floor: float) -> None:
    found = [discovery.kind for discovery in pages(kind)]
    right = found.count(wanted)
    assert right >= floor * len(found), f"{right} of {len(found)} taken for {wanted}"


@pytest.mark.parametrize("name", ["govcn_zh", "gne_zh", "cx163_zh", "shgov_zh", "magic_article_zh", "scrapinghub"])
def test_articles_of_many_sites_are_single_pages(name: str) -> None:
    """Hot lists, related news and link farms around an article do not make it a listing."""
    with gzip.open(DATA / "extract" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = [look(json.loads(line)["html"].encode("utf-8", "replace")).kind for line in lines]
    assert found.count("page") >= 0.9 * len(found), f"{found.count('page')} of {len(found)} taken for page"
