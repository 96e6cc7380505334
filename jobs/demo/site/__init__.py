"""The bundled news site: twelve reconstructed government pages that live through eight rounds on a loopback port.

`DemoSite` serves it; `page_bytes` and `respond` give the same bytes without a server; `BODIES` says what each
article's body is, word for word, and `page_state(name, round).paragraphs` what it is in a later round.
"""

from __future__ import annotations

from jobs.demo.site.pages import BODIES, BY_NAME, PAGES, DemoPage
from jobs.demo.site.render import Counters
from jobs.demo.site.responses import Response, page_bytes, respond
from jobs.demo.site.rounds import (
    EXPECTATIONS,
    EXPECTED_FINDINGS,
    TIMELINE,
    Event,
    EventKind,
    ExpectedChange,
    ExpectedFinding,
    PageState,
    Round,
    page_state,
    page_states,
)
from jobs.demo.site.seeds import spam_block, spam_items
from jobs.demo.site.server import DemoSite, Hit

__all__ = [
    "BODIES",
    "BY_NAME",
    "EXPECTATIONS",
    "EXPECTED_FINDINGS",
    "PAGES",
    "TIMELINE",
    "Counters",
    "DemoPage",
    "DemoSite",
    "Event",
    "EventKind",
    "ExpectedChange",
    "ExpectedFinding",
    "Hit",
    "PageState",
    "Response",
    "Round",
    "page_bytes",
    "page_state",
    "page_states",
    "respond",
    "spam_block",
    "spam_items",
]
