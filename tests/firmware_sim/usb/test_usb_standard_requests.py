"""The standard requests of USB 2.0, chapter 9, on every wand, and what arbitrary ones do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.pyusb import every_usb_wand
from tests.support.usb_host import Ended, UsbHost, setup
from watchclock_sim.usb.bus import Handshake, Setup
from watchclock_sim.usb.device import WandUsbDevice
from watchclock_sim.usb.profile import usb_device
from watchclock_sim.usb.transfers import TransferStatus
from watchclock_sim.wands.personality import find_personality

DONE = TransferStatus.DONE
RADIO = ("vs", "5F00000000001234")
EACH_KIND = every_usb_wand()[:3]
"""CDC-ACM, bulk with HID, CP2102."""
BULK_IN, BULK_OUT, REPORTS_IN = 0x81, 0x01, 0x82

OCTETS = st.binary(max_size=200)
WORDS = st.one_of(st.integers(0, 0x300), st.integers(0, 0xFFFF))
SETUPS = st.builds(
    Setup,
    request_type=st.one_of(
        st.sampled_from([0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x21, 0xA1, 0x41, 0xC1, 0xC0, 0x22]),
        st.integers(0, 255),
    ),
    request=st.one_of(st.integers(0, 0x30), st.integers(0, 255)),
    value=WORDS,
    index=st.one_of(st.sampled_from([0, 1, 2, 0x81, 0x82, 0x83, 0x01, 0x02]), WORDS),
    length=WORDS,
)


def device_of(dialect: str, number: str) -> WandUsbDevice:
    return usb_device(find_personality(dialect).usb_profile(number), number)


def configured(wand: tuple[str, str] = RADIO) -> UsbHost:
    host = UsbHost(device_of(*wand))
    host.configure()
    return host


@pytest.mark.parametrize("wand", every_usb_wand())
def test_a_device_is_configured_and_unconfigured(wand: tuple[str, str]) -> None:
    host = UsbHost(device_of(*wand))
    assert host.get(0x80, 8) == b"\x00"
    host.configure()
    assert host.get(0x80, 8) == b"\x01"
    assert host.get(0x80, 0) == b"\x00\x00"
    assert host.get(0x81, 0, 0, 0) == b"\x00\x00"
    assert host.get(0x81, 10, 0, 0) == b"\x00"
    assert host.set(0x01, 11, 0, 0) is DONE
    assert host.set(0x00, 9, 0) is DONE
    assert host.device.configuration == 0
    assert host.fails(0x81, 10, 0, 0, 1)
    assert host.fails(0x81, 0, 0, 0, 2)


@pytest.mark.parametrize(
    ("request_type", "request_code", "value", "index", "length"),
    [
        (0x00, 9, 2, 0, 0),  # no such configuration
        (0x00, 9, 0x101, 0, 0),
        (0x00, 5, 5, 0, 0),  # 9.4.6: not specified for a configured device
        (0x00, 1, 1, 0, 0),  # no remote wake-up
        (0x00, 3, 1, 0, 0),
        (0x00, 3, 2, 0x0100, 0),  # no test modes at full speed
        (0x01, 11, 1, 0, 0),  # no other setting
        (0x01, 11, 0, 2, 0),
        (0x81, 10, 0, 2, 1),
        (0x81, 0, 0, 2, 2),
        (0x82, 0, 0, 0x83, 2),
        (0x02, 1, 1, 0x81, 0),
        (0x02, 3, 0, 0x83, 0),
        (0x82, 12, 0, 0x81, 2),  # SYNCH_FRAME
        (0x00, 7, 0x0100, 0, 18),  # SET_DESCRIPTOR
        (0x80, 9, 1, 0, 0),  # the wrong direction
        (0x00, 8, 0, 0, 0),
        (0x23, 0, 0, 0, 0),  # another recipient
        (0xE0, 6, 0x0100, 0, 18),  # the reserved type
    ],
)
def test_a_request_error_stalls(
    request_type: int, request_code: int, value: int, index: int, length: int
) -> None:
    host = configured()
    assert host.fails(request_type, request_code, value, index, length)
    assert host.device.configuration == 1


def test_an_address_is_set_before_the_configuration_only() -> None:
    host = UsbHost(device_of(*RADIO))
    assert host.fails(0x00, 5, 128)
    assert host.set(0x00, 5, 127) is DONE
    assert host.set(0x00, 5, 0) is DONE


def test_endpoint_0_is_never_halted() -> None:
    host = configured()
    for address in (0x00, 0x80):
        assert host.set(0x02, 3, 0, address) is DONE
        assert host.get(0x82, 0, 0, address) == b"\x00\x00"
    assert host.get(0x80, 8) == b"\x01"


def test_a_host_halts_an_endpoint_and_the_others_go_on() -> None:
    host = configured()
    assert host.set(0x02, 3, 0, BULK_IN) is DONE
    assert host.get(0x82, 0, 0, BULK_IN) == b"\x01\x00"
    assert host.get(0x82, 0, 0, BULK_OUT) == b"\x00\x00"
    assert host.fetch(BULK_IN) == Ended(TransferStatus.STALLED)
    assert host.fetch(REPORTS_IN) is None
    assert host.send(BULK_OUT, b"x") == Ended(DONE)


@pytest.mark.parametrize(
    "clear", [setup(0x02, 1, 0, BULK_IN), setup(0x01, 11, 0, 0), setup(0x00, 9, 1)]
)
def test_a_halt_ends_by_clearing_it_or_by_choosing_setting_or_configuration(clear: Setup) -> None:
    host = configured()
    host.set(0x02, 3, 0, BULK_IN)
    assert host.ask(clear) == Ended(DONE)
    assert host.get(0x82, 0, 0, BULK_IN) == b"\x00\x00"
    assert host.fetch(BULK_IN) is None


def test_a_reset_device_is_in_the_default_state() -> None:
    host = configured()
    host.set(0x02, 3, 0, BULK_IN)
    host.device.reset()
    assert host.get(0x80, 8) == b"\x00"
    host.configure()
    assert host.get(0x82, 0, 0, BULK_IN) == b"\x00\x00"


def test_data_that_is_not_as_long_as_the_setup_says_is_refused() -> None:
    host = configured(("vs", "5B00000000001234"))
    coding = bytes.fromhex("00c20100 00 00 08")
    assert host.ask(setup(0x21, 0x20, 0, 0, 8), coding).status is TransferStatus.STALLED
    assert host.ask(setup(0x21, 0x20, 0, 0, 7), coding).status is DONE


@pytest.mark.parametrize("wand", EACH_KIND)
@given(steps=st.lists(st.tuples(SETUPS, OCTETS), max_size=20))
def test_no_request_makes_a_device_raise_or_send_more_than_was_asked_for(
    wand: tuple[str, str], steps: list[tuple[Setup, bytes]]
) -> None:
    host = configured(wand)
    for asked, data in steps:
        answer = host.device.control(asked, data)
        if isinstance(answer, Handshake):
            assert answer is Handshake.STALL
        else:
            assert len(answer) <= asked.length
            assert asked.is_to_host or not answer
    assert host.device.configuration in {0, 1}
    host.device.reset()
    host.configure()
    assert host.get(0x80, 6, 0x0100, length=18)[:2] == b"\x12\x01"


@pytest.mark.parametrize("wand", EACH_KIND)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["in", "out", "write", "read", "cancel", "replug", "reset"]),
            st.sampled_from([0x81, 0x82, 0x83, 0x01, 0x02, 0x0F, 0x8F]),
            st.integers(0, 20_000),
        ),
        max_size=40,
    )
)
def test_whatever_is_done_every_transfer_ends_once_and_is_no_longer_than_asked(
    wand: tuple[str, str], steps: list[tuple[str, int, int]]
) -> None:
    host = configured(wand)
    lengths: dict[int, int] = {}
    for number, (step, endpoint, size) in enumerate(steps):
        match step:
            case "in":
                host.transfers.submit_in(number, endpoint | 0x80, size)
                lengths[number] = size
            case "out":
                host.transfers.submit_out(number, endpoint & 0x7F, bytes(size))
                lengths[number] = 0
            case "write":
                assert 0 <= host.device.write(bytes(size)) <= size
            case "read":
                host.device.read()
            case "cancel":
                host.transfers.cancel(size % (number + 1))
            case "replug":
                host.device.unplug()
                host.device.plug()
            case _:
                host.device.reset()
                host.configure()
    host.device.unplug()
    assert len(host.transfers) == 0
    assert set(lengths) <= set(host.ended)
    assert all(len(host.ended[number].data) <= size for number, size in lengths.items())
