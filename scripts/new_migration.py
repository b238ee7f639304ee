"""Writes the next migration from what the table modules have and the newest migration lacks.

.venv/bin/python scripts/new_migration.py "Why the schema changes"
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from cycle.migrations.upgrade import upgrade, write_revision
from cycle.store import make_engine


def main() -> int:
    """0, and the new file's path on stdout."""
    if len(sys.argv) != 2:
        sys.stderr.write(__doc__ or "")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/store.db")
        upgrade(engine)
        sys.stdout.write(f"{write_revision(engine, sys.argv[1])}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
