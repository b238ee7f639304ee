"""A reply to a mail of ours, about one task or several: which of them it answers, and what is told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from cycle.errors import Problem
from cycle.messages.outbox import CAP
from cycle.messages.tables import Inbound, InboundVerdict, MessageKind
from cycle.tasks.letters import write_to_post
from notifications.additions import with_earlier
from notifications.addressed import Addressed, Destination
from notifications.answering import Answering, Outcome, with_file
from notifications.at_once import doubt_of_speed
from notifications.authors import Author, author_of
from notifications.office import Office
from notifications.reading.mail import Mail
from notifications.replies import Reply
from notifications.sent_before import sent_to
from notifications.small_talk import is_small_talk
from notifications.task_words import TaskWords

V = InboundVerdict

RANKED = (V.UNKNOWN_SENDER, V.DRAFT, V.CLOSED, V.ANSWER, V.DUPLICATE, V.NO_ANSWER)
"""The verdict on a mail about several tasks is the first of these that one of them has."""

PROMISE = "Mailen siger kun tak, eller at svaret kommer. Der er intet svar i den, og ingen har fået besked."
WHICH = "Svaret siger ikke, hvilken af opgaverne det gælder."

UNREAD_TOLD: Mapping[InboundVerdict, tuple[str, str]] = {
    V.ENCRYPTED: (
        "Din mail er krypteret, og vi kan ikke læse den. Svar med en almindelig mail, eller brug linket.",
        "Your mail is encrypted and we cannot read it. Answer with an ordinary mail, or use the link.",
    ),
    V.EMPTY: (
        "Din mail er tom. Skriv svaret i mailen, eller brug linket.",
        "Your mail is empty. Write the answer in the mail, or use the link.",
    ),
    V.UNREADABLE: (
        "Vi kunne ikke læse din mail. Den er måske for stor. Brug linket.",
        "We could not read your mail. It may be too large. Use the link.",
    ),
}
"""What the post is told of a mail that a person may well have written, and nobody can read."""


class ReplyToTasks:
    """One mail to a reply address."""

    def __init__(
        self, session: Session, inbound: Inbound, mail: Mail, to: Destination, office: Office, now: datetime
    ) -> None:
        self._session, self._inbound, self._mail, self._to = session, inbound, mail, to
        self._office, self._now = office, now
        self._words = TaskWords(mail, to.tasks, sent=sent_to(session, to, office))
        self._known: dict[int, Answering] = {}

    def says_something(self) -> bool:
        """Whether answers stand in the quoted mail, or words that only look quoted."""
        return self._words.is_written_inline() or bool(self._words.unseen)

    def unread(self, verdict: InboundVerdict, reason: str) -> tuple[InboundVerdict, str]:
        """Keeps a mail that is no reply. A person who may answer is told what to do instead."""
        words = UNREAD_TOLD.get(verdict)
        for found in self._to.tasks[:1] if words else ():
            answering = self._answering(found)
            if words and self._author(found).person_id is not None:
                self._inbound.verdict = verdict
                self._tell([(found, [Problem("", words[answering.language == "en"])])])
        return verdict, reason

    def take(self) -> tuple[InboundVerdict, str]:
        """Reads and takes it; gives the mail's verdict and, in Danish, why."""
        replies = self._words.replies(self._language)
        if not replies:
            is_talk = not self._words.unseen and self._is_talk(self._mail.own_text)
            return self._no_answer() if is_talk else self._ask_which()
        outcomes = [(found, self._one(found, reply, alone=len(replies) == 1)) for found, reply in replies]
        verdicts = [outcome.verdict for _, outcome in outcomes]
        self._inbound.verdict = next(each for each in RANKED if each in verdicts)
        told = [(found, outcome.told) for found, outcome in outcomes if outcome.told]
        self._tell(told, clear=any(outcome.answers for _, outcome in outcomes))
        reasons = [(found.letter, outcome.reason) for found, outcome in outcomes if outcome.reason]
        reason = "; ".join(f"{letter}: {said}" if letter else said for letter, said in reasons)
        return self._inbound.verdict, reason[:1000]

    def _language(self, found: Addressed) -> str:
        return self._answering(found).language

    def _is_talk(self, words: str) -> bool:
        """Thanks and promises, with no file: nobody is told anything, the reminders go on."""
        return is_small_talk(words) and not self._inbound.files

    def _no_answer(self) -> tuple[InboundVerdict, str]:
        for each in self._to.tasks:
            self._answering(each).note(Outcome(V.NO_ANSWER, PROMISE))
        return V.NO_ANSWER, PROMISE

    def _one(self, found: Addressed, reply: Reply, *, alone: bool) -> Outcome:
        answering = self._answering(found)
        talk = reply.talk and not self._inbound.files
        outcome = Outcome(V.NO_ANSWER, PROMISE) if talk else answering.refusal()
        if outcome is None:
            read = with_file(reply, found, self._inbound.files) if alone and not reply.nil else reply
            author = self._author(found)
            if author.person_id is None:
                told = [Problem("", author.told)]
                outcome = answering.draft(read, author.reason, told, V.UNKNOWN_SENDER)
            else:
                once = f"mail:{self._inbound.message_id}:{found.task.id}"
                read = self._doubted(found, read)
                outcome = answering.answer(read, by=f"person:{author.person_id}", once=once)
        answering.note(outcome)
        return outcome

    def _doubted(self, found: Addressed, read: Reply) -> Reply:
        """With what an answer before it and the mail's speed say; in a demo the clock stands still."""
        read = with_earlier(self._session, found, read, self._language(found))
        if self._office.demo:
            return read
        doubt = doubt_of_speed(self._session, self._inbound, found, read, self._language(found))
        return replace(read, doubts=(*read.doubts, doubt)) if doubt else read

    def _answering(self, found: Addressed) -> Answering:
        task_id = found.task.id or 0
        if task_id not in self._known:
            self._known[task_id] = Answering(self._session, self._inbound, found, now=self._now)
        return self._known[task_id]

    def _author(self, found: Addressed) -> Author:
        answering = self._answering(found)
        return author_of(
            self._session, self._mail, found, answering.directory, self._office, answering.language
        )

    def _ask_which(self) -> tuple[InboundVerdict, str]:
        """Nothing is put into any task: the mail is kept, and the post is asked, with the letters."""
        found = self._to.tasks[0]
        author = self._author(found)
        verdict = V.DRAFT if author.person_id is not None else V.UNKNOWN_SENDER
        for each in self._to.tasks:
            said = "\n".join(filter(None, (self._mail.own_text, self._words.unseen)))
            outcome = Outcome(verdict, WHICH, unplaced=said)
            self._answering(each).note(outcome)
        self._inbound.verdict = verdict
        told = [Problem("", author.told)] if author.told else []
        self._tell([(each, told if each is found else []) for each in self._to.tasks], asks_which=True)
        return verdict, author.reason or WHICH

    def _tell(
        self,
        told: Sequence[tuple[Addressed, Sequence[Problem]]],
        *,
        clear: bool = False,
        asks_which: bool = False,
    ) -> None:
        """Writes to the first post's registered address. The verdict is set before: the letter reads it.

        A mail in which no answer is `clear` may be a machine's: of those the address hears once a day.
        """
        if not told:
            return
        problems = [
            [
                problem.where,
                f"{problem.what} {problem.cure}".strip(),
                *([found.task.id] if len(told) > 1 else []),
            ]
            for found, those in told
            for problem in those
        ]
        context: dict[str, Any] = {"inbound": self._inbound.id, "problems": problems}
        if len(told) > 1:
            context["tasks"] = [found.task.id for found, _ in told]
        if asks_which:
            context["asks_which"] = True
        first = told[0][0]
        write_to_post(
            self._session,
            first.task,
            root_id=first.root_id,
            kind=MessageKind.REPLY_PROBLEM,
            key=f"reply-problem:{self._inbound.id}",
            context=context,
            now=self._now,
            most_a_day=CAP if clear else 1,
        )
