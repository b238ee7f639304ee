"""frames.yaml: every fault is told with its line. What the source prints: tests/artefacts."""

from pathlib import Path

import pytest

from config.frames_file import load_frames
from cycle.errors import PlanInvalid

EXAMPLE = Path(__file__).parents[2] / "config" / "examples" / "koebenhavn"


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
