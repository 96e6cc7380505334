"""A watch of changedetection.io → an entry. What its keys become is data here and a table in docs/import.md.

From changedetection.io 0.60.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from jobs.elsewhere import selecting
from jobs.elsewhere.entries import Entry, Found

# Read below: each goes into the entry, or decides whether there is one.
CARRIED = (
    *("url", "title", "page_title", "tag", "tags", "paused", "include_filters", "css_filter", "fetch_backend"),
    *("time_between_check", "time_between_check_use_default", "minutes_between_check"),
    *("notification_urls", "notification_muted", "method", "body"),
)

_WHOLE = "all of the article is kept and compared; noise is learned, and silence and notify say what not to tell"
_SAYS_WHO = "Palimpsest says who it is"
_STEPS = "a rendered page is waited for until it is quiet, and no script of ours is run in it"
_MODEL = "no language model is asked"
_EVERY = "every change is kept; what is told is chosen with notify"
_MESSAGE = "messages have a form of their own"
# Keys without which an entry goes in, each named where it says something.
NOT_CARRIED: Mapping[str, str] = {
    "subtractive_selectors": "what frames the article is left out by itself",
    "ignore_text": _WHOLE,
    "trigger_text": _WHOLE,
    "text_should_not_be_present": _WHOLE,
    "extract_text": _WHOLE,
    "extract_lines_containing": _WHOLE,
    "conditions": _WHOLE,
    "sort_text_alphabetically": _WHOLE,
    "remove_duplicate_lines": _WHOLE,
    "check_unique_lines": _WHOLE,
    "headers": _SAYS_WHO,
    "proxy": "Palimpsest asks the site itself",
    "browser_steps": "a page is taken as it comes, without clicks before it",
    "webdriver_delay": _STEPS,
    "webdriver_js_execute_code": _STEPS,
    "link_to_open": "messages show the address that was visited",
    "ignore_status_codes": "a failed visit is recorded and is never a change",
    "notification_title": _MESSAGE,
    "notification_body": _MESSAGE,
    "notification_screenshot": _MESSAGE,
    "track_ldjson_price_data": "prices are not watched",
    "price_change_threshold_percent": "prices are not watched",
    "strip_ignored_lines": _WHOLE,
    **dict.fromkeys(("filter_text_added", "filter_text_removed", "filter_text_replaced"), _EVERY),
    "time_schedule_limit": "at which hours of the week to look is learned",
    "llm_intent": _MODEL,
    "llm_change_summary": _MODEL,
}
SETTINGS_NOT_CARRIED: Mapping[str, str] = {
    "headers": _SAYS_WHO,
    "proxy": "Palimpsest asks the site itself",
    "global_ignore_text": _WHOLE,
    "global_subtractive_selectors": "what frames the article is left out by itself",
}

# Its own ways to post, which Apprise does not have.
_OWN_SCHEMES = re.compile(r"(?:get|post|put|patch|delete|head)s?://", re.IGNORECASE)
_UNITS = ("weeks", "days", "hours", "minutes", "seconds")
_BROWSER = re.compile(r"webdriver|playwright|puppeteer|browser", re.IGNORECASE)
_USUAL_PROCESSORS = ("text_json_diff", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What holds for a watch that does not say otherwise."""

    every: timedelta | None
    render: bool
    notify: tuple[str, ...]
    muted: bool
    paused: bool

    @classmethod
    def of(cls, requests: Mapping[str, Any], application: Mapping[str, Any]) -> Usual:
        """From the settings of the whole program."""
        return cls(
            every=_every(requests),
            render=bool(_BROWSER.search(str(application.get("fetch_backend") or ""))),
            notify=_texts(application.get("notification_urls")),
            muted=application.get("all_muted") is True,
            paused=application.get("all_paused") is True,
        )


def entry_of(where: str, watch: Mapping[str, Any], usual: Usual, tags: Mapping[str, Any], found: Found) -> Entry | None:
    """The entry of a watch; None, and refused by name, where it would watch something else than it did."""
    url = watch["url"].strip()
    if url.startswith("source:"):
        found.note(where, "source:", "what a server sends is kept anyway")
        url = url.removeprefix("source:")
    if "{{" in url or "{%" in url:
        found.refused(where, "the watch", "its address is a template")
        return None
    if str(watch.get("method") or "GET").upper() != "GET" or watch.get("body"):
        found.refused(where, "the watch", "only GET is asked")
        return None
    for key, why in NOT_CARRIED.items():
        if _says_something(key, watch.get(key)):
            found.lost(where, key, why)
    if (processor := str(watch.get("processor") or "")) not in _USUAL_PROCESSORS:
        found.lost(where, f"processor {processor!r}", "a page is watched for what its article says")
    labels = _labels(watch, tags)
    paused = watch.get("paused") is True or usual.paused
    backend = str(watch.get("fetch_backend") or "system")
    return Entry(
        where=where,
        url=url,
        name=str(watch.get("title") or watch.get("page_title") or ""),
        kind="page",
        body=_body(where, watch, found),
        render=usual.render if backend == "system" else bool(_BROWSER.search(backend)),
        every=_own_every(watch) or usual.every,
        notify=_notify(where, watch, usual, labels, found),
        paused="paused" if paused else "",
        comments=(f"tags: {', '.join(title for title, _ in labels)}",) if labels else (),
    )


def _says_something(key: str, value: object) -> bool:
    """Whether a key is set to other than what it is when nobody has set it."""
    if key.startswith("filter_text_"):
        return value is False
    return value.get("enabled") is True if key == "time_schedule_limit" and isinstance(value, dict) else bool(value)


def _labels(watch: Mapping[str, Any], tags: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The titles of a watch's tags, with what each tag says; the old kind is a text with commas."""
    own = watch.get("tags")
    named = own if isinstance(own, list) else []
    labels: list[tuple[str, Mapping[str, Any]]] = []
    for uuid in named:
        tag = tags.get(str(uuid))
        labels.append((str(tag.get("title") or uuid), tag) if isinstance(tag, dict) else (str(uuid), {}))
    old = watch.get("tag")
    return labels or [(one.strip(), {}) for one in (old if isinstance(old, str) else "").split(",") if one.strip()]


def _body(where: str, watch: Mapping[str, Any], found: Found) -> str:
    """Several filters choose what any of them does, as a list of CSS selectors does."""
    chosen: list[str] = []
    for said in _texts(watch.get("include_filters")) or _texts([watch.get("css_filter")]):
        path = re.match(r"(?:xpath1?:|(?=/))(.*)", said, re.DOTALL)
        other = re.match(r"(json|jq|jqraw):", said)
        css = None if other else selecting.of_xpath(path[1]) if path else selecting.of_css(said)
        if css:
            chosen.append(css)
        else:
            why = "a list as JSON is watched with json in sources.toml" if other else "CSS cannot say the same"
            found.lost(where, f"include_filters {said[:80]!r}", why)
    return ", ".join(chosen)


def _notify(
    where: str, watch: Mapping[str, Any], usual: Usual, labels: list[tuple[str, Mapping[str, Any]]], found: Found
) -> tuple[str, ...] | None:
    """Whom the watch tells, else its tags, else the whole program. No message shows an address: it holds secrets."""
    if watch.get("notification_muted") is True or usual.muted:
        return ()
    of_tags = tuple(url for _, tag in labels for url in _texts(tag.get("notification_urls")))
    said = _texts(watch.get("notification_urls")) or of_tags or usual.notify
    kept = []
    for url in dict.fromkeys(said):
        if _OWN_SCHEMES.match(url):
            found.lost(
                where,
                "an address of notification_urls",
                "get://, post:// and the like are no Apprise; use webhook+https://",
            )
        elif "{{" in url or "{%" in url:
            found.lost(where, "an address of notification_urls", "it is a template")
        elif "://" not in url:
            found.lost(where, "an address of notification_urls", "it is no Apprise URL")
        else:
            kept.append(url)
    return tuple(kept) or None


def _own_every(watch: Mapping[str, Any]) -> timedelta | None:
    if watch.get("time_between_check_use_default") is True:
        return None
    return _every(watch)


def _every(said: Mapping[str, Any]) -> timedelta | None:
    """How often, of a watch or of the program; None where it does not say, or something senseless."""
    between = said.get("time_between_check")
    parts = {unit: between.get(unit) for unit in _UNITS} if isinstance(between, dict) else {}
    if not any(parts.values()):
        parts = {"minutes": said.get("minutes_between_check")}
    try:
        every = timedelta(**{unit: float(amount) for unit, amount in parts.items() if amount})
    except (TypeError, ValueError, OverflowError):
        return None
    return every if timedelta(seconds=1) <= every <= timedelta(days=3650) else None


def _texts(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else []
    return tuple(one.strip() for one in listed if isinstance(one, str) and one.strip())
