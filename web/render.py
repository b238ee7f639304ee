"""Pages from templates: `page(request, "room/name.html", …)`.

Every template has `t("dansk", "english")` (both words stand where they are used, so none is ever
missing), `language`, `actor` (the signed-in account or None), `menu`, `csrf_field`, `asset("app.css")`,
`icon("info")`, `path`, `other_language` (its address),
`house` (`web.house.House`), `demo`, and the filters `date`, `weekday_date`,
`near`, `datetime`, `short`, `moment`, `number`, `amount`, `titled`, `planned`, `called`, `period`,
`numbered`, `kind`, `words`. Undefined names raise.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.responses import HTMLResponse

from config.english import in_english
from cycle import danish
from cycle.files.taken import ENDINGS
from cycle.gatherings.agenda import numbered
from cycle.plan.model import Step
from cycle.tasks.tables import Occurrence, Task
from cycle.tasks.titles import occurrence_title, own_title
from web import context as app_context
from web.cookies import Cookie
from web.questions import words_to_send
from web.rooms import Menu, MenuItem

HERE = Path(__file__).parent
LANGUAGES = ("da", "en")
LANGUAGE_COOKIE = "sprog"
KINDS = {"good": "success", "open": "info", "warn": "warning", "bad": "error", "lacking": "lacking"}


def language_of(request: Request) -> str:
    """The language chosen in the address, else in the cookie, else the person's own, else the default."""
    own = getattr(request.state, "language", "")
    wishes = (request.query_params.get("sprog"), Cookie(LANGUAGE_COOKIE).read(request), own)
    for wish in wishes:
        if wish in LANGUAGES:
            return wish
    return app_context.settings(request).language


def translator(language: str) -> Callable[[str, str], str]:
    """`t("dansk", "english")` for one language."""
    return lambda da, en: en if language == "en" else da


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """One rendered page with everything that `base.html` needs."""
    language = language_of(request)
    actor = getattr(request.state, "actor", None)
    shared = {
        "language": language,
        "t": translator(language),
        "actor": actor,
        "viewer": getattr(request.state, "viewer", None),
        "by_the_clock": lambda at: at + (app_context.now(request) - app_context.browser_now(request)),
        "menu": menu_for(request, actor),
        "csrf_field": csrf_field(actor.csrf if actor else ""),
        "path": request.url.path,
        "other_language": other_language(request, language),
        "house": request.app.state.house,
        "marks": request.app.state.marks,
        "demo": request.app.state.demo is not None,
        "zone": app_context.settings(request).zone,
    }
    html = environment().get_template(template).render({**shared, **values})
    return HTMLResponse(html, status_code=status, headers={"Content-Language": language})


def other_language(request: Request, language: str) -> str:
    """This page's address in the other language, with all that it asks for; empty for what answers a POST."""
    if request.method not in ("GET", "HEAD"):
        return ""
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "sprog"]
    other = "da" if language == "en" else "en"
    return f"{request.url.path}?{urlencode([*asked, ('sprog', other)])}"


def file_mark(request: Request) -> str:
    """What every file and drawing must say of itself; empty outside the demo."""
    demo = request.app.state.demo
    return translator(language_of(request))(*demo.file_mark) if demo else ""


def menu_for(request: Request, actor: Any) -> Menu:
    """The menu items this account may see, in the order of the rooms."""
    if actor is None:
        return Menu()
    items: list[MenuItem] = request.app.state.navigation
    holds_post = getattr(request.state, "holds_post", False)
    return Menu([item for item in items if item.roles & actor.roles and (holds_post or not item.of_a_post)])


def csrf_field(value: str) -> Markup:
    """The hidden field every form of a signed-in page carries."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(value)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one Jinja environment: autoescape on, undefined names raise."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= FILTERS
    made.globals |= {"asset": asset, "icon": icon, "iso": is_iso_date, "file_endings": ENDINGS}
    return made


def is_iso_date(text: str) -> bool:
    """Whether a date input can show the text."""
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None


def kind(tone: str, otherwise: str = "plain") -> str:
    """The design system's word for how something stands; "lacking" is ours beside them."""
    return KINDS.get(tone.strip(), otherwise)


@lru_cache(maxsize=64)
def icon(name: str, css: str = "") -> Markup:
    """An icon of the design system in the colour of the words beside it; nothing to a screen reader."""
    drawn = (HERE / "look" / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    marks = f'class="icon-svg {css}" aria-hidden="true" focusable="false"'
    return Markup(drawn.replace("<svg", f"<svg {marks}", 1))  # noqa: S704 — a file of ours, a class of a template


@lru_cache(maxsize=64)
def asset(name: str) -> str:
    """The address of a static file, with a piece of its digest so that browsers notice a new one."""
    digest = hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


@pass_context
def show_date(context: Context, day: date) -> str:
    """20. april 2027 / 20 April 2027."""
    return danish.format_date(day, context["language"])


@pass_context
def show_weekday_date(context: Context, day: date) -> str:
    """tirsdag den 20. april 2027."""
    return danish.format_weekday_date(day, context["language"])


@pass_context
def show_near(context: Context, day: date, today: date) -> str:
    """I morgen, på fredag, for 3 dage siden; tirsdag den 20. april 2027 when it is further ahead."""
    return danish.format_near(day, today, context["language"])


@pass_context
def show_datetime(context: Context, at: datetime) -> str:
    """An instant in local time: 20. april 2027 kl. 14.30."""
    return danish.format_datetime(at, context["language"], context["zone"])


@pass_context
def show_period(context: Context, what: Any) -> str:
    """From when to when, in local time: tirsdag den 20. april 2027 kl. 09.00–15.30."""
    return danish.format_period(what.starts_at, what.ends_at, context["language"], context["zone"])


@pass_context
def show_short_date(context: Context, day: date, within: int | None = None) -> str:
    """A date for a narrow column: 18. jan. 2027, and 18. jan. where all is `within` that year."""
    shown = short_date(day, context["language"])
    return shown.rpartition(" ")[0] if day.year == within else shown


@pass_context
def show_short_datetime(context: Context, at: datetime) -> str:
    """An instant in local time for a narrow column: 18. jan. 2027 14.30."""
    local, language = at.astimezone(context["zone"]), context["language"]
    return (
        f"{short_date(local, language)} {local:%H:%M}"
        if language == "en"
        else (f"{short_date(local, language)} {local:%H.%M}")
    )


@pass_context
def show_number(context: Context, value: Decimal | int | str) -> str:
    """1.250.000,5 / 1,250,000.5."""
    return danish.format_decimal(Decimal(value), language=context["language"])


@pass_context
def show_amount(context: Context, value: Decimal | int | str) -> str:
    """1.250.000 kr."""
    return danish.format_amount(Decimal(value), context["language"])


@pass_context
def show_title(context: Context, occurrence: Occurrence) -> str:
    """The activity's title in the page's language."""
    return occurrence_title(occurrence, context["language"])


@pass_context
def show_planned(context: Context, step: Step) -> str:
    """The title in the page's language of an activity as it is planned, Danish when there is no other."""
    return (step.title_en if context["language"] == "en" else "") or step.title


@pass_context
def show_task_title(context: Context, task: Task, occurrence: Occurrence) -> str:
    """The task's own title, else its activity's in the page's language."""
    language = context["language"]
    return own_title(task, occurrence, language) or occurrence_title(occurrence, language)


@pass_context
def show_said(context: Context, sentence: str) -> str:
    """A sentence that the engine wrote in Danish, in the page's language."""
    return in_english(sentence) if context["language"] == "en" else sentence


def short_date(day: date, language: str) -> str:
    """18. jan. 2027 / 18 Jan 2027."""
    month = danish.month_name(day.month, language)
    if language == "en":
        return f"{day.day} {month[:3]} {day.year}"
    return f"{day.day}. {month if len(month) < 4 else month[:3] + '.'} {day.year}"


FILTERS = {
    "date": show_date,
    "weekday_date": show_weekday_date,
    "near": show_near,
    "datetime": show_datetime,
    "short": show_short_date,
    "moment": show_short_datetime,
    "number": show_number,
    "amount": show_amount,
    "period": show_period,
    "numbered": numbered,
    "titled": show_title,
    "planned": show_planned,
    "called": show_task_title,
    "said": show_said,
    "kind": kind,
    "words": words_to_send,
}
