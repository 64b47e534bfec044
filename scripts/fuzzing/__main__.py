"""Long runs of mutated input: `scripts/fuzz NAME [options]`; no NAME lists them."""

import importlib
import sys
from pathlib import Path

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py") if "\ndef main(" in path.read_text())


def main() -> int:
    """Run the campaign named on the command line from its file beside this one."""
    if len(sys.argv) < 2 or sys.argv[1] not in NAMES:
        print(f"usage: scripts/fuzz NAME [options]\ncampaigns: {', '.join(NAMES)}")
        return 2
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    return int(importlib.import_module(f"scripts.fuzzing.{sys.argv[1]}").main(sys.argv[2:]) or 0)


if __name__ == "__main__":
    sys.exit(main())
