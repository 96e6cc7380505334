"""Compiles what reads a page, where that can be done; everything else about the project is in pyproject.toml.

The modules named here are ordinary Python and run as such. Where mypyc and a C compiler are there they are compiled as
well, which makes reading a page about four times as fast; where not, the installation goes on without. Why, and what it
gains: docs/decisions/0003-compiled-reading.md. PALIMPSEST_PURE=1 leaves them uncompiled.
"""

import os
import sys

from setuptools import Extension, setup

COMPILED = """
    article attachments body boxes characters dates flatten headings hidden_by hiding joining lines metadata names
    nesting openings outline pagekind plaintags quotes references roles tags
""".split()  # noqa: SIM905 - words read better than a list of them


def compiled() -> list[Extension]:
    """The extensions to build; none where that is not wanted or not possible."""
    if os.environ.get("PALIMPSEST_PURE"):
        return []
    try:
        from mypyc.build import mypycify

        extensions = mypycify([f"crawler/extract/{name}.py" for name in COMPILED], opt_level="3", debug_level="0")
    except (ImportError, SystemExit) as error:
        sys.stderr.write(f"not compiling crawler.extract ({error or 'mypyc refused'}); it runs as plain Python\n")
        return []
    for extension in extensions:
        extension.optional = True  # without a compiler the installation succeeds all the same
    return list(extensions)


setup(ext_modules=compiled())
