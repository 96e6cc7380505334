"""SHOW: pages, REST and feeds. Reads the store and writes nothing."""

from web.app import create_app
from web.render import diff_document
from web.safe import must_have_token

__all__ = ["create_app", "diff_document", "must_have_token"]
