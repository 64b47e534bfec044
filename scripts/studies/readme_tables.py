"""Write the tables of README.md that follow from lists in the program, between marks that name them."""

import re
from pathlib import Path

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


if __name__ == "__main__":
    main()
