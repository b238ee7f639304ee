"""A step's meetings as they are proposed when it opens: on the plan's days, with the plan's participants."""

from collections.abc import Sequence

from sqlmodel import Session

from cycle.calendar import WorkingCalendar
from cycle.gatherings.reading import of_occurrence
from cycle.gatherings.tables import Gathering, GatheringParticipant
from cycle.organisation.directory import Directory
from cycle.plan.gatherings import Meetings, proposed_days
from cycle.plan.model import Activity, FlowName
from cycle.tasks.tables import Occurrence


def propose(
    session: Session,
    occurrence: Occurrence,
    activity: Activity,
    directory: Directory,
    calendar: WorkingCalendar,
) -> Sequence[Gathering]:
    """The occurrence's meetings, written when there are none yet. Nobody is told of them. Safe to repeat."""
    assert occurrence.id is not None
    found, wanted = of_occurrence(session, occurrence.id), held_by(activity)
    if found or wanted is None:
        return found
    opens_on = calendar.local_date(occurrence.opens_at)
    days = proposed_days(wanted.count, opens_on, occurrence.due_on, calendar)
    begins, ends = wanted.from_to
    made = [
        Gathering(
            root_id=occurrence.root_id,
            occurrence_id=occurrence.id,
            number=number,
            title=title_of(activity, wanted, number),
            place=activity.place,
            starts_at=calendar.instant(day, begins),
            ends_at=calendar.instant(day, ends),
            agenda=list(activity.work) if _is_meeting(activity) else [],
        )
        for number, day in enumerate(days, start=1)
    ]
    session.add_all(made)
    session.flush()
    for gathering in made:
        session.add_all(_participants(gathering, activity, directory))
    session.flush()
    return made


def held_by(activity: Activity) -> Meetings | None:
    """The meetings the step holds: a meeting series has one where the plan does not say."""
    if activity.meetings is None and _is_meeting(activity):
        return Meetings()
    return activity.meetings


def title_of(activity: Activity, wanted: Meetings, number: int) -> str:
    """ "1. heldagsmøde"; the step's own title for its only meeting that has no name of its own."""
    name = wanted.title or activity.title
    return name if wanted.count == 1 else f"{number}. {name[:1].lower()}{name[1:]}"


def participant_rows(activity: Activity, directory: Directory) -> list[dict[str, str]]:
    """The participants as rows of a form: the posts of the members as they are on the day, then the bodies
    and roles that the plan names.
    """
    return [{"row": key, "label": name} for key, name, _ in _named(activity, directory)]


def _participants(
    gathering: Gathering, activity: Activity, directory: Directory
) -> list[GatheringParticipant]:
    return [
        GatheringParticipant(
            gathering_id=gathering.id or 0,
            key=key,
            name=name,
            unit_id=post[0] if post else None,
            role=post[1] if post else "",
        )
        for key, name, post in _named(activity, directory)
    ]


def _is_meeting(activity: Activity) -> bool:
    """Whether the step is the meeting, its work the agenda; in another the meetings are part of it."""
    return activity.flow is FlowName.MEETING_SERIES


def _named(activity: Activity, directory: Directory) -> list[tuple[str, str, tuple[str, str] | None]]:
    posts = directory.posts(activity.members) if activity.members is not None else []
    named: list[tuple[str, tuple[str, str] | None]] = [
        (f"{directory.units[unit_id].name}, {role}", (unit_id, role)) for unit_id, role in posts
    ]
    named += [(name, None) for name in activity.participants if _is_meeting(activity)]
    return [(f"deltager-{number}", name, post) for number, (name, post) in enumerate(named, start=1)]
