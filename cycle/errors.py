"""Everything that can go wrong in the domain.

    CycleError
    ├── NotFound              there is no such row, or not for this actor
    ├── NotAllowed            the role may not do that to that thing
    ├── Conflict              the state has changed meanwhile
    │   └── NotNow            the state does not allow the verb
    ├── Invalid               an input is wrong; `problems` lists every fault
    │   ├── PlanInvalid       a plan, form or text file
    │   ├── AnswerInvalid     a leader's answer
    │   ├── ImportInvalid     a file of units, leaders, figures or meetings
    │   └── TemplateInvalid   a template that documents are made from
    ├── LinkInvalid           a capability link that is broken or revoked
    └── FenceLost             another worker has taken over this run

Errors carry ids and facts as attributes. HTTP statuses are given in `web/errors.py`, once.
"""

from dataclasses import dataclass, replace

WHOLE_FILE = ("filen", "the file")
"""Where a fault of a whole imported file is, as long as nobody says what the file is called."""


@dataclass(frozen=True)
class Problem:
    """One fault in an input: where it is, what is wrong, how to mend it.

    `where` is a file with line ("wheel.yaml:14"), a row ("row 7") or a field name.
    `what` and `cure` are sentences for the person who reads them, in the user's language.
    """

    where: str
    what: str
    cure: str = ""

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        return f"{where}{self.what}" + (f" {self.cure}" if self.cure else "")


class CycleError(Exception):
    """The root of all errors of the domain."""


class NotFound(CycleError):
    """There is no such row."""

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"{kind} {key} does not exist")
        self.kind, self.key = kind, key


class NotAllowed(CycleError):
    """The actor's role does not permit the verb on this thing."""

    def __init__(self, verb: str, thing: str) -> None:
        super().__init__(f"not allowed: {verb} {thing}")
        self.verb, self.thing = verb, thing


class Conflict(CycleError):
    """The row was changed by someone else since it was read."""

    def __init__(self, kind: str, key: object, found: str = "") -> None:
        super().__init__(f"{kind} {key} was changed meanwhile" + (f" (now {found})" if found else ""))
        self.kind, self.key, self.found = kind, key, found


class NotNow(Conflict):
    """The row's state does not allow the verb."""

    def __init__(self, kind: str, key: object, state: str, verb: str) -> None:
        super().__init__(kind, key, state)
        self.state, self.verb = state, verb


class Invalid(CycleError):
    """An input is wrong. `problems` holds every fault found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class PlanInvalid(Invalid):
    """A plan, form, text or settings file is wrong."""


class AnswerInvalid(Invalid):
    """An answer does not fit its form; `where` of each problem is the field's name."""


class ImportInvalid(Invalid):
    """An imported file is wrong; `where` of each problem names the row, or is one of `WHOLE_FILE`."""

    def of_file(self, name: str) -> "ImportInvalid":
        """The same faults, said of a file with this name: "ledere.csv, række 7"."""
        return ImportInvalid(
            [
                replace(problem, where=name if problem.where in WHOLE_FILE else f"{name}, {problem.where}")
                for problem in self.problems
            ]
        )


class TemplateInvalid(Invalid):
    """A template of a document is wrong; `where` of each problem is the template, with its line."""


class LinkInvalid(CycleError):
    """A capability link cannot be used. `reason` is "broken" or "revoked".

    A link has no time of its own: it is good for as long as the task and its holder are.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"link {reason}")
        self.reason = reason


class FenceLost(CycleError):
    """The run's lease ran out and another worker has it; nothing of this body was committed."""

    def __init__(self, run_id: int, fence: int) -> None:
        super().__init__(f"run {run_id} is no longer held under fence {fence}")
        self.run_id, self.fence = run_id, fence
