"""An activity's reminders: how they stand, what others would change in the mails, and then saved.

GET  /aktivitet/{activity}/paamindelser        the rules with their numbers, and the fields of a new one
POST /aktivitet/{activity}/paamindelser/vis    the mails that would go, come and move; changes nothing
POST /aktivitet/{activity}/paamindelser        a new revision of the year, by whom and why
"""

from collections.abc import Sequence
from datetime import timedelta

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import AnswerInvalid, NotNow, Problem
from cycle.foresight.changes import Outlook, changes, try_revision
from cycle.plan.model import ReminderRule
from cycle.store import tried
from cycle.tasks.cycles import newest_revision
from cycle.tasks.revise import revise_cycle
from cycle.tasks.rules import BOUNDS, rules_in_force, with_rules
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Cycle
from web import context, render
from web.plain import Id
from web.secretariat.pages import show
from web.secretariat.reach import Reach, reach, title_of
from web.secretariat.rule_fields import (
    ADDABLE,
    REMOVABLE,
    WITH_NUMBERS,
    new_id,
    shown_fields,
    typed_rules,
)
from web.secretariat.typed import needed, text_of
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/aktivitet/{occurrence_id}/paamindelser")

LOOK_AHEAD = timedelta(days=183)
EXAMPLES = 8
UNCHANGED = Problem(
    "", "Påmindelserne er de samme som nu.", "Ret et tal, eller tilføj eller fjern en påmindelse."
)


@router.get("")
def rules(request: Request, actor: CurrentActor, occurrence_id: Id) -> Response:
    """The rules as they stand, to be changed while the activity is not over."""
    with context.reading(request) as session:
        found = reach(session, actor, occurrence_id, Verb.EDIT_RULES)
        return _form(session, request, found, rules_in_force(found.occurrence))


@router.post("/vis")
def preview(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """What the changed rules would do to the mails of the coming months; nothing is kept."""
    now = context.now(request)
    try:
        with tried(request.app.state.engine) as session:
            found, wanted = _wanted(session, actor, occurrence_id, sent)
            before = rules_in_force(found.occurrence)
            draft, seen = with_rules(session, found.occurrence, wanted), _seen(session, found)
            year = session.get_one(Cycle, found.occurrence.cycle_id).year
            outlook = try_revision(session, draft, year=year, now=now, until=now + LOOK_AHEAD)
    except AnswerInvalid as error:
        with context.reading(request) as session:
            return _again(session, request, actor, occurrence_id, sent, error.problems)
    return _preview(request, found, (before, wanted), outlook, sent, seen)


@router.post("")
def save(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """Makes the revision, unless somebody has made another since the numbers were seen."""
    try:
        with context.writing(request) as session:
            found, wanted = _wanted(session, actor, occurrence_id, sent)
            cycle = session.get_one(Cycle, found.occurrence.cycle_id, with_for_update=True)
            if text_of(sent, "seen") != _seen(session, found):
                return _form(session, request, found, rules_in_force(found.occurrence), status=409)
            if list(wanted) == list(rules_in_force(found.occurrence)):
                raise AnswerInvalid([UNCHANGED])
            why = needed(sent, "why", "Begrundelsen")
            draft = with_rules(session, found.occurrence, wanted)
            now = context.now(request)
            revise_cycle(session, draft, year=cycle.year, by=actor.by, now=now, why=why)
    except AnswerInvalid as error:
        with context.reading(request) as session:
            return _again(session, request, actor, occurrence_id, sent, error.problems)
    return RedirectResponse(f"/aktivitet/{occurrence_id}/paamindelser?gemt=1", status_code=303)


def _wanted(
    session: Session, actor: SignedIn, occurrence_id: int, sent: FormData
) -> tuple[Reach, list[ReminderRule]]:
    """The rules as they were sent. Raises NotNow when the activity is over."""
    found = reach(session, actor, occurrence_id, Verb.EDIT_RULES)
    if not _editable(found):
        raise NotNow("occurrence", occurrence_id, found.occurrence.state.value, "revise")
    return found, typed_rules(rules_in_force(found.occurrence), sent, text_of(sent, "seen"))


def _seen(session: Session, found: Reach) -> str:
    """The number of the revision whose rules are shown."""
    return str(newest_revision(session, found.occurrence.cycle_id).no)


def _editable(found: Reach) -> bool:
    return found.occurrence.state in (OccurrenceState.PLANNED, OccurrenceState.OPEN)


def _again(
    session: Session,
    request: Request,
    actor: SignedIn,
    occurrence_id: int,
    sent: FormData,
    problems: Sequence[Problem],
) -> Response:
    """The fields with what was typed and what is wrong with it."""
    found = reach(session, actor, occurrence_id, Verb.EDIT_RULES)
    return _form(
        session,
        request,
        found,
        rules_in_force(found.occurrence),
        sent=sent,
        problems=problems,
        status=422,
    )


def _form(
    session: Session,
    request: Request,
    found: Reach,
    those: Sequence[ReminderRule],
    *,
    sent: FormData | None = None,
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> Response:
    seen = text_of(sent, "seen") if sent else _seen(session, found)
    return show(
        request,
        "rules.html",
        status=status,
        it=found.occurrence,
        title=title_of(found.activity, render.language_of(request)),
        rules=those,
        typed=shown_fields(those, sent, seen),
        numbered=WITH_NUMBERS,
        removable=REMOVABLE,
        addable=ADDABLE,
        fresh=new_id(seen),
        bounds=BOUNDS,
        editable=_editable(found),
        seen=seen,
        problems={problem.where: problem for problem in problems},
        overtaken=status == 409,
        saved=request.query_params.get("gemt") == "1",
    )


def _preview(
    request: Request,
    found: Reach,
    rules: tuple[Sequence[ReminderRule], Sequence[ReminderRule]],
    outlook: Outlook,
    sent: FormData,
    seen: str,
) -> Response:
    """`rules` are those in force, and those wanted."""
    before, wanted = rules
    known, left = {rule.id for rule in before}, {rule.id for rule in wanted}
    hidden = [(name, str(value)) for name, value in sent.multi_items() if name not in ("csrf", "why")]
    return show(
        request,
        "rules_preview.html",
        status=409 if text_of(sent, "seen") != seen else 200,
        it=found.occurrence,
        title=title_of(found.activity, render.language_of(request)),
        added=[rule for rule in wanted if rule.id not in known],
        removed=[rule for rule in before if rule.id not in left],
        numbered=WITH_NUMBERS,
        found=changes(outlook),
        told=outlook.told,
        unchanged=outlook.revised.unchanged or list(wanted) == list(before),
        until=outlook.after.calendar.local_date(outlook.until),
        examples=EXAMPLES,
        why=text_of(sent, "why"),
        fields=hidden,
        overtaken=text_of(sent, "seen") != seen,
    )
