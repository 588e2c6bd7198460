"""The best way to give rows to columns: exact, unique and therefore repeatable.

Written here because the usual library (SciPy) works in floating point and is larger than this
whole program, while the rankings compared here are exact integers.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from heapq import nsmallest

__all__ = ["best_assignment"]


def best_assignment(costs: Sequence[Mapping[int, tuple[int, int]]]) -> dict[int, int]:
    """Row to column: as many rows as possible, and of all such choices the best.

    The best has the least sum of first costs, of those the least sum of second costs, of those the
    one that avoids the highest column (then row) not in common. So there is always exactly one,
    and columns added later do not change how the others compare.

    Args:
        costs: for each row the columns it may take, each with its two costs; nothing is below 0.
    """
    # No row needs more choices than there are rows: one of its cheapest is always free.
    cheapest = [
        {column: row[column] for column in nsmallest(len(costs), sorted(row), key=row.__getitem__)}
        for row in costs
    ]
    pairs = sorted((column, row) for row, choices in enumerate(cheapest) for column in choices)
    rank_of = {pair: rank for rank, pair in enumerate(pairs)}
    second_unit = 1 << len(pairs)
    first_unit = second_unit * (1 + sum(s for choices in cheapest for _, s in choices.values()))
    return _cheapest_assignment(
        [
            {
                column: first * first_unit + second * second_unit + (1 << rank_of[column, row])
                for column, (first, second) in choices.items()
            }
            for row, choices in enumerate(cheapest)
        ]
    )


def _cheapest_assignment(costs: Sequence[Mapping[int, int]]) -> dict[int, int]:
    """The Hungarian method: row after row is added along the shortest augmenting path.

    A column of its own, dearer than all others together, stands for leaving a row out.
    """
    dearest = 1 + sum(sum(row.values()) for row in costs)
    rows = [{**row, ~index: dearest} for index, row in enumerate(costs)]
    row_of: dict[int, int] = {}
    column_of: dict[int, int] = {}
    for start in range(len(rows)):
        reached_from, column = _shortest_path(rows, row_of, start)
        while True:
            row = reached_from[column]
            given_up = column_of.get(row)
            row_of[column], column_of[row] = row, column
            if given_up is None:
                break
            column = given_up
    return {row: column for row, column in column_of.items() if column >= 0}


def _shortest_path(
    rows: Sequence[Mapping[int, int]], row_of: Mapping[int, int], start: int
) -> tuple[dict[int, int], int]:
    """From which row each column is reached most cheaply, and the nearest free column."""
    distance: dict[int, int] = {}
    reached_from: dict[int, int] = {}
    work = deque([(start, 0)])
    while work:
        row, base = work.popleft()
        for column, cost in rows[row].items():
            if column in distance and distance[column] <= base + cost:
                continue
            distance[column], reached_from[column] = base + cost, row
            if column in row_of:
                holder = row_of[column]
                work.append((holder, base + cost - rows[holder][column]))
    return reached_from, min(distance.keys() - row_of.keys(), key=distance.__getitem__)
