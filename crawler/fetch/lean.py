"""httpx without its command line, which comes along wherever what that needs is there: 40 ms and 2 MB at each start."""

from __future__ import annotations

import sys

# None makes the import of it fail, and httpx does without.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
import httpx  # noqa: E402

__all__ = ["httpx"]
