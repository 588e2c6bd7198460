"""Reads tags at a desk reader, one after the other, as they are shown."""

import secrets
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from typing import Final

from watchclock_device.addresses import Address, parse_address
from watchclock_device.clocks import Clocks
from watchclock_device.errors import DeskReaderUnknownError, NoDeskReaderError
from watchclock_device.links import Link, PortDriver
from watchclock_device.registry import open_link
from watchclock_protocol.desk_reader import DeskReaderSession, ShownTag, TagShown
from watchclock_protocol.dialect import Dialect
from watchclock_protocol.dialects import load_dialects
from watchclock_protocol.errors import SilenceError
from watchclock_protocol.events import Event, Failed, Transmit

__all__ = ["read_tags"]

_SEED_BITS: Final = 32
_LONGEST_WAIT_S: Final = 1.0


def read_tags(
    where: str, drivers: Mapping[str, PortDriver], clocks: Clocks
) -> Generator[ShownTag]:
    """The tags shown to the reader at ``where``, each once, until nobody wants more.

    Args:
        where: its address; ``?dialect=`` names what it speaks where that is not clear.
        drivers: what opens addresses, by scheme.
        clocks: what tells time.

    Raises:
        DeskReaderUnknownError: no desk reader speaks so.
        NoDeskReaderError: none answers, or none any more.
        RemoteProtocolError: the conversation cannot go on.
        DeviceError: the port cannot be used.
    """
    address = parse_address(where)
    dialect, make_session = _reader_of(address)
    session = make_session(secrets.randbits(_SEED_BITS))
    with closing(open_link(drivers, address, dialect.line)) as link:
        try:
            yield from _listen(link, session, clocks)
        except SilenceError as error:
            raise NoDeskReaderError(address=address.text) from error


def _reader_of(address: Address) -> tuple[Dialect, Callable[[int], DeskReaderSession]]:
    """The dialect of the address, or the only one there is, and what makes its sessions."""
    readers = {
        name: (dialect, dialect.desk_reader)
        for name, dialect in load_dialects().items()
        if dialect.desk_reader is not None
    }
    only = next(iter(readers)) if len(readers) == 1 else ""
    found = readers.get(address.dialect or only)
    if found is None:
        spoken = address.dialect or "nothing in particular"
        raise DeskReaderUnknownError(dialect=spoken, known=", ".join(readers))
    return found


def _listen(link: Link, session: DeskReaderSession, clocks: Clocks) -> Iterator[ShownTag]:
    yield from _act(session.begin(clocks.monotonic_s()), link)
    while True:
        deadline = session.deadline
        now = clocks.monotonic_s()
        timeout_s = _LONGEST_WAIT_S if deadline is None else deadline - now
        if data := link.read(max(0.0, timeout_s)):
            yield from _act(session.receive(data, clocks.monotonic_s()), link)
        yield from _act(session.expire(clocks.monotonic_s()), link)


def _act(events: Iterable[Event | TagShown], link: Link) -> Iterator[ShownTag]:
    for event in events:
        match event:
            case Transmit(data):
                link.write(data)
            case Failed(error):
                raise error
            case TagShown(shown):
                yield shown
            case _:
                pass
