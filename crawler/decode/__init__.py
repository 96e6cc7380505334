"""Bytes → Document: which charset a Snapshot is really in, its text, and its parsed tree."""

from crawler.decode.declarations import encoding_of
from crawler.decode.document import Document, decode, decode_bytes, decode_text, valid_selector

__all__ = ["Document", "decode", "decode_bytes", "decode_text", "encoding_of", "valid_selector"]
