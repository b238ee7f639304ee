"""The flows as Prefect knows them: a name and a run's id, nothing more.

Each awaits the same function, because what a run does is decided by its row in the store (`registry`).
Importing this module imports Prefect (whose environment must be set before, see `prefect_environment`):
only a worker does, once its server has answered.
"""

import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from prefect import Flow, flow
from prefect.runtime import flow_run

from flows.execution import CURRENT, perform


def run_name() -> str:
    """What the flow run is called in Prefect: "quarterly_report open:12". Ids only."""
    execution = CURRENT.get(None)
    return f"{execution.held.flow} {execution.held.subject}" if execution else "outside a worker"


OURS: dict[str, Any] = {
    "flow_run_name": run_name,
    "validate_parameters": False,
    "persist_result": False,
    "result_storage": Path(os.environ["PREFECT_HOME"]) / "storage",
}
"""What all flows share. Nothing is stored in the result storage, but when none is named Prefect asks its
server for one at each run, with a blocking call on the event loop.
"""


async def _observed(run_id: int) -> None:
    """Carries the run out and keeps the id Prefect has given it."""
    execution = CURRENT.get(None)
    if execution is not None:
        execution.prefect_id = str(flow_run.id or "")
    await perform(run_id)


@flow(name="budget_call", **OURS)
async def budget_call(run_id: int) -> None:
    """Budgetudmelding: each unit's frame goes out, comments and proposals come back."""
    await _observed(run_id)


@flow(name="agreement_signing", **OURS)
async def agreement_signing(run_id: int) -> None:
    """Udviklingsaftaler: drafting, negotiation, approval and signing, in that order."""
    await _observed(run_id)


@flow(name="quarterly_report", **OURS)
async def quarterly_report(run_id: int) -> None:
    """Kvartalsrapport: units report, districts and areas put together, the direction releases."""
    await _observed(run_id)


@flow(name="strategy_revision", **OURS)
async def strategy_revision(run_id: int) -> None:
    """Strategirevision: hearing among the units, the committee's decision, a new version."""
    await _observed(run_id)


@flow(name="annual_accounts", **OURS)
async def annual_accounts(run_id: int) -> None:
    """Regnskabsaflæggelse: the year's fourth report."""
    await _observed(run_id)


@flow(name="frame_approval", **OURS)
async def frame_approval(run_id: int) -> None:
    """Godkendelse af styringsramme."""
    await _observed(run_id)


@flow(name="frame_report", **OURS)
async def frame_report(run_id: int) -> None:
    """Opfølgning på styringsramme."""
    await _observed(run_id)


@flow(name="results_dialogue", **OURS)
async def results_dialogue(run_id: int) -> None:
    """Resultatsamtaler: held and when, or not held and why."""
    await _observed(run_id)


@flow(name="meeting_series", **OURS)
async def meeting_series(run_id: int) -> None:
    """Møderække: one task per meeting."""
    await _observed(run_id)


@flow(name="process_step", **OURS)
async def process_step(run_id: int) -> None:
    """Et trin i en proces med faste datoer."""
    await _observed(run_id)


@flow(name="report", **OURS)
async def report(run_id: int) -> None:
    """Anden indberetning."""
    await _observed(run_id)


@flow(name="remind", **OURS)
async def remind(run_id: int) -> None:
    """Påmindelser, rykkere og orientering af nærmeste leder for én kommune."""
    await _observed(run_id)


@flow(name="deliver", **OURS)
async def deliver(run_id: int) -> None:
    """Udgående post for én kommune."""
    await _observed(run_id)


@flow(name="collect", **OURS)
async def collect(run_id: int) -> None:
    """Indgående post for én kommune."""
    await _observed(run_id)


@flow(name="organisation", **OURS)
async def organisation(run_id: int) -> None:
    """Enheder og ledere fra OS2mo for én kommune."""
    await _observed(run_id)


FLOWS: dict[str, Flow[[int], Coroutine[Any, Any, None]]] = {
    "budget_call": budget_call,
    "agreement_signing": agreement_signing,
    "quarterly_report": quarterly_report,
    "strategy_revision": strategy_revision,
    "annual_accounts": annual_accounts,
    "frame_approval": frame_approval,
    "frame_report": frame_report,
    "results_dialogue": results_dialogue,
    "meeting_series": meeting_series,
    "process_step": process_step,
    "report": report,
    "remind": remind,
    "deliver": deliver,
    "collect": collect,
    "organisation": organisation,
}
