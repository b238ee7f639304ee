"""Wishes for a later deadline: whoever approves a unit's answers decides them, and so may the secretariat.

GET  /mine-enheder/frister          what is asked for among own units, and why
POST /mine-enheder/frister/{wish}   grant it, perhaps with another date, or refuse it with a reason
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from config.english import problem_in_english
from cycle.access.roles import Role
from cycle.access.rules import Verb, allowed, visible_paths, within
from cycle.access.sessions import SignedIn
from cycle.danish import format_date
from cycle.errors import AnswerInvalid, Conflict, NotAllowed, Problem
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Unit
from cycle.tasks.approval import judging_units
from cycle.tasks.calendars import calendar_of
from cycle.tasks.ledger import actor_names
from cycle.tasks.states import WishState
from cycle.tasks.tables import Extension, Occurrence, Task
from cycle.tasks.wish_decisions import get_wish, grant, refuse
from cycle.tasks.wish_tables import ExtensionWish
from cycle.tasks.wishes import count_open_wishes, last_day, open_wishes
from web import context, faults, render
from web.faults import Fault
from web.plain import Id, readable
from web.rooms import Room
from web.secretariat.typed import text_of, whole_date
from web.session import CheckedForm, CurrentActor
from web.session import grant as note_right
from web.superior.scope import activity_of, thing_of

router = APIRouter(prefix="/mine-enheder/frister")
ROOM = Room(router)
GRANT, REFUSE = "giv", "afslaa"
PAGE = 50


@dataclass(frozen=True)
class Line:
    """One wish. `may`: it lies with the actor; `latest`: the last day the actor may give, if there is one."""

    wish: ExtensionWish
    task: Task
    occurrence: Occurrence
    unit: Unit
    may: bool
    latest: date | None


@router.get("")
def show(
    request: Request,
    actor: CurrentActor,
    gjort: str = "",
    side: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """What is asked for among the actor's units, the nearest deadline first."""
    return _page(request, actor, done=gjort, side=side)


@router.post("/{wish_id}")
def decide(request: Request, actor: CurrentActor, wish_id: Id, sent: CheckedForm) -> Response:
    """Grants or refuses, once: of two at the same time the second is told what the first one did."""
    try:
        with context.writing(request) as session:
            line = _reach(session, request, actor, wish_id)
            act = str(sent.get("act", ""))
            if act not in (GRANT, REFUSE):
                raise faults.Refused(faults.BAD_REQUEST)
            if not _is_done(session, line.wish, actor, act, sent):
                _decide(session, request, actor, line, act, sent)
    except AnswerInvalid as error:
        return _page(request, actor, wrong=wish_id, problems=error.problems, sent=sent, status=422)
    return RedirectResponse(f"/mine-enheder/frister?gjort={act}", status_code=303)


def wishes_in_sight(session: Session, actor: SignedIn) -> list[tuple[ExtensionWish, Task, Occurrence]]:
    """The open wishes among the units at which the actor may give a later deadline."""
    paths = visible_paths(actor.grants, Verb.EXTEND)
    if not paths:
        return []
    units = col(Task.unit_id).in_(_units_at(paths))
    found = open_wishes(session, units)
    activities = {occurrence.id: occurrence for _, _, occurrence in found}
    seen = {
        id_
        for id_, each in activities.items()
        if visible_paths(actor.grants, Verb.EXTEND, thing_of(activity_of(each)))
    }
    return [each for each in found if each[2].id in seen]


def count_in_sight(session: Session, actor: SignedIn) -> int:
    """How many `wishes_in_sight` there are."""
    paths = visible_paths(actor.grants, Verb.EXTEND)
    if not paths:
        return 0
    numbers = count_open_wishes(session, col(Task.unit_id).in_(_units_at(paths)))
    activities = session.exec(select(Occurrence).where(col(Occurrence.id).in_(numbers))).all()
    return sum(
        numbers[each.id or 0]
        for each in activities
        if visible_paths(actor.grants, Verb.EXTEND, thing_of(activity_of(each)))
    )


def latest_day(session: Session, actor: SignedIn, occurrence: Occurrence) -> date | None:
    """The last day (local) the actor may move a deadline to: the close, but for whoever may reopen it."""
    thing = thing_of(activity_of(occurrence))
    if allowed(actor.grants, Verb.EXTEND, thing, f"/{occurrence.root_id}/"):
        return None
    return last_day(occurrence, calendar_of(session, occurrence))


def check_latest(new_due_on: date, latest: date | None) -> None:
    """Raises AnswerInvalid for a date that only the secretariat may give."""
    if latest is not None and new_due_on > latest:
        what = f"Svar kan kun modtages til og med {format_date(latest)}."
        cure = "Vælg en tidligere dag. Kun sekretariatet kan give en senere."
        raise AnswerInvalid([Problem("new_due_on", what, cure)])


def _units_at(paths: Sequence[str]) -> SelectOfScalar[str]:
    return select(Unit.id).where(within(col(Unit.path), paths))


def _lines(session: Session, request: Request, actor: SignedIn) -> list[Line]:
    found = wishes_in_sight(session, actor)
    ids = {task.unit_id for _, task, _ in found}
    units = {unit.id: unit for unit in session.exec(select(Unit).where(col(Unit.id).in_(ids)))}
    paths: dict[int, set[str]] = defaultdict(set)
    for _, task, occurrence in found:
        paths[occurrence.id or 0].add(units[task.unit_id].path)
    grounds = {
        occurrence.id: _Ground(session, request, actor, occurrence, paths[occurrence.id or 0])
        for occurrence in {each.id: each for _, _, each in found}.values()
    }
    return [grounds[occurrence.id].line(wish, task, units[task.unit_id]) for wish, task, occurrence in found]


class _Ground:
    """What the wishes of one activity are judged by, read once: hundreds may ask at the same time."""

    def __init__(
        self,
        session: Session,
        request: Request,
        actor: SignedIn,
        occurrence: Occurrence,
        paths: Collection[str],
    ) -> None:
        self._session, self._actor, self._occurrence, self._paths = session, actor, occurrence, paths
        self._on = calendar_of(session, occurrence).local_date(context.now(request))
        self._thing = thing_of(activity_of(occurrence))
        self._latest = latest_day(session, actor, occurrence)

    def line(self, wish: ExtensionWish, task: Task, unit: Unit) -> Line:
        """The wish as the actor sees it."""
        return Line(wish, task, self._occurrence, unit, self._lies_with(unit), self._latest)

    @cached_property
    def _directory(self) -> Directory:
        return Directory.for_units(self._session, self._occurrence.root_id, self._paths, self._on)

    def _lies_with(self, unit: Unit) -> bool:
        """As with verdicts: a superior's account over the nearest post above, or further up while nobody has
        that post; and always the secretariat.
        """
        grants = self._actor.grants
        others = [grant for grant in grants if grant.role is not Role.SUPERIOR]
        if allowed(others, Verb.EXTEND, self._thing, unit.path):
            return True
        if not allowed(grants, Verb.EXTEND, self._thing, unit.path):
            return False
        post = self._directory.superior_post(unit.id)
        return post is not None and not judging_units(self._directory, post).isdisjoint(
            grant.unit_id for grant in grants if grant.role is Role.SUPERIOR
        )


def _reach(session: Session, request: Request, actor: SignedIn, wish_id: int) -> Line:
    """The wish, when it lies with the actor. Raises NotFound, NotAllowed."""
    wish = get_wish(session, wish_id)
    task = session.get_one(Task, wish.task_id)
    occurrence = session.get_one(Occurrence, task.occurrence_id)
    unit = session.get_one(Unit, task.unit_id)
    line = _Ground(session, request, actor, occurrence, [unit.path]).line(wish, task, unit)
    if not line.may:
        raise NotAllowed(Verb.EXTEND.value, f"wish {wish_id}")
    note_right(actor, Verb.EXTEND.value)
    return line


def _is_done(session: Session, wish: ExtensionWish, actor: SignedIn, act: str, sent: FormData) -> bool:
    """Whether the same POST has been taken before."""
    if wish.decided_by != actor.by or wish.why != text_of(sent, "why"):
        return False
    if act == REFUSE:
        return wish.state is WishState.REFUSED
    extension = session.get(Extension, wish.extension_id) if wish.extension_id else None
    return extension is not None and extension.new_due_on.isoformat() == readable(sent.get("new_due_on"))


def _decide(
    session: Session, request: Request, actor: SignedIn, line: Line, act: str, sent: FormData
) -> None:
    if line.wish.state is not WishState.ASKED:
        raise faults.Refused(DECIDED)
    told = {"why": text_of(sent, "why"), "by": actor.by}
    now, wish_id = context.now(request), line.wish.id or 0
    try:
        if act == REFUSE:
            refuse(session, wish_id, **told, now=now)
            return
        new_due_on = whole_date(sent, "new_due_on", "Den nye frist")
        check_latest(new_due_on, line.latest)
        grant(session, wish_id, new_due_on=new_due_on, **told, now=now)
    except Conflict as error:
        raise faults.Refused(DECIDED) from error


def _page(
    request: Request,
    actor: SignedIn,
    *,
    done: str = "",
    side: int = 1,
    wrong: int = 0,
    problems: Sequence[Problem] = (),
    sent: FormData | None = None,
    status: int = 200,
) -> Response:
    english = render.language_of(request) == "en"
    told = {each.where: problem_in_english(each) if english else each for each in problems}
    typed: Mapping[str, str] = {name: readable(value) for name, value in sent.items()} if sent else {}
    with context.reading(request) as session:
        lines = _lines(session, request, actor)
        if not lines and not visible_paths(actor.grants, Verb.EXTEND):
            raise NotAllowed(Verb.EXTEND.value, "wishes")
        lines.sort(key=lambda line: not line.may)
        pages = max(1, -(-len(lines) // PAGE))
        at = next((number for number, line in enumerate(lines) if line.wish.id == wrong), None)
        page = min(side, pages) if at is None else at // PAGE + 1
        shown = lines[(page - 1) * PAGE : page * PAGE]
        return render.page(
            request,
            "superior/wishes.html",
            status=status,
            lines=shown,
            page=page,
            pages=pages,
            names=actor_names(session, [line.wish.by for line in shown]),
            done=done,
            wrong=wrong,
            problems=told,
            typed=typed,
        )


DECIDED = Fault(
    409,
    ("Ønsket er allerede afgjort", "The wish has already been decided"),
    (
        "Nogen har givet eller afslået den nye frist, eller lederen har svaret, siden du åbnede siden. "
        "Intet er gemt.",
        "Somebody granted or refused the later deadline, or the leader answered, after you opened the page. "
        "Nothing was saved.",
    ),
    ("Hent siden igen for at se, hvad der gælder.", "Reload the page to see what holds."),
)
