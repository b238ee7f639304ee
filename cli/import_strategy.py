"""`aarshjul import strategy FILE`: a strategy as it stands, or as it is proposed in a revision."""

from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

from cli.import_options import BY, AsJson, DryRun, Municipality
from cli.import_year import Yaml, echo, print_json
from cli.installation import open_installation
from cli.municipality_choice import only_municipality
from cli.strategy_words import changed_line, tell
from config.strategy_file import StrategyFile, load_strategy
from cycle.errors import Invalid, Problem
from cycle.goals.strategies import (
    StrategyText,
    begin_draft,
    current_strategy,
    draft_of,
    keep_first_version,
    says,
    text_of,
    write_draft,
)
from cycle.goals.strategy_tree import TextChange, keep_keys, link_goals, text_changes
from cycle.goals.tables import Strategy
from cycle.plan.model import FlowName
from cycle.store import reading, transaction
from cycle.tasks.moves import get_occurrence
from flows.runtime import SystemClock

For = Annotated[
    int | None,
    typer.Option(
        "--proposal",
        help="Som forslag i revisionen med dette nummer, som i /aktivitet/12. As the proposal in a revision.",
    ),
]


def strategy(
    file: Yaml,
    municipality: Municipality = None,
    proposal: For = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Indlæs strategien, som den står nu. Import the strategy as it stands now."""
    found = load_strategy(file)
    here, now = open_installation(), SystemClock().now()
    changes: list[TextChange] = []
    with reading(here.engine) as session:
        root_id = only_municipality(session, municipality, "--municipality")
        stored = current_strategy(session, root_id, found.id)
        text = keep_keys(text_of(stored), found.text()) if stored and proposal else found.text()
        applied = _differs(session, stored, text, proposal, file.name) and not dry_run
        if stored is not None:
            changes = text_changes(text_of(stored).goals, text.goals)
    if applied:
        with transaction(here.engine) as session:
            if proposal is None:
                keep_first_version(session, text, root_id=root_id, by=BY, now=now)
                link_goals(session, root_id)
            else:
                _propose(session, text, root_id, proposal, now=now)
    _tell(found, changes, applied=applied, dry_run=dry_run, proposed=proposal is not None, as_json=as_json)


def _propose(session: Session, text: StrategyText, root_id: str, proposal: int, *, now: datetime) -> None:
    previous = current_strategy(session, root_id, text.strategy_id)
    assert previous is not None  # there was one when the difference was made, and none is ever deleted
    year = get_occurrence(session, proposal).concerns_year
    draft = begin_draft(session, previous, occurrence_id=proposal, first_year=year, by=BY, now=now)
    write_draft(session, draft, text, seen=draft.edition, by=BY, now=now)


def _differs(
    session: Session, stored: Strategy | None, text: StrategyText, proposal: int | None, name: str
) -> bool:
    """Whether there is anything to keep. Raises Invalid when a stored strategy would have to change."""
    if proposal is not None:
        occurrence = get_occurrence(session, proposal)
        if occurrence.flow != FlowName.STRATEGY_REVISION.value:
            raise Invalid([Problem("--proposal", tell("no revision", number=proposal), tell("see address"))])
        if stored is None:
            raise Invalid([Problem(name, tell("nothing to revise"), tell("import first"))])
        draft = draft_of(session, proposal)
        return draft is None or not says(draft, text)
    if stored is None:
        return True
    if not says(stored, text):
        what = tell("strategy there", title=stored.title, version=stored.version)
        raise Invalid([Problem(name, what, tell("revise it"))])
    return False


def _tell(
    found: StrategyFile,
    changes: list[TextChange],
    *,
    applied: bool,
    dry_run: bool,
    proposed: bool,
    as_json: bool,
) -> None:
    themes, goals = len(found.themes), sum(len(theme.goals) for theme in found.themes)
    if as_json:
        differing = [
            {
                "key": each.key,
                "new": each.before is None,
                "ended": each.after is None,
                "changed": each.changed,
            }
            for each in changes
        ]
        print_json(
            {"applied": applied, "id": found.id, "themes": themes, "goals": goals, "changes": differing}
        )
        return
    kept = tell("proposal kept" if proposed else "strategy kept")
    ending = tell("dry") if dry_run else kept if applied else tell("no changes")
    head = tell(
        f"strategy found{' one' if themes == 1 else ''}", title=found.title, themes=themes, goals=goals
    )
    echo([head, *map(changed_line, changes), ending])
