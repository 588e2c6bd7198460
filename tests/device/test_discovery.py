from collections.abc import Sequence
from pathlib import Path

import pytest

from watchclock_device.clocks import SYSTEM_CLOCKS
from watchclock_device.discovery import Discovery
from watchclock_device.errors import (
    AddressError,
    NoWandError,
    PortBusyError,
    PortForbiddenError,
    PortNotFoundError,
)
from watchclock_device.links import FoundPort, Link
from watchclock_protocol.dialect import LineSettings
from watchclock_protocol.errors import DialectUnknownError


class Cupboard:
    """A driver whose ports all refuse to open, and that remembers who tried."""

    scheme = "serial"

    def __init__(self, ports: dict[str, Exception], *, may_be_asked: bool = True) -> None:
        self.ports = ports
        self.may_be_asked = may_be_asked
        self.opened: list[str] = []

    def find(self) -> Sequence[FoundPort]:
        return [
            FoundPort(address=f"serial:{target}", description="", may_be_asked=self.may_be_asked)
            for target in self.ports
        ]

    def open(self, target: str, line: LineSettings) -> Link:
        assert line.baud > 0
        self.opened.append(target)
        raise self.ports[target]


def discovery(cupboard: Cupboard, *also: str) -> Discovery:
    return Discovery({"serial": cupboard}, SYSTEM_CLOCKS, also)


def test_ports_of_drivers_and_patterns_are_listed_once(tmp_path: Path) -> None:
    (tmp_path / "wand1").touch()
    (tmp_path / "wand2").touch()
    cupboard = Cupboard({f"{tmp_path}/wand1": PortNotFoundError(address="-")})
    found = discovery(cupboard, f"{tmp_path}/wand*", "tcp:dock:7001").find_ports()
    assert [port.address for port in found] == [
        f"serial:{tmp_path}/wand1",
        f"serial:{tmp_path}/wand2",
        "tcp:dock:7001",
    ]


def test_auto_never_writes_to_a_built_in_port() -> None:
    cupboard = Cupboard({"/dev/ttyS0": PortNotFoundError(address="-")}, may_be_asked=False)
    with pytest.raises(NoWandError):
        discovery(cupboard).find_dock("auto")
    assert cupboard.opened == []


def test_auto_says_which_port_it_could_not_open_when_no_wand_is_found() -> None:
    gone = PortNotFoundError(address="serial:a")
    for refusal in (PortBusyError(address="serial:b"), PortForbiddenError(address="serial:b")):
        cupboard = Cupboard({"a": gone, "b": refusal})
        with pytest.raises(type(refusal)) as told:
            discovery(cupboard).find_dock("auto")
        assert told.value is refusal
        assert set(cupboard.opened) == {"a", "b"}


def test_a_dialect_that_was_named_is_believed_without_probing() -> None:
    cupboard = Cupboard({})
    by_option = discovery(cupboard).find_dock("/dev/x?dialect=fcard", "wm5000t")
    by_address = discovery(cupboard).find_dock("/dev/x?dialect=fcard")
    assert (by_option.dialect.name, by_address.dialect.name) == ("wm5000t", "fcard")
    assert cupboard.opened == []


def test_what_is_no_address_or_dialect_is_refused_before_anything_is_opened() -> None:
    cupboard = Cupboard({})
    with pytest.raises(AddressError):
        discovery(cupboard).find_dock("nonsense")
    with pytest.raises(AddressError):
        discovery(cupboard, "nonsense").find_dock("auto")
    with pytest.raises(DialectUnknownError):
        discovery(cupboard).find_dock("/dev/x", "morse")
    assert cupboard.opened == []
