"""A capture of the past × what is known from after it: is it the next Version, does it lead there, was it left."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.compare import compare
from crawler.extract import RULES
from crawler.model import Article, Change, Known, NewVersion, Returned


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """At most one: it *is* the following Version (`merges`), `change` leads on to that, or the old one `returned`."""

    merges: bool = False
    change: Change | None = None
    returned: Returned | None = None


def aftermath(known: Known, before: Article | None, article: Article) -> Aftermath:
    """What new content makes of that which is known from after it; nothing for the visit of today.

    Content seen again between this and the following Version comes first: then the following Version, even one that
    says the same as this, is a change from the old content and not from this.
    """
    number = known.latest.number + 1 if known.latest else 1
    if known.seen_again is not None and before is not None:
        back = compare(article, before, numbers=(number, number + 1))
        version = NewVersion(article=before, rules=RULES)
        return Aftermath(returned=Returned(at=known.seen_again, version=version, change=back) if back else None)
    if known.following is None:
        return Aftermath()
    if known.following.article.digest == article.digest:
        return Aftermath(merges=True)
    return Aftermath(change=compare(article, known.following.article, numbers=(number, number + 1)))
