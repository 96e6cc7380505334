"""What the reading room calls things: every label of an enumerated value, in one place for a catalogue to translate.

Templates mark their own sentences with `_( )`; values that come from data are looked up here, and unknown ones are
shown as they are.
"""

from __future__ import annotations

LABELS: dict[str, dict[str, str]] = {
    "outcome": {
        "new": "first seen",
        "changed": "changed",
        "unchanged": "unchanged",
        "gone": "not there",
        "blocked": "blocked",
        "failed": "failed",
    },
    "state": {
        "live": "live",
        "gone": "gone",
        "moved": "moved",
        "blocked": "blocked",
        "failing": "failing",
    },
    "change": {
        "created": "new page",
        "edited": "edited",
        "retitled": "retitled",
        "redated": "redated",
        "reissued": "reissued",
        "attachments": "attachments",
        "moved": "moved",
        "removed": "removed",
        "restored": "restored",
        "injected": "injected",
        "cleaned": "cleaned",
        "reencoded": "re-encoded",
    },
    "severity": {
        "critical": "critical",
        "high": "high",
        "medium": "medium",
        "low": "low",
    },
    "region": {
        "article": "in the article",
        "page": "on the page, outside the article",
        "markup": "in the markup",
        "title": "in the title",
    },
    "finding": {
        "spam_block": "spam block",
        "hidden_link": "hidden link",
        "brand_hijack": "brand hijack",
        "redirect_or_cloak": "redirect or cloak",
        "defaced": "defaced",
        "topic_swap": "topic swap",
        "fake_document": "fake document",
        "forged_insertion": "forged insertion",
        "pinyin_gloss": "pinyin gloss",
        "inline_noise": "inline noise",
        "mechanical_traditional": "mechanical traditional script",
        "script_mix": "mixed scripts",
        "char_spin": "characters spun",
        "word_spin": "words spun",
        "word_deletion": "words deleted",
        "gbk_shift": "GBK read one byte late",
        "mojibake": "mojibake",
        "glyph_loss": "glyphs lost",
        "number_damage": "numbers damaged",
        "encoding_conflict": "encoding conflict",
        "broken_paragraph": "broken paragraph",
        "duplicate_text": "duplicate text",
        "date_conflict": "date conflict",
        "flip_flop": "flips between two texts",
        "lying_validators": "same validators, another text",
    },
    "alarm": {
        "failing": "failing",
        "overdue": "overdue",
        "recovered": "recovered",
    },
    "outbox": {
        "waiting": "waits",
        "dead": "given up",
    },
    "job": {
        "todo": "waiting",
        "doing": "under way",
        "failed": "failed",
        "aborted": "broken off",
    },
    "field": {
        "title": "title",
        "body": "body",
        "published": "published",
        "issuer": "issuer",
        "author": "author",
        "document_number": "document number",
        "attachments": "attachments",
    },
    "mark": {
        "open": "open",
        "acknowledged": "acknowledged",
        "silenced": "silenced",
    },
    "decision": {
        "open": "open: somebody should look at it",
        "acknowledged": "acknowledged: somebody knows of it",
        "silenced": "silenced: nobody is told when it opens again",
    },
    "kind": {
        "listing": "listing",
        "feed": "feed",
        "sitemap": "sitemap",
        "page": "single page",
        "json": "list as JSON",
    },
}

COUNTS: dict[str, str] = {
    "sources": "sources",
    "pages": "pages",
    "versions": "versions",
    "changes": "changes",
    "checks": "checks",
    "snapshots": "snapshots",
    "open_findings": "open findings",
    "findings": "findings",
}


def label(value: object, group: str) -> str:
    """The words for a value of a group, or the value itself where the group does not name it."""
    return LABELS[group].get(str(value), str(value))
