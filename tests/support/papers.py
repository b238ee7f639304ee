"""Values of every kind of document, with one text wherever people may write."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

from config.settings import Settings
from cycle.goals.frame_parts import FramePart, Rhythm
from cycle.goals.frame_tables import Frame, FrameSection
from cycle.goals.hearing import Area, Group, Hearing, Voice
from cycle.goals.indicators import Indicator
from cycle.goals.strategies import StrategyText
from cycle.goals.tables import Decision, Goal, GoalLevel, GoalOrigin
from cycle.goals.tree import GoalText
from cycle.plan.figure_rules import FigureRules, Sign
from cycle.plan.model import Activity, Audience, Confidence, FlowName, When, Window
from cycle.tasks.rollup import Counted, Line, Outcome, Rollup
from cycle.tasks.tables import Occurrence
from documents.agreement_paper import AgreementPaper, Signed, values_of
from documents.agreement_text import Chapter, Entry
from documents.budget_letter import letter_values, letterhead
from documents.charts import Pen, svg
from documents.frame_document import frame_values
from documents.goal_accounts import goal_account_values
from documents.goal_words import Words
from documents.rollup_document import Standing, rollup_values
from documents.sealing import SealLevel
from documents.strategy_paper import StrategyPaper, strategy_values
from tests.support.rolled_up import rolled_up

AT = datetime(2027, 5, 3, 8, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Copenhagen")
TOWN = "Byby Kommune"
PLAIN = "Fraværet falder i de fleste enheder."
INDICATOR = Indicator.model_validate({"name": "Sygefravær", "unit": "%", "target": "6", "rule": "at_most"})
QUARTERLY = "Opdateres kvartalsmæssigt"
ITEMS = (
    ("lov", FramePart.FORMAL, Rhythm.OUTSIDE, "Nationalt lovgrundlag", "Udefra givet"),
    ("strategi", FramePart.DIRECTIONAL, Rhythm.YEARLY, "Strategien på kerneområdet", "Opdateres årligt"),
    (
        "resultat",
        FramePart.OPERATING,
        Rhythm.QUARTERLY,
        "Resultatet af sidste år",
        "Opdateres kvartalsmæssigt",
    ),
    (
        "opfoelgning",
        FramePart.OPERATING,
        Rhythm.QUARTERLY,
        "Kvartalsmæssig opfølgning",
        "Opdateres kvartalsmæssigt",
    ),
)


def frame_paper(
    text: str = PLAIN, language: str = "da", *, approved: bool = True, mark: str = ""
) -> dict[str, Any]:
    """A frame of three parts in which the last item is empty."""
    frame = Frame(
        id=1, root_id="BY", area="Skoler", year=2027, version=2, begun_at=AT, by="cli",
        approved_on=date(2027, 5, 26) if approved else None,
    )  # fmt: skip
    sections = [
        FrameSection(
            frame_id=1, position=n, item=item, part=part, rhythm=rhythm, title=title, owner=owner,
            confidence=Confidence.INFERRED if part is FramePart.OPERATING else Confidence.CERTAIN,
            text="" if item == "opfoelgning" else text, by="cli", at=AT,
        )
        for n, (item, part, rhythm, title, owner) in enumerate(ITEMS, start=1)
    ]  # fmt: skip
    decision = Decision(
        root_id="BY", body="BUU", decided_on=date(2027, 5, 26), text=text, adopted=True, by="account:1", at=AT
    )
    return frame_values(
        frame,
        sections,
        decision if approved else None,
        municipality=TOWN,
        zone=ZONE,
        language=language,
        mark=mark,
    )


def budget_call(text: str = "", rules: FigureRules | None = None, *, opened: bool = True) -> Occurrence:
    """A budget call of 2027 about 2028."""
    activity = Activity(
        id="budgetudmelding", title="Budgetudmelding", title_en="Budget call", flow=FlowName.BUDGET_CALL,
        concerns=1, audience=Audience(role="leder"), figures=rules or FigureRules(), text=text,
        window=Window(opens=When(date="1. februar"), due=When(date="26. februar")),
    )  # fmt: skip
    return Occurrence(
        id=1, root_id="BY", cycle_id=1, revision_id=1, activity_id=activity.id, flow=activity.flow.value,
        title=activity.title, concerns_year=2028, opens_at=AT, due_on=date(2027, 2, 26), closes_at=AT,
        activity=activity.model_dump_json(), opened_at=AT if opened else None,
    )  # fmt: skip


def figures(**amounts: str) -> list[dict[str, str]]:
    """Figures as they come with a task; _ in a name is a space."""
    return [
        {"label": label.replace("_", " "), "amount": amount, "shown": ""} for label, amount in amounts.items()
    ]


def letter_paper(
    text: str = PLAIN, language: str = "da", *, sign: Sign = Sign.PLUS, opened: bool = True
) -> dict[str, Any]:
    """A letter with a frame and what part of it is wages."""
    occurrence = budget_call(text, FigureRules(costs=sign), opened=opened)
    head = letterhead(occurrence, TOWN, "Enhed 1 Ærø", now=AT, language=language)
    given = figures(Budgetramme_2028="54252100", Heraf_løn="44069000", Indtægter="-2093.80")
    return letter_values(occurrence, given, head, language)


def goal(number: int, code: str, title: str, level: GoalLevel = GoalLevel.COMMON, **facts: Any) -> Goal:
    """A goal of 2027."""
    origin = GoalOrigin.OWN if level is GoalLevel.UNIT else GoalOrigin.POLITICAL
    key = f"{code}{number}"
    return Goal(
        id=number,
        root_id="BY",
        year=2027,
        key=key,
        level=level,
        code=code,
        title=title,
        origin=origin,
        **facts,
    )


COMMON = (
    goal(1, "A", "Sygefraværet falder", indicator=INDICATOR.model_dump(mode="json")),
    goal(2, "B", "Budgettet overholdes"),
    goal(3, "C", "Trivsel i små enheder", hide_small=True),
    goal(5, "E", "Aldrig vurderet"),
)
OF_SCHOOLS = goal(4, "D", "Inkluderende tilbud", GoalLevel.AREA, area="Skoler")


def accounts_paper(text: str = PLAIN, language: str = "da", units: int = 24) -> dict[str, Any]:
    """The goal accounts of a roll-up: A has values, C is hidden, D is the schools' own, E nobody assessed."""
    rollup, facts = rolled_up(units, comment=text)
    rollup = replace(
        rollup,
        lines=tuple(_measured(line) for line in rollup.lines),
        counted=(Counted("C", "Trivsel i små enheder", {"grøn": 12, "gul": None, "rød": None}),),
    )
    standing = Standing(TOWN, "Regnskabsaflæggelse", 1, "Frigivet 3. maj 2027 kl. 10.00.")
    return goal_account_values(rollup, facts, goals_of(rollup), standing, language)


def goals_of(rollup: Rollup) -> Mapping[int, list[Goal]]:
    """What each task was asked about: the common goals, the schools' own, and one the unit wrote itself."""
    return {
        line.task_id: [
            *COMMON,
            *([OF_SCHOOLS] if line.area == "Skoler" else []),
            goal(100 + line.task_id, "G", f"Eget mål for {line.unit}", GoalLevel.UNIT, unit_id=line.unit_id),
        ]
        for line in rollup.lines
    }


def _measured(line: Line) -> Line:
    if not line.answers:
        return line
    value = str(Decimal(50 + line.task_id % 20) / 10)
    rows = [{**row, "vaerdi": value} if row["row"] == "A" else row for row in line.answers["goals"]]
    return replace(line, answers={**line.answers, "goals": [row for row in rows if row["row"] not in "CE"]})


def rollup_paper(
    text: str = PLAIN, language: str = "da", pen: Pen = svg, *, units: int = 12
) -> dict[str, Any]:
    """A roll-up in which every comment is the text."""
    rollup, facts = rolled_up(units, comment=text)
    standing = Standing(TOWN, "Kvartalsrapport 1", 1, "Frigivet 3. maj 2027 kl. 10.00.")
    return rollup_values(rollup, facts, standing, language, pen)


def record_paper(text: str = PLAIN, language: str = "da") -> dict[str, Any]:
    """A document of a case."""
    part = {"heading": "Bemærkninger", "text": text, "level": 1}
    facts = [{"label": "Fra", "text": "Leder, Enhed 1 Ærø"}]
    return {
        "municipality": TOWN, "mark": "", "draft": False, "title": "Svar", "facts": facts, "parts": [part],
    }  # fmt: skip


def agreement_paper(text: str = PLAIN, language: str = "da") -> dict[str, Any]:
    """A signed agreement with a board's statement."""
    chapter = Chapter(
        "Fælles mål", (Entry("A. Sygefraværet falder", (Words("Det skal der gøres", (text,)),)),)
    )
    signed = Signed("Ida Engsø", "leder, Enhed 1 Ærø", "Ida Engsø", AT, "personligt link", "0" * 64, text)
    paper = AgreementPaper(
        TOWN, "Udviklingsaftale 2027", "Enhed 1 Ærø", "2027", 1, "0" * 64, (chapter,), (signed,), language
    )
    settings = cast(Settings, SimpleNamespace(zone=ZONE))
    return dict(values_of(paper, SealLevel.BASIC, settings))


def strategy_paper(text: str = PLAIN, language: str = "da", *, units: int = 1) -> dict[str, Any]:
    """A strategy of one theme with one goal, and what the units said of it in the hearing.

    Every tenth wants the theme changed, every seventh has not answered.
    """
    theme = GoalText(GoalLevel.THEME, "1", "Trivsel", key="trivsel", description=text)
    below = GoalText(GoalLevel.POLITICAL, "1.1", "Fælles grundlag", parent_key="trivsel", signs=(text,))
    said = StrategyText("strategi", "Strategi", {}, (theme, below))
    lines = [_heard(number) for number in range(1, units + 1)]
    voices = [
        Voice(line.unit_id, line.unit, line.area, "enig" if line.task_id % 10 else "ændr det", text)
        for line in lines
        if line.outcome is Outcome.ANSWERED
    ]
    chosen = Counter(voice.choice for voice in voices)
    group = Group("themes:trivsel", "1. Trivsel", list(chosen.items()), voices)
    counts = Counter(line.outcome for line in lines)
    heard = Hearing(counts, [group], [Area("area:Skoler", "Skoler", counts, [(line, ()) for line in lines])])
    notes = {"themes:trivsel": text}
    paper = StrategyPaper(TOWN, 2, True, said, None, None, heard, notes, "Som den stod 3. maj 2027.")
    return strategy_values(paper, language)


def _heard(number: int) -> Line:
    outcome = Outcome.ANSWERED if number % 7 else Outcome.MISSING
    facts = {"task_id": number, "unit_id": f"u{number}", "unit": f"Enhed {number} Ærø", "area": "Skoler"}
    return cast(Line, SimpleNamespace(**facts, outcome=outcome))


def status_paper(words: str = PLAIN, *, language: str = "da") -> dict[str, Any]:
    """Where a year stands, with one decision."""
    decision = {"body": "BUU", "on": "12. maj 2027", "adopted": True, "text": words}
    activity = {
        "title": "Kvartalsrapport 1",
        "concerns": 2027,
        "due": "20. april 2027",
        "doubt": "usikker",
        "standing": "Åben",
        "answered": 9,
        "owed": 12,
        "version": 1,
        "decisions": [decision],
    }
    return {
        "municipality": TOWN,
        "mark": "",
        "title": "Årshjul 2027",
        "dated": "3. maj 2027" if language == "da" else "3 May 2027",
        "parts": [{"title": "I gang nu", "activities": [activity]}],
    }


PAPERS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "rollup.typ": rollup_paper,
    "goal_accounts.typ": accounts_paper,
    "frame.typ": frame_paper,
    "budget_letter.typ": letter_paper,
    "agreement.typ": agreement_paper,
    "strategy.typ": strategy_paper,
    "record.typ": record_paper,
    "status.typ": status_paper,
}
"""Every PDF that takes people's words, by its template."""
