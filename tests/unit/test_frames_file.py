"""frames.yaml: the three parts and ten items of seed 004 G, and every fault with its line."""

from pathlib import Path

import pytest

from config.frames_file import load_frames
from cycle.errors import PlanInvalid
from cycle.goals.frame_parts import MAY_WRITE, FramePart, Rhythm, Writer
from cycle.plan.model import Confidence

EXAMPLE = Path(__file__).parents[2] / "config" / "examples" / "koebenhavn"

SEED_004_G = {
    "Udefra givet": [
        "Nationalt lovgrundlag for området",
        "Nationale kvalitetskrav på området",
        "Tværgående politikker m.v. fra Københavns Kommune",
    ],
    "Opdateres årligt af BUU og BUF": [
        "BUFs strategi på kerneområdet",
        "BUFs egne kvalitetskrav",
        "Årets økonomiske rammer for kerneområdet",
        "Overordnede mål for årets aktivitet på kerneområdet",
    ],
    "Opdateres kvartalsmæssigt af BUF": [
        "Resultatet af sidste års aktivitet på kerneområdet",
        "Mål for årets specifikke tiltag på kerneområdet",
        "Kvartalsmæssig opfølgning på fremdrift",
    ],
}


def test_the_frame_has_the_three_parts_and_ten_items_of_the_source_in_their_order():
    frames = load_frames(EXAMPLE)
    assert {part.owner: [item.title for item in part.items] for part in frames.parts} == SEED_004_G
    assert [part.part for part in frames.parts] == list(FramePart)
    assert [part.rhythm for part in frames.parts] == [Rhythm.OUTSIDE, Rhythm.YEARLY, Rhythm.QUARTERLY]
    assert set(frames.areas) == {"Skoler", "Institutioner", "Bydækkende institutioner", "Centre"}


def test_the_cut_between_the_second_and_the_third_part_is_marked_as_inferred():
    parts = load_frames(EXAMPLE).parts
    assert [part.confidence for part in parts] == [
        Confidence.CERTAIN,
        Confidence.CERTAIN,
        Confidence.INFERRED,
    ]


def test_only_the_owner_writes_in_a_part():
    assert MAY_WRITE[Rhythm.OUTSIDE] == {Writer.IMPORT}
    assert MAY_WRITE[Rhythm.QUARTERLY] == {Writer.REPORT}
    assert Writer.REPORT not in MAY_WRITE[Rhythm.YEARLY] and Writer.OFFICE in MAY_WRITE[Rhythm.YEARLY]


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("years: [2027]", "years: [27]", "frames.yaml:7"),
        ("  - part: formal\n", "  - part: directional\n", "frames.yaml:12: En styringsramme har tre dele"),
        ("rhythm: quarterly", "rhythm: monthly", "rhythm"),
        ("{id: strategi,", "{id: lovgrundlag,", "Punktet »lovgrundlag« er brugt to gange."),
        ("    strategi: Skolerne", "    stategi: Skolerne", "Punktet »stategi« findes ikke."),
        ("  Centre:\n", "  Center:\n", "Området »Center« findes ikke i units.csv."),
        (", title_en: The administration's own quality requirements}", ", filled: last_year}", "quarterly"),
        ("on: 2026-05-27", "on: i maj", "on"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, before: str, after: str, fault: str):
    text = (EXAMPLE / "frames.yaml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "frames.yaml").write_text(text.replace(before, after, 1), encoding="utf-8")
    (tmp_path / "units.csv").write_bytes((EXAMPLE / "units.csv").read_bytes())
    with pytest.raises(PlanInvalid) as refused:
        load_frames(tmp_path)
    assert fault in str(refused.value) and "frames.yaml:" in str(refused.value)
