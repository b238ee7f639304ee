"""Imports every table module, so that the metadata is whole before anything is created or flushed."""

from sqlmodel import SQLModel

from cycle import history
from cycle.access import tables as access
from cycle.cases import tables as cases
from cycle.files import tables as files
from cycle.gatherings import tables as gatherings
from cycle.goals import frame_tables as frames
from cycle.goals import hearing_tables as hearings
from cycle.goals import remark_tables as remarks
from cycle.goals import tables as goals
from cycle.health import tables as health
from cycle.messages import tables as messages
from cycle.messages import text_tables as mail_texts
from cycle.organisation import tables as organisation
from cycle.preparations import tables as preparations
from cycle.reminders import tables as reminders
from cycle.runs import tables as runs
from cycle.tasks import tables as tasks
from cycle.tasks import wish_tables as wishes

MODULES = (
    access,
    cases,
    files,
    frames,
    gatherings,
    goals,
    health,
    hearings,
    history,
    mail_texts,
    messages,
    organisation,
    preparations,
    remarks,
    reminders,
    runs,
    tasks,
    wishes,
)
METADATA = SQLModel.metadata
