"""SHOW: pages, REST and feeds. Reads the store and writes nothing."""

from web.app import create_app
from web.panel import Panel, create_panel
from web.render import diff_document
from web.safe import must_have_token

__all__ = ["Panel", "create_app", "create_panel", "diff_document", "must_have_token"]
