"""The assignment is the best there is: compared with trying everything."""

from collections.abc import Iterator, Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from watchclock_server.assignment import best_assignment

Costs = Sequence[Mapping[int, tuple[int, int]]]
costs_strategy = st.lists(
    st.dictionaries(
        st.integers(0, 5), st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=5
    ),
    max_size=5,
)


def every_assignment(costs: Costs, row: int = 0) -> Iterator[dict[int, int]]:
    if row == len(costs):
        yield {}
        return
    for rest in every_assignment(costs, row + 1):
        yield rest
        for column in costs[row].keys() - set(rest.values()):
            yield {row: column, **rest}


def value(costs: Costs, assigned: Mapping[int, int]) -> tuple[int, int, int]:
    """Smaller is better: rows left out, then the sums of the first and the second costs."""
    chosen = [costs[row][column] for row, column in assigned.items()]
    return -len(chosen), sum(first for first, _ in chosen), sum(second for _, second in chosen)


@given(costs_strategy)
def test_no_other_assignment_is_better(costs: Costs) -> None:
    found = best_assignment(costs)
    assert len(set(found.values())) == len(found)
    assert value(costs, found) == min(value(costs, other) for other in every_assignment(costs))


@given(costs_strategy, st.integers(0, 5))
def test_a_row_that_found_a_column_keeps_one_when_columns_are_added(
    costs: Costs, late: int
) -> None:
    before = [{c: cost for c, cost in row.items() if c != late} for row in costs]
    assert best_assignment(before).keys() <= best_assignment(costs).keys()


@given(costs_strategy)
def test_the_order_in_which_columns_are_listed_does_not_matter(costs: Costs) -> None:
    backwards = [{column: row[column] for column in sorted(row, reverse=True)} for row in costs]
    assert best_assignment(backwards) == best_assignment(costs)


def test_a_first_come_first_served_choice_is_not_good_enough() -> None:
    # Row 0 would take column 0 for nothing and leave row 1 without any.
    assert best_assignment([{0: (0, 0), 1: (9, 0)}, {0: (5, 0)}]) == {0: 1, 1: 0}


def test_thousands_of_equal_columns_cost_no_time_or_memory() -> None:
    row = {column: (0, column) for column in range(20_000)}
    assert best_assignment([row, row]) == {0: 1, 1: 0}
