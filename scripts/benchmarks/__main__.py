"""Every speed and size claim of the project, measured: `scripts/benchmark NAME [options]`; no NAME lists them."""

import importlib
import sys
from pathlib import Path

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))


def main() -> int:
    """Run the benchmark named on the command line from its file beside this one."""
    if len(sys.argv) < 2 or sys.argv[1] not in NAMES:
        print(f"usage: scripts/benchmark NAME [options]\nbenchmarks: {', '.join(NAMES)}")
        return 2
    return int(importlib.import_module(sys.argv[1]).main(sys.argv[2:]) or 0)


if __name__ == "__main__":
    sys.exit(main())
