"""A step with four meetings in the small municipality: one held, with homework, one called, two proposed."""

from sqlmodel import select

from cycle.access.links import task_token
from cycle.calendar import WorkingCalendar
from cycle.gatherings.calling import Details, call
from cycle.gatherings.homework import give_homework
from cycle.gatherings.proposing import propose
from cycle.gatherings.reading import participants_of
from cycle.gatherings.recording import hold
from cycle.gatherings.states import Attendance
from cycle.organisation.directory import Directory
from cycle.plan.gatherings import Meetings
from cycle.store import transaction
from cycle.tasks.tables import Cycle, Occurrence, Task
from notifications.office import MEETING
from tests.support import municipality
from tests.support.gatherings import activity
from tests.support.house import House
from tests.support.municipality import date, instant


def meeting_pages(house: House) -> tuple[list[str], list[str]]:
    """(the office's addresses, a participant's addresses) of everything there is to see of them."""
    at, town = house.site.clock.at, house.town
    planned = activity(meetings=Meetings(title="Workshop", count=4, begins="9.00", ends="12.00", seats=8))
    with transaction(house.engine) as session:
        cycle = session.get_one(Cycle, session.get_one(Occurrence, house.occurrence_id).cycle_id)
        found = municipality.add_occurrence(session, town, cycle, activity=planned, due_on=date(2027, 6, 30))
        directory = Directory.load(session, found.root_id, date(2027, 4, 1))
        held, called, *_ = made = propose(session, found, planned, directory, WorkingCalendar())
        for each in (held, called):
            call(session, each, Details.of(each), seen=each.edition, by="cli", now=instant(2027, 4, 1, 9))
        who = participants_of(session, held.id or 0)[0]
        present, later = {who.key: Attendance.PRESENT}, at if at > held.ends_at else held.ends_at
        hold(session, held, attendance=present, minutes="Enige.", seen=held.edition, by="cli", now=later)
        given = {"text": "Prøv det af.", "due_on": date(2027, 6, 1), "keys": {who.key}}
        give_homework(session, held, **given, seen=held.edition, by="cli", now=later)
        task = session.exec(select(Task).where(Task.occurrence_id == found.id)).one()
        ids, person = [each.id for each in made], town.leaders[who.unit_id or ""]
        token = task_token(
            house.site.settings.secret,
            purpose=MEETING,
            task_id=who.id or 0,
            person_id=person,
            generation=1,
        )
    link = house.site.link(task, person)
    office = ["/moeder", *(f"/moeder/{id_}" for id_ in ids[:3]), f"/aktivitet/{found.id}"]
    return office, [f"/indkaldelse/{token}", link, f"{link}/moede"]
