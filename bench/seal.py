"""Setting and sealing agreements: what one of many costs, held against 5,000 in 15 minutes."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.measurement import Measurement, of_runs, timed
from config.settings import Settings
from documents.agreement_paper import AgreementPaper, Press, Signed
from documents.agreement_text import Chapter, Entry
from documents.goal_words import Words
from documents.seal_key import Owner

AGREEMENTS, LIMIT_S = 5000, 15 * 60
SOME, RUNS = 50, 5
AT = datetime(2027, 1, 8, 9, tzinfo=UTC)
SENTENCE = "Flere elever trives, og færre er væk fra skolen uden lovlig grund (opdigtet mål). "


def measure() -> Iterator[Measurement]:
    """Nine goals of a page of text together, three signatures; the process that sets them included."""
    with tempfile.TemporaryDirectory(prefix="aarshjul-bench-") as folder:
        settings = Settings(data_dir=Path(folder))
        with Press(settings, Owner("BY", "By Kommune"), "da", now=AT) as press:

            def some() -> None:
                assert len(list(press.make(map(_paper, range(SOME))))) == SOME

            some()
            found = of_runs(timed(some) for _ in range(RUNS))
    per_paper = found.wall / SOME
    what = f"an agreement set and sealed, one of {AGREEMENTS}"
    yield Measurement("seal", what, per_paper * 1e3, "ms", LIMIT_S / AGREEMENTS * 1e3, runs=RUNS)


def _paper(number: int) -> AgreementPaper:
    goals = [
        Entry(f"Mål {code}", (Words("Beskrivelse", (SENTENCE * 5,)),), code=code, key=code)
        for code in "ABCDEFGHI"
    ]
    chapters = [
        Chapter(title, tuple(goals[at : at + 3])) for at, title in ((0, "Fælles"), (3, "Område"), (6, "Egne"))
    ]
    signed = Signed("Anne Aftale", "skoleleder", "Anne Aftale, skoleleder", AT, "personligt link", "a" * 64)
    return AgreementPaper(
        municipality="By Kommune",
        title="Udviklingsaftale 2027",
        unit=f"Skole {number}",
        period="2027",
        version=1,
        digest="a" * 64,
        chapters=tuple(chapters),
        signatures=(signed,) * 3,
        language="da",
    )
