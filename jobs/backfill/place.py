"""Where a walk through an archive's index stands, as the journal keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.archives import Cursor, Query
from crawler.model import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a walk through the index stands: which question, how far it is answered, and the last row dealt with."""

    index: str
    query: Query
    cursor: Cursor
    done: tuple[str, str] = ("", "")

    @property
    def json(self) -> Json:
        """As the journal keeps it."""
        return {
            "index": self.index,
            "url": self.query.url,
            "match": self.query.match,
            "spans": [list(span) for span in self.cursor.spans],
            "resume": self.cursor.resume,
            "last": list(self.cursor.last),
            "answers": self.cursor.answers,
            "done": list(self.done),
        }

    @staticmethod
    def of(kept: Json) -> Place | None:
        """The place that the journal keeps, None where it is at the beginning or nothing that was written here."""
        match kept:
            case {
                "index": str(index),
                "url": str(url),
                "match": "exact" | "prefix" | "host" as match,
                "spans": [[str(), str()], *_] as spans,
                "resume": str(resume),
                "last": [str(key), str(stamp)],
                "answers": int(answers),
                "done": [str(done), str(at)],
            }:
                told = tuple((str(one[0]), str(one[1])) for one in spans if isinstance(one, list) and len(one) == 2)
                cursor = Cursor(spans=told, resume=resume, last=(key, stamp), answers=answers)
                return Place(index=index, query=Query(url=url, match=match), cursor=cursor, done=(done, at))
        return None
