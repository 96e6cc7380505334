"""What the store holds in English words of ours, in the reader's language: summaries, details, evidence, refusals.

What is stored and what programs read stays English. Here the phrases that the code writes are recognised and said in
another language; what they quote is never touched, and what is not recognised stays as it is.
"""

from web.retold.evidence import evidence_name, evidence_said
from web.retold.reasons import reason_retold
from web.retold.refusals import refusal_retold
from web.retold.summaries import event_retold, retold

__all__ = ["event_retold", "evidence_name", "evidence_said", "reason_retold", "refusal_retold", "retold"]
