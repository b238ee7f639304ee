"""The API: what programs read, page by page, and what they may not."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from cycle.access.roles import Role, TokenScope
from cycle.goals.tables import Goal, GoalLevel, GoalOrigin
from cycle.plan.model import Activity
from cycle.store import transaction
from cycle.tasks.tables import FormVersion, Occurrence, Submission, Task
from tests.support.house import House
from tests.support.programs import PLACES, token_headers
from tests.support.routes import NAMED, gets
from web.api.room import document

RECORDED = Path(__file__).parents[2] / "docs" / "openapi.json"
V1 = "/api/v1"
ONE = f"{V1}/aktiviteter/1"


@pytest.fixture
def house(sqlite_engine: Engine, tmp_path: Path) -> House:
    made = House(sqlite_engine, tmp_path, 8000)
    for number, day in ((0, 5), (1, 6), (2, 12)):
        made.answer(number, day)
    return made


def program(house: House, role: Role = Role.SECRETARIAT, **given: Any) -> TestClient:
    """A program of this role that sends its token with every request."""
    return house.site.browser(headers=token_headers(house.site, role, PLACES[role], **given))


def test_the_document_that_is_kept_is_the_one_that_is_served(
    request: pytest.FixtureRequest, house: House
) -> None:
    served = house.site.browser().get(f"{V1}/openapi.json").json()
    if request.config.getoption("--record"):
        RECORDED.write_text(json.dumps(served, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    assert served == json.loads(RECORDED.read_text()), "`pytest --record` writes it anew"


def test_every_address_of_version_1_is_described(house: House) -> None:
    described = set(document()["paths"])
    assert {path for path in gets(house.site.app) if path.startswith(V1)} == described | {
        f"{V1}/openapi.json"
    }


def test_nothing_answers_without_a_token_not_even_to_who_is_signed_in(house: House) -> None:
    office = house.site.signed_in("sif2@by.example", Role.SECRETARIAT, "BY")
    for path in document()["paths"]:
        answer = office.get(NAMED.sub("1", path))
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == 401 and answer.json()["title"] == "Du er ikke logget ind"


def test_a_token_opens_what_its_scope_says(house: House) -> None:
    status = program(house, scope=TokenScope.STATUS)
    assert status.get(f"{ONE}/opgaver").status_code == 200
    assert status.get(f"{ONE}/besvarelser").status_code == 403
    assert status.get("/api/sager").status_code == 403
    cases = program(house, scope=TokenScope.CASES)
    assert cases.get(f"{V1}/aktiviteter").status_code == 403


def test_an_activity_its_tasks_and_its_answers_are_told(house: House) -> None:
    asking = program(house)
    (year,) = asking.get(f"{V1}/aarshjul").json()["aarshjul"]
    (activity,) = asking.get(f"{V1}/aktiviteter?aarshjul={year['id']}").json()["aktiviteter"]
    assert activity["titel"] == "Kvartalsrapport 1" and activity["frist"] == "2027-04-20"
    assert activity["antal"]["harSvaret"] == 3 and activity["antal"]["skalSvare"] == len(house.tasks)
    assert asking.get(f"{V1}/aktiviteter/{activity['id']}").json() == activity
    tasks = asking.get(f"{ONE}/opgaver").json()["opgaver"]
    assert len(tasks) == len(house.tasks) and sum(each["tilstand"] == "submitted" for each in tasks) == 3
    answers = asking.get(f"{ONE}/besvarelser").json()["besvarelser"]
    assert len(answers) == 3 and answers[0]["svar"] and answers[0]["modtaget"].endswith("Z")
    counted = asking.get(f"{ONE}/rettidighed").json()["rettidighed"]
    assert sum(each["forventet"] for each in counted) == len(house.tasks)
    assert sum(each["tilTiden"] for each in counted) == 3
    assert len(asking.get(f"{V1}/enheder").json()["enheder"]) >= len(house.tasks)


def test_pages_of_a_list_are_the_list(house: House) -> None:
    asking = program(house)
    everything = asking.get(f"{ONE}/opgaver").json()["opgaver"]
    found, following = [], ""
    while following is not None:
        page = asking.get(f"{ONE}/opgaver", params={"antal": 2, "fra": following}).json()
        assert 0 < len(page["opgaver"]) <= 2
        found += page["opgaver"]
        following = page["naeste"]
    assert found == everything


@pytest.mark.parametrize("cursor", ["x", "W10", "bnVsbA", "WzEsMl0", "æ", "W" * 600, "%00", "IiI"])
def test_a_cursor_that_is_none_is_told(house: House, cursor: str) -> None:
    answer = program(house).get(f"{ONE}/opgaver?fra={cursor}")
    assert answer.status_code == 400 and answer.json()["detail"]


def test_what_a_program_has_already_is_not_sent_again(house: House) -> None:
    asking = program(house)
    tag = asking.get(f"{ONE}/opgaver").headers["etag"]
    again = asking.get(f"{ONE}/opgaver", headers={"if-none-match": tag})
    assert again.status_code == 304 and again.content == b""
    house.answer(3, 12)
    assert asking.get(f"{ONE}/opgaver", headers={"if-none-match": tag}).status_code == 200


def test_who_asks_too_often_is_told_when_to_come_back(sqlite_engine: Engine, tmp_path: Path) -> None:
    house = House(sqlite_engine, tmp_path, 8000, api_per_minute=3)
    eager, calm = program(house), program(house, Role.DIRECTION)
    assert [eager.get(f"{V1}/aarshjul").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = eager.get(f"{V1}/aarshjul")
    assert refused.headers["retry-after"] == "20" and refused.json()["status"] == 429
    assert calm.get(f"{V1}/aarshjul").status_code == 200
    house.site.clock.at += timedelta(seconds=20)
    assert eager.get(f"{V1}/aarshjul").status_code == 200


def test_a_superior_reads_the_own_units_and_the_committee_and_the_operator_none(house: House) -> None:
    own = program(house, Role.SUPERIOR).get(f"{ONE}/opgaver").json()["opgaver"]
    assert 0 < len(own) < len(house.tasks)
    answers = house.site.browser(
        headers=token_headers(house.site, Role.SUPERIOR, "BY-IN-D2", scope=TokenScope.STATUS)
    )
    others = answers.get(f"{ONE}/opgaver").json()["opgaver"]
    assert not {each["id"] for each in own} & {each["id"] for each in others}
    for role in (Role.COMMITTEE, Role.OPERATOR):
        asking = program(house, role)
        for what in ("", "/opgaver", "/besvarelser", "/rettidighed"):
            assert asking.get(f"{ONE}{what}").status_code == 403
    assert house.site.browser(
        headers=token_headers(house.site, Role.COMMITTEE, "BY", scope=TokenScope.STATUS)
    ).get(f"{V1}/enheder").json() == {"naeste": None, "enheder": []}


def test_answers_marked_confidential_are_for_those_who_may_see_them(house: House) -> None:
    with transaction(house.engine) as session:
        occurrence = session.get_one(Occurrence, 1)
        frozen = Activity.model_validate_json(occurrence.activity)
        occurrence.activity = frozen.model_copy(update={"confidential": True}).model_dump_json()
        session.add(occurrence)
    for role, status in ((Role.SECRETARIAT, 200), (Role.DIRECTION, 403), (Role.SUPERIOR, 403)):
        asking = program(house, role)
        for what in ("/opgaver", "/besvarelser", "/rettidighed"):
            assert asking.get(f"{ONE}{what}").status_code == status, (role, what)
        (shown,) = asking.get(f"{V1}/aktiviteter").json()["aktiviteter"]
        assert shown["fortrolig"] and shown["kanSes"] is (status == 200)


def test_small_numbers_that_no_export_tells_no_program_is_told(house: House) -> None:
    asking = program(house)
    given = asking.get(f"{ONE}/besvarelser").json()["besvarelser"][0]["svar"]
    hidden = next(iter(given))
    with transaction(house.engine) as session:
        for row in session.scalars(sa.select(FormVersion)):
            spec = json.loads(row.spec)
            for field in spec["fields"]:
                field["hide_small"] = field["id"] == hidden
            row.spec = json.dumps(spec)
            session.add(row)
    for told in asking.get(f"{ONE}/besvarelser").json()["besvarelser"]:
        assert hidden not in told["svar"] and set(told["svar"]) == set(given) - {hidden}


def test_a_letter_that_stands_for_several_goals_is_told_as_each_of_them(house: House) -> None:
    goals = ({"key": "trivsel", "title": "Trivsel"}, {"key": "sprog", "title": "Sprog"})
    with transaction(house.engine) as session:
        for row in session.scalars(sa.select(FormVersion)):
            inner = {"id": "tal", "type": "number", "label": "Tal"}
            group = {"id": "maal", "type": "repeat", "label": "Mål", "rows_from": "goals", "fields": [inner]}
            spec = json.loads(row.spec)
            row.spec = json.dumps({**spec, "fields": [*spec["fields"], group]})
            session.add(row)
        for goal, answer in zip(goals, session.scalars(sa.select(Submission)), strict=False):
            task = session.get_one(Task, answer.task_id)
            entry = {"row": "D", "level": "area", "label": f"D. {goal['title']}", **goal}
            own = {
                "row": "H",
                "level": "unit",
                "label": "H. Læselyst",
                "title": "Læselyst",
                "key": str(task.id),
            }
            task.prefill = {**task.prefill, "goals": [entry, own]}
            answer.answers = {**answer.answers, "maal": [{"row": "D", "tal": "1"}, {"row": "H", "tal": "2"}]}
            session.add_all([task, answer])
    office = house.site.signed_in("sif9@by.example", Role.SECRETARIAT, "BY")
    heading = office.get("/eksport/aktivitet/1.csv").content.decode("utf-8-sig").splitlines()[0]
    assert heading.endswith("D. Sprog: Tal;D. Trivsel: Tal;H (eget mål);H (eget mål): Tal")
    told = [each["raekker"] for each in program(house).get(f"{ONE}/besvarelser").json()["besvarelser"]]
    assert {"maal": {"D": "D. Sprog", "H": "H. Læselyst"}} in told
    assert {"maal": {"D": "D. Trivsel", "H": "H. Læselyst"}} in told


def test_goals_stand_in_their_tree(house: House) -> None:
    of_year = {"root_id": "BY", "year": 2027, "origin": GoalOrigin.POLITICAL}
    with transaction(house.engine) as session:
        session.add(Goal(key="t", level=GoalLevel.THEME, code="1", title="Læring", **of_year))
        session.add(
            Goal(key="f", parent_key="t", level=GoalLevel.COMMON, code="A", title="Trivsel", **of_year)
        )
        session.add(Goal(key="e", level=GoalLevel.UNIT, unit_id="BY-SK", code="X", title="Eget", **of_year))
    asking = program(house)
    theme, common = asking.get(f"{V1}/maal?aar=2027").json()["maal"]
    assert (theme["titel"], common["titel"], common["under"]) == ("Læring", "Trivsel", theme["noegle"])
    status = asking.get(f"{V1}/maal/{common['id']}/status").json()
    assert status == {"maal": common["id"], "perioder": []}
    assert asking.get(f"{V1}/maal/3/status").status_code == 404, "a unit's own goal is the unit's"
    assert asking.get(f"{V1}/maal").status_code == 400, "which year?"
    assert program(house, Role.COMMITTEE).get(f"{V1}/maal?aar=2027").status_code == 403


def test_the_wheel_is_a_calendar_for_the_intranet(house: House) -> None:
    asking = program(house, Role.COMMITTEE, scope=TokenScope.STATUS)
    answer = asking.get(f"{V1}/kalender.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    events = icalendar.Calendar.from_ical(answer.text).walk("VEVENT")
    assert [str(each["summary"]) for each in events] == [
        "Kvartalsrapport 1 åbner",
        "Kvartalsrapport 1: frist",
    ]
    again = asking.get(f"{V1}/kalender.ics", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
