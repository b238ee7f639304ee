"""A running year is changed: what moves, what is refused, who is told, what stays readable."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from cycle.calendar import LocalDays, WorkingCalendar
from cycle.errors import PlanInvalid
from cycle.history import History
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.organisation.directory import Directory
from cycle.plan.model import Activity, Audience, FlowName, Plan, Stage, StageKind, When, Window
from cycle.store import reading, transaction
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.change import extend
from cycle.tasks.closing import close_occurrence
from cycle.tasks.cycles import Draft, start_cycle
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.reminder_facts import Reader
from cycle.tasks.reminding import decide_due
from cycle.tasks.revise import Revised, revise_cycle
from cycle.tasks.states import Channel, OccurrenceState, SubmissionKind, TaskKind, TaskState
from cycle.tasks.submit import save_draft, submit
from cycle.tasks.tables import Cycle, CycleRevision, FormVersion, Occurrence, Submission, Task
from cycle.tasks.tables import Draft as DraftRow
from flows import request
from flows.runtime import RunContext
from tests.support import municipality as m
from tests.support.web import Site

START = m.instant(2027, 1, 4)
OPENS, NOON = m.instant(2027, 4, 1, 6), m.instant(2027, 4, 6)
UNITS = Audience(kinds=("skole", "daginstitution"))

DISTRICT = Stage(
    id="distrikt",
    title="Distrikt",
    audience=Audience(kinds=("distrikt",), role="distriktschef"),
    due=When(date="28. april"),
    form="afsnit",
)
REPORT = Activity(
    id="rapport",
    title="Rapport",
    flow=FlowName.REPORT,
    window=Window(opens=When(date="1. april"), due=When(date="20. april"), closes=When(date="10. maj")),
    audience=UNITS,
    form="skema",
    stages=(DISTRICT,),
)
LATER = Activity(
    id="senere",
    title="Senere",
    flow=FlowName.REPORT,
    window=Window(opens=When(date="1. oktober"), due=When(date="20. oktober")),
    audience=UNITS,
    form="skema",
)


def text_form(form_id: str, *fields: str) -> Form:
    return Form(
        id=form_id,
        title=form_id.capitalize(),
        fields=tuple(Field(id=name, type=FieldType.TEXT, label=name.capitalize()) for name in fields),
    )


def draft(
    *activities: Activity, form: Form | None = None, calendar: WorkingCalendar | None = None, **forms: Form
) -> Draft:
    plan = Plan(kind="wheel", id="hjul", title="Årshjul", municipality=m.ROOT, activities=activities)
    kept = {"skema": form or text_form("skema", "svar"), "afsnit": text_form("afsnit", "afsnit"), **forms}
    return Draft(plan, kept, calendar or WorkingCalendar())


def moved(activity: Activity, **changes: object) -> Activity:
    return activity.model_copy(update=changes)


def with_due(activity: Activity, due: str) -> Activity:
    return moved(activity, window=activity.window.model_copy(update={"due": When(date=due)}))


@pytest.fixture
def town(engine: Engine, tmp_path) -> m.Town:
    """A year with one report that is open and whose leaders have had their first mail."""
    with transaction(engine) as session:
        town = m.build(session)
        start_cycle(session, draft(REPORT, LATER), year=2027, by="cli", now=START)
    site = Site(engine, tmp_path)
    context = RunContext.direct(engine, OPENS, site.settings, m.ROOT)
    request.open(context, occurrence(engine).id or 0)
    tell(engine, OPENS)
    return town


def tell(engine: Engine, now: datetime, *, deliver: bool = True) -> None:
    """Decides what is due and lets the day's mails leave."""
    with transaction(engine) as session:
        calendar = calendar_of_root(session, m.ROOT)
        reader = Reader(Directory.load(session, m.ROOT, calendar.local_date(now)), calendar, now)
        decide_due(session, reader, m.ROOT)
        if deliver:
            session.execute(sa.update(Message).values(state=MessageState.SENT, sent_at=now))


def revise(engine: Engine, *activities: Activity, now: datetime = NOON, **options) -> Revised:
    with transaction(engine) as session:
        new = draft(*activities, **options)
        return revise_cycle(session, new, year=2027, by="account:1", now=now, why="Sådan")


def occurrence(engine: Engine, activity_id: str = "rapport") -> Occurrence:
    with reading(engine) as session:
        return session.exec(select(Occurrence).where(Occurrence.activity_id == activity_id)).one()


def tasks(engine: Engine, kind: TaskKind = TaskKind.ANSWER) -> list[Task]:
    with reading(engine) as session:
        return list(session.exec(select(Task).where(Task.kind == kind).order_by(col(Task.id))))


def mails(engine: Engine, kind: MessageKind = MessageKind.DEADLINE_CHANGED) -> list[Message]:
    with reading(engine) as session:
        return list(session.exec(select(Message).where(Message.kind == kind).order_by(col(Message.id))))


def answer(session: Session, task: Task, now: datetime = NOON, **answers: str) -> Submission:
    return submit(
        session,
        task.id or 0,
        answers=answers,
        kind=SubmissionKind.COMPLETE,
        channel=Channel.WEB,
        by="person:1",
        received_at=now,
        now=now,
        once=f"{task.id}:{now.isoformat()}",
    )


def test_a_moved_deadline_is_told_once_to_those_who_had_been_told_the_old_one(engine: Engine, town: m.Town):
    every = tasks(engine)
    assert len(mails(engine, MessageKind.DAILY)) == len(every) == 12
    untold, answered, extended = every[0], every[1], every[2]
    with transaction(engine) as session:
        session.execute(sa.text("DELETE FROM reminder_decision WHERE task_id = :id"), {"id": untold.id})
        answer(session, answered, svar="Ja")
        due = date(2027, 5, 5)
        extend(session, extended.id or 0, new_due_on=due, reason="Sygdom", by="account:1", now=NOON)
    result = revise(engine, with_due(REPORT, "27. april"), LATER)
    assert (result.revision, result.moved, result.told) == (2, ["rapport"], 9)
    told = mails(engine)
    assert len(told) == 9 and {mail.context["old_due_on"] for mail in told} == {"2027-04-20"}
    assert {task_id for mail in told for task_id in mail.context["tasks"]} == {task.id for task in every[3:]}
    dates = {task.id: task.due_on for task in tasks(engine)}
    assert dates.pop(answered.id) == date(2027, 4, 20), "who has answered keeps the date of the answer"
    assert dates.pop(extended.id) == date(2027, 5, 5)
    assert set(dates.values()) == {date(2027, 4, 27)}
    again = revise(engine, with_due(REPORT, "27. april"), LATER)
    assert (again.revision, again.moved, again.told) == (2, [], 0) and len(mails(engine)) == 9


def test_a_mail_that_has_not_left_says_the_new_date_itself(engine: Engine, town: m.Town):
    with transaction(engine) as session:
        session.execute(sa.update(Message).values(state=MessageState.READY, sent_at=None))
    assert revise(engine, with_due(REPORT, "27. april"), LATER).told == 0
    assert mails(engine) == []


def test_reminders_follow_the_new_deadline_and_repeat_nothing(engine: Engine, town: m.Town):
    tell(engine, m.instant(2027, 4, 6, 8))
    before = len(mails(engine, MessageKind.DAILY))
    revise(engine, with_due(REPORT, "27. april"), LATER)
    tell(engine, NOON + timedelta(minutes=1))
    assert len(mails(engine, MessageKind.DAILY)) == before, "the mail about the new date said it"
    looks = {task.next_reminder_at for task in tasks(engine)}
    assert looks == {m.instant(2027, 4, 13, 6)}, "14 days before the new deadline"


def test_a_stage_that_is_open_moves_with_its_own_date_and_form(engine: Engine, town: m.Town, tmp_path):
    context = RunContext.direct(engine, m.instant(2027, 4, 21, 6), Site(engine, tmp_path).settings, m.ROOT)
    request.advance(context, occurrence(engine).id or 0)
    assert {task.due_on for task in tasks(engine, TaskKind.CONSOLIDATE)} == {date(2027, 4, 28)}
    tell(engine, m.instant(2027, 4, 21, 6))
    stage = DISTRICT.model_copy(update={"due": When(date="30. april"), "title": "Distriktets ord"})
    result = revise(
        engine,
        moved(REPORT, stages=(stage,)),
        LATER,
        now=m.instant(2027, 4, 21),
        afsnit=text_form("afsnit", "afsnit", "mere"),
    )
    found = tasks(engine, TaskKind.CONSOLIDATE)
    assert {task.due_on for task in found} == {date(2027, 4, 30)} and result.told == 4
    with reading(engine) as session:
        newest = session.exec(
            select(FormVersion).where(FormVersion.form_id == "afsnit").order_by(col(FormVersion.id))
        ).all()[-1]
    assert newest.version == 2 and {task.form_version_id for task in found} == {newest.id}
    assert {task.due_on for task in tasks(engine)} == {date(2027, 4, 20)}, "the units' own date stands"


def judged_town(engine: Engine, tmp_path, *, answered_at: datetime) -> RunContext:
    """The town's report asks for approval, and one school of each school district has answered."""
    approved = moved(REPORT, approval=("nærmeste leder",))
    with transaction(engine) as session:
        row = session.exec(select(Occurrence).where(Occurrence.activity_id == "rapport")).one()
        row.activity = approved.model_dump_json()
        session.add(row)
        session.execute(sa.update(Task).values(levels=1))
        for task in session.exec(select(Task).where(col(Task.unit_id).in_(["BY-SK-D1-001", "BY-SK-D2-001"]))):
            answer(session, task, answered_at, svar="Ja")
    context = RunContext.direct(engine, answered_at, Site(engine, tmp_path).settings, m.ROOT)
    request.advance(context, occurrence(engine).id or 0)
    tell(engine, answered_at)
    return context


def test_open_reviews_move_with_the_answers_deadline_and_the_tasks_history_says_so(
    engine: Engine, town: m.Town, tmp_path
):
    judged_town(engine, tmp_path, answered_at=NOON)
    reviews = tasks(engine, TaskKind.REVIEW)
    assert [task.due_on for task in reviews] == [date(2027, 4, 27)] * 2
    approved = moved(REPORT, approval=("nærmeste leder",))
    for due, expected in (("27. april", date(2027, 5, 4)), ("15. april", date(2027, 4, 22))):
        revise(engine, with_due(approved, due), LATER)
        assert {task.due_on for task in tasks(engine, TaskKind.REVIEW)} == {expected}, due
    with reading(engine) as session:
        kept = session.exec(
            select(History)
            .where(History.thing == f"task:{reviews[0].id}", History.verb == "revise")
            .order_by(col(History.id))
        ).all()
    assert [(row.actor, row.why, row.data["due_on"]) for row in kept] == [
        ("account:1", "Sådan", "2027-05-04"),
        ("account:1", "Sådan", "2027-04-22"),
    ]


def test_a_review_opened_after_the_old_deadline_moves_only_to_a_later_day(
    engine: Engine, town: m.Town, tmp_path
):
    judged_town(engine, tmp_path, answered_at=m.instant(2027, 4, 26))
    assert {task.due_on for task in tasks(engine, TaskKind.REVIEW)} == {date(2027, 5, 3)}
    approved = moved(REPORT, approval=("nærmeste leder",))
    now = m.instant(2027, 4, 26, 13)
    revise(engine, with_due(approved, "27. april"), LATER, now=now)
    assert {task.due_on for task in tasks(engine, TaskKind.REVIEW)} == {date(2027, 5, 4)}
    closes = Window(opens=When(date="1. april"), due=When(date="27. april"), closes=When(date="12. maj"))
    assert revise(engine, moved(approved, window=closes), LATER, now=now).told == 0
    assert {task.due_on for task in tasks(engine, TaskKind.REVIEW)} == {date(2027, 5, 4)}


def test_an_earlier_deadline_has_the_stages_looked_at_anew(engine: Engine, town: m.Town, tmp_path):
    revise(engine, with_due(REPORT, "12. april"), LATER)
    assert occurrence(engine).advance_at == NOON
    context = RunContext.direct(engine, NOON, Site(engine, tmp_path).settings, m.ROOT)
    request.advance(context, occurrence(engine).id or 0)
    assert occurrence(engine).advance_at == m.instant(2027, 4, 13, 6)


def test_a_changed_form_leaves_drafts_and_old_answers_readable(engine: Engine, town: m.Town, tmp_path):
    drafting, answered, fresh = tasks(engine)[:3]
    with transaction(engine) as session:
        save_draft(session, drafting.id or 0, answers={"svar": "Halvt"}, by="person:1", now=NOON)
        answer(session, answered, svar="Helt")
    result = revise(engine, REPORT, LATER, form=text_form("skema", "svar", "mere"))
    assert result.told == 0, "no date has changed"
    with reading(engine) as session:
        old, new = session.exec(
            select(FormVersion).where(FormVersion.form_id == "skema").order_by(col(FormVersion.version))
        ).all()
        forms = {task.id: task.form_version_id for task in session.exec(select(Task))}
        assert forms[drafting.id] == forms[fresh.id] == new.id and forms[answered.id] == old.id
        assert session.get_one(DraftRow, drafting.id).answers == {"svar": "Halvt"}
        assert session.exec(select(Submission)).one().form_version_id == old.id
    site = Site(engine, tmp_path, at=NOON)
    browser = site.browser()
    page = browser.get(site.link(drafting, town.leaders[drafting.unit_id]))
    assert page.status_code == 200 and "Halvt" in page.text and "Mere" in page.text
    page = browser.get(site.link(answered, town.leaders[answered.unit_id]))
    assert page.status_code == 200 and "Helt" in page.text and "Mere" not in page.text
    page = browser.get(site.link(fresh, town.leaders[fresh.unit_id]))
    assert page.status_code == 200 and "Mere" in page.text


def test_a_question_of_another_type_does_not_break_the_page_of_a_draft(
    engine: Engine, town: m.Town, tmp_path
):
    task = tasks(engine)[0]
    with transaction(engine) as session:
        save_draft(session, task.id or 0, answers={"svar": "Halvt"}, by="person:1", now=NOON)
    site = Site(engine, tmp_path, at=NOON)
    for kind in (FieldType.TRAFFIC_LIGHT, FieldType.AMOUNT, FieldType.FILE, FieldType.DATE):
        form = Form(id="skema", title="Skema", fields=(Field(id="svar", type=kind, label="Svar"),))
        revise(engine, REPORT, LATER, form=form)
        page = site.browser().get(site.link(task, town.leaders[task.unit_id]))
        assert page.status_code == 200, kind


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"audience": Audience(kinds=("skole",))}, "audience"),
        ({"approval": ("nærmeste leder",)}, "approval"),
        ({"flow": FlowName.QUARTERLY_REPORT}, "flow"),
        ({"concerns": 1}, "concerns"),
        ({"stages": ()}, "stages"),
        ({"stages": (DISTRICT.model_copy(update={"kind": StageKind.RELEASE}),)}, "stages"),
    ],
)
def test_an_open_activity_changes_in_dates_and_texts_alone(
    engine: Engine, town: m.Town, change: dict[str, object], named: str
):
    with pytest.raises(PlanInvalid) as refused:
        revise(engine, moved(REPORT, **change), LATER)
    assert [problem.what for problem in refused.value.problems] == [
        f"Rapport er i gang, så «{named}» kan ikke ændres."
    ]
    with reading(engine) as session:
        assert len(session.exec(select(CycleRevision)).all()) == 1, "nothing of it was kept"


def test_an_open_activity_cannot_leave_the_plan_and_every_reason_is_given_at_once(
    engine: Engine, town: m.Town
):
    with pytest.raises(PlanInvalid, match=r"Rapport er i gang og kan ikke udgå\. Afslut den først\."):
        revise(engine, LATER)
    changed = moved(with_due(REPORT, "2. april"), approval=("nærmeste leder",))
    with pytest.raises(PlanInvalid) as refused:
        revise(engine, changed, LATER)
    assert [problem.what for problem in refused.value.problems] == [
        "Rapport er i gang, så «approval» kan ikke ændres.",
        "Den nye frist for Rapport, 2. april 2027, er allerede passeret.",
    ]
    assert {task.due_on for task in tasks(engine)} == {date(2027, 4, 20)}


def test_what_is_planned_follows_wholly_and_what_leaves_the_plan_can_come_back(engine: Engine, town: m.Town):
    result = revise(engine, REPORT)
    assert result.cancelled == ["senere"]
    gone = occurrence(engine, "senere")
    assert (gone.state, gone.note) == (OccurrenceState.CANCELLED, "Udgået af planen")
    earlier = moved(
        LATER,
        audience=Audience(kinds=("skole",)),
        window=Window(opens=When(date="1. september"), due=When(date="20. september")),
    )
    assert revise(engine, REPORT, earlier).moved == ["senere"]
    back = occurrence(engine, "senere")
    assert (back.id, back.state, back.due_on, back.note) == (
        gone.id,
        OccurrenceState.PLANNED,
        date(2027, 9, 20),
        "",
    )
    new = moved(LATER, id="ny", title="Ny")
    assert revise(engine, REPORT, earlier, new).added == ["ny"]
    with reading(engine) as session:
        told = session.exec(select(History).where(History.verb == "revise").order_by(col(History.id))).all()
        verbs = session.exec(select(History.verb).where(History.thing == f"occurrence:{gone.id}")).all()
    assert [row.data["revision"] for row in told] == [2, 3, 4] and told[0].data["cancelled"] == ["senere"]
    assert verbs == ["cancel"]


def test_an_activity_added_after_its_deadline_says_so_and_not_that_the_year_began_late(
    engine: Engine, town: m.Town
):
    window = Window(opens=When(date="1. februar"), due=When(date="1. marts"))
    assert revise(engine, REPORT, LATER, moved(LATER, id="ny", window=window)).added == ["ny"]
    added = occurrence(engine, "ny")
    assert (added.state, added.note) == (
        OccurrenceState.CANCELLED,
        "Fristen var gået, da aktiviteten kom med i planen 6. april 2027",
    )


def test_a_closed_activity_never_changes(engine: Engine, town: m.Town):
    with transaction(engine) as session:
        found = session.exec(select(Occurrence).where(Occurrence.activity_id == "rapport")).one()
        close_occurrence(session, found, now=m.instant(2027, 5, 11, 4))
    before = occurrence(engine)
    changed = moved(with_due(REPORT, "27. april"), title="Andet", approval=("nærmeste leder",))
    assert revise(engine, changed, LATER, now=m.instant(2027, 5, 12)).moved == []
    assert revise(engine, LATER, now=m.instant(2027, 5, 12)).cancelled == []
    after = occurrence(engine)
    assert after.model_dump() == before.model_dump() and mails(engine) == []


def test_a_new_holiday_has_every_open_task_looked_at_although_no_date_moved(engine: Engine, town: m.Town):
    closed = WorkingCalendar(local=(LocalDays(first=date(2027, 4, 13), name="Lukkedag"),))
    assert revise(engine, REPORT, LATER, calendar=closed).moved == []
    assert {task.next_reminder_at for task in tasks(engine)} == {NOON}
    with reading(engine) as session:
        assert not calendar_of_root(session, m.ROOT).is_working_day(date(2027, 4, 13))


def test_what_an_interrupted_opening_left_is_cancelled_with_its_activity(engine: Engine, town: m.Town):
    later = occurrence(engine, "senere")
    with transaction(engine) as session:
        m.add_tasks(session, town, session.get_one(Occurrence, later.id), units=town.units[:2])
    revise(engine, REPORT)
    left = [task for task in tasks(engine) if task.occurrence_id == later.id]
    assert [task.state for task in left] == [TaskState.CANCELLED] * 2


def test_a_year_that_does_not_run_cannot_be_revised(engine: Engine):
    with transaction(engine) as session:
        m.build(session)
    with pytest.raises(PlanInvalid, match="Årshjul 2027 er ikke startet"):
        revise(engine, REPORT)
    with reading(engine) as session:
        assert session.exec(select(Cycle)).all() == []
