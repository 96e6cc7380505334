"""Dates as listings show them beside a link, found without deciding what day they mean."""

from __future__ import annotations

import re

_YEAR = r"(?:19|20)\d{2}"
_CLOCK = r"(?:[ T]{0,2}[0-2]?\d[:：][0-5]\d(?:[:：][0-5]\d)?)?"
_NUMERAL = "一二三四五六七八九"
_ENGLISH_CLOCK = r"(?:,?\s(?:at\s)?[0-2]?\d:[0-5]\d(?:\s?[ap]\.?m\.?)?)?"
_MONTH_NAME = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|"
    r"september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|"
    r"avril|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|"
    r"septiembre|octubre|noviembre|diciembre)"
)

# Dates that are dates wherever they stand.
_FULL = re.compile(
    rf"""(?<![\d./-])(?:
        {_YEAR}\s?[-/.年]\s?[01]?\d\s?[-/.月]\s?[0-3]?\d(?!\d)\s?日?{_CLOCK}
      | (?:民國|民国|令和|平成)\s?\d{{1,3}}\s?年\s?[01]?\d\s?月\s?[0-3]?\d\s?日
      | 1[01]\d[-/.][01]\d[-/.][0-3]\d(?!\d)
      | [0-3]?\d[./-][0-3]?\d[./-](?:{_YEAR}|\d{{2}})(?![\d./-])
      | [0-3]?\d(?:st|nd|rd|th)?\.?\s{{1,2}}(?:de\s)?{_MONTH_NAME}\.?,?\s{{1,2}}(?:de\s)?{_YEAR}
      | {_MONTH_NAME}\.?\s{{1,2}}[0-3]?\d(?:st|nd|rd|th)?,?\s{{1,2}}{_YEAR}
    )""",
    re.VERBOSE | re.IGNORECASE,
)

# Dates only where nothing else stands beside them: "03-11" in brackets or in its own cell, a day above its month.
_ALONE = re.compile(
    rf"""(?:
        [01]?\d[-/.月][0-3]?\d\s?日?{_CLOCK}
      | {_YEAR}\s?[-/.年]\s?[01]?\d\s?月?
      | [0-3]?\d\s?日?\s?[-/.]?\s?{_YEAR}\s?[-/.年]\s?[01]?\d\s?月?
      | {_YEAR}\s?[-/.年]?\s?[01]?\d\s?[-/.月]\s?[0-3]?\d\s?日?
      | {_MONTH_NAME}\.?\s{{0,2}}[0-3]?\d(?:st|nd|rd|th)?
      | [0-3]?\d\.?\s{{0,2}}{_MONTH_NAME}\.?
      | 刚刚|刚才|(?:今天|昨天|前天|今日|昨日|前日)\s?(?:凌晨|清晨|早上|上午|中午|下午|晚上)?{_CLOCK}
      | (?:上|本|这)?(?:周|星期|礼拜)[一二三四五六日天]{_CLOCK}|上周|上月
      | (?:today|yesterday){_ENGLISH_CLOCK}|just\snow
      | (?:\d{{1,3}}|[{_NUMERAL}两十几数半]{{1,3}})\s?个?半?
        (?:秒钟?|分钟|分鐘|小时|小時|钟头|天|日|周|星期|月|年)[之以]?前
      | (?:\d{{1,3}}|an?|one)\s?(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|[smhdw])\sago
      | [一二][〇○零{_NUMERAL}]{{3}}\s?年\s?[{_NUMERAL}十]{{1,2}}\s?月\s?[{_NUMERAL}十]{{1,3}}\s?日
      | vor\s\d{{1,3}}\s(?:minuten|stunden|tagen)
      | [0-2]?\d[:：][0-5]\d
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_LABELS = re.compile(
    r"(?:发布时间|发布日期|发文日期|成文日期|公开日期|更新时间|发布于|更新于|发表于|时间|日期|date|posted|published|updated)"
    r"(?:\son)?[ :：]{0,3}",
    re.IGNORECASE,
)
_BRACKETS = " \t\u00a0\u3000[]()（）【】〔〕{}<>《》|·•:：,，;；-—–"

LONGEST = 200  # characters of a text in which a date is looked for


def date_in(text: str) -> str | None:
    """The date that `text` shows, as shown, or None. A short one ("03-11", "今天") counts only where it is alone."""
    text = text[:LONGEST]
    full = _FULL.search(text)
    if full:
        return " ".join(full.group().split())
    bare = " ".join(text.split()).strip(_BRACKETS)
    label = _LABELS.match(bare)
    if label:
        bare = bare[label.end() :].strip(_BRACKETS)
    bare = bare.removesuffix("发布").removesuffix("更新").strip(_BRACKETS)
    return bare if bare and len(bare) <= 30 and _ALONE.fullmatch(bare) else None


def split_date(text: str) -> tuple[str, str | None]:
    """`text` without a date at its beginning or end, and that date: for links that hold both ("2026-03-11 关于…")."""
    found = None
    for match in _FULL.finditer(text[:400]):
        before, after = text[: match.start()].strip(_BRACKETS), text[match.end() :].strip(_BRACKETS)
        if not before or not after:
            found = " ".join(match.group().split())
            return (before or after), found
    return text, found
