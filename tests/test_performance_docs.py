"""docs/performance.md shows every parser the comparison measures, and was made by it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/performance.md").read_text("utf-8")
SOURCE = (ROOT / "benchmarks/compare_parsers.py").read_text("utf-8")


def test_the_table_has_a_row_for_every_way_that_is_measured() -> None:
    table = PAGE.partition("python3 dev.py compare -->")[2].partition("<!-- end of table -->")[0]
    row = re.compile(
        r"^\| ([^|]+) \| (?:fields|all checked) \| [\d,]+ \| [\d,]+ \|$", re.MULTILINE
    )
    rows = row.findall(table)
    ways = re.findall(r'Way\(\s*name="([^"]+)"', SOURCE)
    assert sorted(name.strip() for name in rows) == sorted(ways)
    assert len(ways) == 11
