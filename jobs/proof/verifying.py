"""The digest chain of a Page recomputed: from its raw bytes, or, where only that is asked, link by link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from crawler.errors import StoreError
from crawler.extract import RULES
from crawler.model import Json, Page, Source
from crawler.model.chain import NOTHING, sha256
from crawler.reading import read
from jobs.backfill import LOOSE_SOURCE, Tell
from store import Linked, Store, Unreadable, reading_of

HOLDS, FAILS, UNKNOWN = "holds", "fails", "unknown"


@dataclass(slots=True, kw_only=True)
class Tested:
    """What holds of one Version: its `body`, its `article`, its `link`; each "holds", "fails" or "unknown".

    `article` is unknown where other rules than today's read it, or its Source is not configured: then it is held only
    against its digest. `problems` say what fails, in words; `notes` why something is not known.
    """

    version: int
    link: str
    body: str = UNKNOWN
    article: str = UNKNOWN
    chain: str = UNKNOWN
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Json]:
        """One of `versions` of `verify URL --json`."""
        return {
            "version": self.version,
            "link": self.link,
            "body": self.body,
            "article": self.article,
            "chain": self.chain,
            "problems": list(self.problems),
            "notes": list(self.notes),
        }


@dataclass(slots=True, kw_only=True)
class PageVerified:
    """What verifying one Page came to.

    `link` is the newest Version's; `unread`: so many Versions were held against their digests only. `tested` has what
    was found of each, where that was asked for.
    """

    page: Page
    versions: int = 0
    link: str = ""
    unread: int = 0
    problems: list[str] = field(default_factory=list)
    tested: list[Tested] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing fails."""
        return not self.problems

    def as_json(self) -> dict[str, Json]:
        """The object of `verify --json`."""
        return {
            "page": self.page.url,
            "source": self.page.source,
            "ok": self.ok,
            "versions": self.versions,
            "link": self.link,
            "unread": self.unread,
            "problems": list(self.problems),
        }


def verify(
    store: Store, sources: Mapping[str, Source], page: Page, *, keep: bool = False, tell: Tell | None = None
) -> PageVerified:
    """Recompute everything that is kept of a Page; `keep`: with what was found of each Version.

    A Page that a running daemon rewrites meanwhile is verified again before anything is said against it. Raises
    NotKnown.
    """
    found = _verify(store, sources, page, keep=keep, tell=tell)
    return found if found.ok else _verify(store, sources, page, keep=keep, tell=tell)


def _verify(store: Store, sources: Mapping[str, Source], page: Page, *, keep: bool, tell: Tell | None) -> PageVerified:
    counted = store.history.page(page.url).versions
    source, result = _source(sources, page), PageVerified(page=page)
    for tested, linked in links(store, page):
        if linked is not None:
            _test_bytes(store, source, linked, tested)
        result.versions += 1
        result.link = tested.link
        result.unread += tested.article == UNKNOWN
        result.problems.extend(f"version {tested.version}: {problem}" for problem in tested.problems)
        if keep:
            result.tested.append(tested)
        if tell:
            tell(result.versions, counted)
    if problem := uneven(counted, result.versions):
        result.problems.append(problem)
    return result


def links(store: Store, page: Page) -> Iterator[tuple[Tested, Linked | None]]:
    """Each Version of a Page held against its digests and the link before it; its raw bytes are not read."""
    expected = 1
    for one in store.proof.chain(page.url):
        tested = Tested(version=one.version, link=one.link)
        if one.version != expected:
            tested.problems.append(f"it should be version {expected}: what was before it is not there")
        expected = one.version + 1
        if isinstance(one, Unreadable):
            tested.chain = tested.article = FAILS
            tested.problems.append(one.why)
            yield tested, None
            continue
        _test_link(one, tested)
        yield tested, one


def uneven(counted: int, there: int) -> str:
    """What is wrong where a Page counts other than the Versions that are there, or nothing."""
    return "" if counted == there else f"the page counts {counted} versions, and {there} are there"


def broken_pages(store: Store, tell: Tell | None = None) -> list[str]:
    """The pages whose chain does not hold, by its links alone: cheap, for no raw bytes are read."""
    found, total = [], store.proof.count()
    for done, page in enumerate(store.proof.pages(), start=1):
        # As in `verify`: once more before anything is said against a page that may be written just now.
        if _broken(store, page) and _broken(store, page):
            found.append(page.url)
        if tell:
            tell(done, total)
    return found


def _broken(store: Store, page: Page) -> bool:
    counted, there = store.history.page(page.url).versions, 0
    for tested, _ in links(store, page):
        if tested.problems:
            return True
        there += 1
    return bool(uneven(counted, there))


def _test_link(one: Linked, tested: Tested) -> None:
    if one.article.digest != one.chained.article:
        tested.article = FAILS
        tested.problems.append("what is stored of its article does not have the digest that is stored beside it")
    if (one.title, one.published) != (one.article.title, one.article.published):
        tested.article = FAILS
        tested.problems.append("the title or the date that lists show is not its article's")
    tested.chain = HOLDS if one.chained.link == one.link else FAILS
    if tested.chain == FAILS:
        before = "the first" if one.chained.before == NOTHING else "the link before it"
        tested.problems.append(
            f"its link does not follow from what is stored of it and from {before}: {one.link or '(none)'} is kept, "
            f"{one.chained.link} comes out"
        )


def _test_bytes(store: Store, source: Source | None, one: Linked, tested: Tested) -> None:
    try:
        body = store.proof.body(one)
    except StoreError as error:
        tested.body = FAILS
        tested.problems.append(f"its raw response cannot be read: {error}")
        return
    tested.body = HOLDS if sha256(body) == one.chained.snapshot else FAILS
    if tested.body == FAILS:
        tested.problems.append("its raw response does not have the digest that is stored of it")
        return
    if tested.article == FAILS:
        return
    if one.chained.rules != RULES:
        tested.notes.append(
            f"read by the rules {one.chained.rules}, which are not those of today ({RULES}): held against its digest "
            "only, not read again; `palimpsest reextract` would"
        )
    elif source is None:
        tested.notes.append("its source is not configured here: held against its digest only, not read again")
    else:
        _read_again(source, one, body, tested)


def _read_again(source: Source, one: Linked, body: bytes, tested: Tested) -> None:
    article = read(source, replace(one.shown, body=body)).article
    tested.article = HOLDS if reading_of(article) == one.reading else FAILS
    if tested.article == FAILS:
        what = "its text" if article.digest != one.chained.article else "what is kept beside its text"
        tested.problems.append(
            f"{what} is not what today's rules read from its raw response. Where `article` of the source was changed "
            f"in sources.toml since: `palimpsest reextract {one.chained.page} --all`"
        )


def _source(sources: Mapping[str, Source], page: Page) -> Source | None:
    """What reads the page; loose captures never had any configuration."""
    if page.source == LOOSE_SOURCE:
        return sources.get(page.source) or Source(name=LOOSE_SOURCE, url=page.url, kind="page")
    return sources.get(page.source)
