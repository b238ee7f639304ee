"""Which municipality a command is about when there is usually just one."""

from sqlmodel import Session, col, select

from cli.organisation_words import tell
from cycle.errors import Invalid, Problem
from cycle.organisation.tables import Unit


def only_municipality(session: Session, given: str | None, option: str) -> str:
    """The root named by `option`, else the only one there is. Raises Invalid."""
    roots = session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None)).order_by(Unit.id)).all()
    if not roots:
        raise Invalid([Problem(option, tell("no municipality"), tell("import first"))])
    if given is not None and given in roots:
        return given
    if given is None and len(roots) == 1:
        return roots[0]
    names = ", ".join(roots)
    raise Invalid(
        [Problem(option, tell("several municipalities", names=names), tell("say which", option=option))]
    )
