"""Seed 004 G: a steering frame has three parts, one frame for each core area."""

from config.frames_file import load_frames
from cycle.goals.frame_parts import MAY_WRITE, FramePart, Rhythm, Writer
from cycle.plan.model import Confidence
from tests.support.koebenhavn import FOLDER
from web.secretariat.words import namer

PARTS = {
    ("Formelt grundlag", "Udefra givet"): [
        "Nationalt lovgrundlag for området",
        "Nationale kvalitetskrav på området",
        "Tværgående politikker m.v. fra Københavns Kommune",
    ],
    ("Retningsgivende grundlag", "Opdateres årligt af BUU og BUF"): [
        "BUFs strategi på kerneområdet",
        "BUFs egne kvalitetskrav",
        "Årets økonomiske rammer for kerneområdet",
        "Overordnede mål for årets aktivitet på kerneområdet",
    ],
    ("Driftsgrundlag", "Opdateres kvartalsmæssigt af BUF"): [
        "Resultatet af sidste års aktivitet på kerneområdet",
        "Mål for årets specifikke tiltag på kerneområdet",
        "Kvartalsmæssig opfølgning på fremdrift",
    ],
}


def test_the_three_parts_hold_the_ten_items_in_their_order_with_their_owners() -> None:
    frames, name = load_frames(FOLDER), namer("da")
    found = {(name(part.part), part.owner): [item.title for item in part.items] for part in frames.parts}
    assert found == PARTS and sum(map(len, found.values())) == 10
    assert [part.part for part in frames.parts] == list(FramePart)
    assert [part.rhythm for part in frames.parts] == [Rhythm.OUTSIDE, Rhythm.YEARLY, Rhythm.QUARTERLY]


def test_there_is_one_frame_for_each_core_area_with_a_text_where_no_report_writes_it() -> None:
    frames = load_frames(FOLDER)
    assert set(frames.areas) == {"Skoler", "Institutioner", "Bydækkende institutioner", "Centre"}
    written = {item.id for part in frames.parts[:2] for item in part.items}
    assert all(written <= set(texts) for texts in frames.areas.values())


def test_the_cut_between_the_second_and_the_third_part_is_marked_as_inferred() -> None:
    assert [part.confidence for part in load_frames(FOLDER).parts] == [
        Confidence.CERTAIN,
        Confidence.CERTAIN,
        Confidence.INFERRED,
    ]


def test_only_the_owner_writes_in_a_part() -> None:
    assert MAY_WRITE[Rhythm.OUTSIDE] == {Writer.IMPORT}
    assert MAY_WRITE[Rhythm.QUARTERLY] == {Writer.REPORT}
    assert Writer.REPORT not in MAY_WRITE[Rhythm.YEARLY] and Writer.OFFICE in MAY_WRITE[Rhythm.YEARLY]
