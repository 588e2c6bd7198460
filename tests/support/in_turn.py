"""Times several ways of doing one thing in turn, so that a noisy machine is noisy for all."""

from collections.abc import Callable, Mapping
from time import perf_counter

__all__ = ["best_times"]


def best_times(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds of the best round of each way; every round runs each way once."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            began = perf_counter()
            way()
            best[name] = min(best[name], perf_counter() - began)
    return best
