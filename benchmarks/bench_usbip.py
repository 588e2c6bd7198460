"""A full VF5000+, 32 MiB, downloaded over USB/IP by a host that is not ours, beside a null device.

Both stand on one server in a process of its own, and the peer asks both alike: a request of 64
pages out, then transfers of 4 KiB in until the answer is whole. The null device takes whatever
it is sent and has zeros whenever it is asked, so its time is that of the carrier and the peer.
"""

import struct
from statistics import median
from time import perf_counter

from pytest_benchmark.fixture import BenchmarkFixture

from tests.support import by_hand_vs
from tests.support.full_wand import FULL_PAGES, full_page
from tests.support.usb_devices import BULK_OUT
from tests.support.usbip_peer import Peer, holding, running_server

MEGABYTE = 1_000_000
PAGE_OCTETS = 1024
PAGES_A_REQUEST = 64
FRAME_OCTETS = 9 + 4 + PAGE_OCTETS + 4
END_OCTETS = 9 + 2 + 4
TRANSFER_OCTETS = 4096
VENDOR_BULK_IN, VENDOR_BULK_OUT = 0x81, 0x01
LAST_SEQUENCE = 0xFFFF_FFFF


def answer_of(peer: Peer, endpoint: int, first_page: int) -> bytes:
    """Ask for 64 pages, and read as many octets as the answer has."""
    asked = struct.pack("<IHII", first_page, PAGES_A_REQUEST, 0, LAST_SEQUENCE)
    token = first_page // PAGES_A_REQUEST
    peer.bulk_out(endpoint, by_hand_vs.frame(by_hand_vs.REQUEST, 0x05, token, asked))
    octets = PAGES_A_REQUEST * FRAME_OCTETS + END_OCTETS
    return peer.gather(VENDOR_BULK_IN, octets, TRANSFER_OCTETS)


def pages_in(answer: bytes) -> list[bytes]:
    frames = (answer[at : at + FRAME_OCTETS] for at in range(0, len(answer), FRAME_OCTETS))
    return [frame[13:-4] for frame in frames if len(frame) == FRAME_OCTETS]


def both_downloads(wand: Peer, null: Peer) -> tuple[list[float], list[float], bytes]:
    """Seconds of each request to each, in turn, so that a busy machine is busy for both."""
    wand_s: list[float] = []
    null_s: list[float] = []
    pages = bytearray()
    for first in range(0, FULL_PAGES, PAGES_A_REQUEST):
        began = perf_counter()
        answer = answer_of(wand, VENDOR_BULK_OUT, first)
        between = perf_counter()
        answer_of(null, BULK_OUT, first)
        wand_s.append(between - began)
        null_s.append(perf_counter() - between)
        pages += b"".join(pages_in(answer))
    return wand_s, null_s, bytes(pages)


def bench_usbip_download_of_a_full_wand(benchmark: BenchmarkFixture) -> None:
    with (
        running_server("full", "null") as server,
        holding(server.address, "1-1") as wand,
        holding(server.address, "1-2") as null,
    ):
        measured: tuple[list[float], list[float], bytes] = benchmark.pedantic(  # type: ignore[no-untyped-call]  # pytest-benchmark has no types
            both_downloads, (wand, null), rounds=1
        )
    wand_s, null_s, pages = measured
    assert len(pages) == FULL_PAGES * PAGE_OCTETS
    for number in range(0, FULL_PAGES, 997):
        assert pages[number * PAGE_OCTETS :][:PAGE_OCTETS] == full_page(number)
    benchmark.extra_info["megabytes_a_second"] = {
        "wand": len(pages) / MEGABYTE / sum(wand_s),
        "null": len(pages) / MEGABYTE / sum(null_s),
    }
    pairs = zip(wand_s, null_s, strict=True)
    benchmark.extra_info["ratios"] = {"null": median(one / other for one, other in pairs)}
