"""Case → Findings: what somebody else put on the page, and what was damaged on the way.

One detector a file, each a plain function from a Case to Findings; DETECTORS is the list of them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from crawler.detect import (
    conflicts,
    deletion,
    fake_document,
    forged_insertion,
    gbk_shift,
    hidden_link,
    layout,
    loss,
    misread,
    noise,
    pinyin_gloss,
    punctuation,
    redirect,
    script_mix,
    spam_block,
    spin,
    takeover,
    topic_swap,
    traditional,
)
from crawler.detect.case import Case, Detector
from crawler.model import Finding, FindingKind, Region

__all__ = ["DETECTORS", "KINDS", "Case", "Detector", "detect"]

_MODULES = (
    spam_block,
    hidden_link,
    takeover,
    redirect,
    pinyin_gloss,
    gbk_shift,
    misread,
    spin,
    noise,
    traditional,
    script_mix,
    loss,
    punctuation,
    deletion,
    fake_document,
    layout,
    conflicts,
    forged_insertion,
    topic_swap,
)
DETECTORS: tuple[Detector, ...] = tuple(module.detect for module in _MODULES)
# Every kind that some detector gives, with the detector's name.
KINDS: Mapping[FindingKind, str] = {
    kind: module.__name__.rpartition(".")[2] for module in _MODULES for kind in module.KINDS
}

# A page made to drown its reader in findings of one kind is described well enough by so many.
MAX_OF_A_KIND = 2_000
_REGION_ORDER = (Region.TITLE, Region.ARTICLE, Region.PAGE, Region.MARKUP)


def detect(case: Case) -> tuple[Finding, ...]:
    """All findings on a page, the most severe first and then by place; overlapping ones of one kind are merged.

    At most MAX_OF_A_KIND from each detector.
    """
    found = [finding for detector in DETECTORS for finding in islice(detector(case), MAX_OF_A_KIND)]
    found.sort(key=lambda finding: (_REGION_ORDER.index(finding.region), finding.kind, finding.start, finding.end))
    merged: list[Finding] = []
    for finding in found:
        before = merged[-1] if merged else None
        if before is not None and _overlap(before, finding):
            merged[-1] = max(before, finding, key=lambda one: (one.severity.rank, one.end - one.start, one.score))
        else:
            merged.append(finding)
    merged.sort(key=lambda finding: (-finding.severity.rank, _REGION_ORDER.index(finding.region), finding.start))
    return tuple(merged)


def _overlap(one: Finding, other: Finding) -> bool:
    return one.kind == other.kind and one.region == other.region and other.start < one.end
