"""What each key of sources.toml may hold: one reader per key, and the commented example.

A reader takes a TOML value and returns what the Source holds, or raises Wrong with what would be right.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache

from crawler.decode import valid_selector
from crawler.model import ArticleSelectors, FindingKind, JsonList, Silence
from crawler.sources.amounts import Wrong, duration, interval, size, suggestion
from crawler.sources.targets import targets
from crawler.urls import canonical

MOST_VISITS = 100

_PATTERN = re.compile(r"\{n(?:\+\d{1,4})?\}")
_FIELD = re.compile(r"\{([^{}]*)\}")


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong("not a text; write it in quotes")
    if not value.strip():
        raise Wrong("empty; write something or leave the key out")
    return value


def _name(value: object) -> str:
    name = _string(value)
    if len(name) > 100 or not name.isprintable() or "://" in name or name != name.strip():
        raise Wrong('not a name; write a short word without line breaks, like "suqian-press"')
    return name


def _url(value: object) -> str:
    url = canonical(_string(value))
    if url is None:
        raise Wrong('not an address of a page; write it whole, like "https://www.example.gov.cn/xwfb/list.shtml"')
    return url


def _choice(*choices: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in choices:
            raise Wrong("not known; " + suggestion(value if isinstance(value, str) else "", list(choices)))
        return str(value)

    return read


def _selector(value: object) -> str:
    selector = _string(value)
    if not valid_selector(selector):
        raise Wrong('not a CSS selector; write it like "ul.list li a" or "#zoom"')
    return selector


def _next(value: object) -> str:
    following = _string(value)
    if not is_pattern(following) and not valid_selector(following):
        raise Wrong('neither a CSS selector nor a pattern with {n}; write it like "a.next" or "index_{n}.html"')
    return following


def is_pattern(following: str) -> bool:
    """Whether a `next` is the address of another page with its number left out, and no CSS."""
    return _PATTERN.search(following) is not None


def _path(value: object) -> str:
    path = _string(value).strip()
    if "{" in path or not all(name.strip() for name in path.split(".")):
        raise Wrong('not the names of keys with dots between; write it like "title" or "data.list"')
    return path


def _item_link(value: object) -> str:
    link = _string(value).strip()
    fields = _FIELD.findall(link)
    if not fields and not set("{}/") & set(link):
        return _path(link)
    if not fields or set("{}") & set(_FIELD.sub("", link)):
        raise Wrong('neither the name of a key nor an address with one in it; write it like "url" or "/art/{id}.html"')
    for field in fields:
        _path(field)
    return link


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Wrong('not a list of texts; write it like ["/xwfb/", "/zwgk/"]')
    if not all(value):
        raise Wrong("holds an empty text, which every address contains; take it out")
    return tuple(value)


def _silence(value: object) -> tuple[Silence, ...]:
    rules = value if isinstance(value, list) else [None]
    return tuple(_one_silence(rule) for rule in rules)


def _one_silence(rule: object) -> Silence:
    if not isinstance(rule, dict) or not rule:
        raise Wrong('not a list of tables; write it like [{ kind = "duplicate_text" }, { quote = "友情链接" }]')
    for key, value in rule.items():
        if key not in Silence.__dataclass_fields__:
            raise Wrong(f"{key} is no part of a finding; " + suggestion(key, list(Silence.__dataclass_fields__)))
        if not isinstance(value, str) or not value.strip():
            raise Wrong(f"{key} is not a text; write it in quotes")
    kinds = [kind.value for kind in FindingKind]
    kind = rule.get("kind")
    if kind is not None and kind not in kinds:
        raise Wrong("no such kind of finding; " + suggestion(kind, kinds))
    return Silence(kind=FindingKind(kind) if kind else None, page=rule.get("page"), quote=rule.get("quote"))


def _visits(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_VISITS:
        raise Wrong(f"not a number of visits; write a whole number from 1 to {MOST_VISITS} without quotes")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong("neither true nor false; write true or false without quotes")
    return value


@cache
def _timezones() -> list[str]:
    return sorted(zoneinfo.available_timezones())


def _timezone(value: object) -> str:
    name = _string(value)
    if name not in _timezones():
        near = get_close_matches(name, _timezones(), n=1, cutoff=0.6)
        raise Wrong("not a time zone; " + (f'did you mean "{near[0]}"?' if near else 'write it like "Asia/Shanghai"'))
    return name


# Keys whose values hold secrets: what is wrong with them is said without them.
SECRET = frozenset({"notify"})
SHARED: Mapping[str, Callable[[object], object]] = {
    "every": interval,
    "min_every": interval,
    "max_every": interval,
    "gone_visits": _visits,
    "gone_after": duration,
    "timezone": _timezone,
    "host_delay": duration,
    "tls": _choice("modern", "legacy"),
    "render": _flag,
    "notify": targets,
    "alarm_after": _visits,
    "attachments": _flag,
    "attachments_every": interval,
    "attachments_max_size": size,
}
SOURCE: Mapping[str, Callable[[object], object]] = {
    "name": _name,
    "url": _url,
    "kind": _choice("listing", "feed", "sitemap", "page"),
    "links": _selector,
    "next": _next,
    "include": _strings,
    "exclude": _strings,
    "silence": _silence,
    **SHARED,
}
ARTICLE: Mapping[str, Callable[[object], object]] = dict.fromkeys(ArticleSelectors.__dataclass_fields__, _selector)
JSON: Mapping[str, Callable[[object], object]] = {
    **dict.fromkeys(JsonList.__dataclass_fields__, _path),
    "link": _item_link,
}

EXAMPLE = """\
# What Palimpsest watches. `palimpsest add URL` appends a [[source]] for you; `palimpsest check` visits them once.
# Durations: "30s", "15m", "6h", "7d", "1h30m".

[defaults]                # for every source that does not say otherwise
every = "6h"              # first guess; then the schedule learns, between the two below
min_every = "15m"
max_every = "7d"
# gone_visits = 2         # a page is told as removed when so many visits running did not find it
# gone_after = "0s"       # and when it has been missing for so long: "6h" sits out a night's maintenance
timezone = "Asia/Shanghai"  # of the dates that pages show
# host_delay = "2s"       # between two requests to one host
# tls = "modern"          # or "legacy", for hosts that speak only TLS 1.0 or 1.1
# render = false          # true: headless Chromium, where a page is empty without scripts
# notify = []             # who is told, as Apprise URLs: ["mailto://user:password@example.org"], or as tables:
#   [{ to = "mailto://…", kinds = ["injected", "alarm"], severity = "high", sources = ["press-*"], digest = "1h" }]
# alarm_after = 3         # and told too when an entry gave nothing so many times running
# attachments = true      # false: do not fetch the files that articles link to
# attachments_every = "7d"  # ask again for each file this often (and at once when its article changes)
# attachments_max_size = "32MB"  # files larger than this are not fetched

# One of these for each site section. Only name and url are needed.
#
# [[source]]
# name = "suqian-press"   # yours to choose; commands and listings use it
# url = "https://www.example.gov.cn/xwfb/list.shtml"   # a listing, a feed, a sitemap or one page: found out by itself
# kind = "listing"        # "listing", "feed", "sitemap" or "page", if finding out goes wrong
# links = "ul.list li a"  # CSS of the article links on a listing
# next = "a.next"         # CSS of the next page's link, or a pattern such as "index_{n}.html"
# include = ["/xwfb/"]    # only addresses that contain one of these
# exclude = ["/video/"]   # and none of these
# silence = [{ kind = "duplicate_text" }, { page = "/old/", quote = "友情链接" }]   # listed, never told
# every = "1h"            # this and all of [defaults] can be set here for one source
# article = { body = "#zoom", title = "h1", published = ".date", issuer = ".source" }   # CSS, if need be
#
# [[source]]              # a list that a script of the page fetches as JSON: its address, and what is where in it
# name = "suqian-notices"
# url = "https://www.example.gov.cn/api/list?page=1"
# next = "/api/list?page={n}"
# json = { items = "data.list", link = "url", title = "title", date = "publishTime" }
"""
