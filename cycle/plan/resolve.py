"""From a plan and a year to real dates.

A cycle of year Y runs from the 1st of the plan's `starts` month in Y for twelve months; an activity opens
in it, and `concerns` says which year it is about, counted from the year it opens in (a school year: from
the school year). So in the wheel of 2027 the planning that concerns +1 is for 2028, and the accounts that
concern -1 are those of 2026. A window may cross New Year: a due or closing date without a year is the
first one on or after the date before it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise

from cycle.calendar import WorkingCalendar
from cycle.danish import format_date
from cycle.errors import PlanInvalid, Problem
from cycle.plan.certain import counted_from
from cycle.plan.meetings import MeetingDay, find_meeting
from cycle.plan.model import Activity, Confidence, Plan, PlanKind, When
from cycle.plan.moments import Moment, Span, cycle_year, place, wrong
from cycle.plan.order import Graph, Node, add_floors, depends_on, floor_of, in_order, line_of
from cycle.plan.reading import certainty, parse
from cycle.plan.relations import MeetingDate, NamedDate, OwnDate, Phrase, Point, Relation
from cycle.plan.resolved import ResolvedActivity, ResolvedDate

__all__ = ["ResolvedActivity", "resolve", "whens"]

DEFAULT_CLOSING_WORKING_DAYS = 5
LONGEST_ROLL = timedelta(days=245)
"""A date that would have to go to the next year and then lie further off than this was mistyped."""
EARLIEST_OPENING = timedelta(days=92)
"""An activity may be counted back to at most this long before its cycle begins."""
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""The years of any command; the public holidays of later years are not known."""


def resolve(
    plan: Plan, year: int, calendar: WorkingCalendar, meetings: Mapping[str, Sequence[MeetingDay]]
) -> dict[str, ResolvedActivity]:
    """The local dates of every activity of the plan in the cycle of `year`, by activity id.

    Without a closing date an activity closes 5 working days after its due date or its last stage's.
    Raises PlanInvalid with every problem: unreadable phrases, unknown activities and meetings, circular
    dependencies, windows out of order, dates outside the cycle. A problem's `where` is the path from the
    activity's id: "kvartalsrapport-1.window.due", "kvartalsrapport-1.stages.omraade.due".
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise wrong(
            f"Året {year} kan ikke bruges.", f"Skriv et år fra {FIRST_YEAR} til {LAST_YEAR}.", plan.id
        )
    return _Resolver(plan, year, calendar, meetings).run()


def whens(activity: Activity) -> Iterator[tuple[Node, When]]:
    """Every date the activity's plan gives, with the place it stands in."""
    yield Node(activity.id, Point.OPENS), activity.window.opens
    yield Node(activity.id, Point.DUE), activity.window.due
    for stage in activity.stages:
        yield Node(activity.id, Point.DUE, stage.id), stage.due
    if activity.window.closes is not None:
        yield Node(activity.id, Point.CLOSES), activity.window.closes
    if activity.preparation is not None:
        yield Node(activity.id, Point.ERASED), activity.preparation.erased


class _Resolver:
    """The work of one `resolve`: what is read, what is known so far, what is wrong."""

    def __init__(
        self, plan: Plan, year: int, calendar: WorkingCalendar, meetings: Mapping[str, Sequence[MeetingDay]]
    ) -> None:
        self.plan, self.year, self.calendar, self.meetings = plan, year, calendar, meetings
        self.activities = {activity.id: activity for activity in plan.activities}
        self.whens = {node: when for activity in plan.activities for node, when in whens(activity)}
        self.phrases: dict[Node, Phrase] = {}
        self.dates: dict[Node, ResolvedDate] = {}
        self.problems: list[Problem] = []

    def run(self) -> dict[str, ResolvedActivity]:
        self._check_ids()
        graph = self._graph()
        order, circles = in_order(add_floors(self.plan, graph))
        self.problems += circles
        for node in order:
            if graph[node] <= self.dates.keys():
                with self._noting(node):
                    self.dates[node] = self._date(node)
        for activity in self.plan.activities:
            self._check_window(activity)
        if self.problems:
            order_of = {node.where: place for place, node in enumerate(self.whens)}
            raise PlanInvalid(sorted(self.problems, key=lambda each: order_of.get(each.where, 0)))
        return {activity.id: self._resolved(activity) for activity in self.plan.activities}

    @contextmanager
    def _noting(self, node: Node) -> Iterator[None]:
        """Keeps what is wrong with this date, and lets the work go on with the others."""
        try:
            yield
        except PlanInvalid as error:
            faults = error.problems
            self.problems += [Problem(each.where or node.where, each.what, each.cure) for each in faults]

    def _check_ids(self) -> None:
        ids = [activity.id for activity in self.plan.activities]
        for twice in sorted({each for each in ids if ids.count(each) > 1}):
            self.problems.append(Problem(twice, "To aktiviteter har samme id.", "Giv den ene et andet id."))
        for activity in self.plan.activities:
            stages = [stage.id for stage in activity.stages]
            for twice in sorted({each for each in stages if stages.count(each) > 1}):
                where = f"{activity.id}.stages.{twice}"
                self.problems.append(Problem(where, "To trin har samme id.", "Giv det ene et andet id."))
        if self.problems:
            raise PlanInvalid(self.problems)

    def _graph(self) -> Graph:
        """What each readable date counts from; an unreadable one is a problem and is left out."""
        graph: Graph = {}
        for node, when in self.whens.items():
            with self._noting(node):
                phrase = self.phrases[node] = parse(when.date, node.where)
                needed = depends_on(self.plan, node, phrase)
                graph[node] = {needed} if needed else set()
        for activity in self.plan.activities:
            closes = Node(activity.id, Point.CLOSES)
            floor = floor_of(activity, closes)
            if closes not in self.whens and floor is not None:
                graph[closes] = {floor}
        return graph

    def _date(self, node: Node) -> ResolvedDate:
        floor_node = floor_of(self.activities[node.activity], node)
        floor = self.dates[floor_node].on if floor_node in self.dates else None
        if node not in self.phrases:
            assert floor is not None  # the default closing waits for it
            on = self.calendar.add_working_days(floor, DEFAULT_CLOSING_WORKING_DAYS)
            return ResolvedDate(Point.CLOSES, "", on, on)
        phrase, when = self.phrases[node], self.whens[node]
        nominal = self._first_fitting(lambda year: self._day(node, phrase.meaning, year), floor)
        confidence, printed = self._certainty(node, when)
        on = self.calendar.move(nominal, when.move)
        return ResolvedDate(
            name=self._stage_title(node) if node.stage else node.point,
            phrase=phrase.text,
            nominal=nominal,
            on=on,
            confidence=confidence,
            printed=printed,
            closed=self.calendar.closed_days(nominal.year).get(nominal, "") if on != nominal else "",
        )

    def _certainty(self, node: Node, when: When) -> tuple[Confidence, str]:
        needed = depends_on(self.plan, node, self.phrases[node])
        if needed is None:
            return certainty(when)
        anchor = self.dates[needed]
        return counted_from(when, (anchor.confidence, anchor.printed or anchor.phrase))

    def _stage_title(self, node: Node) -> str:
        return next(stage.title for stage in self.activities[node.activity].stages if stage.id == node.stage)

    def _first_fitting(self, dated: Callable[[int], date], floor: date | None) -> date:
        """The date in the cycle, or in the next when only that one lies on or after `floor`."""
        if floor is None:
            return dated(self.year)
        year = cycle_year(floor, self.plan.starts)
        refused = None
        try:
            first = dated(year)
        except PlanInvalid as error:
            first, refused = date.min, error
        if first >= floor:
            return first
        later = _or_none(dated, year + 1)
        if later is not None and floor <= later <= floor + LONGEST_ROLL:
            return later
        if refused is not None:
            raise refused
        return first

    def _day(self, node: Node, meaning: Moment | Relation, year: int) -> date:
        opening = node.point is Point.OPENS
        if not isinstance(meaning, Relation):
            span = self._place(meaning, year)
            return span.first if opening else span.last
        backwards = meaning.count < 0 or (meaning.count == 0 and opening)
        span = self._anchor(node, meaning, year)
        return meaning.from_day(span.first if backwards else span.last, self.calendar)

    def _anchor(self, node: Node, relation: Relation, year: int) -> Span:
        anchor = relation.anchor
        if isinstance(anchor, MeetingDate):
            day = find_meeting(anchor, self.meetings, year, self.plan.starts, self.calendar)
            return Span(day, day)
        if isinstance(anchor, OwnDate | NamedDate):
            needed = depends_on(self.plan, node, self.phrases[node])
            assert needed is not None
            return Span(self.dates[needed].on, self.dates[needed].on)
        return self._place(anchor, year)

    def _place(self, moment: Moment, year: int) -> Span:
        return place(moment, year, self.plan.starts, self.calendar)

    def _check_window(self, activity: Activity) -> None:
        line = [node for node in line_of(activity) if node in self.dates]
        for before, after in pairwise(line):
            if self.dates[after].on < self.dates[before].on:
                self.problems.append(self._disorder(before, after))
        if self.plan.kind is PlanKind.WHEEL and Node(activity.id, Point.OPENS) in self.dates:
            self._check_year(activity)

    def _disorder(self, before: Node, after: Node) -> Problem:
        late, early = format_date(self.dates[before].on), format_date(self.dates[after].on)
        verbs = {Point.OPENS: "åbner", Point.DUE: "har frist", Point.CLOSES: "lukker"}
        verbs[Point.ERASED] = "sletter forberedelser"
        firsts = {Point.OPENS: "åbner først", Point.DUE: "har først frist", Point.CLOSES: "lukker først"}
        of_after, of_before = (f"trinnet {n.stage}" if n.stage else "aktiviteten" for n in (after, before))
        other = "" if of_before == of_after else f"{of_before} "
        what = f"{of_after} {verbs[after.point]} {early}, men {other}{firsts[before.point]} {late}."
        return Problem(after.where, what[0].upper() + what[1:], "Ret en af datoerne, eller skriv årstal.")

    def _check_year(self, activity: Activity) -> None:
        node = Node(activity.id, Point.OPENS)
        on, begin = self.dates[node].nominal, date(self.year, self.plan.starts, 1)
        if not begin - EARLIEST_OPENING <= on < date(self.year + 1, self.plan.starts, 1):
            what = f"Åbner {format_date(on)}, men årshjulet er {self.year}."
            self.problems.append(Problem(node.where, what, "Skriv datoen uden årstal, eller ret afstanden."))

    def _resolved(self, activity: Activity) -> ResolvedActivity:
        window = (Point.OPENS, Point.DUE, Point.CLOSES)
        opens, due, closes = (self.dates[Node(activity.id, point)] for point in window)
        erased = self.dates.get(Node(activity.id, Point.ERASED))
        stages = {stage.id: self.dates[Node(activity.id, Point.DUE, stage.id)] for stage in activity.stages}
        return ResolvedActivity(
            activity_id=activity.id,
            opens_on=opens.on,
            due_on=due.on,
            closes_on=closes.on,
            stage_due={stage: each.on for stage, each in stages.items()},
            concerns_year=cycle_year(opens.nominal, self.plan.starts) + activity.concerns,
            dates=(opens, due, *stages.values(), closes, *([erased] if erased else [])),
            erased_on=erased.on if erased else None,
        )


def _or_none(dated: Callable[[int], date], year: int) -> date | None:
    try:
        return dated(year)
    except PlanInvalid:
        return None
