"""The data folder knows who made it, and every command says in words what is wrong."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli import main
from cli.folder import MARKER, prepare_folder
from cli.installation import open_installation
from cycle.errors import Invalid
from cycle.migrations.upgrade import newest_revision, revision_of

REPOSITORY = Path(__file__).parents[2]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_first_start_makes_the_folder_the_secret_and_the_tables(tmp_path: Path) -> None:
    here = open_installation("serve", data_dir=tmp_path / "ny")
    try:
        assert (here.settings.data_dir / "secret.key").stat().st_mode & 0o777 == 0o600
        with here.engine.connect():  # while it is open SQLite has its log beside it
            kept = list(here.settings.data_dir.glob("*.db*"))
            assert len(kept) >= 2 and {file.stat().st_mode & 0o777 for file in kept} == {0o600}
        assert json.loads((here.settings.data_dir / MARKER).read_text()) == {"kind": "serve"}
        assert revision_of(here.engine) == newest_revision()
    finally:
        here.engine.dispose()
    again = open_installation(data_dir=tmp_path / "ny")
    again.engine.dispose()
    assert again.kind == "serve"
    assert again.settings.secret == here.settings.secret


@pytest.mark.parametrize(
    ("made_by", "asked", "option"),
    [("serve", "demo", "--data-dir"), ("demo", "serve", "AARSHJUL_DATA_DIR")],
)
def test_demo_and_serve_refuse_each_others_folder_and_name_the_way_out(
    tmp_path: Path, made_by, asked, option
) -> None:
    prepare_folder(tmp_path, made_by)
    with pytest.raises(Invalid, match=f"aarshjul {made_by}") as refused:
        prepare_folder(tmp_path, asked)
    assert f"`aarshjul {asked}` med {option}" in refused.value.problems[0].cure
    assert prepare_folder(tmp_path, None) == made_by


def test_a_damaged_marker_is_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text("{}")
    with pytest.raises(Invalid, match="ødelagt"):
        prepare_folder(tmp_path, None)


def test_a_file_where_the_folder_should_be_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(Invalid, match="Mappen kan ikke laves: der ligger en fil med det navn"):
        prepare_folder(tmp_path / "data", "serve")
    with pytest.raises(Invalid, match="med --data-dir"):
        prepare_folder(tmp_path / "data", "demo")


def test_a_folder_that_cannot_be_made_is_said_in_words_with_the_commands_that_make_it() -> None:
    with pytest.raises(Invalid) as refused:
        prepare_folder(Path("/proc/aars hjul"), "serve")
    (problem,) = refused.value.problems
    assert problem.what == "Mappen kan ikke laves: der kan ikke laves mapper dér."
    assert "sudo mkdir -p '/proc/aars hjul' && sudo chown \"$USER\" '/proc/aars hjul'" in problem.cure
    assert problem.cure.endswith("vælg en anden mappe med AARSHJUL_DATA_DIR.")


def test_a_database_that_does_not_answer_is_said_in_words(tmp_path: Path) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/x"
    with pytest.raises(Invalid, match="Databasen kan ikke nås"):
        open_installation(data_dir=tmp_path, database_url=nowhere)


def test_an_error_goes_to_stderr_and_with_json_also_to_stdout_as_an_object(tmp_path: Path) -> None:
    done = run("cycle", "show", "--json", AARSHJUL_DATA_DIR=str(tmp_path), AARSHJUL_BIND="0.0.0.0")
    assert done.returncode == 1
    assert done.stderr.startswith("Fejl: AARSHJUL_BIND")
    told = json.loads(done.stdout)["error"]
    assert told["kind"] == "PlanInvalid"
    assert "https" in told["problems"][0]["what"]


def test_serve_refuses_a_port_that_is_taken_and_a_demos_folder(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = run("serve", AARSHJUL_DATA_DIR=str(tmp_path / "a"), AARSHJUL_PORT=port)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Porten {port}" in done.stderr
    prepare_folder(tmp_path / "b", "demo")
    refused = run("serve", AARSHJUL_DATA_DIR=str(tmp_path / "b"), AARSHJUL_LANGUAGE="en")
    assert refused.returncode == 1
    assert "made by `aarshjul demo`" in refused.stderr


def test_a_demo_whose_port_is_taken_says_how_it_gets_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = run("demo", "--port", port, "--data-dir", str(tmp_path), AARSHJUL_PORT="8480")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Fejl: --port: Porten {port}")
    assert "`--port 0`" in done.stderr and "AARSHJUL" not in done.stderr
    (cure,) = re.findall(r"`(make demo [^`]+)`", done.stderr)
    made = subprocess.run([*cure.split(), "--dry-run"], cwd=REPOSITORY, capture_output=True, text=True)
    assert "aarshjul demo --port 0\n" in made.stdout


def test_help_names_every_command_and_comes_quickly() -> None:
    started = time.monotonic()
    done = run("--help")
    assert time.monotonic() - started < 3
    assert done.returncode == 0
    assert all(f"  {name} " in done.stdout for name in main.COMMANDS)


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_has_help_of_its_own(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(name, ["--help"]) == 0
    told = capsys.readouterr()
    assert f"aarshjul {name}" in told.out
    assert told.err == ""


def test_an_unknown_command_is_answered_with_the_nearest_one() -> None:
    done = run("sreve")
    assert (done.returncode, done.stdout) == (2, "")
    assert "serve" in done.stderr


def test_checking_a_plan_imports_no_prefect() -> None:
    look = (
        "import sys; from cli import main; main.run('plan', ['--help']); "
        "sys.exit(any(n == 'prefect' for n in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", look], cwd=REPOSITORY, capture_output=True, timeout=60)
    assert done.returncode == 0


def test_nothing_is_written_to_the_home_of_whoever_runs_it(tmp_path: Path) -> None:
    home, data = tmp_path / "home", tmp_path / "data"
    home.mkdir()
    draws = (
        "from cli.installation import open_installation; open_installation('serve');"
        "from documents.charts import Part, shared_bars;"
        "shared_bars([Part('grøn', '#0f0')], [('Skoler', (3,))])"
    )
    given = {"HOME": str(home), "XDG_CACHE_HOME": "", "XDG_CONFIG_HOME": "", "AARSHJUL_DATA_DIR": str(data)}
    subprocess.run(
        [sys.executable, "-c", draws], cwd=REPOSITORY, env={**os.environ, **given}, check=True, timeout=120
    )
    assert list(home.rglob("*")) == [] and (data / "matplotlib").is_dir()
