"""What of the store an account may reach, asked the same way by every page of the room."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlmodel import Session

from cycle.access.rules import Thing, Verb, allowed, visible_paths
from cycle.access.sessions import SignedIn
from cycle.errors import NotAllowed, NotFound
from cycle.organisation.tables import Unit
from cycle.plan.model import Activity, Step
from cycle.tasks.moves import get_occurrence, get_task
from cycle.tasks.releases import is_released
from cycle.tasks.tables import Occurrence, Task
from cycle.tasks.titles import english_titles
from web.session import grant, require


def roots_for(actor: SignedIn, verb: Verb) -> tuple[str, ...]:
    """The municipalities in all of which the account may do this. Raises NotAllowed when in none."""
    roots = {grant.root_id for grant in actor.grants}
    found = sorted(root for root in roots if allowed(actor.grants, verb, Thing.ORDINARY, f"/{root}/"))
    if not found:
        raise NotAllowed(verb.value, "")
    grant(actor, verb.value)
    return tuple(found)


@dataclass(frozen=True)
class Reach:
    """An occurrence as an account may see it: `paths` are the units whose answers it may read."""

    occurrence: Occurrence
    activity: Activity
    thing: Thing
    actor: SignedIn

    @property
    def root_path(self) -> str:
        """The path of the municipality."""
        return f"/{self.occurrence.root_id}/"

    @property
    def paths(self) -> tuple[str, ...]:
        """Where answers may be read."""
        return self.paths_for(Verb.SEE_UNIT)

    def paths_for(self, verb: Verb) -> tuple[str, ...]:
        """Where the account may do this, inside the occurrence's municipality."""
        return tuple(
            p for p in visible_paths(self.actor.grants, verb, self.thing) if _inside(p, self.root_path)
        )

    def may(self, verb: Verb) -> bool:
        """Whether the account may do this in the whole municipality."""
        return allowed(self.actor.grants, verb, self.thing, self.root_path)


def reach(session: Session, actor: SignedIn, occurrence_id: int, verb: Verb) -> Reach:
    """The occurrence, when the account may do this to it. Raises NotFound, NotAllowed."""
    occurrence = get_occurrence(session, occurrence_id)
    found = Reach(occurrence, (activity := activity_of(occurrence)), _thing(activity), actor)
    require(actor, verb, found.root_path, found.thing)
    return found


def reach_at(
    session: Session, actor: SignedIn, occurrence_id: int, verb: Verb, paths: Iterable[str]
) -> Reach:
    """The occurrence, when the account may do this in the municipality or at one of these units.

    Raises NotFound, NotAllowed.
    """
    occurrence = get_occurrence(session, occurrence_id)
    found = Reach(occurrence, (activity := activity_of(occurrence)), _thing(activity), actor)
    at = (path for path in paths if allowed(actor.grants, verb, found.thing, path))
    require(actor, verb, next(at, found.root_path), found.thing)
    return found


def reach_any(session: Session, actor: SignedIn, occurrence_id: int, verbs: Iterable[Verb]) -> None:
    """Raises NotFound, and NotAllowed unless the account may do one of these things to the occurrence."""
    for verb in (wanted := tuple(verbs)):
        with suppress(NotAllowed):
            reach(session, actor, occurrence_id, verb)
            return
    raise NotAllowed(" or ".join(wanted), f"occurrence {occurrence_id}")


def reach_released(session: Session, actor: SignedIn, occurrence_id: int) -> Reach:
    """The occurrence for its roll-up: as it stands, or (for the committee) as it was released."""
    occurrence = get_occurrence(session, occurrence_id)
    activity = activity_of(occurrence)
    thing = _thing(activity)
    if not allowed(actor.grants, Verb.SEE_ACTIVITY, thing, f"/{occurrence.root_id}/"):
        thing = Thing.RELEASED
        require(actor, Verb.SEE_ACTIVITY, f"/{occurrence.root_id}/", thing)
        if activity.confidential or not is_released(session, occurrence_id):
            raise NotFound("release", occurrence_id)
    return Reach(occurrence, activity, thing, actor)


@dataclass(frozen=True)
class TaskReach:
    """A task as an account may see it."""

    task: Task
    unit: Unit
    occurrence: Occurrence
    activity: Activity
    thing: Thing
    actor: SignedIn

    def may(self, verb: Verb) -> bool:
        """Whether the account may do this to the task."""
        return allowed(self.actor.grants, verb, self.thing, self.unit.path)


def reach_task(session: Session, actor: SignedIn, task_id: int, *verbs: Verb) -> TaskReach:
    """The task, when the account may do all of this to it. Raises NotFound, NotAllowed."""
    task = get_task(session, task_id)
    unit = session.get_one(Unit, task.unit_id)
    occurrence = get_occurrence(session, task.occurrence_id)
    activity = activity_of(occurrence)
    for verb in verbs:
        require(actor, verb, unit.path, _thing(activity))
    return TaskReach(task, unit, occurrence, activity, _thing(activity), actor)


def activity_of(occurrence: Occurrence) -> Activity:
    """The activity as it was frozen in the occurrence."""
    return Activity.model_validate_json(occurrence.activity)


def title_of(activity: Step, language: str) -> str:
    """The activity's title in the reader's language, Danish when there is no other."""
    return (activity.title_en if language == "en" else "") or activity.title


def titles_in(session: Session, language: str, occurrence_ids: Iterable[int]) -> dict[int, str]:
    """Titles that differ from the Danish ones the store has: the English ones, on an English page."""
    return english_titles(session, occurrence_ids) if language == "en" else {}


def _thing(activity: Activity) -> Thing:
    return Thing.CONFIDENTIAL if activity.confidential else Thing.ORDINARY


def _inside(path: str, root_path: str) -> bool:
    return path.startswith(root_path)


def root_paths(root_ids: Sequence[str]) -> tuple[str, ...]:
    """The paths of municipalities."""
    return tuple(f"/{root}/" for root in root_ids)
