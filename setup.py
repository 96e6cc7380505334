"""Compiles what reads a page, where that can be done; everything else about the project is in pyproject.toml.

The modules named here are ordinary Python and run as such. Where mypyc and a C compiler are there they are compiled as
well, which makes reading a page about four times as fast; where not, the installation goes on without. Why, and what it
gains: docs/decisions/0003-compiled-reading.md. PALIMPSEST_PURE=1 leaves them uncompiled.
"""

import os
import sys

from setuptools import Extension, setup

# Under crawler/.
COMPILED = """
    detect/language/items detect/language/junk detect/language/lexicon detect/language/lone detect/language/marks
    detect/language/pairs detect/language/seeds extract/article extract/attachments extract/body extract/boxes
    extract/characters extract/dates extract/flatten extract/headings extract/hidden_by extract/hiding extract/joining
    extract/lines extract/metadata extract/names extract/nesting extract/openings extract/outline extract/pagekind
    extract/plaintags extract/quotes extract/references extract/roles extract/tags
""".split()  # noqa: SIM905 - words read better than a list of them


def compiled() -> list[Extension]:
    """The extensions to build; none where that is not wanted or not possible."""
    if os.environ.get("PALIMPSEST_PURE"):
        return []
    try:
        from mypyc.build import mypycify

        extensions = mypycify([f"crawler/{name}.py" for name in COMPILED], opt_level="3", debug_level="0")
    except (ImportError, SystemExit) as error:
        sys.stderr.write(f"not compiling ({error or 'mypyc refused'}); all runs as plain Python\n")
        return []
    for extension in extensions:
        extension.optional = True  # without a compiler the installation succeeds all the same
    return list(extensions)


setup(ext_modules=compiled())
