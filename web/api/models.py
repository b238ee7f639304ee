"""What the API answers with: Danish names, as in the packages of cases; states as `docs/states.md` has them.

Days are local dates, instants are UTC.
"""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from cycle.goals.tables import GoalLevel, GoalOrigin
from cycle.organisation.tables import Ownership
from cycle.plan.model import PlanKind
from cycle.tasks.overview import Standing
from cycle.tasks.states import Channel, OccurrenceState, SubmissionKind, TaskState, Timeliness


class Shown(BaseModel):
    """Something the API shows."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Page(Shown):
    """A page of a list: `naeste` is given as `fra` for the page after it; without one this is the last."""

    naeste: str | None


class Year(Shown):
    """A plan in one year, or a process."""

    id: int
    plan: str
    aar: int
    titel: str
    art: PlanKind
    kommune: str


class Years(Page):
    """Years, the newest first."""

    aarshjul: list[Year]


class UnitShown(Shown):
    """A unit of the organisation; `lukker` is its last day."""

    id: str
    overordnet: str | None
    navn: str
    art: str
    omraade: str
    distrikt: str
    ejerform: Ownership
    postnummer: str
    aabner: date | None
    lukker: date | None


class Units(Page):
    """Units, those above before those below."""

    enheder: list[UnitShown]


class Counted(Shown):
    """How many posts owe an answer, how many have given it, and how many of the others are late."""

    skal_svare: int
    har_svaret: int
    mangler: int
    over_fristen: int
    fritaget: int


class ActivityShown(Shown):
    """An activity of a year. `lukker` is the last day on which answers are taken; `kanSes`: has a page."""

    id: int
    aarshjul: int
    aktivitet: str
    titel: str
    flow: str
    vedroerer_aar: int
    aabner: date
    frist: date
    lukker: date
    tilstand: OccurrenceState
    status: Standing
    fortrolig: bool
    kan_ses: bool
    antal: Counted


class Activities(Page):
    """The activities of a year in the order in which they open."""

    aktiviteter: list[ActivityShown]


class TaskShown(Shown):
    """What one post owes. `tilTiden` is reckoned today; `modtaget`: when the first that counts came."""

    id: int
    enhed: str
    enhedsnavn: str
    art: str
    omraade: str
    distrikt: str
    post: str
    emne: str
    tilstand: TaskState
    frist: date
    oprindelig_frist: date
    til_tiden: Timeliness
    modtaget: datetime | None
    intet_at_bemaerke: bool
    afventer_godkendelse: bool
    udgave: int


class Tasks(Page):
    """What the units owe in an activity."""

    opgaver: list[TaskShown]


class AnswerShown(Shown):
    """The newest version of an answer. `svar` is by the field's id, as the form of that version asks.

    `raekker` tells what the rows of its groups are about, by the field's id and the row: of a goal its letter
    and title.
    """

    opgave: int
    enhed: str
    post: str
    emne: str
    udgave: int
    slags: SubmissionKind
    modtaget: datetime
    efter_lukning: bool
    kanal: Channel
    skema: str
    skemaudgave: int | None
    svar: dict[str, Any]
    raekker: dict[str, dict[str, str]]


class Answers(Page):
    """The answers of an activity."""

    besvarelser: list[AnswerShown]


class TimelinessShown(Shown):
    """How many posts of one area, district and kind of unit stand how in an activity."""

    omraade: str
    distrikt: str
    art: str
    forventet: int
    modtaget: int
    til_tiden: int
    til_tiden_efter_forlaengelse: int
    for_sent: int
    mangler: int
    fritaget: int


class TimelinessList(Page):
    """Timeliness in an activity."""

    rettidighed: list[TimelinessShown]


class IndicatorShown(Shown):
    """What a goal is measured by. Numbers are decimals as text; `udgangspunkt` is left out where hidden."""

    navn: str
    enhed: str
    regel: str
    udgangspunkt: str | None
    maaltal: str | None
    fra: str | None
    til: str | None


class GoalShown(Shown):
    """A goal above the units' own. `noegle` is the same from year to year; `under` is the goal it serves."""

    id: int
    noegle: str
    under: str
    aar: int
    niveau: GoalLevel
    omraade: str
    kode: str
    titel: str
    beskrivelse: str
    kommer_fra: GoalOrigin
    maaling: IndicatorShown | None


class Goals(Page):
    """The goals of a year."""

    maal: list[GoalShown]


class GoalPeriod(Shown):
    """How the units stood on a goal in one report: null is not told, fewer than five could be somebody."""

    aktivitet: int
    titel: str
    lys: dict[str, int | None] = Field(description="grøn, gul, rød; uden svar er den tomme nøgle")
    naaet: int | None
    maalt: int | None


class GoalStatusShown(Shown):
    """A goal in the closed reports of its year, among the units that the account may see."""

    maal: int
    perioder: list[GoalPeriod]


class Fault(BaseModel):
    """What went wrong (RFC 9457), in the account's language."""

    type: str
    title: str
    status: int
    detail: str
    problems: list[dict[str, str]] = []
