"""A second mail that only adds to an answer: "Jeg glemte: vi mangler også …" would have taken its place."""

import re
from dataclasses import replace

from sqlmodel import Session, col, select

from cycle.errors import Problem
from cycle.tasks.tables import Submission
from notifications.addressed import Addressed
from notifications.questions import is_one_text
from notifications.replies import Reply

ADDS = {
    "da": "»{words}« lyder som en tilføjelse til det svar, vi har. Kladden har begge dele. Er den dit svar, "
    "så send den fra siden.",
    "en": "“{words}” sounds like an addition to the answer we have. The draft holds both. If it is your "
    "answer, send it on the page.",
}
LONGEST = 500
"""Signs of a mail that may only add; a longer one is an answer of its own."""

LONGEST_QUOTED = 80
_ADDS = re.compile(
    r"\b(?:glemte|glemt|også|tilføje|tilføjelse\w*|tilføjes|desuden|derudover|supplement|endvidere|"
    r"forgot|also|add)\b|^\W*p\.?s\b",
    re.IGNORECASE,
)


def with_earlier(session: Session, found: Addressed, reply: Reply, language: str) -> Reply:
    """The reply, asked about and behind the answer before it, where its one text may only add to that."""
    place = found.form.fields[0].id
    words = str(reply.raw.get(place, ""))
    if not is_one_text(found.form) or not words or len(words) > LONGEST or not _ADDS.search(words):
        return reply
    newest = select(Submission).where(Submission.task_id == found.task.id)
    before = session.exec(newest.order_by(col(Submission.version).desc()).limit(1)).first()
    earlier = str(before.answers.get(place, "")) if before else ""
    if not earlier or words.startswith(earlier):
        return reply
    told = ADDS["en" if language == "en" else "da"].format(words=" ".join(words.split())[:LONGEST_QUOTED])
    return replace(reply, raw={place: f"{earlier}\n\n{words}"}, doubts=(*reply.doubts, Problem("", told)))
