"""What went wrong, said once: each domain error gets its HTTP status and its words here.

A page says what happened and what to do; nothing of the inside is shown. When something was sent and
could not be kept, the page shows it again, so that nobody has to write it twice.
"""

import errno
import logging
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from config.english import problem_in_english
from cycle.errors import CycleError, Invalid, Problem, TemplateInvalid
from web.faults import (
    BAD_REQUEST,
    BROKEN,
    BY_STATUS,
    NOT_FOUND,
    NOT_SAVED,
    SIGNED_OUT,
    UNSAFE,
    Fault,
    Refused,
    fault_of,
)
from web.filter_faults import FILTER
from web.labels import as_read, is_technical, label_of, labels_sent
from web.render import language_of, page
from web.security import HEADERS
from web.session import CsrfWrong, SignInNeeded, sign_in_address
from web.signing_in.faults import LINK_ENDED, LINK_NEEDED
from web.signing_in.person import PersonNeeded
from web.signing_in.visits import SAFE, LinkEnded, LinkNeeded, LinkOpened, exchanged
from web.typed import uploads
from web.viewing import note_viewer

log = logging.getLogger("aarshjul.web")

SIGN_IN_FIRST = Fault(
    401,
    ("Du er ikke logget ind", "You are not signed in"),
    ("Adressen kræver en konto.", "The address needs an account."),
    ("Log ind, og prøv igen.", "Sign in and try again."),
)


def install(app: FastAPI) -> None:
    """Gives every kind of error its page."""
    app.add_exception_handler(CycleError, _domain)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(SignInNeeded, _sign_in)
    app.add_exception_handler(PersonNeeded, _person)
    app.add_exception_handler(CsrfWrong, lambda request, _: show(request, UNSAFE))
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(LinkOpened, _opened)
    app.add_exception_handler(LinkNeeded, lambda request, _: show(request, LINK_NEEDED))
    app.add_exception_handler(LinkEnded, lambda request, _: show(request, LINK_ENDED))
    app.add_exception_handler(OperationalError, _store)
    app.add_exception_handler(PoolTimeout, _store)
    app.add_exception_handler(OSError, _system)
    app.add_exception_handler(Exception, _unknown)


def show(
    request: Request,
    fault: Fault,
    *,
    problems: Sequence[Problem] = (),
    located: bool = False,
    number: str = "",
) -> Response:
    """One error page, with what was sent. `located`: the problems' places are for the reader too.

    Where a program asks (`/api/…`) the same words come as problem details (RFC 9457).
    """
    if language_of(request) == "en":
        problems = [problem_in_english(each) for each in problems]
    if asked_by_program(request):
        return _as_json(request, fault, problems)
    return page(
        request,
        "errors/fault.html",
        status=fault.status,
        fault=fault,
        problems=problems,
        located=located,
        number=number,
        received=getattr(request.state, "received", ""),
        sent=sent_fields(request),
        resend=() if _sent_files(request) else _text_fields(request),
    )


def asked_by_program(request: Request) -> bool:
    """Whether the address is one that answers with data, not with a page."""
    return request.url.path.startswith("/api/")


def _as_json(request: Request, fault: Fault, problems: Sequence[Problem]) -> Response:
    english = language_of(request) == "en"
    told = {
        "type": "about:blank",
        "title": fault.title[english],
        "status": fault.status,
        "detail": f"{fault.what[english]} {fault.cure[english]}",
        "problems": [asdict(problem) for problem in problems],
    }
    return JSONResponse(
        told,
        status_code=fault.status,
        media_type="application/problem+json",
        headers={"WWW-Authenticate": "Bearer"} if fault.status == 401 else None,
    )


def sent_fields(request: Request) -> list[tuple[str, str]]:
    """The text that was typed into the failed POST, under the words that its page asked with, in order."""
    language = language_of(request)
    pairs = _text_fields(request)
    own: Mapping[str, str] = getattr(request.state, "labels", None) or labels_sent(dict(pairs).get("words"))
    return [
        (own.get(name) or label_of(name, language), as_read(value, language))
        for name, value in pairs
        if name in own or not is_technical(name)
    ]


def _text_fields(request: Request) -> list[tuple[str, str]]:
    form = getattr(request.state, "sent", None)
    pairs = form.multi_items() if form is not None else []
    return [
        (name, value) for name, value in pairs if isinstance(value, str) and not name.startswith("password")
    ]


def _sent_files(request: Request) -> bool:
    """Whether files were chosen: no page can hold them, so sending again from it would leave them out."""
    form = getattr(request.state, "sent", None)
    return form is not None and bool(uploads(form))


def _domain(request: Request, error: Exception) -> Response:
    assert isinstance(error, CycleError)
    fault = fault_of(error)
    if fault is BROKEN:
        return _unknown(request, error)
    problems = error.problems if isinstance(error, Invalid) else ()
    return show(request, fault, problems=problems, located=isinstance(error, TemplateInvalid))


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    response = show(request, _without_filter(request) if error.fault is FILTER else error.fault)
    response.headers.update(error.headers)
    return response


def _opened(request: Request, error: Exception) -> Response:
    assert isinstance(error, LinkOpened)
    return exchanged(request, error)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    with suppress(SQLAlchemyError):  # an address without a route has not asked yet
        note_viewer(request)
    return show(request, BY_STATUS.get(error.status_code, BAD_REQUEST))


def _unreadable(request: Request, error: Exception) -> Response:
    """An address that names nothing, a filter that is none, or what a program sent in another form."""
    assert isinstance(error, RequestValidationError)
    at_fault = {each["loc"][0] for each in error.errors()}
    if at_fault == {"query"} and not asked_by_program(request):
        return show(request, _without_filter(request))
    places = ("body", "query") if asked_by_program(request) else ("body",)
    sent = [
        Problem(".".join(map(str, each["loc"][1:])), each["msg"])
        for each in error.errors()
        if each["loc"][0] in places
    ]
    return show(request, BAD_REQUEST if sent else NOT_FOUND, problems=sent)


def _without_filter(request: Request) -> Fault:
    """The page of an unreadable filter leads to the same page without one, if that can be asked for."""
    if request.method not in SAFE:
        return FILTER
    way = (request.url.path, "Vis siden uden filter", "Show the page without the filter")
    return replace(FILTER, onward=way)


async def _sign_in(request: Request, _error: Exception) -> Response:
    if asked_by_program(request):
        return show(request, SIGN_IN_FIRST)
    return await _at_the_door(request, "/log-ind", front="/")


async def _person(request: Request, _error: Exception) -> Response:
    return await _at_the_door(request, "/mine/log-ind", front="/mine")


async def _at_the_door(request: Request, door: str, *, front: str) -> Response:
    if request.method in ("GET", "HEAD"):
        return RedirectResponse(sign_in_address(request, door, front=front), status_code=303)
    with suppress(HTTPException):  # an unreadable form has nothing to give back
        request.state.sent = await request.form()
    way = (door, "Log ind i en ny fane", "Sign in in a new tab")
    return show(request, replace(SIGNED_OUT, onward=way))


def _store(request: Request, error: Exception) -> Response:
    log.error("the store could not be used: %s", getattr(error, "orig", error))
    return show(request, NOT_SAVED)


def _system(request: Request, error: Exception) -> Response:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _store(request, error)
    return _unknown(request, error)


def _unknown(request: Request, error: Exception) -> Response:
    number = secrets.token_hex(4)
    log.error("error %s", number, exc_info=error)
    response = show(request, BROKEN, number=number)
    response.headers.update(HEADERS)
    return response
