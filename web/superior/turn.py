"""Whose turn a verdict is when it arrives: sent twice it is one, and an overtaken one says by what."""

from starlette.datastructures import FormData

from cycle.access.rules import Verb
from cycle.errors import Conflict, NotAllowed, NotNow
from cycle.tasks.states import TaskState, Verdict
from cycle.tasks.tables import Review
from web.faults import JUDGED, Refused
from web.plain import readable
from web.superior.scope import Case


def is_done(found: Case, sent: FormData, verdict: Verdict) -> bool:
    """Whether the same POST has been taken before and still holds: a later level undoes no approval."""
    last = found.last_verdict
    if last is not None and last.verdict is Verdict.APPROVED:
        own = (one for one in found.reviews if one.submission_id == found.newest_id and one.by == found.actor)
        last = next(own, None)
    if last is None or (last.verdict, last.by) != (verdict, found.actor):
        return False
    if not _same_version(found, sent) or _level(sent) != _level_before(found, last):
        return False
    return verdict is Verdict.APPROVED or last.reason == readable(sent.get("reason")).strip()


def check(found: Case, sent: FormData, verdict: Verdict) -> None:
    """Raises Refused when somebody has judged meanwhile, NotAllowed when the verdict is another's,
    NotNow when none is taken any more, Conflict when another version has come.
    """
    last = found.last_verdict
    moved = found.task.state is TaskState.RETURNED or _level(sent) != str(found.task.level)
    if last is not None and moved and _same_version(found, sent):
        raise Refused(JUDGED[last.verdict])
    may = found.may_approve if verdict is Verdict.APPROVED else found.is_judge
    if not found.is_judge or (found.takes_verdict and not may):
        raise NotAllowed(Verb.REVIEW.value, f"task {found.task_id}")
    if not _same_version(found, sent):
        raise Conflict("task", found.task_id, f"version {sent.get('version')}")
    if not found.takes_verdict:
        raise NotNow("task", found.task_id, found.task.state.value, verdict.value)


def _same_version(found: Case, sent: FormData) -> bool:
    version = found.submission.version if found.submission else 0
    return str(sent.get("version", "")) == str(version)


def _level(sent: FormData) -> str:
    return str(sent.get("level", ""))


def _level_before(found: Case, last: Review) -> str:
    """The level that the page showed to whoever gave the verdict."""
    if last.verdict is Verdict.APPROVED:
        return str(last.level - 1)
    approved = [one for one in found.reviews if one.submission_id == last.submission_id and one is not last]
    return str(max((one.level for one in approved), default=0))
