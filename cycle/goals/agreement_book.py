"""Changing agreements, many at once: each change is checked when it is made, all are written together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session

from cycle import history
from cycle.errors import AnswerInvalid, Conflict, NotNow, Problem
from cycle.goals.agreements import (
    AGREEMENT_MOVES,
    AgreementVerb,
    Present,
    content_digest,
    present_versions,
    signed,
)
from cycle.goals.tables import Agreement, AgreementState, AgreementVersion, Signature
from cycle.store import in_pieces, table_of

_AGREEMENT = table_of(Agreement)
_KEEP_VERSION = sa.update(_AGREEMENT).where(_AGREEMENT.c.id == sa.bindparam("its_id"))


class AgreementBook:
    """Agreements of one transaction. Nothing is in the store before `write`.

    The verbs raise NotNow when the agreement's state forbids them; `write` raises Conflict when someone
    else has moved one of the agreements since they were read.
    """

    def __init__(self, session: Session, agreements: Iterable[Agreement]) -> None:
        known = list(agreements)
        self._session = session
        self._state_read = {agreement.id or 0: agreement.state for agreement in known}
        self._moved: dict[int, Agreement] = {}
        self._present = present_versions(session, known)
        self._given = signed(session, known)
        self._versions: list[dict[str, Any]] = []
        self._kept: dict[int, int] = {}
        self._signatures: list[dict[str, Any]] = []
        self._history: list[dict[str, Any]] = []

    def present(self, agreement: Agreement) -> Present:
        """Which version it stands at. Raises NotNow while nothing has been written."""
        found = self._present.get(agreement.id or 0)
        if found is None:
            raise NotNow("agreement", agreement.id, agreement.state.value, "read")
        return found

    def signed(self, agreement: Agreement) -> AbstractSet[str]:
        """The capacities that have signed the present version."""
        return self._given[agreement.id or 0]

    def advance(
        self, agreement: Agreement, verb: AgreementVerb, *, by: str, now: datetime, why: str = ""
    ) -> None:
        """Moves the agreement on, or back to its draft and why. Only one that was in force is restored."""
        target = AGREEMENT_MOVES.get((agreement.state, verb))
        never = verb is AgreementVerb.RESTORE and not agreement.in_force_version
        if target is None or never:
            raise NotNow("agreement", agreement.id, agreement.state.value, verb.value)
        set_committed_value(agreement, "state", target)
        self._moved[agreement.id or 0] = agreement
        data = {"state": target.value, "version": agreement.version}
        self._record(agreement, verb.value, by=by, now=now, data=data, why=why)

    def write_version(
        self,
        agreement: Agreement,
        content: Mapping[str, Any],
        *,
        steps: Sequence[str],
        by: str,
        now: datetime,
    ) -> None:
        """Keeps the text as the agreement's next version, with these steps. Only a draft can be written."""
        if agreement.state is not AgreementState.DRAFTING:
            raise NotNow("agreement", agreement.id, agreement.state.value, "write")
        self._keep(agreement, content, steps, by=by, now=now)

    def renew(
        self,
        agreement: Agreement,
        content: Mapping[str, Any],
        *,
        steps: Sequence[str],
        by: str,
        now: datetime,
    ) -> None:
        """Keeps the text with its changed goals as the next version, which nobody has signed yet.

        The version that is in force stays so until then.
        """
        self._keep(agreement, content, steps, by=by, now=now)
        self.advance(agreement, AgreementVerb.RENEW, by=by, now=now)

    def restore(self, agreement: Agreement, signed: AgreementVersion, *, by: str, now: datetime) -> None:
        """Its text is again what all have `signed`: it stands at that version, which never ceased to hold.

        What was written since stays among its versions.
        """
        id_, last = agreement.id or 0, self.present(agreement).last
        self._present[id_] = Present(signed.no, signed.digest, signed.steps, last)
        self._given[id_] = set(signed.steps)
        self._kept[id_] = signed.no
        set_committed_value(agreement, "version", signed.no)
        self.advance(agreement, AgreementVerb.RESTORE, by=by, now=now)

    def _keep(
        self,
        agreement: Agreement,
        content: Mapping[str, Any],
        steps: Sequence[str],
        *,
        by: str,
        now: datetime,
    ) -> None:
        known = self._present.get(agreement.id or 0)
        no = known.last + 1 if known else 1
        present = Present(no, content_digest(content), list(steps), last=no)
        text = {"no": no, "content": dict(content), "digest": present.digest, "steps": present.steps}
        self._versions.append({"agreement_id": agreement.id, **text, "by": by, "at": now})
        self._kept[agreement.id or 0] = no
        self._present[agreement.id or 0] = present
        self._given[agreement.id or 0] = set()
        set_committed_value(agreement, "version", present.no)

    def sign(
        self,
        agreement: Agreement,
        *,
        capacity: str,
        order: Sequence[str],
        name: str,
        by: str,
        registered: str = "",
        stood_in: bool = False,
        identified_by: str,
        now: datetime,
    ) -> None:
        """Signs the agreement's present version as `capacity`; `order` lists the capacities in turn.

        The last signature puts the agreement in force. Raises NotNow out of turn or outside signing,
        AnswerInvalid without a name. A capacity that has signed this version does not sign it again.
        """
        given = self._given[agreement.id or 0]
        if capacity in given:
            return
        first_missing = next((each for each in order if each not in given), None)
        if agreement.state is not AgreementState.SIGNING or capacity != first_missing:
            raise NotNow("agreement", agreement.id, agreement.state.value, f"sign as {capacity}")
        if not name.strip():
            raise AnswerInvalid([Problem("name", "Der mangler et navn.", "Skriv dit fulde navn.")])
        version = self.present(agreement)
        what = {"version": version.no, "capacity": capacity, "digest": version.digest}
        who = {"name": name.strip(), "by": by, "registered": registered, "stood_in": stood_in}
        row = {"agreement_id": agreement.id, **what, **who, "identified_by": identified_by, "at": now}
        self._signatures.append(row)
        given.add(capacity)
        self._record(agreement, "sign", by=by, now=now, data=what, personal={"name": name.strip()})
        if capacity == order[-1]:
            self.advance(agreement, AgreementVerb.COMPLETE, by=by, now=now)

    def write(self) -> None:
        """Writes every change with its history. Raises Conflict; the transaction is then lost."""
        connection = self._session.connection()
        if self._versions:
            connection.execute(sa.insert(table_of(AgreementVersion)), self._versions)
        if self._kept:
            kept = [{"its_id": id_, "version": no} for id_, no in self._kept.items()]
            connection.execute(_KEEP_VERSION, kept)
        self._write_states(connection)
        if self._signatures:
            connection.execute(sa.insert(table_of(Signature)), self._signatures)
        history.record_many(self._session, self._history)
        self._moved, self._versions, self._signatures, self._history = {}, [], [], []
        self._kept = {}

    def _write_states(self, connection: sa.Connection) -> None:
        alike: dict[tuple[AgreementState, AgreementState], list[int]] = defaultdict(list)
        for id_, agreement in self._moved.items():
            alike[self._state_read[id_], agreement.state].append(id_)
        for (before, after), ids in alike.items():
            for piece in in_pieces(ids):
                as_read = (_AGREEMENT.c.id.in_(piece), _AGREEMENT.c.state == before)
                changed = connection.execute(sa.update(_AGREEMENT).where(*as_read).values(_values(after)))
                if changed.rowcount != len(piece):
                    raise Conflict("agreement", piece[0])
            self._state_read |= dict.fromkeys(ids, after)

    def _record(self, agreement: Agreement, verb: str, *, by: str, now: datetime, **facts: Any) -> None:
        thing = {"root_id": agreement.root_id, "thing": f"agreement:{agreement.id}"}
        self._history.append({**thing, "at": now, "actor": by, "verb": verb, **facts})


def _values(state: AgreementState) -> dict[str, Any]:
    """What a move writes: signed by all, the version that was signed is the one in force."""
    signed = {"in_force_version": _AGREEMENT.c.version} if state is AgreementState.IN_FORCE else {}
    return {"state": state, **signed}
