"""The published layouts and timetables of real municipalities, as plans that the loader reads.

folder = layout("naestved", tmp_path)          # a copy with the forms of agreements beside it
"""

import shutil
from pathlib import Path

from tests.support.koebenhavn import FOLDER

PLANS = Path(__file__).parents[1] / "layouts" / "plans"
SHARED_FORMS = ("udviklingsaftale", "forhandling", "godkendelse", "underskrift")


def layout(name: str, folder: Path) -> Path:
    """A copy of the plan in `folder`, with the example's forms of agreements where it has none of its own."""
    copied = folder / name
    shutil.copytree(PLANS / name, copied)
    (copied / "forms").mkdir(exist_ok=True)
    for form in SHARED_FORMS:
        if not (copied / "forms" / f"{form}.yaml").exists():
            shutil.copy(FOLDER / "forms" / f"{form}.yaml", copied / "forms")
    return copied
