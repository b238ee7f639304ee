"""Says whether requirements*.txt still are what their .in files ask for, without raising any pin.

Compiles each file anew with its present pins as preferences and compares. Needs the package index.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
OPTIONS = "--universal --generate-hashes --no-emit-index-url --no-annotate --no-header"
PYTHON = "--python-version=3.11"


def compiled(name: str, folder: Path) -> str:
    """What the .in file gives today, keeping the pins there are."""
    for file in ROOT.glob("requirements*"):
        shutil.copy(file, folder / file.name)
    uv = Path(sys.executable).parent / "uv"
    command = [
        str(uv),
        "pip",
        "compile",
        *OPTIONS.split(),
        PYTHON,
        "--quiet",
        f"{name}.in",
        "-o",
        f"{name}.txt",
    ]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (folder / f"{name}.txt").read_text()


def main() -> int:
    """0 when both files are current."""
    stale = []
    for name in ("requirements", "requirements-dev"):
        with tempfile.TemporaryDirectory() as folder:
            if compiled(name, Path(folder)) != (ROOT / f"{name}.txt").read_text():
                stale.append(f"{name}.txt")
        if "index-url" in (ROOT / f"{name}.txt").read_text():
            stale.append(f"{name}.txt names an index")
    if stale:
        sys.stderr.write(f"Not current: {', '.join(stale)}. Run `make requirements`.\n")
        return 1
    sys.stdout.write("The requirements are current.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
