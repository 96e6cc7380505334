"""Every enumeration: what a Check can come to, what a Page can be, what a Finding can be of."""

from __future__ import annotations

from enum import StrEnum


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
    FLIP_FLOP = "flip_flop"
    LYING_VALIDATORS = "lying_validators"


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


# Kinds that a changed template can make, the same on many Pages at once.
TEMPLATE_KINDS = frozenset({ChangeKind.EDITED, ChangeKind.RETITLED, ChangeKind.REDATED, ChangeKind.REISSUED})


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
    RENDER = "render"
    # An answer came, and could not be kept.
    STORE = "store"

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
            FailureReason.RENDER,
        }
