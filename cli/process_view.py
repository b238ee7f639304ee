"""A process for people: its tracks, each step with who, what comes of it and when."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from cli.plan_words import grouped, shown
from cli.wording import english, say
from config.loader import LoadedPlan
from cycle.plan.model import Step
from cycle.plan.resolved import ResolvedActivity


def process_facts(step: Step) -> dict[str, Any]:
    """What a process says of a step beside its dates, for scripts."""
    return {
        "track": step.track,
        "work": list(step.work),
        "results": list(step.results),
        "participants": list(step.participants),
        "responsible": list(step.responsible),
    }


def process_table(loaded: LoadedPlan, year: int, resolved: Iterable[ResolvedActivity]) -> Table:
    """The steps in order of opening, then those that get their dates on the way."""
    heading = (loaded.plan.title_en if english() else "") or loaded.plan.title
    table = Table(title=heading, title_justify="left", show_lines=True)
    for key in ("step", "track"):
        table.add_column(say(key), overflow="fold")
    for key in ("opens", "due"):
        table.add_column(say(key), no_wrap=True)
    for key in ("who", "results", "notes"):
        table.add_column(say(key), overflow="fold")
    for each in resolved:
        step = loaded.plan.activity(each.activity_id)
        notes = grouped(each.notes_in("en" if english() else "da"))
        days = (shown(each.opens_on), shown(each.due_on))
        table.add_row(
            _title(step), _track(loaded, step), *days, _who(step), "\n".join(step.results), "\n".join(notes)
        )
    for later in loaded.plan.later:
        giver = _title(loaded.plan.activity(later.planned_in))
        told = say("dates given in", step=giver)
        table.add_row(
            _title(later), _track(loaded, later), "–", "–", _who(later), "\n".join(later.results), told
        )
    return table


def _title(step: Step) -> str:
    return (step.title_en if english() else "") or step.title


def _track(loaded: LoadedPlan, step: Step) -> str:
    found = [track for track in loaded.plan.tracks if track.id == step.track]
    return ((found[0].title_en if english() else "") or found[0].title) if found else ""


def _who(step: Step) -> str:
    return "\n".join([*step.responsible, *step.participants])
