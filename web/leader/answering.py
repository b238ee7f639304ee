"""What a leader's POST does: keep a draft, send an answer, or say that there is nothing to report."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fastapi import Request
from sqlmodel import Session, col, select
from starlette.datastructures import FormData, UploadFile

from config.english import problem_in_english
from cycle.errors import AnswerInvalid, NotAllowed, NotNow, Problem
from cycle.files import store as files
from cycle.files.taken import why_not
from cycle.goals.given_goals import GIVEN
from cycle.tasks.answers import read_answers
from cycle.tasks.measures import UNIT_GOALS
from cycle.tasks.states import Channel, SubmissionKind, TaskKind
from cycle.tasks.submit import submit
from cycle.tasks.tables import Submission
from web import context, render
from web.leader.keeping import Kept, keep_draft
from web.leader.known import require_known
from web.leader.link import Holding, open_link
from web.tickets import read_ticket
from web.typed import Sender, typed_form, uploads, wrote_anything

WITHOUT_OWN = "uden_egne"
"""The tick by which a unit says that it wants no goals of its own."""


class Act(StrEnum):
    """The buttons of the page."""

    DRAFT = "draft"
    SUBMIT = "submit"
    NIL = "nil"


class Overtaken(Exception):
    """Another tab, another person or a mail changed the answer since the page was made.

    `reworded`: not the answer, but the text that it is about.
    """

    def __init__(self, typed: Mapping[str, Any], *, reworded: bool = False) -> None:
        super().__init__("the answer was changed meanwhile")
        self.typed, self.reworded = typed, reworded


class Unfinished(Exception):
    """Something has to be corrected; nothing was kept."""

    def __init__(self, typed: Mapping[str, Any], problems: list[Problem]) -> None:
        super().__init__("something has to be corrected")
        self.typed, self.problems = typed, problems


@dataclass(frozen=True)
class Outcome:
    """What was typed, and what became of the draft of it."""

    typed: Mapping[str, Any]
    kept: Kept = field(default_factory=Kept)


@dataclass(frozen=True)
class Sent:
    """What came with the POST."""

    form: FormData
    act: Act
    attachments: Mapping[int, Mapping[str, Any]]

    def kept(self, upload: UploadFile) -> Mapping[str, Any]:
        """The kept file of this upload."""
        return self.attachments[id(upload)]

    @property
    def editions(self) -> tuple[str, str]:
        """The draft's edition and the answer's version that the page showed."""
        return str(self.form.get("edition", "")), str(self.form.get("seen", ""))


def keep_uploads(
    request: Request, token: str, form: FormData, *, ended: bool = False
) -> dict[int, dict[str, Any]]:
    """Keeps the chosen files first, so that a fault elsewhere in the form does not lose them."""
    chosen = uploads(form)
    if not chosen:
        return {}
    with context.writing(request) as session:
        open_link(session, request, token, ended=ended)
        return {id(upload): _keep(session, upload, request) for upload in chosen}


def act(session: Session, request: Request, holding: Holding, sent: Sent) -> Outcome:
    """Does what the button says, once. Raises NotAllowed, Unfinished, Overtaken, NotNow."""
    if holding.is_done_elsewhere:
        raise NotAllowed("answer", f"task {holding.task_id}")
    if sent.act is not Act.DRAFT:
        require_known(request, holding)
    typed = typed_form(holding.form, sender(request, holding, sent))
    if holding.reopened is not None:
        typed = holding.reopened.with_the_rest(holding.form, typed, holding.task.prefill)
    _check_given(request, holding, sent, typed)
    once = once_of(holding, sent, typed)
    if already_done(session, once):
        return Outcome(typed)
    if not holding.takes_answer:
        raise NotNow("task", holding.task_id, holding.task.state.value, "answer")
    if sent.editions != editions_of(holding):
        shown = sent.editions[1].partition(".")[2]
        raise Overtaken(typed, reworded=shown != text_shown(holding.task.prefill))
    if sent.act is Act.DRAFT:
        return Outcome(typed, keep_draft(session, request, holding, typed))
    _submit(session, request, holding, sent, typed, once)
    return Outcome(typed)


def _check_given(request: Request, holding: Holding, sent: Sent, typed: Mapping[str, Any]) -> None:
    """Goals given from above are not the unit's to change. No page of ours asks for them: nothing is kept."""
    given = holding.task.prefill.get(GIVEN, ())
    codes = {str(row["row"]) for row in given if isinstance(row, Mapping)}
    for name in sent.form:
        first, _, rest = name.partition(".")
        if first == GIVEN or (rest and rest.partition(".")[0] in codes):
            t = render.translator(render.language_of(request))
            what = t("Fælles mål og områdemål kan ikke ændres her.", "Given goals cannot be changed here.")
            cure = t(
                "Skriv enhedens egne mål, eller en bemærkning til de givne.",
                "Write the unit's own goals, or a remark on the given ones.",
            )
            raise Unfinished(typed, [Problem("", what, cure)])


def already_done(session: Session, once: str) -> bool:
    """Whether the answer that this POST brings has been taken before."""
    return session.exec(select(Submission.id).where(col(Submission.once) == once)).first() is not None


def editions_of(holding: Holding) -> tuple[str, str]:
    """What the page's hidden fields say about the state it shows."""
    draft, submission = holding.draft, holding.submission
    text = text_shown(holding.task.prefill)
    version = str(submission.version if submission else 0)
    return str(draft.edition if draft else 0), f"{version}.{text}" if text else version


def text_shown(prefill: Mapping[str, Any]) -> str:
    """Names the text of the agreement that the page shows; empty where the task is about none."""
    if isinstance(agreement := prefill.get("agreement"), Mapping):
        return str(agreement["digest"])[:16]
    given = prefill.get(GIVEN)
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:16] if given else ""


def once_of(holding: Holding, sent: Sent, typed: Mapping[str, Any]) -> str:
    """Names the act: the same page sent twice with the same content is one submission."""
    content = json.dumps([sent.form.get("once", ""), sent.act, typed], sort_keys=True, default=str)
    return f"web:{holding.task_id}:{hashlib.sha256(content.encode()).hexdigest()}"


def _submit(
    session: Session,
    request: Request,
    holding: Holding,
    sent: Sent,
    typed: Mapping[str, Any],
    once: str,
) -> None:
    nil = sent.act is Act.NIL
    if nil:
        _check_nil(request, holding, typed)
    now = context.now(request)
    answers = {} if nil else _answers(request, holding, typed)
    if not nil:
        _check_own(request, holding, sent, typed)
    try:
        submit(
            session,
            holding.task_id,
            answers=answers,
            kind=SubmissionKind.NIL if nil else SubmissionKind.COMPLETE,
            channel=Channel.WEB,
            known_by=holding.known_by,
            by=holding.by,
            received_at=now,
            now=now,
            once=once,
        )
    except AnswerInvalid as error:
        english = render.language_of(request) == "en"
        problems = [problem_in_english(each) if english else each for each in error.problems]
        raise Unfinished(typed, problems) from error


def _check_nil(request: Request, holding: Holding, typed: Mapping[str, Any]) -> None:
    """Nothing to report, and yet something was written: the person says which of the two holds."""
    t = render.translator(render.language_of(request))
    if not holding.form.nil_allowed or holding.reopened is not None:
        raise Unfinished(typed, [Problem("", t("Der skal svares på opgaven.", "The task needs an answer."))])
    if wrote_anything(holding.form, typed):
        what = t("Du har skrevet noget i skemaet.", "You have written something in the form.")
        cure = t(
            "Slet det, hvis I intet har at bemærke, eller vælg »Send besvarelse«.",
            "Delete it if there is nothing to report, or choose “Send answer”.",
        )
        raise Unfinished(typed, [Problem("", what, cure)])


def _check_own(request: Request, holding: Holding, sent: Sent, typed: Mapping[str, Any]) -> None:
    """An agreement in which the unit has written nothing is one that it says it wants so."""
    own = holding.task.kind is TaskKind.DRAFT and holding.task.prefill.get(UNIT_GOALS)
    if own and not wrote_anything(holding.form, typed) and sent.form.get(WITHOUT_OWN) != "ja":
        t = render.translator(render.language_of(request))
        what = t("I har ikke skrevet egne mål.", "You have written no goals of your own.")
        cure = t(
            "Skriv dem, eller sæt kryds nederst ved, at I ingen vil have.",
            "Write them, or tick at the bottom that you want none.",
        )
        raise Unfinished(typed, [Problem(WITHOUT_OWN, what, cure)])


def _answers(request: Request, holding: Holding, typed: Mapping[str, Any]) -> dict[str, Any]:
    language = render.language_of(request)
    try:
        return read_answers(holding.form, typed, rows=holding.task.prefill, language=language)
    except AnswerInvalid as error:
        raise Unfinished(typed, error.problems) from error


def sender(request: Request, holding: Holding, sent: Sent) -> Sender:
    secret = context.settings(request).secret
    return Sender(
        sent=sent.form,
        prefill=holding.task.prefill,
        keep=sent.kept,
        recognise=lambda ticket: read_ticket(secret, holding.task_id, ticket),
    )


def _keep(session: Session, upload: UploadFile, request: Request) -> dict[str, Any]:
    content, name = upload.file.read(), files.plain_name(upload.filename or "")
    if why := why_not(name, content):
        return {"name": name, "size": len(content), "why": why.value}
    kept = files.keep(session, content, now=context.now(request))
    return {"sha256": kept.sha256, "name": name, "size": kept.size}
