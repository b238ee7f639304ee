"""Whether pages are HTML as the standard has it: npm's html-validate reads each."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.demo import ROOT

RULES = Path(__file__).with_suffix(".json")


def faults(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Every fault in pages given by a name each, in one line; the files are left in the folder to look at."""
    folder.mkdir()
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    validator = [sys.executable, str(ROOT / "scripts" / "npm.py"), "exec", "--silent", "--", "html-validate"]
    how = ["--config", str(RULES), "--formatter", "json", "--ext", "html", str(folder)]
    told = subprocess.run([*validator, *how], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return [
        f"{Path(page['filePath']).stem}:{said['line']}: {said['message']} ({said['ruleId']})"
        for page in json.loads(told)
        for said in page["messages"]
    ]
