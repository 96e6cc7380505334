"""What a response declares about its charset: byte-order mark, Content-Type, `<meta>`, `<?xml encoding?>`."""

from __future__ import annotations

import re

from crawler.decode.charsets import LABELS

# How far a browser looks for a declaration; and how far we do, for a head that some CMS has filled with other things.
BROWSER_PRESCAN = 1024
HEAD_LIMIT = 512 * 1024

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16le"), (b"\xfe\xff", "utf-16be"))

_CHARSET_PARAMETER = re.compile(r"""charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;,"']+))""", re.IGNORECASE)
_XML = re.compile(rb"""\s{0,100}<\?xml\s[^>]{0,300}?encoding\s{0,20}=\s{0,20}["']([A-Za-z0-9._:-]{1,40})["']""")
# These look at lower-cased bytes.
_LANDMARK = re.compile(rb"<(?:(!--)|meta[\s/]|(script|style|title|textarea|noscript|xmp|iframe)(?=[\s>/]))")
_HEAD_END = re.compile(rb"</head[\s>]|<body[\s>]")
_TAG_LIMIT = 2000
_MOST_LABELS = 20
_ATTRIBUTE = re.compile(rb"""([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""")


def bom(body: bytes) -> tuple[str, int] | None:
    """The encoding that a byte-order mark names, and the mark's length; None without one."""
    return next(((encoding, len(mark)) for mark, encoding in _BOMS if body.startswith(mark)), None)


def encoding_of(label: str) -> str | None:
    """The encoding browsers take a label for; None for an unknown label and for those they refuse to decode."""
    name = LABELS.get(label.strip("\t\n\f\r ").lower())
    return None if name in ("replacement", "x-user-defined") else name


def header_label(content_type: str | None) -> str | None:
    """The charset parameter of a Content-Type, as written."""
    found = _CHARSET_PARAMETER.search(content_type or "")
    return next((value for value in found.groups() if value is not None), None) if found else None


def meta_labels(body: bytes) -> tuple[str, ...]:
    """Every label that the head of the page declares, as written and in order; comments and scripts do not count."""
    xml = _XML.match(body)
    labels = [xml[1].decode("ascii")] if xml else []
    head = _head(body)
    at, word = 0, head.find(b"charset")
    while word >= 0 and len(labels) < _MOST_LABELS:
        if at > word and (word := head.find(b"charset", at)) < 0:
            break
        found = _LANDMARK.search(head, at)
        if not found or found.start() > word:
            at = word + 1  # the word in plain text; no tag of ours holds it
            continue
        comment, raw = found.groups()
        at = found.end()
        if comment:
            at = _after(head, b"-->", found.start() + 2)
        elif raw:
            closing = head.find(b"</" + raw, at)
            at = closing + 2 if closing >= 0 else len(head)
        elif word - at < _TAG_LIMIT and head.find(b"<meta", at, word) < 0:
            end = head.find(b"<meta", at, at + _TAG_LIMIT)
            labels += _labels_in(body[at : end if end >= 0 else at + _TAG_LIMIT])
    return tuple(labels)


def _head(body: bytes) -> bytes:
    """The part of the page that may declare something, in lower case: up to the end of its head."""
    # Nearly every head ends within its first tenth of the limit, so that much is looked through before all of it.
    for limit in (HEAD_LIMIT // 10, HEAD_LIMIT):
        lower = body[:limit].lower()
        end = _HEAD_END.search(lower)
        if end is not None:
            return lower[: max(end.start(), BROWSER_PRESCAN)]
    return lower


def _after(head: bytes, mark: bytes, start: int) -> int:
    found = head.find(mark, start)
    return len(head) if found < 0 else found + len(mark)


def _labels_in(tag: bytes) -> list[str]:
    """The label in one meta tag, given what follows `<meta`: its charset, or that of an http-equiv Content-Type."""
    attributes: dict[bytes, str] = {}
    at = 0
    while at < len(tag) and tag[at : at + 1] != b">":
        found = _ATTRIBUTE.match(tag, at)
        if not found:
            at += 1
            continue
        name = found[1].lower()
        value = next((part for part in found.groups()[1:] if part is not None), b"")
        attributes.setdefault(name, value.decode("latin-1"))
        at = found.end()
    if attributes.get(b"charset"):
        return [attributes[b"charset"].strip()]
    if attributes.get(b"http-equiv", "").strip().lower() == "content-type":
        label = header_label(attributes.get(b"content"))
        return [label] if label else []
    return []
