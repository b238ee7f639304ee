"""The units' figures for an activity: what the plan asks for, what stands, and a file that is taken in.

GET  /aktivitet/{occurrence}/tal   the columns the plan names, and the upload
POST /aktivitet/{occurrence}/tal   keeps the file's figures in place of those that stand
"""

from collections.abc import Sequence
from decimal import Decimal

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.danish import format_amount
from cycle.errors import ImportInvalid, NotFound, Problem
from cycle.plan.model import FlowName
from cycle.runs.requests import retry_opening
from cycle.tasks.answers import label
from cycle.tasks.figure_file import Money, read_figures
from cycle.tasks.figure_sheet import FigureSheet
from cycle.tasks.figures import (
    Fit,
    fit,
    keep_figures,
    kept_figures,
    plain_columns,
    still_taken,
    units_with_figures,
    wants_figures,
)
from cycle.tasks.ledger import actor_names
from cycle.tasks.overspend import rules_of
from cycle.tasks.tables import Occurrence
from web import context, render
from web.forms import form_of
from web.plain import Id
from web.secretariat.pages import show
from web.secretariat.reach import Reach, reach, title_of
from web.secretariat.typed import text_of
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/aktivitet/{occurrence_id}/tal")

MONEY = {
    Money.KR.value: ("hele kroner", "DKK"),
    Money.THOUSAND.value: ("1.000 kr.", "DKK 1,000"),
    Money.MILLION.value: ("mio. kr.", "DKK million"),
}
SHOWN = 20
"""So many units that lack figures are named."""


@router.get("")
def figures(request: Request, actor: CurrentActor, occurrence_id: Id) -> Response:
    """The figures as they stand, and the upload while it is taken."""
    with context.reading(request) as session:
        return _page(session, request, _reach(session, actor, occurrence_id))


@router.post("")
def take_in(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """Keeps the file's figures; with faults nothing is kept, and the page says where they are."""
    now = context.now(request)
    try:
        with context.writing(request) as session:
            it = _reach(session, actor, occurrence_id).occurrence
            keep_figures(session, it, _sheet(it, sent, render.language_of(request)), by=actor.by, now=now)
            retry_opening(session, it.flow, occurrence_id, now=now)
    except ImportInvalid as error:
        with context.reading(request) as session:
            found = _reach(session, actor, occurrence_id)
            return _page(session, request, found, error.problems, text_of(sent, "money"))
    return RedirectResponse(f"/aktivitet/{occurrence_id}/tal?gjort=1", status_code=303)


def _reach(session: Session, actor: SignedIn, occurrence_id: int) -> Reach:
    """The activity, when figures come with it and the account may import. Raises NotFound, NotAllowed."""
    found = reach(session, actor, occurrence_id, Verb.IMPORT)
    if not wants_figures(found.occurrence):
        raise NotFound("figures", occurrence_id)
    return found


def _page(
    session: Session,
    request: Request,
    found: Reach,
    problems: Sequence[Problem] = (),
    money: str = "",
) -> Response:
    it, language = found.occurrence, render.language_of(request)
    kept = kept_figures(session, it.id or 0)
    return show(
        request,
        "figures.html",
        status=422 if problems else 200,
        it=it,
        title=title_of(found.activity, language),
        rules=rules_of(it),
        labels=_labels(session, it, language),
        kept=kept,
        names=actor_names(session, [kept.by] if kept else []),
        fit=_fit(session, request, it),
        shown=SHOWN,
        taken=still_taken(it),
        is_call=it.flow == FlowName.BUDGET_CALL.value,
        money=money,
        moneys=[(value, words[language == "en"]) for value, words in MONEY.items()],
        problems=problems,
        done=request.query_params.get("gjort") == "1",
    )


def _labels(session: Session, it: Occurrence, language: str) -> dict[str, str]:
    """What the form calls its questions."""
    if it.form_version_id is None:
        return {}
    form = form_of(session, it.form_version_id)
    return {field.id: label(field, language) for field in form.fields}


def _fit(session: Session, request: Request, it: Occurrence) -> Fit:
    """Who of those asked has no figures."""
    there = {unit_id: dict[str, Decimal]() for unit_id in units_with_figures(session, it.id or 0)}
    return fit(session, it, FigureSheet((), there), now=context.now(request))


def _sheet(it: Occurrence, sent: FormData, language: str) -> FigureSheet:
    """The file's figures. Raises ImportInvalid."""
    money, plain = _money(text_of(sent, "money")), plain_columns(it)
    sheet = read_figures(_file(sent), money=money, plain=plain, language=language)
    _check_sums(sheet, text_of(sent, "meant") == "1", language)
    return sheet


def _check_sums(sheet: FigureSheet, meant: bool, language: str) -> None:
    """Raises ImportInvalid when a column is not what the file says it comes to, unless that is meant."""
    place = int(language == "en")
    problems = [
        Problem(
            column,
            _SUM[place].format(column=column, difference=format_amount(abs(amount), language)),
            _MEND[place],
        )
        for column, amount in sheet.unexplained().items()
    ]
    if problems and not meant:
        raise ImportInvalid(problems)


def _money(chosen: str) -> Money | None:
    """What was chosen; None for whole kroner, which a heading may contradict."""
    return Money(chosen) if chosen in (Money.THOUSAND, Money.MILLION) else None


def _file(sent: FormData) -> bytes:
    chosen = sent.get("file")
    if not isinstance(chosen, UploadFile) or not chosen.filename:
        raise ImportInvalid([Problem("", "Der er ikke valgt nogen fil.", "Vælg en fil.")])
    return chosen.file.read()


_SUM = (
    "Rækkerne i »{column}« er {difference} fra filens egen sum, mere end afrunding.",
    "The rows of “{column}” are {difference} from the file's own total, more than rounding.",
)
_MEND = (
    "Find det beløb, der er forkert eller mangler. Er filen rigtig, så sæt kryds nederst.",
    "Find the amount that is wrong or missing. If the file is right, tick the box at the foot.",
)
