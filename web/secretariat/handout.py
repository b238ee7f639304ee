"""Search and hand out (aktindsigt): everything about a unit, a person or a period, with an index."""

from collections.abc import Iterator, Sequence
from datetime import date

from fastapi import APIRouter, Request
from sqlmodel import Session, select
from starlette.responses import Response

from config.english import problem_in_english
from cycle.access.rules import Verb
from cycle.cases.handout import HandOut, hand_out
from cycle.cases.model import Case, Item
from cycle.cases.search import Wish
from cycle.danish import format_date, parse_date
from cycle.errors import AnswerInvalid, Problem
from cycle.organisation.tables import Person, Unit
from documents.case_package import Filed, Package
from documents.case_papers import CasePress
from documents.tables import Cell, Column, Kind, Table
from documents.typeset import AT_ONCE
from documents.zipped import zipped
from web import context, render
from web.plain import readable
from web.secretariat.cases import press_for
from web.secretariat.pages import show, zip_download
from web.secretariat.reach import roots_for
from web.secretariat.typed import PICK_A_DATE
from web.session import CurrentActor

router = APIRouter()

FIELDS = ("enhed", "person", "fra", "til")
SHOWN, NAMED = 200, 8
COLUMNS = (
    Column("Nr.", Kind.WHOLE, 6),
    Column("Dato", Kind.INSTANT, 17),
    Column("Dokument", Kind.TEXT, 60),
    Column("Type", Kind.TEXT, 12),
    Column("Fra", Kind.TEXT, 30),
    Column("Til", Kind.TEXT, 30),
    Column("Enhedsnr.", Kind.TEXT, 14),
)


@router.get("/aktindsigt")
def search(request: Request, actor: CurrentActor) -> Response:
    """The form, and what it finds."""
    root_id = roots_for(actor, Verb.HAND_OUT)[0]
    with context.reading(request) as session:
        try:
            wish = _wish(session, request, root_id)
        except AnswerInvalid as error:
            return _form(request, problems=error.problems)
        found = None
        if not wish.empty:
            found = hand_out(session, root_id, wish, context.settings(request).zone)
        return _form(request, found)


def _form(request: Request, found: HandOut | None = None, problems: Sequence[Problem] = ()) -> Response:
    """The page; with problems nothing has been searched for, and each stands at its field."""
    english = render.language_of(request) == "en"
    told = [problem_in_english(each) for each in problems] if english else problems
    return show(
        request,
        "handout.html",
        status=422 if problems else 200,
        asked={name: readable(request.query_params.get(name, "")) for name in FIELDS},
        problems={problem.where: f"{problem.what} {problem.cure}" for problem in told},
        found=found,
        shown=found.items[:SHOWN] if found else (),
        query=request.url.query,
    )


@router.get("/aktindsigt.zip")
def package(request: Request, actor: CurrentActor) -> Response:
    """The documents with their index."""
    root_id = roots_for(actor, Verb.HAND_OUT)[0]
    zone = context.settings(request).zone
    with context.reading(request) as session, AT_ONCE:
        try:
            wish = _wish(session, request, root_id)
        except AnswerInvalid as error:
            return _form(request, problems=error.problems)
        if wish.empty:
            what = "Der er ikke søgt på noget."
            raise AnswerInvalid([Problem("enhed", what, "Skriv en enhed, en person eller en periode.")])
        found = hand_out(session, root_id, wish, zone)
        town = session.get_one(Unit, root_id).name
        case = Case(root_id, town, "aktindsigt", _about(wish), items=found.items)
        with press_for(session, request, case) as press:
            content = zipped(_files(Filed(case, "", "", zone), found, press))
    return zip_download(content, "aktindsigt.zip")


def _files(filed: Filed, found: HandOut, press: CasePress) -> Iterator[tuple[str, bytes]]:
    from documents.workbook import to_xlsx  # openpyxl is loaded when a workbook is asked for

    yield "indeks.xlsx", to_xlsx(Table("Indeks", COLUMNS, _rows(found.items), filed.zone))
    if found.left_out:
        said = "Ikke med, fordi aktiviteten er fortrolig. Vurder den for sig:\n" + "\n".join(found.left_out)
        yield "ikke-med.txt", f"{said}\n".encode()
    yield from Package(filed, {}, found.items).files(press)


def _rows(items: Sequence[Item]) -> Iterator[list[Cell]]:
    for number, item in enumerate(items, start=1):
        parties = (item.sender.name, item.receiver.name)
        yield [number, item.at, item.title, item.direction.value, *parties, item.unit_id or None]


def _about(wish: Wish) -> str:
    parts = [wish.unit.name if wish.unit else "", wish.person.name if wish.person else ""]
    parts += [f"fra {format_date(wish.first)}" if wish.first else ""]
    parts += [f"til {format_date(wish.last)}" if wish.last else ""]
    return "Aktindsigt: " + ", ".join(part for part in parts if part)


def _wish(session: Session, request: Request, root_id: str) -> Wish:
    """What is asked for, by the words in the address. Raises AnswerInvalid with every fault."""
    asked = {name: readable(request.query_params.get(name, "")) for name in FIELDS}
    problems: list[Problem] = []
    units = session.exec(select(Unit.id, Unit.name).where(Unit.root_id == root_id)).all()
    unit_id = _chosen("enhed", asked["enhed"], [(id_, f"{name} ({id_})") for id_, name in units], problems)
    people = session.exec(select(Person.id, Person.name).where(Person.root_id == root_id)).all()
    named = [(str(id_), f"{name} (nr. {id_})") for id_, name in people]
    person_id = _chosen("person", asked["person"], named, problems)
    first, last = (_day(name, asked[name], problems) for name in ("fra", "til"))
    if first and last and last < first:
        problems.append(Problem("til", "Perioden slutter, før den begynder.", "Byt om på de to datoer."))
    if problems:
        raise AnswerInvalid(problems)
    unit = session.get(Unit, unit_id) if unit_id else None
    person = session.get(Person, int(person_id)) if person_id else None
    return Wish(unit, person, first, last)


def _chosen(field: str, text: str, known: Sequence[tuple[str, str]], problems: list[Problem]) -> str:
    """The id of the only one that the text can mean; "" for no text, or with a problem."""
    wanted = text.casefold()
    if not wanted:
        return ""
    ids = [id_ for id_, called in known if wanted in (id_.casefold(), called.casefold())]
    ids = ids or [id_ for id_, called in known if wanted in called.casefold()]
    if len(ids) == 1:
        return ids[0]
    if not ids:
        problems.append(
            Problem(field, f"»{text}« findes ikke.", "Skriv navnet, som det står, eller nummeret.")
        )
        return ""
    names = "; ".join(called for id_, called in known if id_ in ids[:NAMED])
    problems.append(Problem(field, f"»{text}« kan være {len(ids)}: {names}.", "Skriv nummeret i parentesen."))
    return ""


def _day(field: str, text: str, problems: list[Problem]) -> date | None:
    if not text:
        return None
    if (found := parse_date(text)) is None:
        problems.append(Problem(field, f"»{text}« er ikke en dato.", PICK_A_DATE))
    return found
