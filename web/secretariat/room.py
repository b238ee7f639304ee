"""The secretariat's room: its pages, and where they stand in the menu."""

from fastapi import APIRouter

from cycle.access.roles import Role
from web.rooms import MenuItem, Room
from web.secretariat import (
    activity,
    annex,
    cases,
    cases_api,
    decisions,
    export,
    frames,
    goal_accounts,
    goal_edit,
    goal_end,
    goals,
    handout,
    hearing,
    letters,
    mail,
    mail_acts,
    many,
    meeting_acts,
    meeting_leaving,
    meeting_round,
    meetings,
    next_year,
    posts,
    proposals,
    reading,
    rollup,
    runs,
    seal,
    strategy,
    strategy_draft,
    strategy_paper,
    task,
    unfiled,
    wheel,
)

router = APIRouter()
for part in (
    wheel,
    next_year,
    activity,
    decisions,
    many,
    task,
    annex,
    goal_accounts,
    letters,
    rollup,
    goal_edit,
    goal_end,
    goals,
    strategy_paper,
    strategy,
    strategy_draft,
    hearing,
    frames,
    meetings,
    meeting_acts,
    meeting_leaving,
    meeting_round,
    export,
    runs,
    mail_acts,
    mail,
    posts,
    proposals,
    seal,
    cases,
    cases_api,
    unfiled,
    handout,
    reading,
):
    router.include_router(part.router)

READERS = frozenset({Role.SECRETARIAT, Role.DIRECTION, Role.SUPERIOR, Role.COMMITTEE})
OFFICE = frozenset({Role.SECRETARIAT})
TECHNICAL = frozenset({Role.SECRETARIAT, Role.OPERATOR})

ROOM = Room(
    router,
    navigation=(
        MenuItem("/aarshjul", "Årshjulet", "The wheel", READERS),
        MenuItem("/maal", "Mål", "Goals", READERS - {Role.COMMITTEE}),
        MenuItem("/strategi", "Strategi", "Strategy", READERS),
        MenuItem("/rammer", "Styringsrammer", "Frames", READERS),
        MenuItem("/moeder", "Møder", "Meetings", READERS - {Role.COMMITTEE}),
        MenuItem("/koersler", "Kørsler", "Runs", TECHNICAL),
        MenuItem("/mail", "Mails", "Mails", TECHNICAL),
        MenuItem("/poster", "Poster", "Posts", OFFICE),
        MenuItem("/segl", "Segl", "Seals", OFFICE),
        MenuItem("/sag", "Journalisering", "Filing", OFFICE),
        MenuItem("/aktindsigt", "Aktindsigt", "Hand-out", OFFICE),
    ),
)
