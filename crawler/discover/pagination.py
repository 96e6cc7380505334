"""Where a listing goes on: the next page's link as drawn, as a script computes it, or as the configuration says."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from crawler.decode import Document
from crawler.discover.admit import resolve
from crawler.discover.outline import Outline
from crawler.discover.words import NEXT_ARROWS, NEXT_TEXTS
from crawler.urls import as_sent, same_host

MAX_PAGES = 1_000
_NUMBER = re.compile(r"\{n(?:\+(\d{1,4}))?\}")

# TRS WCM: createPageHTML(23, 0, "index", "html"): pages in all, this one from 0, the file's stem and extension.
_CREATE_PAGE = re.compile(
    r"""createPage\w{0,12}\s{0,3}\(\s{0,5}["']?(\d{1,6})["']?\s{0,3},\s{0,3}["']?(\d{1,6})["']?\s{0,3},"""
    r"""\s{0,3}["']([\w./-]{1,80})["']\s{0,3},\s{0,3}["'](\w{1,8})["']"""
)
# Kaipu: createPageHTML('page_div', 25, 1, 'list', 'shtml', 496): where it is drawn, pages in all, this one from 1.
_CREATE_PAGE_IN = re.compile(
    r"""createPage\w{0,12}\s{0,3}\(\s{0,5}["'][\w#.-]{1,60}["']\s{0,3},\s{0,3}["']?(\d{1,6})["']?\s{0,3},\s{0,3}["']?"""
    r"""(\d{1,6})["']?\s{0,3},\s{0,3}["']([\w./-]{1,80})["']\s{0,3},\s{0,3}["'](\w{1,8})["']"""
)
# TRS again, spelled out: var countPage = 23; var currentPage = 0; and links put together as "index_" + n + ".html".
_COUNT = re.compile(r"(?:countPage|totalPage|pageCount|totalPages|pagecount)\s{0,3}[=:]\s{0,3}[\"']?(\d{1,6})")
_CURRENT = re.compile(r"(?:currentPage|curPage|pageIndex|currentpage)\s{0,3}[=:]\s{0,3}[\"']?(\d{1,6})")
_SCRIPTED_STEM = re.compile(r"""["'/]((?:index|list|default)(?:_|["']\s?\+\s?["']_))""")
_FILE_NUMBER = re.compile(r"^(.{1,120}?)[_-](\d{1,6})\.(s?html?|jspx?|aspx?|php)$")
_PAGE_KEYS = frozenset(
    {"page", "p", "pageno", "pagenum", "pageindex", "pagenumber", "currentpage", "curpage", "paged", "pn", "pageid"}
)
_TRIM = " \t\r\n\u00a0\u3000[]()（）【】<>›»→▶►＞≫·|"


def next_pages(
    document: Document, page: Outline, base: str, own: frozenset[str], configured: str | None
) -> tuple[str, ...]:
    """URLs of further pages of this listing: one, or every one where the page says how many there are.

    `configured` is the Source's `next`: a CSS selector or a file name with `{n}`. Never one of `own`, nor off the site.
    """
    if configured and "{n" in configured:
        found = [after_this(configured, document.url)]
    elif configured:
        found = _selected(document.tree, configured)
    else:
        found = (
            _rel_next(document.tree) or _drawn(page) or _declared_count(document) or _numbered(page, base, document.url)
        )
    urls: list[str] = []
    for href in found[:MAX_PAGES]:
        url = resolve(as_sent(href, document.encoding), base)
        if url and url not in own and url not in urls[-1:] and same_host(url, document.url):
            urls.append(url)
    return tuple(dict.fromkeys(urls))


def after_this(template: str, url: str) -> str:
    """The page after the one whose number stands in `url` where the template has `{n}`; else the listing's second.

    `{n+20}` counts on by twenty: the number is that of an item.
    """
    place = _NUMBER.search(template)
    if place is None:
        return template
    head, tail, step = template[: place.start()], template[place.end() :], int(place[1] or 1)
    before = head.rpartition("/")[2]
    start = url.rfind(before) if before else -1
    number = url[start + len(before) :].removesuffix(tail) if start >= 0 else ""
    if number.isascii() and number.isdigit() and len(number) <= 6 and url.endswith(f"{before}{number}{tail}"):
        return f"{head}{int(number) + step}{tail}"
    second = step if step > 1 or _counts_from_nought(template) else 2
    return f"{head}{second}{tail}"


def _counts_from_nought(template: str) -> bool:
    """`index_{n}.html` names its second page 1; a query (`?page={n}`) or a directory (`/page/{n}`) names it 2."""
    return "?" not in template and "_{n" in template


def _selected(tree: LexborHTMLParser, selector: str) -> list[str]:
    try:
        nodes = tree.css(selector)
    except (SelectolaxError, ValueError):
        return []
    for node in nodes[:20]:
        anchor = node if node.tag == "a" else node.css_first("a[href]")
        href = anchor.attributes.get("href") if anchor is not None else None
        if href and not href.lower().startswith("javascript:"):
            return [href]
    return []


def _rel_next(tree: LexborHTMLParser) -> list[str]:
    node = tree.css_first('link[rel~="next"][href], a[rel~="next"][href]')
    href = node.attributes.get("href") if node is not None else None
    return [href] if href and not href.lower().startswith("javascript:") else []


def _drawn(page: Outline) -> list[str]:
    """The link that calls itself the next page; an arrow alone only where a page number stands among its neighbours."""
    arrows = []
    previous_is_number = False
    for anchor in page.anchors:
        text = page.text_in(anchor.element, 40)
        bare = text.strip(_TRIM).lower()
        real = not anchor.href.lower().startswith(("javascript:", "#"))
        if real and (bare in NEXT_TEXTS or (anchor.hint or "").strip(_TRIM).lower() in NEXT_TEXTS):
            return [anchor.href]
        if real and text.strip() in NEXT_ARROWS and previous_is_number:
            arrows.append(anchor.href)
        previous_is_number = bare.isdigit() and len(bare) <= 5
    return arrows[:1]


def _declared_count(document: Document) -> list[str]:
    """Every further page where a script declares how many there are and the files are numbered from the first one."""
    text = document.text
    match = _CREATE_PAGE.search(text)
    if match:
        return _files(int(match[1]), int(match[2]), match[3], match[4])
    match = _CREATE_PAGE_IN.search(text)
    if match:
        # Its second page is index_2, and its last the one that is numbered by the count.
        return _files(int(match[1]) + 1, int(match[2]), match[3], match[4])
    count, stem = _COUNT.search(text), _SCRIPTED_STEM.search(text)
    if not (count and stem):
        return []
    current = _CURRENT.search(text)
    name = re.match(r"[a-z]+", stem[1])
    extension = urlsplit(document.url).path.rpartition(".")[2]
    extension = extension if extension in {"html", "shtml", "htm"} else "html"
    return _files(int(count[1]), int(current[1]) if current else 0, name[0] if name else "index", extension)


def _files(count: int, current: int, stem: str, extension: str) -> list[str]:
    """index_1.html … of a listing of `count` pages that stands at page `current`, counted from 0."""
    return [f"{stem}_{number}.{extension}" for number in range(max(1, current + 1), min(count, current + MAX_PAGES))]


def _numbered(page: Outline, base: str, url: str) -> list[str]:
    """The smallest page number above the current one among links that differ from this page only by such a number."""
    here = _page_number(url)
    best: tuple[int, str] | None = None
    for anchor in page.anchors:
        if not page.text_in(anchor.element, 20).strip(_TRIM).isdigit():
            continue
        target = resolve(anchor.href, base)
        there = _page_number(target) if target else None
        if target is None or there is None or not _same_series(here, there):
            continue
        if there[1] > here[1] and (best is None or there[1] < best[0]):
            best = (there[1], target)
    return [best[1]] if best else []


def _same_series(here: tuple[str, int], there: tuple[str, int]) -> bool:
    return there[1] > 0 and here[0] == there[0]


def _page_number(url: str) -> tuple[str, int]:
    """What stays the same over a listing's pages, and the page's number as its URL has it (0: the URL has none)."""
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return url, 0
    rest = [(key, value) for key, value in pairs if key.lower() not in _PAGE_KEYS]
    numbers = [value for key, value in pairs if key.lower() in _PAGE_KEYS and value.isascii() and value.isdigit()]
    directory, _, name = parts.path.rpartition("/")
    match = _FILE_NUMBER.match(name)
    number = int(numbers[0][:6]) if numbers else int(match[2]) if match else 0
    stem = match[1] if match else name.rpartition(".")[0] or "index"
    if directory.endswith("/page") and name.isascii() and name.isdigit() and not numbers:
        directory, stem, number = directory.removesuffix("/page"), "index", int(name[:6])
    return urlunsplit(("", parts.netloc, f"{directory}/{stem}", urlencode(rest), "")), number
