"""What a post's forms were sent with: who comes, from when to when, which term. Faults come all at once."""

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session
from starlette.datastructures import FormData

from cycle.errors import AnswerInvalid, NotFound, Problem
from cycle.organisation.newcomers import Newcomer, known_person
from cycle.organisation.post_acts import check_first_day, check_not_holding, check_period
from cycle.organisation.post_file import Held, PostFile, Table
from cycle.organisation.tables import Appointment, Person, Substitute
from web.secretariat.typed import all_of, text_of, whole_date

TABLES: Mapping[str, Table] = {"leder": Appointment, "stedfortraeder": Substitute}
STAYS: Mapping[str, bool] = {"bliver": True, "fratraeder": False}
"""Whether whoever was to leave for a coming leader stays when that one is taken back."""
NOT_CHOSEN = Problem(
    "stays", "Der er ikke valgt, hvad der sker med den sidste dag.", "Vælg en af mulighederne."
)


def newcomer_in(sent: FormData) -> Newcomer:
    """The name and the address. Raises AnswerInvalid when one is longer than any use for it."""
    name, email = all_of(lambda: text_of(sent, "name"), lambda: text_of(sent, "email"))
    return Newcomer(" ".join(name.split()), email)


def leader_in(
    session: Session, file: PostFile, root_id: str, sent: FormData, *, today: date
) -> tuple[Newcomer, Person | None, date, list[Held]]:
    """Who comes, the person if known already, the first day (local), and who leaves. Raises AnswerInvalid."""

    def comes() -> tuple[Newcomer, Person | None]:
        who = newcomer_in(sent)
        return who, known_person(session, root_id, who)

    def begins() -> tuple[date, list[Held]]:
        first_day = whole_date(sent, "first_day", "Datoen")
        return first_day, check_first_day(file, first_day, today=today)

    (who, known), (first_day, leaving) = all_of(comes, begins)
    if known is not None:
        check_not_holding(known, leaving)
    return who, known, first_day, leaving


def substitute_in(
    session: Session, root_id: str, sent: FormData, *, today: date
) -> tuple[Newcomer, date, date | None]:
    """Who stands in, from and to which local dates. Raises AnswerInvalid."""

    def comes() -> Newcomer:
        who = newcomer_in(sent)
        known_person(session, root_id, who)
        return who

    def period() -> tuple[date, date | None]:
        first_day, last_day = all_of(
            lambda: whole_date(sent, "first_day", "Datoen"),
            lambda: whole_date(sent, "last_day", "Datoen") if text_of(sent, "last_day") else None,
        )
        check_period(first_day, last_day, today=today)
        return first_day, last_day

    who, (first_day, last_day) = all_of(comes, period)
    return who, first_day, last_day


def stays_in(sent: FormData) -> bool:
    """Whether whoever was to leave stays. Raises AnswerInvalid when it is not chosen."""
    chosen = STAYS.get(text_of(sent, "stays"))
    if chosen is None:
        raise AnswerInvalid([NOT_CHOSEN])
    return chosen


def table_in(sent: FormData) -> Table:
    """Holders or substitutes. Raises NotFound."""
    which = text_of(sent, "which")
    if which not in TABLES:
        raise NotFound("term", which)
    return TABLES[which]
