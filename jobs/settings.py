"""What a person sets for one run of the program: where the data lives, which database, which configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crawler.errors import ConfigurationError
from crawler.model import Source
from crawler.sources import parse_sources

VERSION = "0.1.0"
USER_AGENT = f"palimpsest/{VERSION} (change tracker for public government pages)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`database` None: SQLite inside `data`. `blobs` None: bodies lie in the database. `config` is sources.toml."""

    data: Path = Path("palimpsest-data")
    database: str | None = None
    blobs: str | None = None
    config: Path = Path("sources.toml")


def read_sources(config: Path) -> tuple[Source, ...]:
    """The Sources of a configuration file.

    Raises ConfigurationError where the file is missing, unreadable or wrong, with every mistake in it.
    """
    try:
        text = config.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError(
            f"{config}: no such file. `palimpsest init` writes one, `palimpsest add URL` writes and fills one."
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{config}: not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise ConfigurationError(f"{config}: {error.strerror}") from None
    return parse_sources(text, path=str(config))
