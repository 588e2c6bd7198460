"""``python -m watchclock_sim fleet``: many wands in one process, on TCP ports or one USB bus.

The options are the fields of ``FleetSettings``; ``watchclock sim fleet --help`` explains them.
"""

import argparse
import json
import logging
import resource
import signal
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol, TypeVar

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.docking import docked
from watchclock_sim.errors import FleetDescriptorsError, unwritable
from watchclock_sim.fleet.members import Member, members
from watchclock_sim.fleet.ports import FleetPorts, PluggedWand, fleet_ports
from watchclock_sim.fleet.settings import FleetSettings
from watchclock_sim.line.carriers.port import SystemClock
from watchclock_sim.line.harbour import Harbour, run_harbour
from watchclock_sim.option_parser import add_options, option_values

__all__ = ["fleet_main", "run_fleet"]

Item = TypeVar("Item")

LOG: Final = logging.getLogger(__name__)
DESCRIPTORS_A_WAND: Final = 2
"""Where it listens, and the host it speaks to."""
OTHER_DESCRIPTORS: Final = 64


class Watch(Protocol):
    """Hands out what there is, one after the other, so that somebody sees how far it is."""

    def __call__(self, every: Sequence[Item], /) -> Iterable[Item]:
        """The same, in the same order."""
        ...


def run_fleet(
    settings: FleetSettings, said: Callable[[str], str] = str, watch: Watch = iter
) -> None:
    """Serve the fleet until Ctrl-C or SIGTERM; one line on standard output when it is ready.

    Args:
        settings: what is served.
        said: a sentence in the reader's language.
        watch: sees how far the start is.

    Raises:
        FleetDescriptorsError: this process may not have so many open files.
        SimulatorError: it cannot start; the error says why.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _serve(settings, said, watch)
    except KeyboardInterrupt:
        LOG.info(FilledReason("stopped before the fleet was ready"))


def fleet_main(arguments: Sequence[str]) -> None:
    """Take the options of the command line and serve.

    Raises:
        SimulatorError: as ``run_fleet``.
    """
    parser = argparse.ArgumentParser(prog="watchclock_sim fleet", allow_abbrev=False)
    add_options(parser, FleetSettings, frozenset())
    run_fleet(FleetSettings(**option_values(parser.parse_args(arguments))))


def _serve(settings: FleetSettings, said: Callable[[str], str], watch: Watch) -> None:
    clock = SystemClock()
    fleet = members(settings, clock)
    _raise_descriptors(len(fleet))
    ports = fleet_ports(settings)
    harbour = Harbour(clock)
    for carrier in ports.carriers:
        harbour.carry(carrier)
    placed: list[tuple[Member, PluggedWand]] = []
    try:
        for member in watch(fleet):
            plug = ports.plug_in(member.wand)
            dock = docked(member.wand, plug.port, clock, seed=settings.seed or 0, hub=ports.hub)
            harbour.add(dock, plug.port, f"{member.wand.identity} at {plug.name}")
            placed.append((member, plug))
        if settings.truth is not None:
            held = ({**plug.where, **member.truth()} for member, plug in watch(placed))
            _write(settings.truth, held)
        run_harbour(harbour, lambda: _tell(settings, said, ports, placed))
    finally:
        harbour.close()


def _raise_descriptors(wands: int) -> None:
    """Let this process have as many open files as the fleet needs, as far as it may."""
    needed = DESCRIPTORS_A_WAND * wands + OTHER_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= needed or soft == resource.RLIM_INFINITY:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise FleetDescriptorsError(wands=wands, needed=needed, limit=hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def _tell(
    settings: FleetSettings,
    said: Callable[[str], str],
    ports: FleetPorts,
    placed: Sequence[tuple[Member, PluggedWand]],
) -> None:
    wands = [{**plug.where, "identity": member.wand.identity} for member, plug in placed]
    told = {**ports.told(), "wands": wands}
    if settings.addresses is not None:
        _write(settings.addresses, [told])
    sentence = FilledReason(
        "{count} wands from {first} to {last}",
        count=len(placed),
        first=placed[0][1].name,
        last=placed[-1][1].name,
    )
    for place in ports.told().values():
        sentence = FilledReason("{wands} at {place}", wands=sentence, place=place)
    sys.stdout.write(f"{json.dumps(told) if settings.json else said(sentence)}\n")
    sys.stdout.flush()
    ports.say_how_to_reach()
    LOG.info(FilledReason("{wands} are ready", wands=sentence))


def _write(path: Path, lines: Iterable[Mapping[str, object]]) -> None:
    try:
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    except OSError as error:
        raise unwritable(path, error) from error
