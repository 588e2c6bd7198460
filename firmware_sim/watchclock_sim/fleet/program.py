"""``python -m watchclock_sim fleet``: many wands in one process, each on a TCP port of its own.

The options are the fields of ``FleetSettings``; ``watchclock sim fleet --help`` explains them.
"""

import argparse
import json
import logging
import resource
import signal
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from watchclock_sim.errors import FleetDescriptorsError, unwritable
from watchclock_sim.fleet.lazy_wand import LazyWand, WandRecipe
from watchclock_sim.fleet.settings import FleetSettings
from watchclock_sim.line.carriers.port import Clock, SystemClock
from watchclock_sim.line.carriers.tcp_port import TcpPort
from watchclock_sim.line.dock import Dock
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.line.harbour import Harbour, run_harbour
from watchclock_sim.option_parser import add_options, option_values

__all__ = ["fleet_main", "run_fleet"]

LOG: Final = logging.getLogger(__name__)
DESCRIPTORS_A_WAND: Final = 2
"""Where it listens, and the host it speaks to."""
OTHER_DESCRIPTORS: Final = 64


def run_fleet(settings: FleetSettings) -> None:
    """Serve the fleet until Ctrl-C or SIGTERM; one line on standard output when it is ready.

    Raises:
        FleetDescriptorsError: this process may not have so many open files.
        SimulatorError: it cannot start; the error says why.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _serve(settings)
    except KeyboardInterrupt:
        LOG.info("stopped before the fleet was ready")


def fleet_main(arguments: Sequence[str]) -> None:
    """Take the options of the command line and serve.

    Raises:
        SimulatorError: as ``run_fleet``.
    """
    parser = argparse.ArgumentParser(prog="watchclock_sim fleet", allow_abbrev=False)
    add_options(parser, FleetSettings, frozenset())
    run_fleet(FleetSettings(**option_values(parser.parse_args(arguments))))


def _serve(settings: FleetSettings) -> None:
    clock = SystemClock()
    recipes = _recipes(settings, clock)
    _raise_descriptors(len(recipes))
    ports: list[TcpPort] = []
    harbour = Harbour(clock)
    try:
        for recipe in recipes:
            ports.append(_port(settings, recipe.place))
            dock = Dock(LazyWand(recipe), ports[-1], faults=LineFaults((), 0), baud=0, clock=clock)
            harbour.add(dock, ports[-1], f"{recipe.identity} at {ports[-1].address}")
        placed = [(port.address, recipe) for port, recipe in zip(ports, recipes, strict=True)]
        if settings.truth is not None:
            _write_truth(settings.truth, placed)
        run_harbour(harbour, lambda: _tell(settings, placed))
    finally:
        for port in ports:
            port.close()


def _recipes(settings: FleetSettings, clock: Clock) -> list[WandRecipe]:
    """Every wand; one of each kind is made at once, so that no kind lacks room for its records.

    Raises:
        SimulatorOptionError: a kind of wand has no room for so many records.
    """
    utc = clock.utc()
    recipes = [
        WandRecipe(place, dialect, number, settings.records, settings.seed, utc)
        for place, (dialect, number) in enumerate(settings.wands())
    ]
    for recipe in {recipe.dialect: recipe for recipe in recipes}.values():
        recipe.make()
    return recipes


def _raise_descriptors(wands: int) -> None:
    """Let this process have as many open files as the fleet needs, as far as it may."""
    needed = DESCRIPTORS_A_WAND * wands + OTHER_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= needed or soft == resource.RLIM_INFINITY:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise FleetDescriptorsError(wands=wands, needed=needed, limit=hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def _port(settings: FleetSettings, place: int) -> TcpPort:
    host, first = settings.place()
    return TcpPort(host, first + place if first else 0)


def _tell(settings: FleetSettings, placed: Sequence[tuple[str, WandRecipe]]) -> None:
    wands = [{"address": address, "identity": recipe.identity} for address, recipe in placed]
    told = json.dumps({"wands": wands})
    if settings.addresses is not None:
        _write(settings.addresses, [told])
    sentence = f"{len(placed)} wands from {placed[0][0]} to {placed[-1][0]}"
    sys.stdout.write(f"{told if settings.json else sentence}\n")
    sys.stdout.flush()
    LOG.info("%s are ready", sentence)


def _write_truth(path: Path, placed: Iterable[tuple[str, WandRecipe]]) -> None:
    _write(path, (_truth(address, recipe) for address, recipe in placed))


def _truth(address: str, recipe: WandRecipe) -> str:
    clock = recipe.clock()
    touches = [
        [str(tag), utc.isoformat(), clock.reading(utc).isoformat()]
        for tag, utc in recipe.touches()
    ]
    return json.dumps({"address": address, "wand": recipe.identity, "touches": touches})


def _write(path: Path, lines: Iterable[str]) -> None:
    try:
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise unwritable(path, error) from error
