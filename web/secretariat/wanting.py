"""A form that cannot be carried out as it was sent: its page again, with what was typed and what is wrong.

    except AnswerInvalid as error:
        note_wanting(request, "fritag", error, sent)
        return file_of(request, actor, task_id)

The page's template marks the fields through `parts/wanting.html`; a field is found at "form-name".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import Request
from starlette.datastructures import FormData

from cycle.errors import Invalid, Problem
from web.plain import readable


@dataclass(frozen=True)
class Wanting:
    """Which form of the page is wanting; empty when none is."""

    form: str = ""
    problems: Sequence[Problem] = ()
    sent: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def problems_of(self, form: str, name: str) -> Sequence[Problem]:
        """What is wrong with the field."""
        return [each for each in self.problems if form == self.form and each.where == name]

    def typed(self, form: str, name: str, otherwise: str = "") -> str:
        """What the field was sent with; `otherwise` when it was not."""
        return next(iter(self.chosen(form, name)), otherwise)

    def chosen(self, form: str, name: str) -> Sequence[str]:
        """Everything that the field was sent with: the ticks of a list."""
        return self.sent.get(name, ()) if form == self.form else ()


COMPLETE = Wanting()


def note_wanting(request: Request, form: str, error: Invalid, sent: FormData) -> None:
    """Has the page that answers this request show the form as it was sent, with status 422."""
    values = {name: [readable(each) for each in sent.getlist(name)] for name in sent}
    request.state.wanting = Wanting(form, error.problems, values)


def wanting_of(request: Request) -> Wanting:
    """The wanting form of this request."""
    found: Wanting = getattr(request.state, "wanting", COMPLETE)
    return found
