"""Times several ways of doing one thing in turn, so that a noisy machine is noisy for all."""

from collections.abc import Callable, Mapping
from time import perf_counter

__all__ = ["best_times"]


def best_times(
    ways: Mapping[str, Callable[[], object]],
    rounds: int,
    clock: Callable[[], float] = perf_counter,
) -> dict[str, float]:
    """Seconds of the best round of each way; every round runs each way once.

    By ``time.process_time`` as clock, what other programs run meanwhile is not counted; it is no
    measure of ways that wait or use several threads.
    """
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            began = clock()
            way()
            best[name] = min(best[name], clock() - began)
    return best
