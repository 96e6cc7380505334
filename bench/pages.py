"""The pages of the extraction benchmark and what is right on each, from the measuring data or the bundled site.

Pages are given to every extractor as the same text; one set is given as raw bytes, for each to decode as it does.
Extractors that take text only get those bytes decoded by chardet, off the clock.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import chardet

from tests.eval import extract_scores as scores

DATA = scores.DATA

GOVERNMENT, POOL, GBK, ENGLISH = "government", "Chinese pool", "GBK bytes", "English"
SETS = (GOVERNMENT, POOL, GBK, ENGLISH)
NO_URL = "https://example.invalid/page.html"

Match = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One page and its gold. `match` gives precision and recall of a body; `shown` the fields that are labelled.

    A labelled field whose value is None is one that the page does not show.
    """

    set: str
    url: str
    text: str
    raw: bytes | None = None
    match: Callable[[str], Match]
    shown: dict[str, str | None]

    def row(self) -> str:
        """The page as a worker reads it, one line."""
        raw = base64.b64encode(self.raw).decode("ascii") if self.raw is not None else None
        return json.dumps({"url": self.url, "text": self.text, "raw": raw})


def measuring_data() -> bool:
    """Whether the measuring data lies beside this checkout."""
    return (DATA / "extract").is_dir()


def measured_pages() -> list[Labelled]:
    """Government sites, the Chinese pool, one-template news in GBK and English, from the measuring data."""
    gold = list(_gold_pages())
    files = "\n".join(str(row["file"]) for row in scores.gold_rows())
    # Most of these are in the gold as well, where a person read them; those count once.
    others = [page for name, page in _set_pages("govcn_zh", GOVERNMENT) if name not in files]
    pool = [page for part in ("gne_zh", "magic_article_zh", "zh_misc") for _, page in _set_pages(part, POOL)]
    gbk = [_as_gbk(page) for _, page in _set_pages("cx163_zh", GBK)]
    return [*gold, *others, *pool, *gbk, *(page for _, page in _set_pages("scrapinghub", ENGLISH))]


def demo_pages() -> list[Labelled]:
    """The bundled site's clean pages; those served in GBK also as raw bytes."""
    from jobs.demo.site import PAGES

    found = []
    for page in PAGES:
        body = _first_bytes(page.name)
        wide = "\n".join([*page.paragraphs, *page.shown_beside, *(caption for _, caption in page.captions)])
        one = Labelled(
            set=GOVERNMENT,
            url=f"https://www.example.gov.cn{page.path}",
            text=body.decode(page.dress.codec, "replace"),
            match=_either("\n".join(page.paragraphs), wide),
            shown={"title": page.title, "date": page.published, "issuer": page.issuer},
        )
        found.append(one)
        if page.dress.codec in ("gbk", "gb18030"):
            found.append(_fed_raw(one, body))
    return found


def _first_bytes(name: str) -> bytes:
    """The page as it is first published."""
    from jobs.demo.site import TIMELINE, page_bytes, page_state

    number = next(one.number for one in TIMELINE if page_state(name, one.number).published)
    return page_bytes(name, number)[0]


def _gold_pages() -> Iterator[Labelled]:
    for row in scores.gold_rows():
        if "paragraphs" in row:
            body = (DATA / "pages" / str(row["file"])).read_bytes()
            extra: list[str] = [*_lines(row, "optional"), *_lines(row, "captions")]
            base = "\n".join(_lines(row, "paragraphs"))
            yield Labelled(
                set=GOVERNMENT,
                url=NO_URL,
                text=plainly_decoded(body),
                match=_either(base, base + "\n" + "\n".join(extra)),
                shown={"title": _text(row["title"]), "date": _text(row["date"]), "issuer": _text(row["source"])},
            )


def _lines(row: dict[str, object], key: str) -> list[str]:
    found = row.get(key)
    return [str(line) for line in found] if isinstance(found, list) else []


def _text(value: object) -> str | None:
    return str(value) if value else None


def _set_pages(name: str, into: str) -> Iterator[tuple[str, Labelled]]:
    with gzip.open(DATA / "extract" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row: dict[str, Any] = json.loads(line)
            labelled = {key: row[key] for key in ("title", "date") if row[key]}
            page = Labelled(
                set=into,
                url=row["url"] or NO_URL,
                text=row["html"],
                match=_either(row["gold"], row["gold"]),
                shown=labelled,
            )
            yield row["id"], page


def _as_gbk(page: Labelled) -> Labelled:
    return _fed_raw(page, page.text.encode("gb18030", "replace"))


def _fed_raw(page: Labelled, body: bytes) -> Labelled:
    decoded = plainly_decoded(body)
    return Labelled(set=GBK, url=page.url, text=decoded, raw=body, match=page.match, shown=page.shown)


def plainly_decoded(body: bytes) -> str:
    """What someone without a decoder of their own would do: UTF-8 where that reads, else what chardet says."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        encoding = (chardet.detect(body)["encoding"] or "utf-8").lower()
        return body.decode("gb18030" if encoding in ("gb2312", "gbk") else encoding, "replace")


def _either(base: str, wide: str) -> Callable[[str], Match]:
    """Matches a body; lines that may be in or out (all of `wide` beyond `base`) count against nobody."""

    def match(read: str) -> Match:
        precision, recall = scores.match(base, read)
        return max(precision, scores.match(wide, read)[0]), recall

    return match
