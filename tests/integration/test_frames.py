"""Steering frames: drafted, written by their owners alone, approved as a version, filled by the reports."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.errors import Conflict, Invalid, NotAllowed, NotNow
from cycle.goals.frame_import import Approved, frame_changes, keep_frames
from cycle.goals.frame_parts import Filled, FrameItem, FramePart, FrameText, Rhythm, Writer
from cycle.goals.frame_tables import Frame, FrameSection
from cycle.goals.frames import (
    approve_drafts,
    begin_next,
    begin_year,
    editions_of,
    frames_of,
    sections_of,
    write_section,
)
from cycle.goals.tables import Decision
from cycle.history import History
from cycle.store import reading, transaction
from tests.support import municipality
from tests.support.municipality import ROOT, instant

NOW = instant(2027, 1, 4)
ITEMS = (
    FrameItem("lov", FramePart.FORMAL, Rhythm.OUTSIDE, "Lovgrundlag", text="Folkeskoleloven"),
    FrameItem("strategi", FramePart.DIRECTIONAL, Rhythm.YEARLY, "Strategi", text="Tidlig indsats"),
    FrameItem("resultat", FramePart.OPERATING, Rhythm.QUARTERLY, "Resultat", filled=Filled.LAST_YEAR),
    FrameItem(
        "tiltag", FramePart.OPERATING, Rhythm.QUARTERLY, "Tiltag", filled=Filled.MEASURES, text="Læsning"
    ),
    FrameItem("opfoelgning", FramePart.OPERATING, Rhythm.QUARTERLY, "Opfølgning", filled=Filled.FOLLOW_UP),
)
BUU = Approved("BUU", date(2026, 5, 27), "Rammerne for 2027 er godkendt.")


def written(item: str, text: str) -> FrameText:
    items = tuple(replace(each, text=text) if each.item == item else each for each in ITEMS)
    return FrameText("Skoler", 2027, items)


def texts(engine: Engine, frame_id: int) -> dict[str, str]:
    with reading(engine) as session:
        return {row.item: row.text for row in sections_of(session, [frame_id])[frame_id]}


@pytest.fixture
def town(engine: Engine) -> municipality.Town:
    """A municipality with an approved frame for the schools of 2027 (frame 1)."""
    with transaction(engine) as session:
        town = municipality.build(session)
        kept = keep_frames(
            session, [FrameText("Skoler", 2027, ITEMS)], root_id=ROOT, approved=BUU, by="cli", now=NOW
        )
        assert [(change.area, change.year, change.new) for change in kept] == [("Skoler", 2027, True)]
    return town


def draft(engine: Engine) -> Frame:
    """The draft of 2028 (frame 2)."""
    with transaction(engine) as session:
        assert begin_year(session, ROOT, 2028, ["Skoler", "Institutioner"], by="engine", now=NOW) == 1
        assert begin_year(session, ROOT, 2028, ["Skoler", "Institutioner"], by="engine", now=NOW) == 0
        return frames_of(session, ROOT, 2028)[0]


def test_the_same_file_twice_changes_nothing_and_a_new_law_is_a_new_edition(engine: Engine, town) -> None:
    with transaction(engine) as session:
        assert keep_frames(session, [FrameText("Skoler", 2027, ITEMS)], root_id=ROOT, by="cli", now=NOW) == []
        keep_frames(session, [written("lov", "Ny folkeskolelov")], root_id=ROOT, by="cli", now=NOW)
        again = frame_changes(session, [FrameText("Skoler", 2027, ITEMS)], root_id=ROOT)
    assert again == [], "the old text is no news either"
    assert texts(engine, 1)["lov"] == "Ny folkeskolelov"
    with reading(engine) as session:
        law = [row.text for row in editions_of(session, [1]) if row.item == "lov"]
        decision = session.exec(select(Decision)).one()
        frame = session.get_one(Frame, 1)
    assert law == ["Folkeskoleloven", "Ny folkeskolelov"], "what stood before is kept"
    assert (frame.approved_on, frame.decision_id) == (BUU.on, decision.id)


def test_an_import_that_would_write_what_others_own_is_refused_whole_with_every_fault(
    engine: Engine, town
) -> None:
    items = tuple(
        replace(each, text=f"{each.text} ændret") for each in ITEMS if each.item in ("strategi", "tiltag")
    )
    unknown = FrameItem("nyt", FramePart.FORMAL, Rhythm.OUTSIDE, "Nyt punkt", text="noget")
    with pytest.raises(Invalid) as refused, transaction(engine) as session:
        both = FrameText("Skoler", 2027, (*items, unknown))
        keep_frames(session, [written("lov", "Ny lov"), both], root_id=ROOT, by="cli", now=NOW)
    said = str(refused.value)
    assert (
        "»Strategi« kan ikke ændres ved indlæsning" in said
        and "»Tiltag« skrives af kvartalsrapporten" in said
    )
    assert "ikke punktet »Nyt punkt«" in said and texts(engine, 1)["lov"] == "Folkeskoleloven"


def test_a_new_year_begins_with_the_texts_of_the_last_and_an_empty_quarterly_part(
    engine: Engine, town
) -> None:
    frame = draft(engine)
    assert (frame.year, frame.version, frame.decision_id) == (2028, 1, None)
    assert texts(engine, frame.id or 0) == {
        "lov": "Folkeskoleloven",
        "strategi": "Tidlig indsats",
        "resultat": "",
        "tiltag": "",
        "opfoelgning": "",
    }


@pytest.mark.parametrize(
    ("item", "writer", "refusal"),
    [
        ("lov", Writer.OFFICE, NotAllowed),
        ("lov", Writer.APPROVAL, NotAllowed),
        ("lov", Writer.REPORT, NotAllowed),
        ("strategi", Writer.REPORT, NotAllowed),
        ("tiltag", Writer.OFFICE, NotAllowed),
        ("opfoelgning", Writer.APPROVAL, NotAllowed),
        ("strategi", Writer.OFFICE, NotNow),
    ],
)
def test_nobody_writes_in_another_owners_part_nor_in_an_approved_yearly_one(
    engine: Engine, town, item: str, writer: Writer, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal), transaction(engine) as session:
        frame = session.get_one(Frame, 1)
        write_section(session, frame, item, "noget andet", writer=writer, by="account:1", now=NOW)
    with reading(engine) as session:
        assert len(editions_of(session, [1])) == len(ITEMS)


def test_a_decision_approves_the_drafts_there_were_when_it_was_made_and_no_later_ones(
    engine: Engine, town
) -> None:
    frame = draft(engine)
    with transaction(engine) as session:
        decision = Decision(
            root_id=ROOT,
            body="BUU",
            decided_on=date(2027, 5, 26),
            text="Godkendt",
            adopted=True,
            by="x",
            at=NOW,
        )
        session.add(decision)
        session.flush()
        assert approve_drafts(session, decision, year=2028, now=NOW) == 1
        assert approve_drafts(session, decision, year=2028, now=NOW) == 0
        later = begin_next(session, frame, by="account:1", now=instant(2027, 6, 1))
        assert approve_drafts(session, decision, year=2028, now=NOW) == 0
        assert (later.version, later.decision_id) == (2, None)
    with pytest.raises(NotNow), transaction(engine) as session:
        begin_next(session, frame, by="account:1", now=instant(2027, 6, 1))
    with reading(engine) as session:
        verbs = [
            row.verb
            for row in session.exec(
                select(History).where(History.thing == "frame:2").order_by(col(History.id))
            )
        ]
    assert verbs == ["begin_frame", "approve_frame"]


def test_of_two_who_edit_the_same_text_the_second_is_told_and_nothing_is_lost(engine: Engine, town) -> None:
    frame = draft(engine)

    def save(text: str) -> str:
        try:
            with transaction(engine) as session:
                write_section(
                    session, frame, "strategi", text, writer=Writer.OFFICE, by="account:1", now=NOW, seen=1
                )
        except Conflict:
            return "told"
        return "kept"

    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(save, ["et", "to", "tre", "fire"]))
    assert sorted(ends) == ["kept", "told", "told", "told"]
    with reading(engine) as session:
        rows = [row for row in editions_of(session, [frame.id or 0]) if row.item == "strategi"]
    assert [row.edition for row in rows] == [1, 2]


def test_writing_the_text_that_stands_there_is_no_edition(engine: Engine, town) -> None:
    frame = draft(engine)
    with transaction(engine) as session:
        same = write_section(
            session, frame, "strategi", " Tidlig indsats\n", writer=Writer.OFFICE, by="account:1", now=NOW
        )
    assert same is False
    with reading(engine) as session:
        assert len(session.exec(select(FrameSection).where(FrameSection.frame_id == frame.id)).all()) == 5
