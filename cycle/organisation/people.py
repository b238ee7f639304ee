"""Which person of the store a person of the file is: by id, by address, by name on the same post. Pure.

Where that cannot be known (same name on the same post with a new address; another name at a known address;
a name like that of whoever had the post) it is a question, and nothing is applied until a person has answered
it. Only names that are plainly the same (`cycle.organisation.names`) are not asked about.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from cycle.access.emails import email_key
from cycle.organisation.names import might_be_one, name_key
from cycle.organisation.snapshot import Post

ID = "id:"


class Choice(StrEnum):
    """The answer to a question."""

    SAME = "same"
    NEW = "new"


class Asked(StrEnum):
    """What is asked."""

    CHANGED_ADDRESS = "changed address?"
    CHANGED_NAME = "changed name?"
    CHANGED_HOLDER = "changed holder?"


@dataclass(frozen=True)
class Choices:
    """The answers given: for single rows, and for all others."""

    by_row: Mapping[int, Choice] = field(default_factory=dict)
    default: Choice | None = None

    def get(self, row: int) -> Choice | None:
        """The answer for a row, if there is one."""
        return self.by_row.get(row, self.default)


@dataclass(frozen=True)
class FilePerson:
    """A person as the file has them: all rows of one id, or one address, or one name on one post."""

    root_id: str
    key: str
    name: str
    email: str | None
    language: str
    posts: tuple[Post, ...]
    row: int

    @property
    def has_id(self) -> bool:
        """Whether the file says who it is by an id."""
        return self.key.startswith(ID)


class StoredPerson(NamedTuple):
    """A person of the store with the address in use and the posts held now or later."""

    id: int
    root_id: str
    key: str
    name: str
    language: str
    email: str | None
    address_id: int | None
    posts: frozenset[Post]


@dataclass(frozen=True)
class Question:
    """Whether a row's person is the stored one, called `name`.

    `old` and `new` are two addresses; the known address and the new name; or the post in words ("unit, role")
    and the new name.
    """

    row: int
    asked: Asked
    post: Post
    name: str
    old: str
    new: str


@dataclass
class Matches:
    """The stored person of each file person's (root, key); who has none is new. And what is open."""

    found: dict[tuple[str, str], StoredPerson] = field(default_factory=dict)
    replaced: list[StoredPerson] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def person_key(person_id: str, email: str | None, post: Post, name: str) -> str:
    """What a person is known by: the file's id, else the address, else post and name."""
    if person_id:
        return ID + person_id
    return email_key(email) if email else "/".join((*post, name))


def match_people(file: Iterable[FilePerson], stored: Iterable[StoredPerson], choices: Choices) -> Matches:
    """Finds each file person in the store. An unanswered question counts as "same" for the time being."""
    matcher = _Matcher(stored, choices)
    people = list(file)
    left = [person for person in people if not matcher.by_key(person)]
    left = [person for person in left if not matcher.by_address(person)]
    left = [person for person in left if not matcher.by_name(person)]
    for person in left:
        matcher.by_likeness(person)
    return matcher.matches


class _Matcher:
    def __init__(self, stored: Iterable[StoredPerson], choices: Choices) -> None:
        self.choices = choices
        self.matches = Matches()
        self.taken: set[int] = set()
        self.keys: dict[tuple[str, str], StoredPerson] = {}
        self.addresses: dict[tuple[str, str], StoredPerson] = {}
        self.posts: dict[tuple[str, Post], list[StoredPerson]] = defaultdict(list)
        for person in sorted(stored, key=lambda person: person.id):
            self.keys[person.root_id, person.key] = person
            if person.email:
                self.addresses.setdefault((person.root_id, email_key(person.email)), person)
            for post in person.posts:
                self.posts[person.root_id, post].append(person)

    def by_key(self, person: FilePerson) -> bool:
        found = self.keys.get((person.root_id, person.key))
        if found is None or found.id in self.taken:
            return False
        if person.has_id or "@" not in person.key:
            return self._take(person, found)
        return self._take_unless_renamed(person, found)

    def by_address(self, person: FilePerson) -> bool:
        if person.email is None:
            return False
        found = self.addresses.get((person.root_id, email_key(person.email)))
        if found is None or found.id in self.taken or (person.has_id and found.key.startswith(ID)):
            return False
        return self._take_unless_renamed(person, found)

    def by_name(self, person: FilePerson) -> bool:
        for post, found in self._at_posts(person):
            if name_key(found.name) != name_key(person.name):
                continue
            if not found.email or not person.email:
                return self._take(person, found)
            if self._is_same(person, found, Asked.CHANGED_ADDRESS, post, found.email, person.email):
                self._take(person, found)
            return True
        return False

    def by_likeness(self, person: FilePerson) -> None:
        """A name like that of somebody of the post whom the file does not have: perhaps the same."""
        for post, found in self._at_posts(person):
            if might_be_one(found.name, person.name):
                if self._is_same(person, found, Asked.CHANGED_HOLDER, post, ", ".join(post), person.name):
                    self._take(person, found)
                return

    def _at_posts(self, person: FilePerson) -> Iterator[tuple[Post, StoredPerson]]:
        """Who has one of the person's posts, is nobody else of the file, and is not told apart by ids."""
        for post in person.posts:
            for found in reversed(self.posts.get((person.root_id, post), ())):
                both_ids = person.has_id and found.key.startswith(ID)
                if found.id not in self.taken and not both_ids:
                    yield post, found

    def _take_unless_renamed(self, person: FilePerson, found: StoredPerson) -> bool:
        if name_key(found.name) == name_key(person.name):
            return self._take(person, found)
        post = person.posts[0]
        if self._is_same(person, found, Asked.CHANGED_NAME, post, person.email or "", person.name):
            return self._take(person, found)
        self.matches.replaced.append(found)
        self.taken.add(found.id)
        return True

    def _is_same(
        self, person: FilePerson, found: StoredPerson, asked: Asked, post: Post, old: str, new: str
    ) -> bool:
        choice = self.choices.get(person.row)
        if choice is None:
            self.matches.questions.append(Question(person.row, asked, post, found.name, old, new))
        return choice is not Choice.NEW

    def _take(self, person: FilePerson, found: StoredPerson) -> bool:
        self.taken.add(found.id)
        self.matches.found[person.root_id, person.key] = found
        return True
