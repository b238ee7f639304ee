"""A running year's plan as its pages need it: the text in force, its surroundings, what another text does."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select
from starlette.datastructures import FormData, UploadFile

from config.loader import PLAN_FILE, PROCESS_FILE, check_texts
from config.plan_checks import Surroundings
from config.sent_files import sent_forms, sorted_files
from config.written_plan import LONGEST_PLAN, Beside, check_written, in_force, plan_name
from cycle.calendar import WorkingCalendar
from cycle.errors import AnswerInvalid, PlanInvalid, Problem
from cycle.foresight.changes import Changes, Outlook, compared, try_revision
from cycle.foresight.mails import foresee
from cycle.organisation.tables import Appointment, Unit
from cycle.plan.difference import DoubtfulDate, PlanDifference, doubtful_dates, plan_difference
from cycle.plan.model import Activity, Plan
from cycle.plan.resolve import resolve
from cycle.plan.resolved import ResolvedActivity
from cycle.tasks.cycles import Draft, meetings_of, newest_revision
from cycle.tasks.forms import Form
from cycle.tasks.rules import forms_of_cycle
from cycle.tasks.tables import Cycle

NOTHING_MORE: Mapping[str, str] = {}
NO_FORMS: Mapping[str, Form | None] = {}
LOOK_AHEAD = timedelta(days=183)


@dataclass(frozen=True)
class Year:
    """A year's plan in force: `text` is its YAML, `seen` the number of the revision."""

    cycle: Cycle
    plan: Plan
    name: str
    text: str
    seen: str
    beside: Beside

    def draft(self, text: str, more: Mapping[str, str] = NOTHING_MORE) -> Draft:
        """What the year would be by this text. `more` are forms and texts sent with it, by file name.

        Raises PlanInvalid with every fault, at the files' lines.
        """
        forms = {**self.beside.forms, **(sent_forms(more) if more else {})}
        sources = {**self.beside.sources, **more}
        plan = check_written(text, self.name, replace(self.beside, forms=forms, sources=sources))
        if more:
            check_texts(plan, more)
        return Draft(plan, forms, self.beside.calendar, {**sources, self.name: text})

    def dates(self, plan: Plan) -> Mapping[str, ResolvedActivity]:
        """The local dates of the year by a plan. Raises PlanInvalid."""
        return resolve(plan, self.cycle.year, self.beside.calendar, self.beside.meetings)


@dataclass(frozen=True)
class Preview:
    """What another text would do: to the plan, its dates, and the mails of the coming months."""

    difference: PlanDifference
    activities: Sequence[Activity]
    dates: Mapping[str, ResolvedActivity]
    doubts: Mapping[str, Sequence[DoubtfulDate]]
    clashes: Sequence[tuple[date, list[Activity]]]
    mails: Changes
    weeks: Sequence[tuple[int, int, int]]
    outlook: Outlook

    def step(self, activity_id: str) -> Activity | None:
        """The activity as it would be; None when it goes."""
        return next((each for each in self.activities if each.id == activity_id), None)


def year_of(session: Session, cycle: Cycle) -> Year:
    """The plan of a running year."""
    revision = newest_revision(session, cycle.id or 0)
    plan = Plan.model_validate_json(revision.plan)
    beside = Beside(
        cycle.year,
        forms_of_cycle(session, cycle),
        WorkingCalendar.from_json(revision.calendar),
        meetings_of(session, cycle.root_id),
        around(session, cycle.root_id),
        revision.sources,
    )
    text = in_force(plan, revision.sources)
    return Year(cycle, plan, plan_name(revision.sources), text, str(revision.no), beside)


def tried_in(session: Session, year: Year, draft: Draft, *, now: datetime) -> Outlook:
    """The revision, made in a session that is rolled back. Raises PlanInvalid."""
    return try_revision(session, draft, year=year.cycle.year, now=now, until=now + LOOK_AHEAD)


def preview_of(year: Year, draft: Draft, outlook: Outlook) -> Preview:
    """Both years side by side; uses the outlook up."""
    before, after = year.dates(year.plan), year.dates(draft.plan)
    old, new = (foresee(each, until=outlook.until) for each in (outlook.before, outlook.after))
    doubts: dict[str, list[DoubtfulDate]] = defaultdict(list)
    for each in doubtful_dates(draft.plan, after, draft.calendar):
        doubts[each.activity].append(each)
    was, will = (Counter(mail.on.isocalendar()[:2] for mail in mails) for mails in (old, new))
    return Preview(
        plan_difference(year.plan, draft.plan, before, after),
        draft.plan.activities,
        after,
        doubts,
        clashes(draft.plan, after),
        compared(old, new),
        [(week[1], was[week], will[week]) for week in sorted({*was, *will})],
        outlook,
    )


def clashes(plan: Plan, dates: Mapping[str, ResolvedActivity]) -> list[tuple[date, list[Activity]]]:
    """The days on which two activities are due from the same kinds of units."""
    by_day: dict[date, list[Activity]] = defaultdict(list)
    for activity in plan.activities:
        by_day[dates[activity.id].due_on].append(activity)
    found = []
    for day, those in sorted(by_day.items()):
        kinds = Counter(kind for each in those for kind in each.audience.kinds)
        both = [each for each in those if any(kinds[kind] > 1 for kind in each.audience.kinds)]
        if both:
            found.append((day, both))
    return found


def written_files(sent: FormData, year: Year) -> tuple[str, dict[str, str]]:
    """The plan's text, and the forms and texts sent with it: uploaded, else as the page carries them.

    Files may be sent without the plan; its text is then the one in the field. Raises PlanInvalid.
    """
    chosen = [each for each in sent.getlist("file") if isinstance(each, UploadFile) and each.filename]
    found = sorted_files([(each.filename or "", each.file.read()) for each in chosen])
    if "calendar.yaml" in found:
        what, cure = "Kalenderen kan ikke ændres midt i et år.", "Send den med planen for næste år."
        raise PlanInvalid([Problem("calendar.yaml", what, cure)])
    plan = [found.pop(name) for name in (PLAN_FILE, PROCESS_FILE) if name in found]
    return (plan[0] if plan else text_as_typed(sent, year)), {**_carried(sent), **found}


def text_as_typed(sent: FormData, year: Year) -> str:
    """The plan's text in the field; the one in force where there is no field."""
    typed = sent.get("text")
    return typed.replace("\r\n", "\n") if isinstance(typed, str) else year.text


def _carried(sent: FormData) -> dict[str, str]:
    """The forms and texts that a page carries from an earlier upload; nothing for what is not ours."""
    carried = sent.get("more")
    try:
        read = json.loads(carried) if isinstance(carried, str) else {}
    except (ValueError, RecursionError):
        return {}
    return {str(name): str(text) for name, text in read.items()} if isinstance(read, dict) else {}


def written_text(sent: FormData) -> str:
    """The uploaded file, where one was chosen, else the text typed. Raises AnswerInvalid."""
    chosen = sent.get("file")
    if isinstance(chosen, UploadFile) and chosen.filename:
        try:
            return chosen.file.read(4 * LONGEST_PLAN + 1).decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            raise AnswerInvalid(
                [Problem("file", "Filen er ikke tekst i UTF-8.", "Gem den som UTF-8, og hent den igen.")]
            ) from None
    typed = sent.get("text")
    return typed.replace("\r\n", "\n") if isinstance(typed, str) else ""


def around(session: Session, root_id: str, forms: Mapping[str, Form | None] = NO_FORMS) -> Surroundings:
    """The organisation's words as the store has them."""
    units = session.exec(select(Unit.id, Unit.kind, Unit.area).where(Unit.root_id == root_id)).all()
    roles = select(Appointment.role).join(Unit, col(Unit.id) == col(Appointment.unit_id))
    return Surroundings(
        forms=forms,
        unit_ids=frozenset(unit_id for unit_id, _, _ in units),
        kinds=frozenset(kind for _, kind, _ in units),
        areas=frozenset(area for _, _, area in units if area),
        roles=frozenset(session.exec(roles.where(Unit.root_id == root_id).distinct()).all()),
        kind_of={unit_id: kind for unit_id, kind, _ in units},
    )
