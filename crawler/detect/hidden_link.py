"""`hidden_link`: links to other sites that the page keeps from being seen.

Ordinary pages hide links to other sites too (counters, statistics, partners in closed menus), so being hidden and
leading away is evidence only; what the links say makes the alarm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from crawler.detect.case import Case
from crawler.detect.language.junk import JunkRun, junk_runs
from crawler.detect.language.seeds import ENOUGH_IN_SHORT
from crawler.detect.sites import host_of, leads_away, site_of
from crawler.extract import HiddenBlock, hidden_blocks
from crawler.model import Finding, FindingKind, Json, Region, Severity

KINDS = (FindingKind.HIDDEN_LINK,)

# What the words of hidden links must be worth: less than in sight, for being hidden is half of the proof.
ENOUGH = 8.0
# So many links of one block are looked up in the markup; the quote ends with the last of them.
SEARCHED = 200


# A doorway: nothing but the title of what it sells behind the question mark, as in http://host/?some_film_title
_DOORWAY = re.compile(r"[a-z0-9]{2,}(?:[_+\- ][a-z0-9]+){0,11}", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9]+")


def detect(case: Case) -> Iterator[Finding]:
    """One finding for each hidden piece whose off-site links speak of junk or lead to doorways."""
    home = site_of(case.document.url)
    at = 0
    for block in hidden_blocks(case.document):
        links = [(address, text) for address, text in block.links if "//" in address]
        if not links:
            continue
        runs = _junk(" | ".join(text for _, text in links))
        doorways = [] if runs else [link for link in links if "/?" in link[0] and _is_doorway(*link)]
        if not runs and not doorways:
            continue
        away = [link for link in doorways or links if leads_away(link[0], home)]
        if runs and len(away) < len(links):
            runs = _junk(" | ".join(text for _, text in away))
        finding = _finding(case, block, away, runs, at) if away and (runs or doorways) else None
        if finding is not None:
            at = finding.end
            yield finding


def _junk(texts: str) -> list[JunkRun]:
    return [run for run in junk_runs(texts, enough=ENOUGH_IN_SHORT) if run.score >= ENOUGH and run.mean >= 1.0]


def _is_doorway(address: str, text: str) -> bool:
    """Whether an address is a bare host with the link's own words behind the question mark."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.path != "/" or not _DOORWAY.fullmatch(unquote(parts.query)):
        return False
    named, said = (_WORD.findall(words.lower()) for words in (unquote(parts.query), text))
    return bool(named) and said[: len(named)] == named


def _finding(
    case: Case, block: HiddenBlock, away: list[tuple[str, str]], runs: list[JunkRun], at: int
) -> Finding | None:
    place = _place(case.document.text, away[:SEARCHED], at)
    if place is None:
        return None
    score = sum(run.score for run in runs)
    telling = {pair for run in runs for pair in run.telling}
    # Counters and partners are never linked by a doorway's address, so a hidden one needs no other proof.
    sure = not runs or (score >= 14.0 and len(telling) >= 3)
    hosts = sorted({host_of(address) for address, _ in away})
    evidence: dict[str, Json] = {
        "how": block.how,
        "links": len(away),
        "doorways": not runs,
        "hosts": list(hosts[:20]),
        "texts": [text for _, text in away[:20]],
        "log_likelihood_ratio": round(score, 1),
        "telling_pairs": list(sorted(telling)[:12]),
    }
    start, end = place
    return Finding(
        kind=FindingKind.HIDDEN_LINK,
        severity=Severity.HIGH if sure else Severity.MEDIUM,
        region=Region.MARKUP,
        quote=case.document.text[start:end],
        start=start,
        end=end,
        score=round(min(0.5 + score / 60.0, 1.0), 3) if runs else 0.8,
        evidence=evidence,
    )


def _place(source: str, away: list[tuple[str, str]], start: int) -> tuple[int, int] | None:
    """From the tag of the first link to the end of the last one, searched from `start` on, then from the top."""
    first = _find(source, away[0][0], start)
    if first is None:
        return None
    begin = source.rfind("<", 0, first)
    end = first
    for address, _ in away:
        found = _find(source, address, end)
        if found is None or found < first:
            continue
        close = source.find("</a", found)
        end = source.find(">", close if 0 <= close < found + 2000 else found) + 1 or found + len(address)
    return (begin if begin >= 0 else first), max(end, first + 1)


def _find(source: str, address: str, start: int) -> int | None:
    for spelling in (address, address.replace("&", "&amp;")):
        for origin in (start, 0):
            found = source.find(spelling, origin)
            if found >= 0:
                return found
    return None
