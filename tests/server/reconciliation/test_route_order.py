"""On an ordered route the fewest visits that stand in the way of the order are marked."""

from tests.support.nights import MORNING, downloaded, due, record
from watchclock_server.reconciliation.domain import ActualVisit, reconcile


def marked(clocks: list[str | None], *, is_ordered: bool = True, error_s: float = 0) -> list[int]:
    """The checkpoints marked, when checkpoint 1, 2, … were read at these times of one round."""
    planned = [
        due("22:00", checkpoint=place, is_ordered=is_ordered)
        for place in range(1, len(clocks) + 1)
    ]
    records: list[ActualVisit] = [
        record(clock, id=place, checkpoint=place, error_s=error_s)
        for place, clock in enumerate(clocks, start=1)
        if clock is not None
    ]
    results = reconcile(planned, records, [downloaded()], MORNING).results
    return [each.planned.checkpoint_id for each in results if each.is_out_of_order]


def test_a_round_in_order_has_nothing_marked() -> None:
    assert marked(["22:01", "22:02", "22:03"]) == []


def test_the_one_checkpoint_left_for_the_end_is_marked_and_not_all_the_others() -> None:
    assert marked(["22:09", "22:02", "22:03", "22:04"]) == [1]


def test_a_checkpoint_that_was_not_visited_does_not_disturb_the_order() -> None:
    assert marked(["22:01", None, "22:03"]) == []


def test_two_reads_in_the_same_second_are_in_order() -> None:
    assert marked(["22:05", "22:05", "22:05"]) == []


def test_reads_nearer_than_their_error_bounds_are_not_marked() -> None:
    assert marked(["22:05:10", "22:05:00"], error_s=5) == []
    assert marked(["22:05:11", "22:05:00"], error_s=5) == [2]


def test_a_free_route_has_no_order() -> None:
    assert marked(["22:09", "22:02", "22:03"], is_ordered=False) == []


def test_the_order_of_one_round_does_not_look_at_another() -> None:
    planned = [
        due("22:00", number=number, checkpoint=place, is_ordered=True)
        for number, places in ((1, (1,)), (2, (2,)))
        for place in places
    ]
    records = [record("22:09", id=1, checkpoint=1), record("22:01", id=2, checkpoint=2)]
    results = reconcile(planned, records, [downloaded()], MORNING).results
    assert not any(each.is_out_of_order for each in results)
