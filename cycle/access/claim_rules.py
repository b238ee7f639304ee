"""What a value of a claim makes somebody, as the settings say it. Imports no store, since settings do not."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cycle.access.roles import Role

_RULE = re.compile(r"\s*(?P<value>\S.*?)\s*=\s*(?P<role>[a-z]+)\s*@\s*(?P<unit>\S+)\s*")


@dataclass(frozen=True)
class ClaimRule:
    """A value of the claim and what it makes somebody: a role over a unit. `*` in both is the unit's id."""

    value: str
    role: Role
    unit_id: str

    def unit_of(self, value: str) -> str | None:
        """The unit that this value gives the role over; None when the rule is not about it."""
        if "*" not in self.value:
            return self.unit_id if value == self.value else None
        before, _, after = self.value.partition("*")
        if len(value) <= len(before) + len(after) or not (value.startswith(before) and value.endswith(after)):
            return None
        return self.unit_id.replace("*", value[len(before) : len(value) - len(after)])


def read_rules(text: str) -> tuple[ClaimRule, ...]:
    """The rules in `VALUE = ROLE @ UNIT; …`. Raises ValueError with the part that cannot be read."""
    rules = []
    for part in filter(str.strip, text.split(";")):
        found = _RULE.fullmatch(part)
        roles = {role.value: role for role in Role}
        if found is None or found["role"] not in roles:
            raise ValueError(f"»{part.strip()}« kan ikke læses. Skriv fx leder-* = superior @ *.")
        if found["value"].count("*") > 1 or ("*" in found["unit"]) > ("*" in found["value"]):
            raise ValueError(f"»{part.strip()}« må have én stjerne i værdien, og den samme i enheden.")
        rules.append(ClaimRule(found["value"], roles[found["role"]], found["unit"]))
    return tuple(rules)


def claimed(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, else by a path with dots ("resource_access.aarshjul.roles")."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def granted(rules: Iterable[ClaimRule], values: Any) -> set[tuple[Role, str]]:
    """The roles and units that the claim's values give; a value that no rule is about gives nothing."""
    listed: Sequence[Any] = (
        [values] if isinstance(values, str) else values if isinstance(values, list) else []
    )
    known = tuple(rules)
    return {
        (rule.role, unit_id)
        for value in listed
        if isinstance(value, str)
        for rule in known
        if (unit_id := rule.unit_of(value)) is not None
    }
