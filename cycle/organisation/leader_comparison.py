"""Compares a file of leaders with the store."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from sqlmodel import Session

from cycle.access.emails import email_key
from cycle.organisation.faults import Faults
from cycle.organisation.leader_difference import (
    ChangedAddress,
    ChangedPerson,
    LeaderChange,
    LeaderChanged,
    LeadersDifference,
    NewPerson,
)
from cycle.organisation.leader_file import LeaderFile, LeaderRow
from cycle.organisation.leader_lines import appointment_lines, substitute_lines
from cycle.organisation.leader_posts import check_posts, post_of, resolve_posts
from cycle.organisation.leader_store import StoredLeaders, Terms, read_stored
from cycle.organisation.people import (
    ID,
    Choices,
    FilePerson,
    Matches,
    StoredPerson,
    match_people,
    person_key,
)
from cycle.organisation.snapshot import Post, UnitRow
from cycle.organisation.terms import PersonRef, TermChanges, WantedTerm, term_changes
from cycle.organisation.unit_names import with_unit_ids

NO_CHOICES = Choices()


def leaders_difference(
    session: Session,
    file: LeaderFile,
    *,
    today: date,
    choices: Choices = NO_CHOICES,
    language: str = "da",
    root_id: str = "",
    units: Mapping[str, UnitRow] | None = None,
) -> LeadersDifference:
    """Compares a file with the store on the local date `today`.

    A unit may stand by its name where the municipality (`root_id`) has one of that name.

    What the file does not have of its municipalities ends the day before `today`. Raises ImportInvalid
    with every fault, the file's own as well: unknown or closed units, one person twice. Open questions
    stand in `questions`. `units` by id are their municipalities' as they will be when they are not as in the
    store.
    """
    faults, notes = Faults(language), Faults(language)
    faults.problems += file.problems
    known = units or {}
    named = [row for row in file.rows if row.unit_id]
    if not all(row.unit_id in known for row in named):
        named = with_unit_ids(session, named, root_id, today)
    stored = read_stored(session, {row.unit_id for row in named}, today, known)
    rows = resolve_posts(named, stored, today, faults)
    check_posts(rows, faults, notes)
    faults.raise_if_any()
    difference = _Comparison(stored, rows, file.how.columns, choices, today).difference
    difference.notes = notes.problems
    return difference


class _Comparison:
    """The work of one comparison."""

    def __init__(
        self,
        stored: StoredLeaders,
        rows: list[LeaderRow],
        given: frozenset[str],
        choices: Choices,
        today: date,
    ) -> None:
        self.stored, self.rows, self.given, self.today = stored, rows, given, today
        self.root_of = {unit_id: unit.root_id for unit_id, unit in stored.units.items()}
        self.people = {(person.root_id, person.key): person for person in self._file_people()}
        self.matches: Matches = match_people(self.people.values(), stored.people.values(), choices)
        in_force = [
            term
            for terms in stored.appointments.values()
            for term in terms
            if term.valid_to is None or term.valid_to >= today
        ]
        self.difference = LeadersDifference(
            roots=stored.roots, questions=self.matches.questions, in_force=len(in_force)
        )
        self._compare_people()
        self.difference.appointments = self._compare_terms(stored.appointments, substitutes=False)
        self.difference.substitutes = self._compare_terms(stored.substitutes, substitutes=True)
        if "shared_email" in given:
            self._compare_mailboxes()
        self._draw_lines()

    def _file_people(self) -> Iterable[FilePerson]:
        found: dict[tuple[str, str], FilePerson] = {}
        for row in self.rows:
            if row.is_vacant:
                continue
            root, key = self._key(row)
            post = post_of(row)
            first = found.setdefault(
                (root, key), FilePerson(root, key, row.name, row.email, row.language, (), row.number)
            )
            found[root, key] = replace(first, posts=(*first.posts, post))
        return found.values()

    def _key(self, row: LeaderRow) -> tuple[str, str]:
        return self.root_of[row.unit_id], person_key(row.person_id, row.email, post_of(row), row.name)

    def _ref(self, row: LeaderRow) -> PersonRef:
        key = self._key(row)
        found = self.matches.found.get(key)
        return found.id if found else key

    def _compare_people(self) -> None:
        for former in self.matches.replaced:
            self._retire(former)
        for key, person in self.people.items():
            stored = self.matches.found.get(key)
            if stored is None:
                self.difference.new_people.append(NewPerson(*key, person.name, person.language))
                if person.email:
                    self.difference.addresses.append(
                        ChangedAddress(None, person.email, person.root_id, person=key)
                    )
            else:
                self._compare_person(person, stored)

    def _retire(self, person: StoredPerson) -> None:
        """The address now is someone else's, and so is the key made of it."""
        if not person.key.startswith(ID):
            facts = (person.id, f"former/{person.id}", person.name, person.language)
            self.difference.changed_people.append(ChangedPerson(*facts))
        if person.address_id is not None:
            ended = ChangedAddress(person.address_id, None, person.root_id, person=person.id)
            self.difference.addresses.append(ended)

    def _compare_person(self, person: FilePerson, stored: StoredPerson) -> None:
        language = person.language if "language" in self.given else stored.language
        wanted = ChangedPerson(stored.id, _better_key(person, stored), person.name, language)
        if wanted != ChangedPerson(stored.id, stored.key, stored.name, stored.language):
            self.difference.changed_people.append(wanted)
        if wanted.name != stored.name:
            self._note(LeaderChanged.RENAMED, person, stored.name, wanted.name)
        if wanted.language != stored.language:
            self._note(LeaderChanged.LANGUAGE_CHANGED, person, stored.language, wanted.language)
        if email_key(person.email or "") != email_key(stored.email or ""):
            changed = ChangedAddress(stored.address_id, person.email, stored.root_id, person=stored.id)
            self.difference.addresses.append(changed)
            self._note(LeaderChanged.ADDRESS_CHANGED, person, stored.email or "", person.email or "")

    def _note(self, what: LeaderChanged, person: FilePerson, before: str, after: str) -> None:
        self.difference.posts.update(person.posts)
        self.difference.changes.append(
            LeaderChange(what, person.root_id, person.posts[0], before, after, row=person.row)
        )

    def _compare_terms(self, stored: Terms, *, substitutes: bool) -> dict[Post, TermChanges]:
        wanted: dict[Post, list[WantedTerm]] = defaultdict(list)
        for row in self.rows:
            if row.is_substitute == substitutes and not row.is_vacant:
                term = WantedTerm(self._ref(row), row.valid_from, row.valid_to, row.number)
                wanted[post_of(row)].append(term)
        changes = {
            post: term_changes(wanted.get(post, ()), stored.get(post, ()), self.today)
            for post in sorted({*wanted, *stored})
        }
        return {post: found for post, found in changes.items() if found}

    def _compare_mailboxes(self) -> None:
        wanted = {post_of(row): row for row in self.rows if row.shared_email}
        for post in sorted({*wanted, *self.stored.mailboxes}):
            address_id, old = self.stored.mailboxes.get(post, (None, ""))
            row = wanted.get(post)
            new = (row.shared_email if row else None) or ""
            if email_key(old) == email_key(new):
                continue
            root = self.root_of[post[0]]
            self.difference.addresses.append(ChangedAddress(address_id, new or None, root, post=post))
            number = row.number if row else None
            change = LeaderChange(LeaderChanged.MAILBOX_CHANGED, root, post, old, new, row=number)
            self.difference.changes.append(change)
            self.difference.posts.add(post)

    def _draw_lines(self) -> None:
        names: dict[PersonRef, str] = {key: person.name for key, person in self.stored.people.items()}
        names.update({key: person.name for key, person in self.people.items()})
        for post, found in self.difference.appointments.items():
            lines = appointment_lines(self.root_of[post[0]], post, found, names)
            self.difference.changes.extend(lines)
        for post, found in self.difference.substitutes.items():
            self.difference.changes.extend(substitute_lines(self.root_of[post[0]], post, found, names))
        self.difference.posts.update(self.difference.appointments, self.difference.substitutes)


def _better_key(person: FilePerson, stored: StoredPerson) -> str:
    """The file's id beats an address beats post and name; nothing is ever known by less than before."""
    if person.has_id:
        return person.key
    return person.key if person.email and not stored.key.startswith(ID) else stored.key
