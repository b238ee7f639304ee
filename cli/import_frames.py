"""`aarshjul import frames FILE`: the core areas' steering frames, and law that is given later."""

from collections.abc import Sequence

from cli.import_options import BY, AsJson, DryRun, Municipality
from cli.import_year import Yaml, check_areas, echo, print_json
from cli.installation import open_installation
from cli.municipality_choice import only_municipality
from cli.wording import language
from cli.year_words import tell
from config.frames_file import FramesFile, load_frames
from cycle.danish import format_date
from cycle.goals.frame_import import FrameChange, frame_changes, keep_frames
from cycle.store import reading, transaction
from flows.runtime import SystemClock


def frames(
    file: Yaml, municipality: Municipality = None, dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Indlæs styringsrammer for kerneområderne. Import the core areas' steering frames."""
    found = load_frames(file)
    here, now = open_installation(), SystemClock().now()
    with reading(here.engine) as session:
        root_id = only_municipality(session, municipality, "--municipality")
        check_areas(session, root_id, found.areas, file.name)
        changes = frame_changes(session, found.texts(), root_id=root_id)
    if not as_json:
        echo(_lines(found, changes))
    applied = bool(changes) and not dry_run
    if applied:
        with transaction(here.engine) as session:
            approved = found.decision()
            changes = keep_frames(session, found.texts(), root_id=root_id, approved=approved, by=BY, now=now)
    if as_json:
        print_json({"applied": applied, "changes": [_data(change) for change in changes]})
    elif changes:
        echo([tell("dry")] if dry_run else [tell("frames kept", count=len(changes))])


def _lines(found: FramesFile, changes: Sequence[FrameChange]) -> list[str]:
    lines = [_line(change) for change in changes]
    if any(change.new for change in changes):
        given = found.decision()
        said = {"body": given.body, "on": format_date(given.on, language())} if given else {}
        lines.append(tell("frames approved", **said) if given else tell("frames drafts"))
    return lines or [tell("no changes")]


def _line(change: FrameChange) -> str:
    if change.new:
        return tell("frame new", area=change.area, year=change.year, count=len(change.items))
    items = ", ".join(f"»{item.title}«" for item in change.items)
    return tell("frame texts", area=change.area, year=change.year, items=items)


def _data(change: FrameChange) -> dict[str, object]:
    items = [item.item for item in change.items]
    return {"area": change.area, "year": change.year, "new": change.new, "items": items}
