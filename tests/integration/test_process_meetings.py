"""The examples with meetings run to their end: called, held, attended, with homework (seed 002, 004 D)."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cycle.gatherings.calling import Details, call
from cycle.gatherings.homework import give_homework
from cycle.gatherings.reading import of_occurrence, participants_of
from cycle.gatherings.recording import hold
from cycle.gatherings.states import Attendance, GatheringState
from cycle.gatherings.tables import Gathering, GatheringParticipant
from cycle.messages.tables import Message, MessageKind
from cycle.plan.model import FlowName
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.store import reading, transaction
from cycle.tasks.states import OccurrenceState, TaskKind, TaskState
from cycle.tasks.tables import Task
from tests.support.municipality import COPENHAGEN, instant
from tests.support.processes import DELIVERED, Process, example

PRESENT, APOLOGIES = Attendance.PRESENT, Attendance.APOLOGIES
LEARNED = {"afproevet": "Opdigtet: to samtaler om data."}
FOUND = {"fundet": "Opdigtet: to skemaer spørger om det samme."}
MINUTES = {
    "holdt": "ja",
    "dato": "20. september 2016",
    "referat": "Opdigtet referat.",
    "deltagere": {"deltager-1": {"moedt": "ja"}, "deltager-2": {"moedt": "afbud"}},
}


def gatherings(play: Process, activity_id: str) -> list[Gathering]:
    """A step's meetings."""
    with reading(play.engine) as session:
        return list(of_occurrence(session, play.occurrence(activity_id).id or 0))


def call_proposals(play: Process) -> None:
    """The secretariat calls whatever has been proposed, at the proposed time."""
    with transaction(play.engine) as session:
        query = select(Gathering).where(Gathering.state == GatheringState.PROPOSED)
        for each in session.exec(query.where(col(Gathering.starts_at) > play.now)).all():
            wanted = replace(Details.of(each), place="Opdigtet sted")
            call(session, each, wanted, seen=each.edition, by="account:1", now=play.now)


def past(play: Process, state: GatheringState) -> SelectOfScalar[Gathering]:
    """The meetings in this state whose end has passed."""
    query = select(Gathering).where(Gathering.state == state, col(Gathering.ends_at) <= play.now)
    return query.order_by(col(Gathering.id))


def write_up(session: Session, each: Gathering, minutes: str, *, now: datetime) -> None:
    """The secretariat writes on the meeting's page that it was held; one sent apologies."""
    people = participants_of(session, each.id or 0)
    there = {person.key: PRESENT for person in people} | {people[0].key: APOLOGIES}
    hold(session, each, attendance=there, minutes=minutes, seen=each.edition, by="account:1", now=now)


def give(session: Session, held: Gathering, text: str, *, now: datetime) -> None:
    """Homework for everyone, due in a fortnight."""
    keys = {each.key for each in participants_of(session, held.id or 0)}
    due_on = now.date() + timedelta(days=14)
    seen = held.edition
    give_homework(session, held, text=text, due_on=due_on, keys=keys, seen=seen, by="account:1", now=now)


def test_002_runs_to_the_end_with_meetings_called_held_and_homework_between(
    engine: Engine, tmp_path: Path
) -> None:
    play = Process(engine, tmp_path, "laering-og-trivsel", instant(2015, 12, 28), 2016)
    plan = example("laering-og-trivsel").plan
    kinds = {FlowName.MEETING_SERIES: MINUTES, FlowName.REPORT: LEARNED, FlowName.PROCESS_STEP: DELIVERED}
    answers = {each.id: kinds[each.flow] for each in plan.activities} | {TaskKind.HOMEWORK: LEARNED}
    answers["politiske-moeder-2016"] = DELIVERED
    given: list[str] = []

    def secretariat() -> None:
        call_proposals(play)
        with transaction(engine) as session:
            for each in session.exec(past(play, GatheringState.CALLED)).all():
                if "fire steder" in each.title:
                    write_up(session, each, "Opdigtet referat.", now=play.now)
            held = next(
                (each for each in session.exec(past(play, GatheringState.HELD)) if "Klynge 1" in each.title),
                None,
            )
            if held is not None and not given:
                given.append(held.title)
                give(session, held, "Opdigtet: interview en leder.", now=play.now)

    play.run(until=instant(2018, 7, 1), answers=answers, also=secretariat)
    assert {each.state for each in play.occurrences().values()} == {OccurrenceState.CLOSED}
    with reading(engine) as session:
        tasks = session.exec(select(Task)).all()
        by_activity = Counter(play.activity_of(task) for task in tasks if task.kind is TaskKind.ANSWER)
        own = [task for task in tasks if task.kind is TaskKind.HOMEWORK]
        meetings = session.exec(select(Gathering).order_by(col(Gathering.id))).all()
        told = Counter(
            each.context["told"]
            for each in session.exec(select(Message).where(Message.kind == MessageKind.INVITATION))
        )
        reminded = session.exec(
            select(ReminderDecision.verdict).where(
                col(ReminderDecision.task_id).in_([task.id for task in own]),
                ReminderDecision.rule_kind == "opens",
            )
        ).all()
        first = participants_of(session, gatherings(play, "klynge-1-moede-1")[0].id or 0)
    assert {task.state for task in tasks} == {TaskState.SUBMITTED}
    assert by_activity["klynge-1-hjemmeopgave-1"] == 6 and by_activity["klynge-2-hjemmeopgave-4"] == 8
    assert len(own) == 6 and set(reminded) <= {Decided.SENT, Decided.MERGED} and len(reminded) == 6
    assert len(meetings) == 2 * 5 + 3 + (4 + 3) + 2, "clusters, conferences, politicians, chiefs"
    assert {each.state for each in meetings} == {GatheringState.HELD}
    assert {each.minutes for each in meetings} == {"Opdigtet referat."}
    assert told == {"invited": 5 * 6 + 5 * 8 + (3 + 7 + 2) * 14}
    assert [each.name for each in first][:1] == ["Ahorn Kommune, kontaktperson"] and len(first) == 6
    assert [each.attendance for each in first][:3] == [PRESENT, APOLOGIES, Attendance.UNKNOWN]


def test_d_holds_its_three_rounds_of_ten_half_days_and_the_last_is_planned_in_phase_four(
    engine: Engine, tmp_path: Path
) -> None:
    play = Process(engine, tmp_path, "afbureaukratisering", instant(2007, 5, 20))
    dates = {"fase-5": ("2007-11-26", "2007-12-14"), "fase-6": ("2007-12-17", "2008-02-29")}
    given = {step: {"aabner": opens, "frist": due} for step, (opens, due) in dates.items()}
    answers = {"fase-4": {**DELIVERED, "faser": given}, TaskKind.HOMEWORK: FOUND}
    assert "fase-5" not in play.occurrences()

    def secretariat() -> None:
        call_proposals(play)
        with transaction(engine) as session:
            for each in session.exec(past(play, GatheringState.CALLED)).all():
                write_up(session, each, "Opdigtet.", now=play.now)
                if each.number == 1:
                    give(session, each, "Opdigtet: tæl jeres skemaer.", now=play.now)

    play.run(until=instant(2008, 4, 1), answers=answers, also=secretariat)
    assert {each.state for each in play.occurrences().values()} == {OccurrenceState.CLOSED}
    seats = {"fase-3": 8, "fase-4": 8, "fase-5": 10}
    with reading(engine) as session:
        sizes = Counter(session.exec(select(GatheringParticipant.gathering_id)).all())
        homework = session.exec(select(Task.state).where(Task.kind == TaskKind.HOMEWORK)).all()
    for step, taking_part in seats.items():
        round_ = gatherings(play, step)
        assert len(round_) == 10 and {each.state for each in round_} == {GatheringState.HELD}
        assert {sizes[each.id or 0] for each in round_} == {taking_part}
        assert {each.ends_at - each.starts_at for each in round_} == {timedelta(hours=3)}
    assert gatherings(play, "fase-5")[0].title == "1. fokusgruppeworkshop i 3. runde"
    days = [each.starts_at.astimezone(COPENHAGEN).date() for each in gatherings(play, "fase-5")]
    assert days == sorted(days) and date(2007, 11, 26) <= days[0] and days[-1] <= date(2007, 12, 14)
    assert len(homework) == sum(seats.values()) and set(homework) == {TaskState.SUBMITTED}
    assert not any(gatherings(play, step) for step in ("fase-1", "fase-2", "fase-6"))
