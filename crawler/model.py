"""The nouns. Frozen, slotted, keyword-only values that every room shares; docs/glossary.md defines the words.

Times are aware datetimes in UTC unless a docstring says otherwise. Lengths of time are timedeltas.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Literal, TypeAlias

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
Evidence = Mapping[str, Json]


class Outcome(StrEnum):
    """What one Check came to."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    GONE = "gone"
    BLOCKED = "blocked"
    FAILED = "failed"


class PageState(StrEnum):
    """How a Page stands after its last Check."""

    LIVE = "live"
    GONE = "gone"
    MOVED = "moved"
    BLOCKED = "blocked"
    FAILING = "failing"


class PageKind(StrEnum):
    """What a Document turned out to be."""

    ARTICLE = "article"
    LISTING = "listing"
    GONE = "gone"
    BLOCKED = "blocked"
    EMPTY = "empty"


class ChangeKind(StrEnum):
    """What a Change is; when several apply the judge names the weightiest."""

    CREATED = "created"
    EDITED = "edited"
    RETITLED = "retitled"
    REDATED = "redated"
    REISSUED = "reissued"
    ATTACHMENTS = "attachments"
    MOVED = "moved"
    REMOVED = "removed"
    RESTORED = "restored"
    INJECTED = "injected"
    CLEANED = "cleaned"
    REENCODED = "reencoded"


class Severity(StrEnum):
    """How much a Finding matters."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for low up to 3 for critical, for comparing."""
        return ("low", "medium", "high", "critical").index(self.value)


class Region(StrEnum):
    """Which text a Finding's offsets count in: the article, the whole visible text, the decoded HTML, the title."""

    ARTICLE = "article"
    PAGE = "page"
    MARKUP = "markup"
    TITLE = "title"


class FindingKind(StrEnum):
    """Every kind of anomaly; docs/findings/ says what each means and how it can be wrong."""

    SPAM_BLOCK = "spam_block"
    HIDDEN_LINK = "hidden_link"
    BRAND_HIJACK = "brand_hijack"
    REDIRECT_OR_CLOAK = "redirect_or_cloak"
    DEFACED = "defaced"
    TOPIC_SWAP = "topic_swap"
    FAKE_DOCUMENT = "fake_document"
    FORGED_INSERTION = "forged_insertion"
    PINYIN_GLOSS = "pinyin_gloss"
    INLINE_NOISE = "inline_noise"
    MECHANICAL_TRADITIONAL = "mechanical_traditional"
    SCRIPT_MIX = "script_mix"
    CHAR_SPIN = "char_spin"
    WORD_SPIN = "word_spin"
    WORD_DELETION = "word_deletion"
    GBK_SHIFT = "gbk_shift"
    MOJIBAKE = "mojibake"
    GLYPH_LOSS = "glyph_loss"
    NUMBER_DAMAGE = "number_damage"
    ENCODING_CONFLICT = "encoding_conflict"
    BROKEN_PARAGRAPH = "broken_paragraph"
    DUPLICATE_TEXT = "duplicate_text"
    DATE_CONFLICT = "date_conflict"


# Kinds that mean somebody else wrote on the page: their arrival makes a Change `injected`, their leaving `cleaned`.
INJECTION_KINDS = frozenset(
    {
        FindingKind.SPAM_BLOCK,
        FindingKind.HIDDEN_LINK,
        FindingKind.BRAND_HIJACK,
        FindingKind.REDIRECT_OR_CLOAK,
        FindingKind.DEFACED,
        FindingKind.TOPIC_SWAP,
        FindingKind.FAKE_DOCUMENT,
        FindingKind.FORGED_INSERTION,
    }
)


class FailureReason(StrEnum):
    """Why a fetch gave no content. `retryable` says whether the same request may do better later."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    PROTOCOL = "protocol"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    REFUSED_ADDRESS = "refused_address"
    REFUSED_SCHEME = "refused_scheme"
    ROBOTS = "robots"
    ROBOTS_UNREACHABLE = "robots_unreachable"

    @property
    def retryable(self) -> bool:
        """True where waiting can help; False where only a person or the site can."""
        return self in {
            FailureReason.DNS,
            FailureReason.CONNECT,
            FailureReason.TIMEOUT,
            FailureReason.TRUNCATED,
            FailureReason.PROTOCOL,
            FailureReason.ROBOTS_UNREACHABLE,
        }


# ---- what is watched ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSelectors:
    """CSS selectors by which a Source's owner overrides extraction; None leaves a field to the extractor."""

    body: str | None = None
    title: str | None = None
    published: str | None = None
    issuer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Findings that a Source's owner does not want to hear of: those that fit every part given (None fits all).

    `page` and `quote` are pieces of the URL and of the quoted text, white space folded. What is silenced is still
    found, recorded and listed, and says so; it makes no Change `injected` and notifies nobody.
    """

    kind: FindingKind | None = None
    page: str | None = None
    quote: str | None = None

    def covers(self, finding: Finding, url: str) -> bool:
        """Whether this silences `finding` on the page at `url`."""
        return (
            self.kind in (None, finding.kind)
            and (self.page is None or self.page in url)
            and (self.quote is None or fold_space(self.quote) in fold_space(finding.quote))
        )


SourceKind = Literal["listing", "feed", "sitemap", "page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One configured site section. `kind` None means: found out at the first visit."""

    name: str
    url: str
    kind: SourceKind | None = None
    links: str | None = None
    next: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    every: timedelta = timedelta(hours=6)
    min_every: timedelta = timedelta(minutes=15)
    max_every: timedelta = timedelta(days=7)
    timezone: str = "Asia/Shanghai"
    host_delay: timedelta = timedelta(seconds=2)
    tls: Literal["modern", "legacy"] = "modern"
    render: bool = False
    notify: tuple[str, ...] = ()
    article: ArticleSelectors = ArticleSelectors()
    silence: tuple[Silence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A URL that discovery found, not yet admitted. `title` and `date_text` are what the listing shows, or None."""

    url: str
    title: str | None = None
    date_text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One tracked URL; `source` is the name of the Source that owns it."""

    url: str
    source: str


# ---- what came over the wire -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a conditional request sends back: ETag and Last-Modified exactly as they were received."""

    etag: str | None = None
    last_modified: str | None = None

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """One GET as the fetcher needs it. `may_be_private`: the configuration names this host, so it may be local."""

    url: str
    validators: Validators = Validators()
    host_delay: timedelta = timedelta(0)
    tls: Literal["modern", "legacy"] = "modern"
    may_be_private: frozenset[str] = frozenset()
    max_bytes: int = 64 * 1024 * 1024
    deadline: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One response exactly as received, content-codings undone: bytes, headers, status, time, and how it was reached.

    `url` is the URL asked for, `final_url` the one that answered after `redirects` (each a URL that redirected).
    """

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    fetched_at: datetime
    redirects: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        """The first value of a header by its case-insensitive name, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def digest(self) -> str:
        """sha-256 of the body, in hex: the name of its blob."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def validators(self) -> Validators:
        """The validators for the next conditional request; none from a redirected or failed response."""
        if self.status != 200 or self.redirects:
            return Validators()
        return Validators(etag=self.header("etag"), last_modified=self.header("last-modified"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A 304: the server says that what we hold is current."""

    url: str
    fetched_at: datetime
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """No response that could be read. `retry_after`: how long the server asked us to stay away, if it did."""

    url: str
    fetched_at: datetime
    reason: FailureReason
    detail: str
    retry_after: timedelta | None = None


FetchResult = Snapshot | NotModified | FetchFailed


# ---- what it says ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file linked from inside or right under an article."""

    url: str
    name: str


def fold_space(text: str) -> str:
    """Runs of white space (Unicode, NBSP and ideographic space included) folded to one space, ends trimmed."""
    return " ".join(text.split())


def bare_text(text: str) -> str:
    """Text for comparing content: white space folded between ASCII characters and dropped beside all others.

    Beside Han and other wide text a space carries no meaning, and layout puts and drops it.
    """
    words = text.split()
    pieces = words[:1]
    for before, after in pairwise(words):
        if before[-1].isascii() and after[0].isascii():
            pieces.append(" ")
        pieces.append(after)
    return "".join(pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a page says. A field that the page does not show is None, never a guess.

    `published` is ISO 8601 as displayed ("2021-06-15", "2021-12-13T20:13"). `captions` stand under pictures and
    are not part of the body. `evidence` keeps what disagreed or was joined, by field.
    """

    kind: PageKind = PageKind.ARTICLE
    title: str | None = None
    published: str | None = None
    issuer: str | None = None
    author: str | None = None
    document_number: str | None = None
    paragraphs: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    kicker: str | None = None
    subtitle: str | None = None
    captions: tuple[str, ...] = ()
    evidence: Evidence = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The paragraphs joined by newlines; offsets of findings in region `article` count code points in it."""
        return "\n".join(self.paragraphs)

    @property
    def digest(self) -> str:
        """sha-256 in hex over what makes a Version (title, body, published, issuer, attachments), white space folded.

        White space is the only thing folded, and paragraph boundaries do not count: re-wrapped text is the same text.
        """
        content = [
            bare_text(self.title or ""),
            bare_text(" ".join(self.paragraphs)),
            self.published or "",
            bare_text(self.issuer or ""),
            sorted([attachment.url, bare_text(attachment.name)] for attachment in self.attachments),
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """An Article that differs from the one before it, numbered from 1 per Page.

    `seen_at` is when it was first seen; `snapshot_digest` names the raw bytes it was read from; `rules` is the
    version of the extraction rules that read it.
    """

    number: int
    seen_at: datetime
    article: Article
    snapshot_digest: str
    rules: str


# ---- what happened, and what is wrong ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One anomaly with the exact text and place that prove it.

    `start` and `end` are code-point offsets into the text that `region` names, and `quote` is that text.
    `score` is 0..1; `evidence` holds the features and counts a person can check; `repair` is a proposed text,
    never applied.
    """

    kind: FindingKind
    severity: Severity
    region: Region
    quote: str
    start: int
    end: int
    score: float
    evidence: Evidence = field(default_factory=dict)
    repair: str | None = None

    @property
    def silenced(self) -> bool:
        """Whether the Source's owner has asked not to hear of it."""
        return "silenced" in self.evidence

    @property
    def fingerprint(self) -> str:
        """Whether two findings are one seen twice: kind, region and quote, white space folded, not the place."""
        quote = unicodedata.normalize("NFC", fold_space(self.quote))
        key = f"{self.kind}\0{self.region}\0{quote}"
        return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFinding:
    """A Finding that the store holds open, with the version number and time at which it was opened."""

    finding: Finding
    version: int
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened between two Versions, or to the Page as a whole.

    Where a Page is removed, moved, restored or injected without new content, `before` == `after`.

    `before` and `after` are version numbers (0: there was nothing). `added` and `removed` count characters of text.
    """

    before: int
    after: int
    kind: ChangeKind
    minor: bool = False
    significance: float = 0.0
    fields: tuple[str, ...] = ()
    added: int = 0
    removed: int = 0
    summary: str = ""

    @property
    def address(self) -> str:
        """`a..b`, as `palimpsest diff` takes it."""
        return f"{self.before}..{self.after}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a Source's own entry page (its listing, feed or sitemap) stands.

    `kind` is what it turned out to be; `links` how many it named last time; `failures` how many visits in a row gave
    nothing, with `detail` saying why.
    """

    name: str
    url: str
    kind: SourceKind | None = None
    validators: Validators = Validators()
    links: int = 0
    failures: int = 0
    detail: str = ""
    last_checked: datetime | None = None
    last_ok: datetime | None = None
    next_check: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingMatch:
    """How the findings of one Check relate to those held open: `same` pairs (open, seen again), `arrived`, `left`."""

    same: tuple[tuple[OpenFinding, Finding], ...]
    arrived: tuple[Finding, ...]
    left: tuple[OpenFinding, ...]


def match_findings(held: Sequence[OpenFinding], seen: Sequence[Finding]) -> FindingMatch:
    """Which findings persist: by fingerprint, then one to one by kind and region (a block that rotates its words)."""
    same: list[tuple[OpenFinding, Finding]] = []
    rest_held, rest_seen = list(held), list(seen)
    for key in (_by_fingerprint, _by_place):
        waiting: defaultdict[str, deque[OpenFinding]] = defaultdict(deque)
        for one in rest_held:
            waiting[key(one.finding)].append(one)
        unmatched: list[Finding] = []
        for finding in rest_seen:
            partners = waiting[key(finding)]
            if partners:
                same.append((partners.popleft(), finding))
            else:
                unmatched.append(finding)
        rest_held = [one for partners in waiting.values() for one in partners]
        rest_seen = unmatched
    return FindingMatch(same=tuple(same), arrived=tuple(rest_seen), left=tuple(rest_held))


def _by_fingerprint(finding: Finding) -> str:
    return finding.fingerprint


def _by_place(finding: Finding) -> str:
    return f"{finding.kind} {finding.region}"


# ---- what is known, and what was decided -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RateEstimate:
    """What the schedule has learned of a Page: decayed counts of changes seen and days watched (crawler.schedule)."""

    changes: float = 0.0
    days: float = 0.0
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that the judge may know of a Page before a Check.

    `latest` is the Version in force at the Check's time, `latest_snapshot` its raw response (present only where the
    judge must re-read it), `following` the next known Version when a backfill brings a capture from between two.
    `missing_since` and `missing_count`: consecutive Checks that said the page is not there.
    """

    page: Page
    state: PageState = PageState.LIVE
    latest: Version | None = None
    latest_snapshot: Snapshot | None = None
    following: Version | None = None
    validators: Validators = Validators()
    open_findings: tuple[OpenFinding, ...] = ()
    failures: int = 0
    missing_count: int = 0
    missing_since: datetime | None = None
    last_checked: datetime | None = None
    rate: RateEstimate = RateEstimate()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """An Article to be kept as a Version, and the rules that read it."""

    article: Article
    rules: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Everything one Check decided, ready to be recorded in one transaction.

    `snapshot` is kept whenever there was a response with a body worth keeping; `version` is set when the Article is a
    new Version; `changes` are relative to `known.latest` (numbers filled in by the judge). `findings` is the complete
    set seen at this Check, or None when nothing could be read (open findings then stay as they are).
    `reread` replaces the Article of `known.latest` when newer rules read its old snapshot differently.
    `following_change` re-judges the Change into `known.following`; `merge_following` says that the new content *is*
    the following Version, only seen earlier.
    """

    outcome: Outcome
    state: PageState
    at: datetime
    next_check: datetime
    detail: str = ""
    status: int | None = None
    snapshot: Snapshot | None = None
    version: NewVersion | None = None
    reread: NewVersion | None = None
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] | None = None
    following_change: Change | None = None
    merge_following: bool = False
    validators: Validators = Validators()
    failures: int = 0
    missing_count: int = 0
    missing_since: datetime | None = None
    moved_to: str | None = None
    rate: RateEstimate = RateEstimate()
