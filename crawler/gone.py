"""When a Page counts as gone: over how many visits and how long, and which redirects say that it is not there."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from crawler import schedule
from crawler.model import Known, Snapshot, Source
from crawler.urls import canonical

# How a server says that nothing is there.
MISSING_STATUS = frozenset({404, 410})
# What a site calls the page that stands for a whole folder, and the page it sends visitors to instead of a 404.
_FRONT = re.compile(r"(?:index|default|list|main|home)(?:[_-]?\d+)?(?:\.\w{2,5})?", re.IGNORECASE)
_NOT_FOUND = re.compile(r"/(?:404|not[_-]?found|page[_-]?not[_-]?found)(?:\.\w{2,5})?$", re.IGNORECASE)


def confirmed(source: Source, known: Known, now: datetime) -> bool:
    """Whether this visit, which did not find the Page, confirms that it is gone: both limits of its Source are met."""
    since = known.missing_since or now
    return known.missing_count + 1 >= source.gone_visits and now - since >= source.gone_after


def ask_again(source: Source, known: Known, now: datetime) -> datetime:
    """When to look again for a Page that was not there: soon while unconfirmed, then ever more rarely.

    What is gone may come back. Where only time is wanting, the visit that confirms comes when it is over.
    """
    later = schedule.after_failure(source, known.missing_count + 1, now)
    over = (known.missing_since or now) + source.gone_after
    return min(later, max(over, now + source.min_every)) if over > now else later


def left_its_place(known: Known, snapshot: Snapshot) -> bool:
    """Whether a Page sends its visitors to another address, and had content of its own or is sent to a front page.

    One that is read where it was read before has not gone anywhere.
    """
    was_read_at = {_bare_address(address) for address in (known.page.url, known.address) if address}
    if not snapshot.redirects or _bare_address(snapshot.final_url) in was_read_at:
        return False
    return known.latest is not None or leads_nowhere(known, snapshot)


def leads_nowhere(known: Known, snapshot: Snapshot) -> bool:
    """Whether a redirect ends at a home page, at the front of a column above the Page, or at a page for what is lost.

    Told by the address alone. A Page that is a front itself is only moved.
    """
    if not snapshot.redirects:
        return False
    path, target = urlsplit(known.page.url).path or "/", urlsplit(snapshot.final_url).path or "/"
    if _NOT_FOUND.search(target):
        return True
    folder, name = target.rsplit("/", 1)
    if name and not is_front(name):
        return False
    own = path.rsplit("/", 1)[1]
    return bool(own) and not is_front(own) and (folder + "/" == "/" or path.startswith(folder + "/"))


def is_front(name: str) -> bool:
    """Whether a page is called what stands for a whole folder."""
    return _FRONT.fullmatch(name) is not None


def _bare_address(url: str) -> str:
    address = (canonical(url) or url).split("://", 1)[-1]
    return address.removeprefix("www.").rstrip("/")
