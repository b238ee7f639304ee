"""What hangs: the self-check as it stands now, and what the last ones found."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from cycle.access.rules import Verb
from cycle.health.checks import Fault, look
from cycle.health.reports import newest
from notifications.selfcheck_mail import has_receiver
from notifications.selfcheck_words import cure, sentence
from web import context, render
from web.secretariat.pages import show
from web.secretariat.reach import roots_for
from web.session import CurrentActor

router = APIRouter()


@router.get("/driftstjek")
def page(request: Request, actor: CurrentActor) -> Response:
    """Every fault in red with what to do about it; each day's report below."""
    settings, language = context.settings(request), render.language_of(request)
    with context.reading(request) as session:
        found = look(
            session,
            now=context.now(request),
            real=context.browser_now(request),
            reads_mail=settings.reads_mail,
            roots=roots_for(actor, Verb.SEE_RUNS),
        )
        still = request.app.state.demo is not None  # a demo's clock stands still until it is moved
        told = [each.as_json() for each in found if not (still and each.fault is Fault.CLOCK_SILENT)]
        lines = [(sentence(each, language), cure(each, language)) for each in told]
        return show(
            request,
            "selfcheck.html",
            lines=lines,
            checks=newest(session),
            has_receiver=has_receiver(settings),
        )
