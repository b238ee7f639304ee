"""Which function is the body of a run: by the flow's name and its subject.

The subject is "open:12", "advance:12" or "close:12" (an occurrence) for the flows of a plan, "erase:12" for
results dialogues as well, and the municipality's id for those that serve all of them. Modules are
imported when first needed.
"""

import importlib
from collections.abc import Callable

from cycle.plan.model import FlowName
from flows.runtime import RunContext

Body = Callable[[RunContext], None]

GENERAL = "flows.request"
OWN_MODULE = {
    FlowName.BUDGET_CALL: "flows.budget_call",
    FlowName.AGREEMENT_SIGNING: "flows.agreement_signing",
    FlowName.QUARTERLY_REPORT: "flows.quarterly_report",
    FlowName.STRATEGY_REVISION: "flows.strategy_revision",
    FlowName.FRAME_APPROVAL: "flows.frame_approval",
    FlowName.FRAME_REPORT: "flows.frame_report",
    FlowName.PROCESS_STEP: "flows.process_step",
    FlowName.MEETING_SERIES: "flows.meeting_series",
    FlowName.RESULTS_DIALOGUE: "flows.results_dialogue",
    FlowName.ANNUAL_ACCOUNTS: "flows.quarterly_report",  # the year's fourth follow-up
}
SERVICES = {
    "collect": ("flows.collect", "collect"),
    "remind": ("flows.remind", "remind"),
    "sweep": ("flows.remind", "sweep"),
    "deliver": ("flows.deliver", "deliver"),
    "organisation": ("flows.organisation", "organisation"),
}
VERBS = ("open", "advance", "close", "erase")

NAMES = (*(name.value for name in FlowName), "remind", "deliver", "collect", "organisation")
"""Every flow there is."""


def body(flow: str, subject: str) -> Body:
    """The body of this run. Raises LookupError when no flow or verb has that name."""
    verb, _, rest = subject.partition(":")
    service = "sweep" if flow == "remind" and verb == "sweep" else flow
    if service in SERVICES:
        module_name, function_name = SERVICES[service]
        serve: Body = getattr(importlib.import_module(module_name), function_name)
        return serve
    if flow not in NAMES or verb not in VERBS or not rest.isdigit():
        raise LookupError(f"no flow does {flow} {subject}")
    return _of_occurrence(FlowName(flow), verb, int(rest))


def _of_occurrence(flow: FlowName, verb: str, occurrence_id: int) -> Body:
    module = importlib.import_module(OWN_MODULE.get(flow, GENERAL))
    step: Callable[[RunContext, int], None] | None = getattr(module, verb, None)
    if step is None:
        raise LookupError(f"the flow {flow} has nothing to {verb}")

    def run(context: RunContext) -> None:
        step(context, occurrence_id)

    return run
