"""The budget call: each unit's own figures go out, proposals are gathered for the budget seminar."""

from sqlmodel import Session

from cycle.errors import ImportInvalid, Problem
from cycle.tasks.figures import figures_of
from cycle.tasks.overspend import open_follow_ups
from cycle.tasks.releases import release
from cycle.tasks.tables import Cycle
from flows import request
from flows.request import close_and_count, facts_of, open_for_audience
from flows.runtime import RunContext

advance = request.advance


def open(context: RunContext, occurrence_id: int) -> None:
    """Every unit gets its figures; who overspends more than the plan allows also has to explain it.

    Raises ImportInvalid while units of the audience have no figures: the run then stays red with that
    message and is tried again until they have been imported.
    """
    facts = facts_of(context, occurrence_id)
    with context.reading() as session:
        figures = figures_of(session, occurrence_id)
        year = session.get_one(Cycle, facts.occurrence.cycle_id).year
    lacking = [
        unit_id for unit_id, _ in facts.directory.posts(facts.activity.audience) if unit_id not in figures
    ]
    if lacking:
        raise ImportInvalid(
            [
                Problem(
                    facts.occurrence.title,
                    f"{len(lacking)} enheder mangler beløb, bl.a. {', '.join(lacking[:5])}.",
                    "Indlæs dem: aarshjul import figures FIL "
                    f"--year {year} --activity {facts.occurrence.activity_id}.",
                )
            ]
        )

    def explain(session: Session) -> None:
        context.count(follow_ups=open_follow_ups(session, facts.occurrence, figures, now=context.now))

    open_for_audience(context, facts, before=explain)


def close(context: RunContext, occurrence_id: int) -> None:
    """Closes and keeps the gathered proposals as the seminar's version 1."""

    def gathered(session: Session) -> None:
        release(session, occurrence_id, by="engine", now=context.now, why="Samlet til budgetseminaret")

    close_and_count(context, occurrence_id, also=gathered)
