"""The changes of one post as lines to show: who follows whom."""

from collections.abc import Mapping

from cycle.organisation.leader_difference import LeaderChange, LeaderChanged
from cycle.organisation.snapshot import Post
from cycle.organisation.terms import ChangedTerm, NewTerm, PersonRef, StoredTerm, TermChanges

Names = Mapping[PersonRef, str]


def appointment_lines(root_id: str, post: Post, found: TermChanges, names: Names) -> list[LeaderChange]:
    """An appointment that follows one that ends is one line, *changed leader*."""
    leaving: list[ChangedTerm | StoredTerm] = [
        *found.ended,
        *found.removed,
        *(term for term in found.changed if term.valid_to and term.valid_to != term.term.valid_to),
    ]
    other = [term for term in found.changed if term not in leaving]
    lines = []
    for new in sorted(found.added, key=lambda term: term.valid_from):
        before = _name(leaving.pop(0), names) if leaving else ""
        what = LeaderChanged.LEADER_CHANGED if before else LeaderChanged.ADDED
        lines.append(_added(what, root_id, post, new, names, before))
    for gone in leaving:
        if isinstance(gone, ChangedTerm) and gone.row is not None:
            other.append(gone)
        else:
            lines.append(_ended(LeaderChanged.ENDED, root_id, post, gone, names))
    lines += [_dates(LeaderChanged.DATES_CHANGED, root_id, post, term, names) for term in other]
    return lines


def substitute_lines(root_id: str, post: Post, found: TermChanges, names: Names) -> list[LeaderChange]:
    """Each substitute that comes, goes or gets other dates is a line."""
    added = [
        _added(LeaderChanged.SUBSTITUTE_ADDED, root_id, post, new, names, "")
        for new in sorted(found.added, key=lambda term: term.valid_from)
    ]
    changed = [_dates(LeaderChanged.SUBSTITUTE_CHANGED, root_id, post, term, names) for term in found.changed]
    leaving: list[ChangedTerm | StoredTerm] = [*found.ended, *found.removed]
    gone = [_ended(LeaderChanged.SUBSTITUTE_ENDED, root_id, post, term, names) for term in leaving]
    return [*added, *changed, *gone]


def _added(
    what: LeaderChanged, root_id: str, post: Post, new: NewTerm, names: Names, before: str
) -> LeaderChange:
    after = names[new.person]
    return LeaderChange(what, root_id, post, before, after, new.valid_from, new.valid_to, new.row)


def _dates(what: LeaderChanged, root_id: str, post: Post, term: ChangedTerm, names: Names) -> LeaderChange:
    name = _name(term, names)
    return LeaderChange(what, root_id, post, name, name, term.valid_from, term.valid_to, term.row)


def _ended(
    what: LeaderChanged, root_id: str, post: Post, term: ChangedTerm | StoredTerm, names: Names
) -> LeaderChange:
    return LeaderChange(what, root_id, post, _name(term, names), "", term.valid_from, term.valid_to)


def _name(term: ChangedTerm | StoredTerm, names: Names) -> str:
    return names[term.term.person_id if isinstance(term, ChangedTerm) else term.person_id]
