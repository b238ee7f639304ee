import errno
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from cli import main
from cli.installation import open_installation
from cycle.access.tables import Account
from cycle.calendar import WorkingCalendar
from cycle.danish import file_fault
from cycle.messages.tables import Message
from cycle.organisation.importing import import_leaders
from cycle.organisation.people import Choice
from cycle.organisation.tables import Address, Unit
from cycle.plan.model import DEFAULT_REMINDERS
from cycle.runs.tables import Wake
from cycle.store import reading, transaction
from cycle.tasks.cycles import RULES
from cycle.tasks.tables import Task
from flows.remind import remind
from flows.runtime import RunContext
from tests.support import municipality
from tests.support.files import KOEBENHAVN, LEADERS, UNITS, given


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def run(installed, tmp_path, monkeypatch, capsys):
    """Runs a command in a data folder of its own; gives status, stdout, stderr."""
    monkeypatch.setattr("sys.stdin", io.StringIO())
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    (tmp_path / "leaders.csv").write_text(LEADERS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def act(*arguments):
        with pytest.raises(SystemExit) as done:
            main.main(arguments)
        said = capsys.readouterr()
        return done.value.code or 0, said.out, said.err

    return act


def test_a_dry_run_shows_the_difference_and_changes_nothing(run):
    status, out, _ = run("import", "units", "units.csv", "--dry-run")
    assert status == 0
    assert "Læst som UTF-8 med »;« mellem felterne. Rækker: 6." in out
    assert "Nye enheder (6)" in out
    assert "  S1 Havneskolen" in out
    assert out.endswith("Intet er ændret (--dry-run).\n")
    with reading(open_installation().engine) as session:
        assert session.exec(select(Unit)).all() == []


def test_importing_twice_says_what_was_done_and_then_that_nothing_changes(run):
    assert "Indlæst: 6 ændringer." in run("import", "units", "units.csv")[1]
    assert "Indlæst: 5 ændringer." in run("import", "leaders", "leaders.csv")[1]
    for kind in ("units", "leaders"):
        status, out, err = run("import", kind, f"{kind}.csv")
        assert (status, err) == (0, "")
        assert out.endswith("Ingen ændringer.\n")


def test_copenhagen_through_the_command_with_json_for_scripts(run):
    told = json.loads(run("import", "units", str(KOEBENHAVN / "units.csv"), "--json")[1])
    assert told["applied"]
    assert len(told["changes"]) == 496
    told = json.loads(run("import", "leaders", str(KOEBENHAVN / "leaders.csv"), "--json")[1])
    assert len(told["changes"]) == 670
    assert told["notes"][0]["where"] == "række 512"
    told = json.loads(run("import", "leaders", str(KOEBENHAVN / "leaders.csv"), "--json")[1])
    assert (told["applied"], told["changes"]) == (False, [])


def test_a_long_list_is_cut_for_people_with_the_rest_counted(run):
    out = run("import", "units", str(KOEBENHAVN / "units.csv"), "--dry-run")[1]
    assert "… og 471 mere (--json viser alle)" in out
    assert len(out.splitlines()) < 40


def test_a_wrong_file_fails_on_stderr_with_every_fault(run, tmp_path):
    (tmp_path / "wrong.csv").write_text(
        "unit_id;parent_id;name;kind\nA;B;;skole\nA;;A;skole\n", encoding="utf-8"
    )
    status, out, err = run("import", "units", "wrong.csv")
    assert (status, out) == (1, "")
    assert "wrong.csv, række 2: »name« er tom." in err
    assert "wrong.csv, række 3: Id'et A står også i række 2." in err
    status, out, _ = run("import", "units", "wrong.csv", "--json")
    assert status == 1
    assert json.loads(out)["error"]["kind"] == "ImportInvalid"
    assert len(json.loads(out)["error"]["problems"]) == 3


def test_english_is_a_choice(run, monkeypatch):
    monkeypatch.setenv("AARSHJUL_LANGUAGE", "en")
    assert "New units (6)" in run("import", "units", "units.csv", "--dry-run")[1]
    assert "There is no unit “BY”" in run("import", "leaders", "leaders.csv")[2]


def test_a_missing_file_and_a_misused_command_are_told_apart(run):
    status, _, err = run("import", "units", "nowhere.csv")
    assert (status, "nowhere.csv: Filen kan ikke læses: den findes ikke." in err) == (1, True)
    assert run("import", "units")[0] == 2
    assert run("import", "leaders", "leaders.csv", "--same-person", "--new-person")[0] == 1


@pytest.mark.parametrize("kind", ["units", "leaders", "meetings"])
def test_a_fault_of_a_whole_file_is_said_under_its_name(run, tmp_path, monkeypatch, kind):
    run("import", "units", "units.csv")
    (tmp_path / "tom.csv").write_text("")
    err = run("import", kind, "tom.csv")[2]
    assert err.startswith("Fejl: tom.csv") and "filen:" not in err
    assert "No such file" not in run("import", kind, "nowhere.csv")[2]
    assert "det er en mappe" in run("import", kind, ".")[2]
    monkeypatch.setenv("AARSHJUL_LANGUAGE", "en")
    assert "nowhere.csv: The file cannot be read: it does not exist." in run("import", kind, "nowhere.csv")[2]
    assert run("import", kind, "tom.csv")[2].startswith("Error: tom.csv")


def test_a_rare_fault_of_a_file_is_said_in_the_systems_words():
    assert file_fault(OSError(errno.EMFILE, "Too many open files")) == "Too many open files"
    assert file_fault(PermissionError(errno.EACCES, "Permission denied")) == "der er ikke adgang"


def test_what_changes_at_a_unit_is_said_under_the_files_headings_with_dates_as_people_write_them(
    run, tmp_path, monkeypatch
):
    run("import", "units", "units.csv")
    moved = UNITS.replace("S2;D1;Åskolen", "S2;SK;Åskolen").replace("selvejende", "kommunal")
    ends = {"unit_id": "lukker", "S1": "31.7.2027"}
    closing = "\n".join(f"{line};{ends.get(line.split(';')[0], '')}" for line in moved.splitlines())
    (tmp_path / "closing.csv").write_text(closing, encoding="utf-8")
    out = run("import", "units", "closing.csv", "--yes-really")[1]
    assert "S2 Åskolen: overordnet D1 → SK" in out
    assert "S3 Ærø Friskole: ejerform selvejende → kommunal" in out
    assert "Lukkes (1)\n  S1 Havneskolen: lukker (ingen) → 31. juli 2027" in out
    (tmp_path / "open.csv").write_text(closing.replace("31.7.2027", ""), encoding="utf-8")
    out = run("import", "units", "open.csv", "--dry-run")[1]
    assert "Genåbnet (1)\n  S1 Havneskolen: lukker 31. juli 2027 → (ingen)" in out
    told = json.loads(run("import", "units", "open.csv", "--dry-run", "--json")[1])
    assert [change["before"] for change in told["changes"]] == ["2027-07-31"]
    monkeypatch.setenv("AARSHJUL_LANGUAGE", "en")
    out = run("import", "units", "open.csv", "--dry-run")[1]
    assert "S1 Havneskolen: closed_on 31 July 2027 → (none)" in out


def test_a_kind_of_unit_that_nobody_has_yet_is_pointed_out(run, tmp_path):
    assert "enhedsart" not in run("import", "units", "units.csv")[1], "the first file has only new ones"
    (tmp_path / "slip.csv").write_text(UNITS.replace(";skole;", ";skøle;"), encoding="utf-8")
    out = run("import", "units", "slip.csv", "--dry-run")[1]
    assert "Bemærk:\n  Ny enhedsart: skøle. Enheder: 3." in out


def test_closing_and_ending_much_needs_yes_really(run, tmp_path):
    run("import", "units", "units.csv")
    run("import", "leaders", "leaders.csv")
    (tmp_path / "few.csv").write_text("\n".join(LEADERS.splitlines()[:-1]), encoding="utf-8")
    status, _, err = run("import", "leaders", "few.csv")
    assert status == 1
    assert "--yes-really" in err
    assert "Indlæst: 1 ændring." in run("import", "leaders", "few.csv", "--yes-really")[1]


def test_a_changed_address_is_asked_row_by_row_at_a_terminal_and_else_chosen_by_a_flag(
    run, tmp_path, monkeypatch
):
    run("import", "units", "units.csv")
    run("import", "leaders", "leaders.csv")
    text = LEADERS.replace("ida@by.example", "ida.eg@by.example")
    (tmp_path / "new.csv").write_text(text, encoding="utf-8")
    status, out, err = run("import", "leaders", "new.csv")
    assert status == 1
    assert "række 5: S1 leder, Ida Eg: ida@by.example → ida.eg@by.example" in out
    assert "Er det samme person?" in err
    monkeypatch.setattr("sys.stdin", Terminal("hvad?\ns\n"))
    status, out, _ = run("import", "leaders", "new.csv")
    assert status == 0
    assert "Ny e-mailadresse (1)\n  S1 leder: ida@by.example → ida.eg@by.example" in out
    assert "Ingen ændringer." in run("import", "leaders", "new.csv", f"--{Choice.NEW.value}-person")[1]


def test_a_name_that_may_be_a_successors_is_asked_in_the_same_way(run, tmp_path, monkeypatch):
    run("import", "units", "units.csv")
    run("import", "leaders", "leaders.csv")
    (tmp_path / "new.csv").write_text(LEADERS.replace("Ida Eg", "Ida Holm"), encoding="utf-8")
    status, out, err = run("import", "leaders", "new.csv")
    assert status == 1 and "Adressen ida@by.example hørte til Ida Eg; nu Ida Holm" in err
    assert "række 5: S1 leder, ida@by.example: Ida Eg → Ida Holm" in out
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    status, out, _ = run("import", "leaders", "new.csv", "--yes-really")
    assert status == 0 and "S1 leder: Ida Eg → Ida Holm" in out
    both = LEADERS.replace("Ida Eg;ida@by.example", "Ida Bro;bro@by.example")
    (tmp_path / "both.csv").write_text(both, encoding="utf-8")
    assert "række 5: S1 leder: Ida Holm → Ida Bro" in run("import", "leaders", "both.csv")[1]


def test_open_tasks_of_the_posts_concerned_are_looked_at_again(run, tmp_path):
    run("import", "units", "units.csv")
    run("import", "leaders", "leaders.csv")
    engine = open_installation().engine
    with transaction(engine) as session:
        town = municipality.Town("BY", units=["S1", "S2"])
        cycle = municipality.start_cycle(session, town)
        municipality.add_tasks(session, town, municipality.add_occurrence(session, town, cycle))
    (tmp_path / "new.csv").write_text(LEADERS.replace("ida@by", "ida.eg@by"), encoding="utf-8")
    out = run("import", "leaders", "new.csv", "--same-person")[1]
    assert "1 åben opgave bliver set på igen." in out
    with reading(engine) as session:
        woken = session.exec(select(Task.unit_id).where(col(Task.next_reminder_at).is_not(None))).all()
        assert woken == ["S1"]


def test_a_new_leader_is_told_at_the_next_turn_and_not_after_the_next_nights_sweep(run, tmp_path):
    run("import", "units", "units.csv")
    run("import", "leaders", "leaders.csv")
    here, now = open_installation(), datetime.now(UTC)
    with transaction(here.engine) as session:
        town = municipality.Town("BY", units=["S1", "S2"])
        occurrence = municipality.add_occurrence(
            session,
            town,
            municipality.start_cycle(session, town),
            opens_on=now.date() - timedelta(days=30),
            due_on=now.date() + timedelta(days=60),
            closes_on=now.date() + timedelta(days=90),
        )
        occurrence.rules = RULES.dump_json(DEFAULT_REMINDERS).decode()
        for task in municipality.add_tasks(session, town, occurrence):
            task.opened_at = task.next_reminder_at = occurrence.opens_at
            session.add(task)
    remind(RunContext.direct(here.engine, now, here.settings, "BY"))
    (tmp_path / "new.csv").write_text(
        LEADERS.replace("Ida Eg;ida@by.example", "Ole Ny;ole@by.example"), encoding="utf-8"
    )
    assert run("import", "leaders", "new.csv", "--yes-really", "--new-person")[0] == 0
    with reading(here.engine) as session:
        assert session.exec(select(Wake)).all(), "the clock turns at once"
    at = datetime.now(UTC)
    remind(RunContext.direct(here.engine, at, here.settings, "BY"))
    with reading(here.engine) as session:
        (mail,) = session.exec(select(Message).where(Message.address == "ole@by.example")).all()
        assert mail.next_at <= WorkingCalendar().next_send(at), "in these or the next hours of sending"
        again = session.exec(select(Message).where(Message.address == "åse.ø@by.example")).all()
        assert len(again) == 1, "who keeps a post is not written to anew"


def test_what_was_shown_and_has_changed_meanwhile_is_not_applied(run, tmp_path, monkeypatch):
    run("import", "units", "units.csv")
    run("import", "leaders", "leaders.csv")
    engine = open_installation().engine

    class SlowReader(Terminal):
        def readline(self, *_):
            with transaction(engine) as session:
                import_leaders(session, given(LEADERS.replace("Åse Ø", "Aase Ø")))
            return "s\n"

    (tmp_path / "new.csv").write_text(LEADERS.replace("ida@by", "ida.eg@by"), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", SlowReader())
    status, _, err = run("import", "leaders", "new.csv")
    assert status == 1
    assert "changed meanwhile" in err
    with reading(engine) as session:
        assert "ida.eg@by.example" not in session.exec(select(Address.email)).all()


def test_meetings_are_imported_for_the_only_municipality(run, tmp_path):
    calendar = "body;date;agenda_deadline;title\nBUU;2099-05-12;2099-05-03;Møde\n"
    (tmp_path / "meetings.csv").write_text(calendar, encoding="utf-8")
    assert "Der er ingen kommune endnu" in run("import", "meetings", "meetings.csv")[2]
    run("import", "units", "units.csv")
    assert "BUU 12. maj 2099 Møde" in run("import", "meetings", "meetings.csv")[1]
    assert "Ingen ændringer." in run("import", "meetings", "meetings.csv", "--municipality", "BY")[1]
    assert run("import", "meetings", "meetings.csv", "--municipality", "XX")[0] == 1


def test_a_file_with_a_part_of_a_meeting_calendar_takes_the_rest_only_when_that_is_meant(run, tmp_path):
    rows = [f"BUU;2099-{month:02d}-12;2099-{month:02d}-02;Møde\n" for month in range(3, 7)]
    head, file = "body;date;agenda_deadline;title\n", tmp_path / "meetings.csv"
    run("import", "units", "units.csv")
    file.write_text(head + "".join(rows), encoding="utf-8")
    assert run("import", "meetings", "meetings.csv")[0] == 0
    file.write_text(head + "BUU;2099-06-12;;Møde\n", encoding="utf-8")
    status, shown, said = run("import", "meetings", "meetings.csv")
    assert status == 1 and shown.count("2099") == 4
    assert "tager 4 kommende møder eller dagsordensfrister væk" in said and "--yes-really" in said
    file.write_text(head + "".join(rows), encoding="utf-8")
    assert "Ingen ændringer." in run("import", "meetings", "meetings.csv")[1]
    file.write_text(head + "BUU;2099-06-12;;Møde\n", encoding="utf-8")
    assert run("import", "meetings", "meetings.csv", "--yes-really")[0] == 0


def test_a_user_is_made_listed_given_a_password_and_disabled(run, monkeypatch, tmp_path):
    run("import", "units", "units.csv")
    add = ("user", "add", "Alice@by.example", "--name", "Alice Bro", "--role", "secretariat")
    assert "--password-file" in run(*add)[2]
    monkeypatch.setattr("sys.stdin", io.StringIO("tre venlige ænder\n"))
    status, out, _ = run(*add, "--password-file", "-")
    assert (status, out) == (0, "alice@by.example kan nu logge ind som sekretariat.\n")
    (tmp_path / "secret").write_text("fire grå gæs på engen\r\nnever read\n", encoding="utf-8")
    assert run("user", "password", "alice@by.example", "--password-file", "secret")[0] == 0
    assert run("user", "list")[1] == "alice@by.example  Alice Bro  sekretariat BY\n"
    told = json.loads(run("user", "list", "--json")[1])
    assert told[0]["grants"] == [{"role": "secretariat", "unit": "BY"}]
    assert "password" not in str(told)
    assert "kan ikke længere logge ind" in run("user", "disable", "alice@by.example")[1]
    assert "lukket" in run("user", "list")[1]
    above = ("user", "add", "bo@by.example", "--name", "Bo", "--role", "superior", "--unit", "D1")
    assert (
        run(*above, "--password-file", "secret")[1] == "bo@by.example kan nu logge ind som nærmeste leder.\n"
    )
    status, _, err = run("user", "disable", "mallory@by.example")
    assert (status, "Der er ingen konto for mallory@by.example" in err) == (1, True)


def test_a_user_at_a_terminal_types_the_password_unseen(run, monkeypatch):
    run("import", "units", "units.csv")
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr(
        "typer.prompt", lambda *_, **options: "tre venlige ænder" if options["hide_input"] else ""
    )
    status, *_ = run("user", "add", "bo@by.example", "--name", "Bo", "--role", "superior", "--unit", "SK")
    assert status == 0
    with reading(open_installation().engine) as session:
        assert session.exec(select(Account.email)).all() == ["bo@by.example"]
