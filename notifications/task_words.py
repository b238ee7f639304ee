"""Which of a mail's words speak of which task: the author's own, and those that stand in what is quoted."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from notifications.addressed import Addressed
from notifications.inline_answers import inline_answers
from notifications.letters_of_tasks import Sections, sections
from notifications.letters_within import another_letter, may_be_about
from notifications.nil import is_nil
from notifications.nil_for_all import is_nil_for_all
from notifications.one_text import above_answers, leads_on, nil_above
from notifications.questions import is_one_text, questions_of
from notifications.reading.mail import Mail
from notifications.reading.quotes import split_quoted
from notifications.replies import Reply, read_parts, with_unseen
from notifications.unseen import UNKNOWN, Sent, like_quoted, unseen_words, with_ending
from notifications.words_beside import doubt_beside


class TaskWords:
    """The mail as what came to the address of these tasks; several are told apart by their letters.

    `chosen`: a person says that the mail answers the task, so nobody is asked whether a machine wrote it.
    """

    def __init__(
        self, mail: Mail, tasks: Sequence[Addressed], *, chosen: bool = False, sent: Sent = UNKNOWN
    ) -> None:
        self._mail, self._tasks, self._chosen = mail, tasks, chosen
        self._letters = [found.letter for found in tasks]
        asked = self._asked()
        self._quoted = with_ending(split_quoted(mail.text)[1], sent, asked)
        self.unseen = self._unseen(replace(sent, subject=mail.subject), asked)

    def own(self) -> str:
        """The author's words; where answers stand in the quoted mail, only those above it."""
        return self._mail.own_above if self.is_written_inline() else self._mail.own_text

    def is_written_inline(self) -> bool:
        """Whether answers stand in the quoted mail."""
        return any(self._inline(found) for found in self._tasks)

    def replies(self, language_of: Callable[[Addressed], str]) -> list[tuple[Addressed, Reply]]:
        """What the mail says of each task that it speaks of; words about none are told with the first, and so
        are those that only look quoted."""
        replies = self._replies(language_of)
        if self.unseen and replies:
            found, reply = replies[0]
            doubt = like_quoted(self.unseen, language_of(found))
            replies[0] = (
                found,
                with_unseen(found.form, reply, self.own(), self.unseen, doubt, whole=self._mail.text),
            )
        return replies

    def _asked(self) -> list[str]:
        """The questions' lines as we sent them."""
        return [
            each.line(found.letter, language)
            for found in self._tasks
            for language in ("da", "en")
            for each in questions_of(found.form, found.task.prefill, language)
        ]

    def _unseen(self, sent: Sent, asked: Sequence[str]) -> str:
        taken = [answer for found in self._tasks for answer in self._inline(found).values()]
        unseen = unseen_words(self._mail.text, sent, asked, taken)
        return "\n".join(filter(None, (unseen, self._elsewhere(taken) if taken else "")))

    def _elsewhere(self, taken: Sequence[str]) -> str:
        """The author's words between quoted lines and below them, where others stand under questions."""
        known = {line.strip() for text in ("\n", self._mail.own_above, *taken) for line in text.splitlines()}
        return "\n".join(line for line in self._mail.own_text.splitlines() if line.strip() not in known)

    def _replies(self, language_of: Callable[[Addressed], str]) -> list[tuple[Addressed, Reply]]:
        own = self.own()
        if len(self._tasks) == 1:
            only = self._tasks[0]
            return [(only, self._read(only, own, self._quoted, language_of(only)))]
        if not self.is_written_inline() and is_nil_for_all(own, self._letters):
            return [(found, Reply(nil=True)) for found in self._tasks]
        texts = {found.letter for found in self._tasks if is_one_text(found.form)}
        said = sections(own, self._letters, texts)
        quoted = sections(self._quoted, self._letters).by_letter
        replies = []
        for found in self._tasks:
            own_part, quoted_part = said.by_letter.get(found.letter, ""), quoted.get(found.letter, "")
            if own_part or self._inline(found):
                reply = self._read(found, own_part, quoted_part, language_of(found))
                replies.append((found, self._apart(found, reply, own_part, language_of(found))))
        before = "" if leads_on(said.before) else said.before
        if replies and (before or said.unknown):
            found, reply = replies[0]
            left = "\n".join(filter(None, (before, reply.unplaced)))
            replies[0] = (found, replace(reply, unplaced=left, others=said.unknown))
        replies = self._unclear(said, replies, texts, language_of)
        return [(found, self._changed_by(before, reply, language_of(found))) for found, reply in replies]

    def _unclear(
        self,
        said: Sections,
        replies: Sequence[tuple[Addressed, Reply]],
        texts: Collection[str],
        language_of: Callable[[Addressed], str],
    ) -> list[tuple[Addressed, Reply]]:
        """The replies with a doubt at each task that a line may be about; else at the first, where the line
        is told."""
        asked = list(replies)
        for each in () if self._chosen else said.unclear:
            mark = each.named if each.named in texts else f"{each.named}1"
            at = [i for i, (found, _) in enumerate(asked) if found.letter in (each.named, each.within)]
            for i in {0, *at} if asked else ():
                found, reply = asked[i]
                doubt = may_be_about(each.line, each.named, mark, language_of(found))
                own = "" if not reply.nil or reply.unplaced else said.by_letter.get(found.letter, "")
                doubted = replace(
                    reply, nil=False, unplaced=own or reply.unplaced, doubts=(*reply.doubts, doubt)
                )
                asked[i] = (found, doubted)
        return asked

    def _changed_by(self, before: str, reply: Reply, language: str) -> Reply:
        """The reply with a doubt where what stands above all letters changes it: "Alle beløb i t.kr.", and
        where it says "intet at bemærke" of tasks that have an answer."""
        says = bool(reply.raw) or reply.nil
        doubt = None if self._chosen or not says else doubt_beside(before, language)
        if doubt is not None and reply.nil:
            return replace(reply, nil=False, unplaced=reply.unplaced or before, doubts=(doubt,))
        if doubt is None and reply.raw and before and self.is_written_inline():
            doubt = above_answers(before, language)
        doubt = nil_above(before, language) if doubt is None and reply.raw and is_nil(before) else doubt
        doubts = reply.doubts if doubt is None or doubt in reply.doubts else (*reply.doubts, doubt)
        return replace(reply, doubts=doubts)

    def _apart(self, found: Addressed, reply: Reply, own: str, language: str) -> Reply:
        """The reply with a doubt where its words may speak of another task too."""
        others = [] if self._chosen else [each for each in self._letters if each != found.letter]
        doubt = another_letter(found.form, own, others, language)
        return replace(reply, doubts=(*reply.doubts, doubt)) if doubt else reply

    def _inline(self, found: Addressed) -> Mapping[tuple[str, ...], str]:
        """The answers under the task's questions in the quoted mail."""
        quoted = self._quoted
        if found.letter:
            quoted = sections(quoted, self._letters).by_letter.get(found.letter, "")
        return inline_answers(questions_of(found.form, found.task.prefill), quoted)

    def _read(self, found: Addressed, own: str, quoted: str, language: str) -> Reply:
        rows = found.task.prefill
        below = self._mail.below
        return read_parts(
            found.form, own, quoted, rows=rows, below=below, language=language, chosen=self._chosen
        )
