"""What stands around the text: title, published, issuer, author and document number, as the page shows them.

Fields are read from the visible lines; meta tags only help to find the title and are compared, never quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from crawler.extract import rules
from crawler.extract.body import Body, is_head_line
from crawler.extract.dates import ShownDate, find_dates
from crawler.extract.headings import Heading, key
from crawler.extract.outline import Outline
from crawler.extract.tags import attributes_of
from crawler.model import fold_space

_ANY_LABEL: Final = re.compile(rules.ANY_LABEL)
_COLON: Final = r"\s*[:：﹕]\s*"
_GAP: Final = r"^[\s【\[（(|]*"
_DATE_LABEL: Final = re.compile(f"(?:{rules.DATE_LABEL})(?:{_COLON}|\\s*)$")
_LATE_LABEL: Final = re.compile(f"(?:{rules.LATE_DATE_LABEL})(?:{_COLON}|\\s*)$")
_ISSUER: Final = re.compile(f"(?:{rules.ISSUER_LABEL}){_COLON}")
_ISSUER_ALONE: Final = re.compile(f"^(?:{rules.ISSUER_LABEL})\\s*[:：﹕]?$")
_ORGAN: Final = re.compile(f"(?:{rules.ORGAN_LABEL}){_COLON}")
_ORGAN_ALONE: Final = re.compile(f"^(?:{rules.ORGAN_LABEL})\\s*[:：﹕]?$")
_AUTHOR: Final = re.compile(f"(?:{rules.AUTHOR_LABEL}){_COLON}")
_NUMBER: Final = re.compile(f"(?:{rules.NUMBER_LABEL}){_COLON}")
_NUMBER_ALONE: Final = re.compile(f"^[【\\[]?(?:{rules.NUMBER_LABEL})[】\\]]?\\s*[:：﹕]?$")
_NUMBER_SHAPE: Final = re.compile(
    r"^[（(]?[\u4e00-\u9fff]{1,16}\s?[〔［\[（(【]\s?(?:19|20)\d\d\s?[〕］\]）)】]\s?第?\s?\d{1,5}\s?号[）)]?$"
)
_NUMBERED: Final = re.compile(r"\d.*号|第.*号|[〔［\[（(【]\s?(?:19|20)\d\d|\d{4}[-—]\d")
_VALUE_END: Final = re.compile(r"\s\S{1,8}\s?[:：]|[|｜【\[<>]|\s[（(]\s*$|(?<=\s)(?:字|编|责)|\s{2,}")
# Every label of a source, an office, an author or a number has one of these letters (or is English).
_LABELLING: Final = re.compile("[源处處发發布佈供责信公制通记记作撰文号號告]")
_DAY: Final = re.compile(r"^(?:3[01]|[12]\d|0?[1-9])$")
_MONTH: Final = re.compile(r"^((?:19|20)\d\d)\s?[-/.年]\s?(1[0-2]|0?[1-9])\s?月?$")


_WANTED: Final = frozenset((*rules.META_TITLE, *rules.META_DATE))


def meta_tags(page: Outline) -> dict[str, str]:
    """The page's meta tags that state its title or date, by lower-case name, the first of each; and its `<title>`."""
    # Where something closed the head too soon, they stand in the body.
    tags = _stated(tag for tag, in_head in page.metas if in_head) or _stated(tag for tag, _ in page.metas)
    if page.title is not None:
        tags["<title>"] = page.title
    return tags


def _may_be_wanted(meta: str) -> bool:
    """Whether a tag has some part, in whatever case, of a name that is wanted: to lower a long text costs more."""
    return "itle" in meta or "ate" in meta or "ime" in meta or "ITLE" in meta or "ATE" in meta or "IME" in meta


def _stated(metas: Iterable[str]) -> dict[str, str]:
    tags: dict[str, str] = {}
    for meta in metas:
        if not _may_be_wanted(meta):
            continue
        stated = attributes_of(meta)
        name = stated.get("name") or stated.get("property") or stated.get("itemprop")
        content = stated.get("content")
        if name and content and (name := name.strip().lower()) in _WANTED and (content := fold_space(content)):
            tags.setdefault(name, content)
    return tags


# ---- the lines around the text --------------------------------------------------------------------------------------


def zone_of(page: Outline, body: Body, heading: Heading | None) -> list[int]:
    """The lines where a page states its metadata, nearest first: under the title, over it, and under the text."""
    begin = body.lines[0] if body.lines else min(len(page.texts), 40)
    after = body.lines[-1] + 1 if body.lines else begin
    if heading is not None and heading.last <= begin:
        shared = key(heading.title) != key(" ".join(page.texts[heading.first : heading.last]))
        under = list(range(heading.last - shared, begin))
        over = list(range(heading.first - 1, max(heading.first - 31, -1), -1))
    else:
        under, over = list(range(max(0, begin - 15), begin)), []
    return under + over + list(range(after, min(after + 20, len(page.texts))))


def labelled_lines(page: Outline, zone: Iterable[int]) -> list[int]:
    """The lines of a zone that may hold a label: those with a colon, and those short enough to be one alone."""
    lines: list[int] = []
    for line in zone:
        text = page.texts[line]
        long = len(text) > 20
        if long and (len(text) > 300 or not (":" in text or "：" in text or "﹕" in text)):
            continue
        if _LABELLING.search(text) is not None or "ource" in text or "uthor" in text:
            lines.append(line)
    return lines


def published_in(page: Outline, zone: Iterable[int], heading: Heading | None, begin: int) -> str | None:
    """The date of publication shown in the zone, labelled dates first; None when none is shown."""
    best: tuple[float, str] | None = None
    for rank, line in enumerate(zone):
        text = page.texts[line]
        if len(text) > 200:
            continue
        dates = _split_date(page, line) if len(text) < 3 else find_dates(text)
        for date in dates:
            score = _date_score(page, line, text, date) - rank * 0.1
            if line >= begin and score < 8:
                continue
            if heading is not None and line < heading.first and score < 8:
                continue
            if best is None or score > best[0]:
                best = (score, date.iso)
    return best[1] if best and best[0] > 0 else None


def _date_score(page: Outline, line: int, text: str, date: ShownDate) -> float:
    before = text[: date.start][-24:]
    if not before.strip(" 【[(（") and line:
        above = page.texts[line - 1]
        before = above if len(above) < 12 else ""
    if _LATE_LABEL.search(before):
        return 12.0
    if _DATE_LABEL.search(before):
        return 20.0
    if page.linked[line] * 2 > len(text) or len(text) > 110:
        return 0.0
    rest = len(text) - (date.end - date.start)
    return 6.0 if rest < 20 or date.start < 3 or _ANY_LABEL.search(text) else 0.0


def _split_date(page: Outline, line: int) -> list[ShownDate]:
    """A calendar leaf: the day in one line, year and month in the next (or before it)."""
    if not _DAY.match(page.texts[line]):
        return []
    for other in (line + 1, line - 1):
        if 0 <= other < len(page.texts) and (month := _MONTH.match(page.texts[other])):
            iso = f"{month[1]}-{int(month[2]):02}-{int(page.texts[line]):02}"
            return [ShownDate(iso, 0, len(page.texts[line]))]
    return []


def issuer_in(page: Outline, zone: Sequence[int]) -> str | None:
    """The page's own 来源, or None when it shows no such label or leaves it empty."""
    return _labelled(page, zone, _ISSUER, _ISSUER_ALONE) or _labelled(page, zone, _ORGAN, _ORGAN_ALONE)


def author_in(page: Outline, zone: Iterable[int]) -> str | None:
    """The named author, or None."""
    return _labelled(page, zone, _AUTHOR, None)


def number_in(page: Outline, zone: Iterable[int], body: Body) -> str | None:
    """The document number (文号): labelled, or a line of its own at the head of the text."""
    labelled = _labelled(page, zone, _NUMBER, _NUMBER_ALONE)
    if labelled and _NUMBERED.search(labelled):
        return labelled
    for line in body.lines[:6]:
        if _NUMBER_SHAPE.match(page.texts[line]):
            return page.texts[line].strip("（）()")
    return None


def _labelled(page: Outline, zone: Iterable[int], label: re.Pattern[str], alone: re.Pattern[str] | None) -> str | None:
    for line in zone:
        text = page.texts[line]
        found = label.search(text)
        value = ""
        if found is not None:
            value = clean_value(text[found.end() :])
            if value:
                return value
            if text[found.end() :].strip(" 【[|"):
                continue
        elif alone is None or not alone.match(text):
            continue
        if line + 1 < len(page.texts):
            value = clean_value(page.texts[line + 1])
            if value and len(page.texts[line + 1]) < 40 and not is_head_line(page.texts[line + 1]):
                return value
    return None


def clean_value(text: str) -> str:
    """A label's value: up to the next label, date or bracket; empty when there is none."""
    end = min(len(text), 80)
    label = _ANY_LABEL.search(text)
    if label is not None:
        end = min(end, label.start())
    dates = find_dates(text[:120])
    if dates:
        end = min(end, dates[0].start)
    stop = _VALUE_END.search(text)
    if stop is not None:
        end = min(end, stop.start())
    value = text[:end].strip(" \t:：,，;；|/-—　·")
    if value.endswith(("（", "(")):
        value = value[:-1].rstrip()
    return value if key(value) else ""


_LABELS: Final = re.compile(f"^.{{0,4}}?(?:{rules.ISSUER_LABEL}){_COLON}")


def without_label(text: str) -> str:
    """A text without the label it begins with."""
    found = _LABELS.match(text)
    return text[found.end() :] if found is not None else text


def meta_date(meta: Mapping[str, str]) -> str | None:
    """The date of publication in the page's meta tags, ISO 8601, or None."""
    for name in rules.META_DATE:
        dates = find_dates(meta[name]) if name in meta else []
        if dates:
            return dates[0].iso
    return None
