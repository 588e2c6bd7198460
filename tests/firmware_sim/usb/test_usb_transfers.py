"""Transfers wait while a device answers NAK, and end once: done, stalled, cancelled or gone."""

import pytest

from tests.support.usb_host import Ended, UsbHost, setup
from watchclock_sim.usb.cdc_acm import CdcAcm
from watchclock_sim.usb.descriptors import DeviceAbout
from watchclock_sim.usb.device import WandUsbDevice
from watchclock_sim.usb.pipes import ROOM_OCTETS
from watchclock_sim.usb.transfers import Transfers, TransferStatus

DONE, STALLED = TransferStatus.DONE, TransferStatus.STALLED
CANCELLED, GONE = TransferStatus.CANCELLED, TransferStatus.GONE
IN, OUT, NOTICES = 0x81, 0x02, 0x83


def serial_device() -> WandUsbDevice:
    about = DeviceAbout(vendor=0x1209, product=1, maker="Maker", name="Wand", serial="1")
    return WandUsbDevice(about, [CdcAcm()])


def configured() -> tuple[WandUsbDevice, UsbHost]:
    device = serial_device()
    host = UsbHost(device)
    host.configure()
    return device, host


def test_an_input_waits_until_the_wand_speaks() -> None:
    device, host = configured()
    host.transfers.submit_in(1, IN, 128)
    assert 1 not in host.ended
    assert 1 in host.transfers
    assert device.write(b"answer") == 6
    assert host.ended[1] == Ended(DONE, b"answer")
    assert 1 not in host.transfers


def test_inputs_of_one_endpoint_end_in_the_order_in_which_they_were_asked_for() -> None:
    device, host = configured()
    for number in (3, 1, 2):
        host.transfers.submit_in(number, IN, 64)
    device.write(bytes(range(100)))
    assert [number for number in host.ended if number < 10] == [3, 1]
    assert host.ended[3].data + host.ended[1].data == bytes(range(100))
    assert len(host.transfers) == 1


def test_an_output_waits_while_the_wand_is_full_and_ends_when_all_of_it_is_taken() -> None:
    device, host = configured()
    data = bytes(range(256)) * (ROOM_OCTETS // 64)
    host.transfers.submit_out(1, OUT, data)
    host.transfers.submit_out(2, OUT, b"after")
    assert 1 not in host.ended
    read = bytearray()
    while part := device.read():
        assert len(part) <= ROOM_OCTETS
        read += part
    assert bytes(read) == data + b"after"
    assert list(host.ended.items())[-2:] == [(1, Ended(DONE)), (2, Ended(DONE))]


def test_a_cancelled_transfer_ends_as_cancelled_and_leaves_the_data_for_the_next() -> None:
    device, host = configured()
    host.transfers.submit_in(1, IN, 64)
    host.transfers.submit_in(2, IN, 64)
    assert host.transfers.cancel(1)
    assert host.ended[1] == Ended(CANCELLED)
    assert not host.transfers.cancel(1)
    device.write(b"x")
    assert host.ended[2] == Ended(DONE, b"x")
    assert not host.transfers.cancel(2)


def test_unplugging_ends_everything_as_gone_before_the_host_is_told() -> None:
    device, host = configured()
    host.transfers.submit_in(1, IN, 64)
    host.transfers.submit_out(3, OUT, bytes(ROOM_OCTETS + 1))
    host.fetch(NOTICES)
    host.transfers.submit_in(2, NOTICES, 16)
    device.unplug()
    assert [host.ended[number].status for number in (1, 2, 3)] == [GONE, GONE, GONE]
    assert host.presence == [False]
    host.transfers.submit_in(4, IN, 64)
    host.transfers.submit_control(5, setup(0x80, 8, length=1), b"")
    assert [host.ended[number].status for number in (4, 5)] == [GONE, GONE]
    assert len(host.transfers) == 0
    device.unplug()
    assert host.presence == [False]


def test_a_device_that_comes_back_is_in_the_default_state_and_has_forgotten_its_data() -> None:
    device, host = configured()
    device.write(b"stale")
    host.send(OUT, b"stale")
    device.unplug()
    assert device.write(b"lost") == 0
    device.plug()
    assert host.presence == [False, True]
    assert device.configuration == 0
    assert host.fetch(IN) == Ended(STALLED)
    host.configure()
    assert host.fetch(IN) is None
    assert device.read() == b""


def test_a_halted_endpoint_ends_what_is_pending_as_stalled_until_the_host_clears_it() -> None:
    device, host = configured()
    host.transfers.submit_in(1, IN, 64)
    device.stall(IN)
    assert host.ended[1] == Ended(STALLED)
    device.write(b"later")
    assert host.fetch(IN) == Ended(STALLED)
    assert host.get(0x82, 0, 0, IN, 2) == b"\x01\x00"
    assert host.set(0x02, 1, 0, IN) is DONE
    assert host.fetch(IN) == Ended(DONE, b"later")
    host.transfers.submit_out(2, OUT, bytes(ROOM_OCTETS + 1))
    device.stall(OUT)
    assert host.ended[2] == Ended(STALLED)
    device.clear_halt(OUT)
    device.read()
    assert host.send(OUT, b"x") == Ended(DONE)


def test_a_host_that_left_hears_nothing_more_and_leaves_a_reset_device() -> None:
    device, host = configured()
    host.transfers.submit_in(1, IN, 64)
    host.transfers.close()
    host.transfers.close()
    device.write(b"nobody")
    host.transfers.submit_in(2, IN, 64)
    assert 1 not in host.ended
    assert 2 not in host.ended
    assert device.configuration == 0
    other = UsbHost(device)
    other.configure()
    assert other.fetch(IN) is None


def test_a_number_that_is_pending_cannot_be_used_again() -> None:
    _, host = configured()
    host.transfers.submit_in(1, IN, 64)
    with pytest.raises(ValueError, match="1 is pending"):
        host.transfers.submit_out(1, OUT, b"")


def test_a_host_may_ask_again_from_within_the_end_of_a_transfer() -> None:
    device, _ = configured()
    got: list[bytes] = []

    def ask_again(number: int, status: TransferStatus, data: bytes) -> None:
        if status is DONE and number:
            got.append(data)
            transfers.submit_in(number + 1, IN, 64)

    transfers = Transfers(device, ask_again)
    transfers.submit_in(1, IN, 64)
    for _ in range(5):
        device.write(bytes(ROOM_OCTETS))
    # Each write was fetched whole, with the empty packet that ends it.
    assert sum(map(len, got)) == 5 * ROOM_OCTETS
    assert got.count(b"") == 5
    assert len(transfers) == 1


def test_an_endpoint_that_the_device_does_not_have_stalls() -> None:
    _, host = configured()
    assert host.fetch(0x8A) == Ended(STALLED)
    assert host.send(0x0A, b"x") == Ended(STALLED)
