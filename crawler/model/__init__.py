"""The nouns. Frozen, slotted, keyword-only values that every room shares; docs/glossary.md defines the words.

Times are aware datetimes in UTC unless a docstring says otherwise. Lengths of time are timedeltas.
"""

from crawler.model.attached import AttachedFile, FileVerdict
from crawler.model.content import Article, Attachment, Change, Version
from crawler.model.findings import Finding, FindingMatch, OpenFinding, Silence, match_findings
from crawler.model.kinds import (
    INJECTION_KINDS,
    TEMPLATE_KINDS,
    ChangeKind,
    FailureReason,
    FindingKind,
    Outcome,
    PageKind,
    PageState,
    Region,
    Severity,
)
from crawler.model.noise import NO_NOISE, Noise, PlaceKey, VolatileKind, VolatilePlace, place_key
from crawler.model.retold import Retold, ToldFinding, Visit
from crawler.model.targets import KINDS, Target
from crawler.model.text import Evidence, Json, bare_text, fold_space
from crawler.model.verdict import Known, NewVersion, RateEstimate, SeenVersion, SourceEvent, Verdict
from crawler.model.watched import (
    Alarm,
    AlarmKind,
    ArticleSelectors,
    JsonList,
    Link,
    Page,
    Source,
    SourceKind,
    SourceState,
    Standing,
)
from crawler.model.wire import RENDERED_BY, FetchFailed, FetchRequest, FetchResult, NotModified, Snapshot, Validators

__all__ = [
    "INJECTION_KINDS",
    "KINDS",
    "NO_NOISE",
    "RENDERED_BY",
    "TEMPLATE_KINDS",
    "Alarm",
    "AlarmKind",
    "Article",
    "ArticleSelectors",
    "AttachedFile",
    "Attachment",
    "Change",
    "ChangeKind",
    "Evidence",
    "FailureReason",
    "FetchFailed",
    "FetchRequest",
    "FetchResult",
    "FileVerdict",
    "Finding",
    "FindingKind",
    "FindingMatch",
    "Json",
    "JsonList",
    "Known",
    "Link",
    "NewVersion",
    "Noise",
    "NotModified",
    "OpenFinding",
    "Outcome",
    "Page",
    "PageKind",
    "PageState",
    "PlaceKey",
    "RateEstimate",
    "Region",
    "Retold",
    "SeenVersion",
    "Severity",
    "Silence",
    "Snapshot",
    "Source",
    "SourceEvent",
    "SourceKind",
    "SourceState",
    "Standing",
    "Target",
    "ToldFinding",
    "Validators",
    "Verdict",
    "Version",
    "Visit",
    "VolatileKind",
    "VolatilePlace",
    "bare_text",
    "fold_space",
    "match_findings",
    "place_key",
]
