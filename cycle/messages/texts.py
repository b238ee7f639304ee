"""The secretariat's own mail texts: written, in force, gone back to. Every save is a new version."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from cycle import history
from cycle.errors import Conflict, NotFound
from cycle.messages.placeholders import Part, Texts, checked
from cycle.messages.tables import MessageKind
from cycle.messages.text_tables import MailText
from cycle.organisation.tables import Unit

EDITABLE = tuple(
    kind
    for kind in MessageKind
    if kind
    not in (
        MessageKind.INVITATION,
        MessageKind.TRIAL,
        MessageKind.SIGN_IN_CODE,
        MessageKind.ACCOUNT_CHANGED,
        MessageKind.HANDED_OVER,
    )
)
"""The kinds that have texts of one's own: invitations are written with their meeting, and what a code, a
change of somebody's access, or the word that a post was handed over needs stands in its mail."""


class TextKey(NamedTuple):
    """Which mail a text is for; no activity: all of the municipality's."""

    root_id: str
    kind: MessageKind
    language: str
    activity_id: str = ""


def parts_of(row: MailText | None) -> Texts:
    """The parts of a version; nothing for none."""
    return Texts(**{part: getattr(row, part) for part in Part}) if row else Texts()


def versions(session: Session, key: TextKey) -> list[MailText]:
    """Every version, the newest first."""
    query = select(MailText).where(
        MailText.root_id == key.root_id,
        MailText.kind == key.kind,
        MailText.language == key.language,
        MailText.activity_id == key.activity_id,
    )
    return list(session.exec(query.order_by(col(MailText.version).desc())))


def texts_in_force(session: Session, root_ids: Iterable[str]) -> dict[TextKey, Texts]:
    """The texts of the municipalities' mails that have any."""
    rows = session.exec(
        select(MailText).where(col(MailText.root_id).in_(set(root_ids))).order_by(col(MailText.version))
    )
    newest = {_key(row): parts_of(row) for row in rows}
    return {key: texts for key, texts in newest.items() if texts}


def chosen(known: Mapping[TextKey, Texts], key: TextKey, activities: Sequence[str]) -> Texts:
    """The texts of one mail: those of its activity, when all it speaks of is one, over the municipality's."""
    common = known.get(key._replace(activity_id=""), Texts())
    only = set(activities)
    own = known.get(key._replace(activity_id=only.pop()), Texts()) if len(only) == 1 else Texts()
    return own.over(common)


def save(
    session: Session, key: TextKey, texts: Texts, *, seen: int, by: str, now: datetime, why: str
) -> MailText:
    """Puts the texts in force as the next version; the same texts again change nothing.

    `seen` is the version that was edited, 0 for none. Raises AnswerInvalid with every fault of the texts,
    and Conflict when somebody has saved another version since.
    """
    tidied = checked(texts, key.kind)
    session.get(Unit, key.root_id, with_for_update=True)
    newest = next(iter(versions(session, key)), None)
    number = newest.version if newest else 0
    if newest and parts_of(newest) == tidied:
        return newest
    if number != seen:
        raise Conflict("mail_text", newest.id if newest else None, str(number))
    row = MailText(**key._asdict(), **asdict(tidied), version=number + 1, by=by, at=now, why=why.strip())
    session.add(row)
    session.flush()
    _record(session, row)
    return row


def go_back(
    session: Session, key: TextKey, version: int, *, seen: int, by: str, now: datetime, why: str
) -> MailText:
    """Puts an earlier version in force again, 0 for the standard texts, as a new version.

    Raises NotFound for an unknown version, else as `save`.
    """
    found = {row.version: row for row in versions(session, key)}
    if version and version not in found:
        raise NotFound("mail_text", version)
    return save(session, key, parts_of(found.get(version)), seen=seen, by=by, now=now, why=why)


def _key(row: MailText) -> TextKey:
    return TextKey(row.root_id, row.kind, row.language, row.activity_id)


def _record(session: Session, row: MailText) -> None:
    history.record(
        session,
        root_id=row.root_id,
        at=row.at,
        actor=row.by,
        verb="edit_mail_text",
        thing=f"mail_text:{row.id}",
        why=row.why,
        data={
            "kind": row.kind.value,
            "language": row.language,
            "activity": row.activity_id,
            "version": row.version,
        },
    )
