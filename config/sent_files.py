"""Plan files as a browser sends them: told apart by what is in them, and checked as a folder is."""

import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from config.loader import PLAN_FILE, PROCESS_FILE, LoadedPlan, Years, load_forms, load_plan
from config.organisation_words import NO_FILES
from config.text_files import LARGEST, read_text
from config.written_plan import LONGEST_PLAN
from config.yaml_source import parse_yaml
from cycle.errors import PlanInvalid, Problem
from cycle.plan.model import PlanKind
from cycle.tasks.forms import Form

EXAMPLES = Path(__file__).parent / "examples"
MOST = 200
"""Files in one folder of a plan."""
CALENDAR = "calendar.yaml"
_NAME = re.compile(r"(?:(?:forms|texts)/)?[\w-][\w.-]{0,100}\.yaml")
_YAML = (".yaml", ".yml")
_TITLE = re.compile(r"(?m)^(title|title_en): *(.*\S)")
_MUNICIPALITY = re.compile(r"(?m)^municipality:.*$")


def shipped_plans(language: str = "da") -> dict[str, str]:
    """The plans that come with Aarshjul: title in the language, by the folder's name in `config/examples`."""
    found = sorted([*EXAMPLES.rglob(PLAN_FILE), *EXAMPLES.rglob(PROCESS_FILE)])
    titles = ((file, dict(_TITLE.findall(file.read_text(encoding="utf-8")))) for file in found)
    own = "title_en" if language == "en" else "title"
    return {str(file.parent.relative_to(EXAMPLES)): told.get(own) or told["title"] for file, told in titles}


def shipped_files(name: str, municipality: str) -> dict[str, str]:
    """The files of a plan that comes with Aarshjul, made this municipality's. Raises KeyError."""
    if name not in shipped_plans():
        raise KeyError(name)
    folder = EXAMPLES / name
    plan = next(each for each in (PLAN_FILE, PROCESS_FILE) if (folder / each).exists())
    beside = [file for part in ("forms", "texts") for file in sorted((folder / part).glob("*.yaml"))]
    calendar = [folder / CALENDAR] if (folder / CALENDAR).exists() else []
    files = {str(file.relative_to(folder)): file.read_text(encoding="utf-8") for file in (*calendar, *beside)}
    text = (folder / plan).read_text(encoding="utf-8")
    return {plan: _MUNICIPALITY.sub(f"municipality: {json.dumps(municipality)}", text), **files}


def sorted_files(sent: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """The files' texts under the names they have in a plan's folder; a zip is unpacked.

    A file with `kind:` is the plan, one with `fields:` a form, `calendar.yaml` the calendar, the others
    texts. Raises PlanInvalid for what is no YAML file in UTF-8, too much, or two plans.
    """
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for name, content in _unpacked(sent):
        try:
            text = _text(name, content)
            place = _place(name, text)
        except PlanInvalid as error:
            problems += error.problems
            continue
        if place in found:
            problems.append(Problem(name, f"Der er to filer til {place}.", "Send kun den ene."))
        found[place] = text
    if problems:
        raise PlanInvalid(problems)
    return found


def load_sent(files: Mapping[str, str], *, years: Years | None = None) -> LoadedPlan:
    """The plan that the files are. The organisation's words are not checked.

    Raises PlanInvalid with every fault of every file, each as "file:line".
    """
    with TemporaryDirectory() as folder:
        _write(Path(folder), files)
        return load_plan(folder, organisation=NO_FILES, years=years)


def sent_forms(files: Mapping[str, str]) -> dict[str, Form]:
    """The forms among the files, by id. Raises PlanInvalid with every fault."""
    with TemporaryDirectory() as folder:
        _write(Path(folder), files)
        return load_forms(Path(folder))


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Writes them; their names come from a browser, so none may lead out of the folder."""
    strange = [name for name in files if not _NAME.fullmatch(name)]
    if strange or len(files) > MOST:
        what = "Filen har ikke et navn, der hører til en plan."
        raise PlanInvalid([Problem(name[:80], what, "Send filerne igen.") for name in strange[:1] or [""]])
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def _unpacked(sent: Iterable[tuple[str, bytes]]) -> Iterable[tuple[str, bytes]]:
    """The YAML files, those inside a zip too; bounded before anything is unpacked."""
    for name, content in sent:
        if not content.startswith(b"PK\x03\x04"):
            yield name, content
            continue
        try:
            with zipfile.ZipFile(BytesIO(content)) as packed:
                entries = [each for each in packed.infolist() if each.filename.endswith(_YAML)]
                if len(entries) > MOST or sum(each.file_size for each in entries) > LARGEST:
                    what = f"Der er mere i filen end {MOST} filer eller {LARGEST // 1_000_000} MB."
                    raise PlanInvalid([Problem(name, what, "Send kun planen, skemaerne og teksterne.")])
                yield from [(each.filename, packed.read(each)) for each in entries]
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
            what = "Zip-filen kan ikke læses."
            raise PlanInvalid([Problem(name, what, "Pak den igen, uden adgangskode.")]) from error


def _text(name: str, content: bytes) -> str:
    if not name.lower().endswith(_YAML):
        what = "Filen er hverken YAML eller zip."
        raise PlanInvalid([Problem(name, what, "Vælg planens filer, der ender på .yaml.")])
    if len(content) > 4 * LONGEST_PLAN:
        raise PlanInvalid([Problem(name, "Filen er for stor til en plan.", "Er det den rigtige fil?")])
    with TemporaryDirectory() as folder:
        file = Path(folder) / "sent.yaml"
        file.write_bytes(content)
        return read_text(file, name).replace("\r\n", "\n")


def _place(name: str, text: str) -> str:
    """What the file is called in a plan's folder. Raises PlanInvalid for what is no YAML."""
    last = PurePosixPath(name.replace("\\", "/")).name
    data = parse_yaml(text, name).data
    keys = data.keys() if isinstance(data, dict) else ()
    stem = re.sub(r"[^\w.-]", "-", last.rpartition(".")[0]) or "fil"
    if "kind" in keys:
        return PROCESS_FILE if data["kind"] == PlanKind.PROCESS.value else PLAN_FILE
    if "fields" in keys:
        return f"forms/{stem}.yaml"
    return CALENDAR if f"{stem}.yaml" == CALENDAR else f"texts/{stem}.yaml"
