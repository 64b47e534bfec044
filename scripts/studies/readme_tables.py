"""Write what follows from lists in the program: tables of README.md, between marks that name them, and all keys."""

import re
from pathlib import Path

from dsdcompile.cli.key_list import KEYS
from dsdcompile.design.design import Design
from dsdcompile.design.keys import show_keys
from dsdcompile.report.outputs import show_outputs

README = Path(__file__).resolve().parents[2] / "README.md"
TABLES = {"outputs": show_outputs}
"""Name in the marks -> the table's text."""
MARKED = re.compile(r"(<!-- table (?P<name>\w+): see scripts/tables -->\n).*?(<!-- end -->)", re.DOTALL)


def refreshed(text: str) -> str:
    """Return a page with all marked tables as the program has them now."""
    return MARKED.sub(lambda found: f"{found[1]}{TABLES[found['name']]()}{found[3]}", text)


def main() -> None:
    README.write_text(refreshed(README.read_text(encoding="utf-8")), encoding="utf-8")
    KEYS.write_text(f"{show_keys(Design)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
