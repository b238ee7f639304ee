"""What `aarshjul cycle revise --dry-run` shows: the mails that would go, come and move, day by day."""

from collections.abc import Iterator, Sequence
from typing import Any

from cli.wording import english, language
from config.english import in_english
from cycle.danish import format_date
from cycle.foresight.changes import Changes, Moved
from cycle.foresight.mails import Line, Mail

EXAMPLES = 5
SENTENCES: dict[str, tuple[str, str]] = {
    "not kept": (
        "Intet er ændret (--dry-run). Sådan ændres mailene indtil {until}, hvis ingen svarer:",
        "Nothing has been changed (--dry-run). This is how the mails until {until} change if nobody answers:",
    ),
    "no mails": ("  Ingen mails ændres.", "  No mail changes."),
    "counts": (
        "  Forsvinder: {gone}. Kommer til: {come}. Flytter dag: {moved}. Får andet indhold: {altered}.",
        "  Disappear: {gone}. Come: {come}. Move to another day: {moved}. Say something else: {altered}.",
    ),
    "told": (
        "  Får straks mail om en ny frist ({count}): {names}",
        "  Get a mail about a new deadline at once ({count}): {names}",
    ),
    "day": ("  {day}: {before} → {after} mails", "  {day}: {before} → {after} mails"),
    "gone": ("Forsvinder, for eksempel:", "Disappear, for example:"),
    "come": ("Kommer til, for eksempel:", "Come, for example:"),
    "moved": ("Flytter dag, for eksempel:", "Move to another day, for example:"),
    "altered": ("Får andet indhold, for eksempel:", "Say something else, for example:"),
    "said": ("  {day}, {name}: {what}", "  {day}, {name}: {what}"),
    "also": ("nu også: {what}", "now also: {what}"),
    "not": ("ikke længere: {what}", "no longer: {what}"),
    "from": ("  {day} → {after}, {name}: {what}", "  {day} → {after}, {name}: {what}"),
}


def tell(key: str, **values: object) -> str:
    """The sentence with this key in the process's language."""
    return SENTENCES[key][english()].format(**values)


def lines(found: Changes, told: Sequence[str], until: str) -> Iterator[str]:
    """For people; `until` is the last local date as it is read."""
    yield tell("not kept", until=until)
    if told:
        yield tell("told", count=len(told), names=_names(told))
    if not found:
        yield tell("no mails")
        return
    yield tell("counts", **{name: len(getattr(found, name)) for name in ("gone", "come", "moved", "altered")})
    for day in found.days:
        yield tell("day", day=format_date(day.on, language()), before=day.before, after=day.after)
    for name in ("gone", "come"):
        yield from _examples(name, [_said(mail) for mail in getattr(found, name)[:EXAMPLES]])
    yield from _examples("moved", [_moved(pair) for pair in found.moved[:EXAMPLES]])
    yield from _examples("altered", [_altered(pair) for pair in found.altered[:EXAMPLES]])


def as_data(found: Changes, told: Sequence[str]) -> dict[str, Any]:
    """For scripts: ISO dates, and each mail by address and day."""
    return {
        "told": list(told),
        "days": [
            {"on": each.on.isoformat(), "before": each.before, "after": each.after} for each in found.days
        ],
        "gone": [_mail(mail) for mail in found.gone],
        "come": [_mail(mail) for mail in found.come],
        "moved": [{**_mail(pair.before), "moves_to": pair.after.on.isoformat()} for pair in found.moved],
        "altered": [_mail(pair.after) for pair in found.altered],
    }


def what(line: Line) -> str:
    """One line of a mail: "Påmindelse på fristdagen 20. april 2027 – Budget 2027, Ærøgades Skole"."""
    said = in_english(line.what) if english() else line.what
    return f"{said} – {line.title}, {line.unit}"


def _examples(name: str, said: Sequence[str]) -> Iterator[str]:
    if said:
        yield tell(name)
        yield from said


def _said(mail: Mail) -> str:
    return tell("said", day=format_date(mail.on, language()), name=mail.name, what=_first(mail.lines))


def _moved(pair: Moved) -> str:
    days = {"day": format_date(pair.before.on, language()), "after": format_date(pair.after.on, language())}
    return tell("from", name=pair.after.name, what=_first(pair.after.lines), **days)


def _altered(pair: Moved) -> str:
    said = [
        tell(key, what=_first(those)) for key, those in (("also", pair.added), ("not", pair.dropped)) if those
    ]
    day = format_date(pair.after.on, language())
    return tell("said", day=day, name=pair.after.name, what="; ".join(said))


def _first(those: Sequence[Line]) -> str:
    more = f" (+{len(those) - 1})" if len(those) > 1 else ""
    return what(those[0]) + more


def _names(told: Sequence[str]) -> str:
    more = " …" if len(told) > EXAMPLES else ""
    return ", ".join(told[:EXAMPLES]) + more


def _mail(mail: Mail) -> dict[str, Any]:
    return {
        "address": mail.address,
        "name": mail.name,
        "on": mail.on.isoformat(),
        "says": [{"rule": line.step[1], "what": what(line)} for line in mail.lines],
    }
