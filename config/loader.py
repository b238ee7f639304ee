"""Loads what a municipality writes: a folder with a plan and what belongs to it.

    wheel.yaml      the plan: activities with dates, audience, form, reminders, approval
    process.yaml    instead of it, a plan that runs once
    forms/*.yaml    one form per file
    texts/*.yaml    activity id: the sentences that introduce it in mails and on its page
    calendar.yaml   closed days beside the public holidays
    meetings.csv    meetings of bodies, for dates relative to them
    units.csv, leaders.csv   the organisation; the plan's kinds, areas, units and roles are checked

Everything but the plan and its forms may be absent. The files are drafts until `aarshjul cycle start`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from config.checking import validated
from config.date_checks import date_problems, problems_of_years, resolve_at_lines, where_known
from config.form_checks import form_problems
from config.meetings_file import read_meetings_file
from config.mending import Mended, mended
from config.organisation_words import OrganisationFiles, organisation_words
from config.plan_checks import Surroundings, plan_problems
from config.schema import LONGEST_TEXT
from config.sentences import nearest
from config.shorthand import expand
from config.yaml_source import Document, parse_yaml, read_yaml
from cycle.calendar import WorkingCalendar
from cycle.danish import format_count
from cycle.errors import PlanInvalid, Problem
from cycle.plan.meetings import MeetingDay
from cycle.plan.model import Plan, Step
from cycle.plan.resolved import ResolvedActivity
from cycle.tasks.cycles import Draft
from cycle.tasks.forms import Form

Model = TypeVar("Model", bound=BaseModel)
AnyStep = TypeVar("AnyStep", bound=Step)
PLAN_FILE, PROCESS_FILE = "wheel.yaml", "process.yaml"
Years = Callable[[Plan, Mapping[str, Sequence[MeetingDay]]], Sequence[int]]
"""The years in which a plan's dates have to resolve."""


@dataclass(frozen=True)
class LoadedPlan:
    """A checked plan with what lies beside it.

    `texts` are by activity id (they are in the plan as `Activity.text`, too); `sources` are the files'
    texts by name, as they are kept with a revision; `meetings` are by body, in order of date.
    """

    plan: Plan
    forms: dict[str, Form]
    texts: dict[str, str]
    sources: dict[str, str]
    calendar: WorkingCalendar
    meetings: dict[str, list[MeetingDay]]
    document: Document = field(repr=False)

    @property
    def draft(self) -> Draft:
        """The input of `start_cycle` and `revise_cycle`."""
        return Draft(plan=self.plan, forms=self.forms, calendar=self.calendar, sources=self.sources)

    def resolve(self, year: int) -> dict[str, ResolvedActivity]:
        """The local dates of the cycle of `year`, by activity id. Raises PlanInvalid at the file's lines."""
        return resolve_at_lines(self.document, self.plan, year, self.calendar, self.meetings)

    def check_words(self, around: Surroundings) -> None:
        """Raises PlanInvalid, at the file's lines, when the plan speaks of what `around` does not know."""
        if problems := plan_problems(self.document, Mended(self.plan), around):
            raise PlanInvalid(problems)

    @contextmanager
    def naming_lines(self) -> Iterator[None]:
        """What is found wrong with this plan within is told with the file's line."""
        try:
            yield
        except PlanInvalid as error:
            raise PlanInvalid(where_known(self.document, self.plan, error.problems)) from error


@dataclass
class _Found:
    """What has been read so far, and every fault."""

    folder: Path
    problems: list[Problem] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)

    def document(self, name: str) -> Document | None:
        try:
            document = read_yaml(self.folder / name, name, self.problems)
        except PlanInvalid as error:
            self.problems += error.problems
            return None
        self.sources[name] = document.text
        return document

    def model(self, document: Document, data: object, model: type[Model]) -> Model | None:
        made, problems = validated(document, data, model)
        self.problems += problems
        return made


def load_plan(
    path: Path | str, *, organisation: OrganisationFiles | None = None, years: Years | None = None
) -> LoadedPlan:
    """The plan in the file, or in the folder's wheel.yaml or process.yaml, with what lies beside it.

    `organisation` are the files of units and leaders that the plan is checked against, else those beside
    it; NO_FILES leaves its words unchecked. With `years` the dates have to resolve in each of the years
    it gives.

    Raises PlanInvalid with every fault of every file, each as "file:line", in Danish.
    """
    path = Path(path)
    name = _plan_file(path) if path.is_dir() else path.name
    found = _Found(path if path.is_dir() else path.parent)
    document = found.document(name)
    forms, faulty = _forms(found)
    calendar = _calendar(found)
    meetings, faults = read_meetings_file(found.folder / "meetings.csv")
    found.problems += faults
    seen = _plan(found, document) if document is not None else None
    texts = _texts(found, seen.plan if seen and seen.has_all_names else None)
    if document is not None and seen is not None:
        found.problems += _agreement(found, document, seen, {**dict.fromkeys(faulty), **forms}, organisation)
        found.problems += _dates(document, seen, calendar, meetings, years)
    if found.problems or seen is None or document is None:
        raise PlanInvalid(list(dict.fromkeys(found.problems)))
    plan = _with_texts(seen.plan, texts)
    return LoadedPlan(plan, forms, texts, found.sources, calendar, meetings, document)


def load_forms(folder: Path) -> dict[str, Form]:
    """The forms of a folder, by id. Raises PlanInvalid with every fault of every form."""
    found = _Found(folder)
    forms, _ = _forms(found)
    if found.problems:
        raise PlanInvalid(found.problems)
    return forms


def _plan_file(folder: Path) -> str:
    """The folder's wheel, or its process when that is what lies there."""
    is_process = (folder / PROCESS_FILE).exists() and not (folder / PLAN_FILE).exists()
    return PROCESS_FILE if is_process else PLAN_FILE


def _plan(found: _Found, document: Document) -> Mended | None:
    """The plan; a faulty one is mended, so that what it refers to is looked at as well."""
    data, problems = expand(document)
    found.problems += problems
    plan = found.model(document, data, Plan)
    return Mended(plan) if plan is not None else mended(data)


def _agreement(
    found: _Found,
    document: Document,
    seen: Mended,
    forms: Mapping[str, Form | None],
    organisation: OrganisationFiles | None,
) -> list[Problem]:
    """Where the plan, its forms and the organisation do not agree."""
    try:
        around = organisation_words(organisation or OrganisationFiles.beside(found.folder), forms)
    except PlanInvalid as error:
        return error.problems
    return plan_problems(document, seen, around)


def _dates(
    document: Document,
    seen: Mended,
    calendar: WorkingCalendar,
    meetings: Mapping[str, Sequence[MeetingDay]],
    years: Years | None,
) -> list[Problem]:
    """What is wrong with the dates in any year, else in one of the given years."""
    if not seen.has_all_names:
        return []
    problems = date_problems(document, seen)
    if problems or years is None or not seen.has_all_dates:
        return problems
    return problems_of_years(document, seen.plan, years(seen.plan, meetings), calendar, meetings)


def _forms(found: _Found) -> tuple[dict[str, Form], set[str]]:
    """The forms, and the ids of the faulty ones, which are not to be reported as missing, too."""
    forms: dict[str, Form] = {}
    names: dict[str, str] = {}
    faulty: set[str] = set()
    for path in sorted((found.folder / "forms").glob("*.yaml")):
        name = f"forms/{path.name}"
        document = found.document(name)
        form = found.model(document, document.data, Form) if document else None
        if document is None or form is None:
            faulty |= {path.stem, *_written_id(document)}
            continue
        if form.id in forms:
            what = f"Skemaet »{form.id}« findes også i {names[form.id]}."
            found.problems.append(document.problem(("id",), what, "Giv det ene et andet id."))
        found.problems += form_problems(document, form)
        forms[form.id], names[form.id] = form, name
    return forms, faulty


def _written_id(document: Document | None) -> set[str]:
    data = document.data if document else None
    return {str(data["id"])} if isinstance(data, dict) and "id" in data else set()


def _calendar(found: _Found) -> WorkingCalendar:
    if not (found.folder / "calendar.yaml").exists():
        return WorkingCalendar()
    document = found.document("calendar.yaml")
    calendar = found.model(document, document.data, WorkingCalendar) if document else None
    return calendar or WorkingCalendar()


def _texts(found: _Found, plan: Plan | None) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted((found.folder / "texts").glob("*.yaml")):
        document = found.document(f"texts/{path.name}")
        if document is None or plan is None:
            continue
        found.problems += text_problems(document, plan, texts)
        texts |= document.data if isinstance(document.data, dict) else {}
    return texts


def check_texts(plan: Plan, files: Mapping[str, str]) -> None:
    """Raises PlanInvalid when files of texts speak of activities that the plan has not."""
    problems: list[Problem] = []
    for name, text in files.items():
        if name.startswith("texts/"):
            document = parse_yaml(text, name, problems)
            problems += text_problems(document, _wordless(plan), {})
    if problems:
        raise PlanInvalid(problems)


def _wordless(plan: Plan) -> Plan:
    """The plan as it is without the texts that lie beside it."""
    none = {"text": ""}
    activities = tuple(each.model_copy(update=none) for each in plan.activities)
    later = tuple(each.model_copy(update=none) for each in plan.later)
    return plan.model_copy(update={"activities": activities, "later": later})


def text_problems(document: Document, plan: Plan, before: Mapping[str, str]) -> list[Problem]:
    """What is wrong with a file of texts beside a plan; `before` are those of other files."""
    if not isinstance(document.data, dict):
        return [document.problem((), "Filen skal have »aktivitet: tekst« på hver linje.")]
    steps = (*plan.activities, *plan.later)
    known = [step.id for step in steps]
    own = {step.id for step in steps if step.text}
    problems = []
    for key, text in document.data.items():
        if key not in known:
            what = f"Aktiviteten »{key}« findes ikke i planen."
            problems.append(document.problem((key,), what, nearest(key, known)))
        elif key in before or key in own:
            what = f"Aktiviteten »{key}« har allerede en tekst."
            problems.append(document.problem((key,), what, "Behold kun den ene."))
        if not isinstance(text, str) or len(text) > LONGEST_TEXT:
            what = f"Teksten til »{key}« er ikke en tekst på højst {format_count(LONGEST_TEXT)} tegn."
            problems.append(document.problem((key,), what, "Skriv nogle få sætninger."))
    return problems


def _with_texts(plan: Plan, texts: Mapping[str, str]) -> Plan:
    def told(each: AnyStep) -> AnyStep:
        return each.model_copy(update={"text": texts.get(each.id, each.text)})

    activities, later = tuple(map(told, plan.activities)), tuple(map(told, plan.later))
    return plan.model_copy(update={"activities": activities, "later": later})
