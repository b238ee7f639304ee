"""A task's file: every version of its answer, its verdicts, extensions and recorded changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from cycle.access.tables import Account
from cycle.history import History
from cycle.organisation.tables import Person
from cycle.tasks.tables import Extension, Review, Submission


@dataclass(frozen=True)
class TaskFile:
    """Everything kept about a task, oldest first."""

    submissions: Sequence[Submission]
    reviews: Sequence[Review]
    extensions: Sequence[Extension]
    changes: Sequence[History]

    def reasons_for(self, submission: Submission) -> dict[str, str]:
        """What was said about single questions when this version was sent back, by question."""
        return reasons_for(self.reviews, submission)


def reasons_for(reviews: Iterable[Review], submission: Submission | None) -> dict[str, str]:
    """The reasons by question that the reviews give one version; the newest word counts."""
    found: dict[str, str] = {}
    for review in sorted(reviews, key=lambda review: review.id or 0):
        if submission is not None and review.submission_id == submission.id:
            found |= review.field_reasons
    return found


def task_file(session: Session, task_id: int) -> TaskFile:
    """Reads the task's file."""
    submissions = session.exec(
        select(Submission).where(Submission.task_id == task_id).order_by(col(Submission.version))
    ).all()
    reviews = session.exec(
        select(Review)
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(Submission.task_id == task_id)
        .order_by(col(Review.id))
    ).all()
    extensions = session.exec(
        select(Extension).where(Extension.task_id == task_id).order_by(col(Extension.id))
    ).all()
    changes = session.exec(
        select(History).where(History.thing == f"task:{task_id}").order_by(col(History.id))
    ).all()
    return TaskFile(submissions, reviews, extensions, changes)


def actor_names(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """The names behind "account:5" and "person:12"; others are left out."""
    numbers: dict[str, set[int]] = {"account": set(), "person": set()}
    for actor in actors:
        kind, _, number = actor.partition(":")
        if kind in numbers and number.isdigit():
            numbers[kind].add(int(number))
    accounts = session.exec(select(Account.id, Account.name).where(col(Account.id).in_(numbers["account"])))
    people = session.exec(select(Person.id, Person.name).where(col(Person.id).in_(numbers["person"])))
    return {f"account:{id_}": name for id_, name in accounts} | {
        f"person:{id_}": name for id_, name in people
    }
