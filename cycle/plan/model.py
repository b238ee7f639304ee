"""A plan as frozen data: what should happen in a year, who owes what, who is reminded when.

The same classes give the JSON Schema that editors use (`aarshjul plan schema`). Dates are phrases
(see `cycle.plan.reading` and docs/dates.md), resolved to local dates by `cycle.plan.resolve`. Nothing here
reads a file.
"""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from cycle.calendar import Move
from cycle.plan.figure_rules import FigureRules
from cycle.plan.frozen import Frozen, Slug
from cycle.plan.gatherings import Meetings
from cycle.plan.kle import Kle
from cycle.plan.period import Period


class Confidence(StrEnum):
    """How sure the plan is of a date. Anything but `certain` is shown beside it."""

    CERTAIN = "certain"
    INFERRED = "inferred"
    UNCERTAIN = "uncertain"


class PlanKind(StrEnum):
    """Whether a plan recurs every year or runs once."""

    WHEEL = "wheel"
    PROCESS = "process"


class FlowName(StrEnum):
    """The flows a plan may name (DESIGN, "Flows")."""

    BUDGET_CALL = "budget_call"
    AGREEMENT_SIGNING = "agreement_signing"
    QUARTERLY_REPORT = "quarterly_report"
    STRATEGY_REVISION = "strategy_revision"
    ANNUAL_ACCOUNTS = "annual_accounts"
    FRAME_APPROVAL = "frame_approval"
    FRAME_REPORT = "frame_report"
    RESULTS_DIALOGUE = "results_dialogue"
    MEETING_SERIES = "meeting_series"
    PROCESS_STEP = "process_step"
    REPORT = "report"


class Ring(StrEnum):
    """The two rings of the wheel (seed 004 I)."""

    PLANNING = "planlægningsår"
    FOLLOW_UP = "opfølgningsår"


class When(Frozen):
    """One date of a window: a phrase, and what to do when it lands on a closed day.

    `date` is a Danish phrase ("20. april", "ultimo maj", "uge 39", "sidste arbejdsdag i april") or a
    relation ("10 arbejdsdage efter kvartalsrapport-1 due", "8 arbejdsdage før dagsorden BUU 2027-05-12").
    `printed` is the source document's own wording when it differs or cannot be decided.
    """

    date: str
    move: Move = Move.KEEP
    confidence: Confidence = Confidence.CERTAIN
    printed: str = ""


class Window(Frozen):
    """When an activity opens, is due (last day to answer, inclusive) and closes (last day taken)."""

    opens: When
    due: When
    closes: When | None = None


class Audience(Frozen):
    """Which posts owe an answer: units chosen by every given criterion, and the role asked there."""

    kinds: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    ownership: tuple[Literal["kommunal", "selvejende"], ...] = ()
    units: tuple[str, ...] = ()
    except_units: tuple[str, ...] = ()
    role: str = "leder"


class ReminderKind(StrEnum):
    """What a rule says to whom. `opens` is the first mail about a task."""

    OPENS = "opens"
    BEFORE = "before"
    ON = "on"
    AFTER = "after"
    ESCALATE = "escalate"


class ReminderRule(Frozen):
    """One step or a repeated series of steps, counted from the task's deadline.

    `id` is stable: changing the offset keeps it, and no step already decided is repeated. `offset` is in
    days, or in working days when `working_days`. `every` (same unit as the offset) and `at_most` make a
    series. Escalation goes to the nearest superior, the others to the post itself.
    """

    id: Slug
    kind: ReminderKind
    offset: int = Field(default=0, ge=0, le=365)
    working_days: bool = False
    every: int = Field(default=0, ge=0, le=365)
    at_most: int = Field(default=1, ge=1, le=20)
    move: Move = Move.EARLIER


class StageKind(StrEnum):
    """What a step after the units' own answers is."""

    CONSOLIDATE = "consolidate"
    RELEASE = "release"
    NEGOTIATE = "negotiate"
    APPROVE = "approve"
    SIGN = "sign"
    TAKE_IN = "take_in"


class Stage(Frozen):
    """A step after the units' own answers.

    `consolidate` and `release` are owed by the posts of `audience`, each for the units below it; such a
    stage opens at a post when everything below is done, or on the day after the date before it. `take_in` is
    owed by its `audience` when a strategy is adopted, until its goals are in the tree. `negotiate`, `approve`
    and `sign` are owed once per unit by the post `by` names ("leder", "nærmeste leder", or the role of a post
    above; with `at: unit` a post of the unit itself), in the order of the plan. `unit_kinds` and `ownership`
    keep such a step to some units: in a self-governing unit the board's chair signs too.
    """

    id: Slug
    title: str
    title_en: str = ""
    kind: StageKind = StageKind.CONSOLIDATE
    audience: Audience | None = None
    by: str = ""
    at: Literal["above", "unit"] = "above"
    unit_kinds: tuple[str, ...] = ()
    ownership: tuple[Literal["kommunal", "selvejende"], ...] = ()
    due: When
    form: Slug | None = None

    def is_for(self, kind: str, ownership: str) -> bool:
        """Whether a unit of this kind and ownership takes the step."""
        of_kind = not self.unit_kinds or kind in self.unit_kinds
        return of_kind and (not self.ownership or ownership in self.ownership)


class PreparationRules(Frozen):
    """What the two parties of a results dialogue may write for each other before it.

    `form` is one marked `confidential: parties`. `erased` is the local date from which nothing is left.
    """

    form: Slug
    erased: When


class Step(Frozen):
    """What an entry of a plan is about, whatever its dates. `concerns`: see `Activity`.

    `work`, `results`, `participants` and `responsible` are a process's own words: bodies and roles that
    need no account. `track` is the track it belongs to; `planned_in` the step that gives it its dates,
    `prepared_in` the activity in which it was prepared. A meeting is called by the post of its `audience`
    for its `members`; `meetings` says how many and when. `kle` and `case_number` say where its documents
    are filed (KL Emnesystematik).
    """

    id: Slug
    title: str
    title_en: str = ""
    flow: FlowName
    ring: Ring | None = None
    concerns: Literal[-1, 0, 1] = 0
    audience: Audience
    form: Slug | None = None
    approval: tuple[str, ...] = ()
    review_days: int = Field(default=5, ge=1, le=60)
    return_days: int = Field(default=5, ge=1, le=60)
    stages: tuple[Stage, ...] = ()
    reminders: tuple[ReminderRule, ...] | None = None
    figures: FigureRules | None = None
    preparation: PreparationRules | None = None
    period: Period = Period()
    confidential: bool = False
    kle: Kle = ""
    case_number: str = ""
    body: str = ""
    text: str = ""
    source: str = ""
    track: Slug | None = None
    work: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    responsible: tuple[str, ...] = ()
    planned_in: Slug | None = None
    members: Audience | None = None
    place: str = ""
    prepared_in: Slug | None = None
    meetings: Meetings | None = None


class Activity(Step):
    """One dated entry of a plan. `concerns` is the year it is about, from the calendar year it opens in."""

    window: Window


class LaterStep(Step):
    """A step that is known, but not its dates: they are given in the step `planned_in` (seed 004 D)."""

    planned_in: Slug


class Track(Frozen):
    """What several steps of a process have in common: a block, phase or track.

    One that runs `across` lies beside all others (seed 004 K).
    """

    id: Slug
    title: str
    title_en: str = ""
    purpose: str = ""
    across: bool = False


DEFAULT_REMINDERS: tuple[ReminderRule, ...] = (
    ReminderRule(id="aabner", kind=ReminderKind.OPENS, move=Move.LATER),
    ReminderRule(id="foer-14", kind=ReminderKind.BEFORE, offset=14),
    ReminderRule(id="foer-5", kind=ReminderKind.BEFORE, offset=5, working_days=True),
    ReminderRule(id="paa-dagen", kind=ReminderKind.ON),
    ReminderRule(
        id="efter", kind=ReminderKind.AFTER, offset=2, working_days=True, every=5, at_most=3, move=Move.LATER
    ),
    ReminderRule(id="leder", kind=ReminderKind.ESCALATE, offset=5, working_days=True, move=Move.LATER),
)


class Plan(Frozen):
    """A `wheel` recurs every year, a `process` runs once on fixed dates, `later` steps on dates yet to come.

    `starts` is the month the year begins in (8 for a school year). `municipality` is the root unit's id.
    `purpose` says what the plan is there for, in the source's sentences.
    """

    kind: PlanKind
    id: Slug
    title: str
    title_en: str = ""
    municipality: str
    starts: int = Field(default=1, ge=1, le=12)
    purpose: tuple[str, ...] = ()
    source: str = ""
    reminders: tuple[ReminderRule, ...] = DEFAULT_REMINDERS
    activities: tuple[Activity, ...]
    tracks: tuple[Track, ...] = ()
    later: tuple[LaterStep, ...] = ()

    def activity(self, activity_id: str) -> Activity:
        """The activity with this id. Raises KeyError."""
        for activity in self.activities:
            if activity.id == activity_id:
                return activity
        raise KeyError(activity_id)

    def rules_for(self, activity: Activity) -> tuple[ReminderRule, ...]:
        """The activity's own reminder rules, else the plan's."""
        return self.reminders if activity.reminders is None else activity.reminders
