"""Takes descriptors apart by the tables of the specifications, independently of the simulator.

Written from USB 2.0, chapter 9, CDC 1.2, section 5.2.3, and HID 1.11, section 6.2. A descriptor
that breaks a rule of these sections raises ``AssertionError`` with the rule.
"""

from dataclasses import dataclass, field

__all__ = ["ParsedConfiguration", "ParsedEndpoint", "ParsedInterface", "parse_configuration"]
__all__ += ["parse_items", "parse_string"]

DEVICE, CONFIGURATION, STRING, INTERFACE, ENDPOINT = 1, 2, 3, 4, 5
ASSOCIATION = 11


@dataclass
class ParsedEndpoint:
    address: int
    attributes: int
    packet_octets: int
    interval: int


@dataclass
class ParsedInterface:
    number: int
    codes: tuple[int, int, int]
    name_index: int
    announced: int
    extras: list[bytes] = field(default_factory=list[bytes])
    endpoints: list[ParsedEndpoint] = field(default_factory=list[ParsedEndpoint])


@dataclass
class ParsedConfiguration:
    value: int
    attributes: int
    milliamperes: int
    interfaces: list[ParsedInterface] = field(default_factory=list[ParsedInterface])
    associations: list[bytes] = field(default_factory=list[bytes])


def word(data: bytes, at: int) -> int:
    return data[at] + 256 * data[at + 1]


def pieces(data: bytes) -> list[bytes]:
    """Each descriptor by its own length."""
    found: list[bytes] = []
    while data:
        assert 2 <= data[0] <= len(data), "bLength leads out of the configuration"
        found.append(data[: data[0]])
        data = data[data[0] :]
    return found


def parse_configuration(data: bytes) -> ParsedConfiguration:
    head, *rest = pieces(data)
    assert head[:2] == bytes((9, CONFIGURATION)), "9.6.3: it begins with itself"
    assert word(head, 2) == len(data), "9.6.3: wTotalLength"
    assert head[7] & 0x9F == 0x80, "table 9-10: bit 7 is one, bits 0-4 are zero"
    parsed = ParsedConfiguration(head[5], head[7], 2 * head[8])
    for piece in rest:
        _take_in(parsed, piece)
    assert [each.number for each in parsed.interfaces] == list(range(head[4])), "9.6.5"
    for each in parsed.interfaces:
        assert len(each.endpoints) == each.announced, "9.6.5: bNumEndpoints"
    addresses = [one.address for each in parsed.interfaces for one in each.endpoints]
    assert len(set(addresses)) == len(addresses), "9.6.6: an endpoint has one interface"
    return parsed


def _take_in(parsed: ParsedConfiguration, piece: bytes) -> None:
    match piece[1]:
        case 4:
            assert len(piece) == 9, "table 9-12"
            assert piece[3] == 0, "only the setting 0 exists"
            codes = (piece[5], piece[6], piece[7])
            parsed.interfaces.append(ParsedInterface(piece[2], codes, piece[8], piece[4]))
        case 5:
            parsed.interfaces[-1].endpoints.append(_endpoint(piece))
        case 11:
            assert len(piece) == 8, "IAD ECN, table 9-Z"
            parsed.associations.append(piece)
        case _:
            assert not parsed.interfaces[-1].endpoints, "class-specific ones stand before"
            parsed.interfaces[-1].extras.append(piece)


def _endpoint(piece: bytes) -> ParsedEndpoint:
    assert len(piece) == 7, "table 9-13"
    found = ParsedEndpoint(piece[2], piece[3], word(piece, 4), piece[6])
    assert found.address & 0x70 == 0, "table 9-13: bits 4-6 are reserved"
    assert found.address & 0x0F, "endpoint 0 has no descriptor"
    match found.attributes:
        case 2:
            assert found.packet_octets in {8, 16, 32, 64}, "5.8.3: bulk at full speed"
        case 3:
            assert 1 <= found.packet_octets <= 64, "5.7.3: interrupt at full speed"
            assert 1 <= found.interval <= 255, "table 9-13: bInterval in ms"
        case other:
            raise AssertionError(f"no endpoint of ours has attributes {other}")
    return found


def parse_string(data: bytes) -> str:
    assert data[:2] == bytes((len(data), STRING)), "9.6.7"
    return data[2:].decode("utf-16-le")


def parse_items(data: bytes) -> list[tuple[int, int]]:
    """Short items of a report descriptor: prefix without its size, and unsigned value."""
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(data):
        size = (0, 1, 2, 4)[data[at] & 3]
        value = int.from_bytes(data[at + 1 : at + 1 + size], "little")
        found.append((data[at] & 0xFC, value))
        at += 1 + size
    assert at == len(data), "HID 1.11, 6.2.2.2: an item is cut"
    return found
