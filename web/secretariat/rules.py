"""An activity's reminders: how they stand, what other numbers would change in the mails, and then saved.

GET  /aktivitet/{activity}/paamindelser        the rules with their numbers
POST /aktivitet/{activity}/paamindelser/vis    the mails that would go, come and move; changes nothing
POST /aktivitet/{activity}/paamindelser        a new revision of the year, by whom and why
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import AnswerInvalid, NotNow, Problem
from cycle.foresight.changes import Outlook, changes, try_revision
from cycle.plan.model import ReminderKind, ReminderRule
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
from web.secretariat.typed import needed, text_of
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/aktivitet/{occurrence_id}/paamindelser")

LOOK_AHEAD = timedelta(days=183)
EXAMPLES = 8
WITH_NUMBERS = frozenset({ReminderKind.BEFORE, ReminderKind.AFTER, ReminderKind.ESCALATE})


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
            draft, seen = with_rules(session, found.occurrence, wanted), _seen(session, found)
            year = session.get_one(Cycle, found.occurrence.cycle_id).year
            outlook = try_revision(session, draft, year=year, now=now, until=now + LOOK_AHEAD)
    except AnswerInvalid as error:
        with context.reading(request) as session:
            return _again(session, request, actor, occurrence_id, sent, error.problems)
    return _preview(request, found, outlook, sent, seen)


@router.post("")
def save(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """Makes the revision, unless somebody has made another since the numbers were seen."""
    try:
        with context.writing(request) as session:
            found, wanted = _wanted(session, actor, occurrence_id, sent)
            cycle = session.get_one(Cycle, found.occurrence.cycle_id, with_for_update=True)
            if text_of(sent, "seen") != _seen(session, found):
                return _form(session, request, found, rules_in_force(found.occurrence), status=409)
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
    """The rules with the numbers that were sent. Raises NotNow when the activity is over."""
    found = reach(session, actor, occurrence_id, Verb.EDIT_RULES)
    if not _editable(found):
        raise NotNow("occurrence", occurrence_id, found.occurrence.state.value, "revise")
    return found, [_typed(rule, sent) for rule in rules_in_force(found.occurrence)]


def _typed(rule: ReminderRule, sent: FormData) -> ReminderRule:
    """One rule with the numbers of its fields; a rule without fields stays as it is."""
    if rule.kind not in WITH_NUMBERS or f"{rule.id}.offset" not in sent:
        return rule
    numbers = {name: _number(rule, name, sent) for name in BOUNDS}
    return rule.model_copy(update={**numbers, "working_days": sent.get(f"{rule.id}.unit") == "arbejdsdage"})


def _number(rule: ReminderRule, name: str, sent: FormData) -> int:
    text = text_of(sent, f"{rule.id}.{name}")
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise AnswerInvalid([Problem(f"{rule.id}.{name}", "Det er ikke et helt tal.", "Skriv fx 5.")])
    return int(text)


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
    return show(
        request,
        "rules.html",
        status=status,
        it=found.occurrence,
        title=title_of(found.activity, render.language_of(request)),
        rules=those,
        typed=_shown(those, sent),
        numbered=WITH_NUMBERS,
        bounds=BOUNDS,
        editable=_editable(found),
        seen=text_of(sent, "seen") if sent else _seen(session, found),
        problems={problem.where: problem for problem in problems},
        overtaken=status == 409,
        saved=request.query_params.get("gemt") == "1",
    )


def _shown(those: Sequence[ReminderRule], sent: FormData | None) -> Mapping[str, str]:
    """What stands in the fields: what was typed, else the rules' own numbers."""
    shown = {f"{rule.id}.{name}": str(getattr(rule, name)) for rule in those for name in BOUNDS}
    shown |= {f"{rule.id}.unit": "arbejdsdage" if rule.working_days else "dage" for rule in those}
    return {**shown, **({name: text_of(sent, name) for name in shown if name in sent} if sent else {})}


def _preview(request: Request, found: Reach, outlook: Outlook, sent: FormData, seen: str) -> Response:
    hidden = [(name, str(value)) for name, value in sent.multi_items() if name not in ("csrf", "why")]
    return show(
        request,
        "rules_preview.html",
        status=409 if text_of(sent, "seen") != seen else 200,
        it=found.occurrence,
        title=title_of(found.activity, render.language_of(request)),
        found=changes(outlook),
        told=outlook.told,
        unchanged=outlook.revised.unchanged,
        until=outlook.after.calendar.local_date(outlook.until),
        examples=EXAMPLES,
        why=text_of(sent, "why"),
        fields=hidden,
        overtaken=text_of(sent, "seen") != seen,
    )
