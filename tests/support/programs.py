"""Programs that ask the API, with tokens, as each role."""

from collections.abc import Mapping
from datetime import datetime

from cycle.access.roles import Role, TokenScope
from cycle.access.tokens import make_token
from cycle.store import transaction
from tests.support.municipality import ROOT
from tests.support.web import Site

PLACES: Mapping[Role, str] = {
    Role.SUPERIOR: "BY-IN-D1",
    Role.SECRETARIAT: ROOT,
    Role.DIRECTION: ROOT,
    Role.COMMITTEE: ROOT,
    Role.OPERATOR: ROOT,
}
"""The roles that have accounts, and where."""


def token_headers(
    site: Site,
    role: Role,
    unit_id: str,
    *,
    scope: TokenScope = TokenScope.ANSWERS,
    now: datetime | None = None,
) -> dict[str, str]:
    """The header of a program of a new account in this role."""
    email = f"{role.value}-{scope.value}@program.example"
    site.add_account(email, role, unit_id)
    at = now or site.clock.at
    with transaction(site.engine) as session:
        made = make_token(session, email=email, name=email, scope=scope, days=30, by="cli", now=at)
    return {"authorization": f"Bearer {made}"}
