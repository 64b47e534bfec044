"""``python -m dsdcompile``: the command line."""

import sys

from dsdcompile.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
