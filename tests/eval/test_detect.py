"""The detectors against real pages: what they find never drops, alarms on clean pages never rise."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from crawler.decode import Document, decode_bytes, decode_text
from crawler.detect import Case, detect, fake_document, pinyin_gloss, spin, traditional
from crawler.extract import extract, visible_text
from crawler.model import Finding, FindingKind, Severity

DATA = Path(__file__).parents[3] / "shared" / "data"
FLOORS = json.loads((Path(__file__).parent / "detect_floors.json").read_text("utf-8"))
URL = "http://www.example.gov.cn/art/1.html"
SETS = ("govcn_zh", "gne_zh", "shgov_zh", "zh_misc")
MORE_SETS = ("cx163_zh", "magic_article_zh", "scrapinghub")
TEXT_BLOCKS = ("head_porn", "tail_spiderpool")

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="measuring data is not beside this checkout")


def findings(document: Document) -> tuple[Finding, ...]:
    return detect(Case(document=document, article=extract(document), page_text=visible_text(document)))


def samples(label: str) -> Iterator[dict[str, object]]:
    listed = json.loads((DATA / "anomaly" / "manifest.json").read_text("utf-8"))
    return (row for row in listed if row["label"] == label)


def read(name: str) -> Document:
    body = (DATA / "anomaly" / name).read_bytes()
    return decode_bytes(body, url=URL, markup=name.endswith(".html"))


def clean_documents() -> Iterator[tuple[str, Document]]:
    for row in samples("negative"):
        yield str(row["file"]), read(str(row["file"]))
    yield from extracted_documents(SETS)


def extracted_documents(names: tuple[str, ...]) -> Iterator[tuple[str, Document]]:
    for name in names:
        with gzip.open(DATA / "extract" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                page = json.loads(line)
                yield f"{name}:{number}", decode_text(page["html"], url=page.get("url") or URL)


def test_clean_pages_give_no_alarm() -> None:
    """Severity high and critical only where sure; texts about gambling, drugs and SEO are among these pages."""
    alarms, pages = [], 0
    for name, document in clean_documents():
        pages += 1
        loud = [f for f in findings(document) if f.severity.rank >= Severity.HIGH.rank]
        alarms += [(name, loud[0].kind, loud[0].quote[:40])] if loud else []
    assert 1000 * len(alarms) / pages <= FLOORS["clean pages with an alarm, per thousand"], alarms


# What no clean page of any set has, of any severity.
NEVER = {
    fake_document: FindingKind.FAKE_DOCUMENT,
    traditional: FindingKind.MECHANICAL_TRADITIONAL,
    spin: FindingKind.CHAR_SPIN,
    pinyin_gloss: FindingKind.PINYIN_GLOSS,
}


def test_what_clean_pages_never_have() -> None:
    """Forged documents, mechanical Traditional, swapped characters and glosses: no alarm at all."""
    alarms, pages = [], 0
    for name, document in chain(clean_documents(), extracted_documents(MORE_SETS)):
        pages += 1
        case = Case(document=document, article=extract(document), page_text=visible_text(document))
        alarms += [
            (name, one.quote) for module, kind in NEVER.items() for one in module.detect(case) if one.kind is kind
        ]
    assert pages > 500
    assert alarms == []


def test_a_forged_document_is_found_where_it_was_marked() -> None:
    """High, on what was marked by hand."""
    for row in samples("positive"):
        if row["kind"] != "fake_gov_gambling_document":
            continue
        places = row["injected_offsets"]
        found = [one for one in findings(read(str(row["file"]))) if one.kind is FindingKind.FAKE_DOCUMENT]
        assert [(one.severity, [one.start, one.end]) for one in found] == [(Severity.HIGH, *places)]  # type: ignore[misc]


def test_keyword_blocks_are_found_whole() -> None:
    """Each block at the head or tail of a real text, by its overlap with what was marked by hand."""
    overlaps = []
    for row in samples("positive"):
        if not str(row["kind"]).startswith(TEXT_BLOCKS):
            continue
        ((start, end), *_) = row["injected_offsets"]  # type: ignore[misc]
        blocks = [f for f in findings(read(str(row["file"]))) if f.kind == "spam_block"]
        overlaps.append(max((_overlap(f, start, end) for f in blocks), default=0.0))
    found = [overlap for overlap in overlaps if overlap > 0.0]
    assert len(found) / len(overlaps) >= FLOORS["keyword blocks found"]
    assert sum(found) / len(found) >= FLOORS["overlap of the blocks found"]


def _overlap(found: Finding, start: int, end: int) -> float:
    both = min(found.end, end) - max(found.start, start)
    return max(both, 0) / (max(found.end, end) - min(found.start, start))
