"""The life of the site: what its owners, its intruders and its server do, round by round, and what must be reported.

TIMELINE is the single source of what is served; EXPECTATIONS is written by hand beside it, not computed from it, so
that a mistake in one shows against the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from crawler.model import ChangeKind, FindingKind
from jobs.demo.site.pages import BY_NAME, DemoPage, Dress
from jobs.demo.site.seeds import spam_block


class EventKind(StrEnum):
    """What can happen to a page (or, with no page named, to the server) at the start of a round."""

    RESTART = "restart"
    REENCODE = "reencode"
    PUBLISH = "publish"
    EDIT = "edit"
    DELETE_PARAGRAPH = "delete_paragraph"
    INJECT = "inject"
    FAIL = "fail"
    RECOVER = "recover"
    GONE = "gone"
    SOFT_GONE = "soft_gone"
    MOVE = "move"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happens. `page` is a page's name, or None for the whole server; `note` is for people.

    `before` and `after` are what an edit replaces, the start of a deleted paragraph, or the old and new path of a move.
    """

    kind: EventKind
    note: str
    page: str | None = None
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One state of the site. Only the counters move within a round."""

    number: int
    title: str
    what: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedChange:
    """A change that must be reported in its round; with `required` False one that may be, but need not."""

    path: str
    kind: ChangeKind
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedFinding:
    """A finding that must stand open, once, from round `since` to the end. `quote` has its white space as served."""

    path: str
    kind: FindingKind
    quote: str
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """What a page has become by some round. `path` is where it is served; `old_path` answers 301 after a move."""

    page: DemoPage
    path: str
    paragraphs: tuple[str, ...]
    dress: Dress
    old_path: str | None = None
    published: bool = True
    gone: bool = False
    soft_gone: bool = False
    failing: bool = False
    injected: bool = False

    @property
    def listed(self) -> bool:
        """Whether listings, feed and sitemap name it. A page gone in secret stays listed, as it does in life."""
        return self.published and not self.gone


PRICES_NEW_PATH = "/sjfb/202204/t20220418_3098.html"
HUZHOU_NUMBER = ("知识产权质押额35亿元以上", "知识产权质押额25亿元以上")
HUZHOU_DELETED = "四是聚焦加速融合"

TIMELINE: tuple[Round, ...] = (
    Round(number=0, title="A first look: everything is clean"),
    Round(
        number=1,
        title="Nothing but counters",
        what=(
            Event(kind=EventKind.RESTART, note="The server restarts and renews every ETag and Last-Modified."),
            Event(kind=EventKind.REENCODE, page="qingdao", note="The page is saved as UTF-8; its text stays."),
        ),
    ),
    Round(
        number=2,
        title="A number is changed, a notice published",
        what=(
            Event(
                kind=EventKind.EDIT,
                page="huzhou",
                note="The target for pledged intellectual property drops from 3.5 to 2.5 billion yuan.",
                before=HUZHOU_NUMBER[0],
                after=HUZHOU_NUMBER[1],
            ),
            Event(kind=EventKind.PUBLISH, page="sampling", note="A new notice stands at the top of the listing."),
        ),
    ),
    Round(
        number=3,
        title="The press conference is injected",
        what=(Event(kind=EventKind.INJECT, page="suqian", note="41 junk keywords appear under the page's footer."),),
    ),
    Round(
        number=4,
        title="The server is ill",
        what=(Event(kind=EventKind.FAIL, note="Every article answers 500."),),
    ),
    Round(
        number=5,
        title="Recovered, with edits, two deletions and a move",
        what=(
            Event(kind=EventKind.RECOVER, note="The articles are back."),
            Event(
                kind=EventKind.DELETE_PARAGRAPH,
                page="huzhou",
                note="The paragraph on departments working alone is taken out.",
                before=HUZHOU_DELETED,
            ),
            Event(kind=EventKind.GONE, page="duty", note="The notice answers 404 and leaves the listing."),
            Event(
                kind=EventKind.SOFT_GONE,
                page="suggestions",
                note="The notice says that it does not exist, with status 200; the listing still names it.",
            ),
            Event(
                kind=EventKind.MOVE,
                page="prices",
                note="The article moves; its old address answers 301, the listing shows the new one.",
                before=BY_NAME["prices"].path,
                after=PRICES_NEW_PATH,
            ),
        ),
    ),
    Round(number=6, title="A second look at what was missing"),
    Round(number=7, title="Nothing changes at all"),
)


def _path(name: str) -> str:
    return BY_NAME[name].path


EXPECTATIONS: tuple[tuple[ExpectedChange, ...], ...] = (
    tuple(
        ExpectedChange(path=page.path, kind=ChangeKind.CREATED) for page in BY_NAME.values() if page.name != "sampling"
    ),
    (),
    (
        ExpectedChange(path=_path("huzhou"), kind=ChangeKind.EDITED),
        ExpectedChange(path=_path("sampling"), kind=ChangeKind.CREATED),
    ),
    (ExpectedChange(path=_path("suqian"), kind=ChangeKind.INJECTED),),
    (),
    (
        ExpectedChange(path=_path("huzhou"), kind=ChangeKind.EDITED),
        ExpectedChange(path=_path("prices"), kind=ChangeKind.MOVED),
        # Discovery meets the new address on the listing; a tracker may admit it as a page of its own.
        ExpectedChange(path=PRICES_NEW_PATH, kind=ChangeKind.CREATED, required=False),
    ),
    # A deletion is believed at the second look.
    (
        ExpectedChange(path=_path("duty"), kind=ChangeKind.REMOVED),
        ExpectedChange(path=_path("suggestions"), kind=ChangeKind.REMOVED),
    ),
    (),
)

EXPECTED_FINDINGS: tuple[ExpectedFinding, ...] = (
    ExpectedFinding(path=_path("suqian"), kind=FindingKind.SPAM_BLOCK, quote=spam_block(), since=3),
)


def _applied(state: PageState, event: Event) -> PageState:
    """The page after one event that concerns it."""
    match event.kind:
        case EventKind.REENCODE:
            return replace(state, dress=Dress())
        case EventKind.PUBLISH:
            return replace(state, published=True)
        case EventKind.EDIT:
            edited = tuple(text.replace(event.before, event.after) for text in state.paragraphs)
            return replace(state, paragraphs=edited)
        case EventKind.DELETE_PARAGRAPH:
            left = tuple(text for text in state.paragraphs if not text.startswith(event.before))
            return replace(state, paragraphs=left)
        case EventKind.INJECT:
            return replace(state, injected=True)
        case EventKind.FAIL | EventKind.RECOVER:
            return replace(state, failing=event.kind is EventKind.FAIL)
        case EventKind.GONE:
            return replace(state, gone=True)
        case EventKind.SOFT_GONE:
            return replace(state, soft_gone=True)
        case EventKind.MOVE:
            return replace(state, path=event.after, old_path=event.before)
        case EventKind.RESTART:
            return state


def _events(until: int) -> tuple[Event, ...]:
    if not 0 <= until < len(TIMELINE):
        raise ValueError(f"the site has rounds 0 to {len(TIMELINE) - 1}, not {until}")
    return tuple(event for past in TIMELINE[: until + 1] for event in past.what)


def page_state(name: str, number: int) -> PageState:
    """What the page called `name` is in round `number`. Raises KeyError for an unknown name, ValueError for a round."""
    page = BY_NAME[name]
    published_later = any(
        event.kind is EventKind.PUBLISH and event.page == name for past in TIMELINE for event in past.what
    )
    state = PageState(
        page=page,
        path=page.path,
        paragraphs=page.paragraphs,
        dress=page.dress,
        published=not published_later,
    )
    for event in _events(number):
        if event.page in (None, name):
            state = _applied(state, event)
    return state


def page_states(number: int) -> tuple[PageState, ...]:
    """Every page in round `number`, published or not, newest first."""
    return tuple(page_state(name, number) for name in BY_NAME)


def epoch(number: int) -> int:
    """How often the server has restarted by round `number`; validators do not survive a restart."""
    return sum(event.kind is EventKind.RESTART for event in _events(number))
