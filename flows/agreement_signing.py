"""Agreement signing: a draft per unit from the goal tree, then the plan's stages in their order.

`negotiate`, `approve` and `sign` stages follow one another per unit, each a task of the post the stage
names. An answer moves the agreement on, or back to its draft with a reason.
"""

from collections.abc import Mapping, Sequence, Set
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.errors import Invalid, NotNow, PlanInvalid, Problem
from cycle.goals import agreements
from cycle.goals.agreement_book import AgreementBook
from cycle.goals.given_goals import GIVEN
from cycle.goals.given_now import GivenNow
from cycle.goals.own_goals import hidden_under, own_goals
from cycle.goals.sealed import unsealed
from cycle.goals.small_numbers import hidden_places
from cycle.goals.tables import Agreement, GoalLevel
from cycle.goals.tree import keep_goals
from cycle.organisation.snapshot import UnitRow
from cycle.plan.model import StageKind
from cycle.store import table_of
from cycle.tasks.measures import UNIT_GOALS
from cycle.tasks.moves import move_all, wake_stages
from cycle.tasks.opening import existing_posts, open_tasks
from cycle.tasks.states import Actor, TaskKind, TaskState, TaskVerb
from cycle.tasks.submit import latest_submissions
from cycle.tasks.tables import Occurrence, Submission, Task
from flows.agreement_following import Following
from flows.agreement_renewal import renew
from flows.agreement_step import STEP_KIND, Step
from flows.agreement_takeover import take_over
from flows.request import Facts, close_and_count, facts_of, lock_for_advance, open_for_audience
from flows.runtime import RunContext

SEALED_WITHIN = timedelta(minutes=1)
"""After so long a document that is still not kept is tried again. Any answer brings an earlier look."""
_occurrence = table_of(Occurrence)
_ALL_SEALED = (
    sa.update(_occurrence)
    .where(_occurrence.c.id == sa.bindparam("its_id"), _occurrence.c.advance_at == sa.bindparam("at"))
    .values(advance_at=None)
)


def open(context: RunContext, occurrence_id: int) -> None:
    """Drafts an agreement for every unit of the audience and asks its leader for the unit's own goals.

    A unit whose agreement runs on into the period keeps the one it has.
    """
    facts = facts_of(context, occurrence_id)
    _check_stages(facts)
    with context.reading() as session:
        year = facts.occurrence.concerns_year
        period = facts.activity.period.dates(year)
        given = GivenNow.load(session, facts.occurrence.root_id, year, until=period.ends.year)
        busy = agreements.running(session, facts.occurrence, period)
    scheme = given.first.scheme

    def prefill(unit: UnitRow) -> dict[str, Any]:
        may_write = GoalLevel.UNIT in scheme.levels_of(unit, year)
        own = [{"row": code, "label": f"Enhedsmål {code}"} for code in scheme.own_slots if may_write]
        return {GIVEN: given.new(unit), UNIT_GOALS: own}

    def draft(session: Session) -> None:
        _draft_agreements(session, facts, without=busy)

    open_for_audience(context, facts, prefill=prefill, kind=TaskKind.DRAFT, before=draft, without=busy)


def advance(context: RunContext, occurrence_id: int) -> None:
    """Takes every agreement as far as the answers given allow, and seals those that all have signed."""
    facts = facts_of(context, occurrence_id)
    stuck = _take_answers(context, facts)
    if context.makes_documents:
        from flows.agreement_sealing import (
            seal_signed,  # loads what seals: seconds a worker's start would wait
        )

        seal_signed(context, facts)
        with context.transaction() as session:
            asked_for = {"its_id": occurrence_id, "at": context.now + SEALED_WITHIN}
            session.connection().execute(_ALL_SEALED, asked_for)
            take_over(session, context, facts)
    _tell(stuck)


STUCK = (NotNow, Invalid, LookupError)


def _take_answers(context: RunContext, facts: Facts) -> dict[str, Exception]:
    """Acts on all answers at once; when one cannot be acted on, unit by unit, so that it stops no other.

    Gives by unit what stands in the way there; its answer is kept and tried again at the next look.
    """
    try:
        _take(context, facts)
    except STUCK:
        stuck: dict[str, Exception] = {}
        with context.reading() as session:
            units = sorted({_unit(task) for task in session.exec(_given(facts.occurrence.id or 0))})
        for unit_id in units:
            try:
                _take(context, facts, only=unit_id)
            except STUCK as error:
                stuck[unit_id] = error
        return stuck
    return {}


def _tell(stuck: Mapping[str, Exception]) -> None:
    """Makes the run a red row that names the first unit whose agreement cannot go on."""
    for unit_id, error in stuck.items():
        raise RuntimeError(f"{unit_id} ({len(stuck)}): {error}") from error


def _take(context: RunContext, facts: Facts, *, only: str = "") -> None:
    occurrence_id = facts.occurrence.id or 0
    with context.transaction() as session:
        lock_for_advance(session, facts.occurrence)
        answered = _answered(session, occurrence_id, only)
        book = AgreementBook(session, {agreement.id: agreement for agreement, _, _ in answered}.values())
        known, following = existing_posts(session, occurrence_id), Following()
        for agreement, task, submission in answered:
            Step(session, context, facts, book, known, agreement, following).take(task, submission)
        book.write()
        open_tasks(session, facts.occurrence, following.tasks, now=context.now)
        _keep_own_goals(session, context, facts.occurrence, following.in_force)
        context.count(moved=len(answered), renewed=renew(session, context, facts))
        lock_for_advance(session, facts.occurrence)  # drafts sent back have asked for a look: this was it
        take_over(session, context, facts)
        if context.makes_documents and unsealed(session, occurrence_id):
            wake_stages(session, occurrence_id, at=context.now + SEALED_WITHIN)


def _keep_own_goals(
    session: Session, context: RunContext, occurrence: Occurrence, in_force: Sequence[Agreement]
) -> None:
    """The own goals of units whose agreement is in force join those of every year that it runs in: reports
    will ask about them."""
    contents = agreements.present_contents(session, in_force)
    goals = [goal for each in in_force for goal in own_goals(contents[each.id or 0], each)]
    for year in sorted({year for goal in goals for year in goal.years}):
        hidden = {key for *_, key in hidden_places(session, occurrence.root_id, year)}
        own = hidden_under(goals, hidden)
        keep_goals(session, own, root_id=occurrence.root_id, year=year, by="engine", now=context.now)


def close(context: RunContext, occurrence_id: int) -> None:
    """Closes; the counts tell how many agreements are in force and how many are not yet signed.

    What was answered in time is acted on first.
    """
    facts = facts_of(context, occurrence_id)
    stuck = _take_answers(context, facts)
    close_and_count(context, occurrence_id, also=lambda session: take_over(session, context, facts))
    with context.reading() as session:
        every = len(agreements.of_occurrence(session, occurrence_id))
        waiting = len(agreements.unsigned(session, occurrence_id))
    context.count(in_force=every - waiting, unsigned=waiting)
    _tell(stuck)


def _check_stages(facts: Facts) -> None:
    kinds = [stage.kind for stage in facts.activity.stages if stage.kind in STEP_KIND]
    if not kinds or kinds != sorted(kinds, key=list(STEP_KIND).index) or kinds[-1] is not StageKind.SIGN:
        raise PlanInvalid(
            [
                Problem(
                    facts.activity.id,
                    "Trinene skal være forhandling, godkendelse og underskrift i den rækkefølge.",
                    "Ret «stages» i planen.",
                )
            ]
        )


def _draft_agreements(session: Session, facts: Facts, *, without: Set[str]) -> None:
    occurrence = facts.occurrence
    begins, ends = facts.activity.period.dates(occurrence.concerns_year)
    known = set(session.exec(select(Agreement.unit_id).where(Agreement.occurrence_id == occurrence.id)))
    rows: list[Mapping[str, Any]] = [
        {
            "root_id": occurrence.root_id,
            "occurrence_id": occurrence.id,
            "unit_id": unit_id,
            "year": occurrence.concerns_year,
            "period_from": begins,
            "period_to": ends,
        }
        for unit_id, _ in facts.directory.posts(facts.activity.audience)
        if unit_id not in known | without
    ]
    if rows:
        session.execute(sa.insert(Agreement), rows)


def _given(occurrence_id: int) -> Any:
    """A query of the answered steps that have not been acted on."""
    its = (Task.occurrence_id == occurrence_id, Task.state == TaskState.SUBMITTED)
    return select(Task).where(*its).order_by(col(Task.received_at), col(Task.id))


def _answered(session: Session, occurrence_id: int, only: str) -> list[tuple[Agreement, Task, Submission]]:
    """Every answered step not yet acted on (of one unit only), settled here and now, with its agreement.

    An answer that is being corrected at this moment is either settled with the correction or left out.
    """
    given = session.exec(_given(occurrence_id)).all()
    tasks = {each.id or 0: each for each in given if not only or _unit(each) == only}
    settled = move_all(session, tasks.values(), TaskVerb.APPROVE, actor=Actor.ENGINE, level=1)
    answers = latest_submissions(session, settled)
    of_unit = agreements.of_units(session, occurrence_id, {_unit(tasks[id_]) for id_ in settled})
    return [(of_unit[_unit(task)], task, answers[id_]) for id_, task in tasks.items() if id_ in settled]


def _unit(task: Task) -> str:
    """Whose agreement a step is about: its subject names the unit when it is another's task."""
    return task.subject.partition(":")[2] or task.unit_id
