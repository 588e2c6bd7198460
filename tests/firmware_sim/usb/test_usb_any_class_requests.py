"""Any class request, on the functions that have some: done as the book has it, or refused."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.usb_host import Ended, UsbHost, setup
from watchclock_protocol.dialects.vs.reports import from_report, to_reports
from watchclock_sim.usb.profile import usb_device
from watchclock_sim.usb.transfers import TransferStatus
from watchclock_sim.wands.personality import find_personality

DONE, STALLED = TransferStatus.DONE, TransferStatus.STALLED
CONTACT, RADIO = "5B00000000001234", "5F00000000001234"
HID, REPORTS_OUT, REPORT = 1, 0x02, 64
PLAIN = bytes.fromhex("80250000 00 00 08")
SET_LINE_CODING, GET_LINE_CODING, SET_LINES, SEND_BREAK = 0x20, 0x21, 0x22, 0x23

CODINGS = st.one_of(
    st.binary(max_size=9),
    st.tuples(
        st.integers(0, 0xFFFFFFFF), st.integers(0, 3), st.integers(0, 5), st.integers(4, 9)
    ).map(lambda made: made[0].to_bytes(4, "little") + bytes(made[1:])),
)
WORDS = st.integers(0, 3) | st.integers(0, 0xFFFF)


def host_of(number: str) -> UsbHost:
    host = UsbHost(usb_device(find_personality("vs").usb_profile(number), number))
    host.configure()
    return host


def is_coding(data: bytes) -> bool:
    """Whether it is one of PSTN 1.2, table 17, that a line of 5 to 8 bits can have."""
    if len(data) != 7 or data[:4] == bytes(4):
        return False
    return data[4] <= 2 and data[5] <= 4 and 5 <= data[6] <= 8


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just(SET_LINE_CODING), st.just(0), CODINGS),
            st.tuples(st.sampled_from([SET_LINES, SEND_BREAK]), WORDS, st.just(b"")),
        ),
        max_size=20,
    )
)
def test_the_line_is_what_the_latest_requests_that_were_taken_have_made_it(
    steps: list[tuple[int, int, bytes]],
) -> None:
    host = host_of(CONTACT)
    coding, lines, is_break = PLAIN, 0, False
    for request, value, data in steps:
        is_taken = request != SET_LINE_CODING or is_coding(data)
        assert host.set(0x21, request, value, 0, data) is (DONE if is_taken else STALLED)
        timed = request == SEND_BREAK and value not in {0, 0xFFFF}
        if request == SET_LINE_CODING:
            coding = data if is_taken else coding
        elif request == SET_LINES:
            lines = value
        if request == SEND_BREAK:
            is_break = value != 0
        line = host.device.line
        assert line is not None
        assert (line.dtr, line.rts) == (bool(lines & 1), bool(lines & 2))
        assert line.is_break is is_break
        assert host.get(0xA1, GET_LINE_CODING, length=7) == coding
        # That was a request, which ends a break of so many milliseconds.
        is_break = is_break and not timed
        assert line.is_break is is_break
        assert line.baud.to_bytes(4, "little") == coding[:4]


@given(
    reports=st.lists(
        st.tuples(
            st.booleans(),
            st.sampled_from([0x0200, 0x0200, 0x0201, 0x0100, 0x0300]),
            st.binary(max_size=63).map(lambda data: to_reports(data)[0] if data else bytes(64))
            | st.binary(max_size=70),
        ),
        max_size=20,
    )
)
def test_the_wand_hears_the_stream_of_every_output_report_that_was_taken(
    reports: list[tuple[bool, int, bytes]],
) -> None:
    host, stream = host_of(RADIO), b""
    for by_control, value, report in reports:
        if by_control:
            is_taken = value == 0x0200 and len(report) == REPORT
            taken = host.set(0x21, 0x09, value, HID, report)
            assert taken is (DONE if is_taken else STALLED)
        else:
            is_taken = True
            assert host.send(REPORTS_OUT, report) == Ended(DONE)
        stream += from_report(report) if is_taken else b""
    heard = b""
    while data := host.device.read():
        heard += data
    assert heard == stream


@given(
    request=st.integers(0, 0xFF),
    value=WORDS,
    index=WORDS,
    length=st.integers(0, 0xFFFF),
)
def test_a_class_request_to_an_interface_without_it_stalls_and_changes_nothing(
    request: int, value: int, index: int, length: int
) -> None:
    host = host_of(RADIO)
    target = index & 0xFF
    answer = host.ask(setup(0xA1, request, value, index, length))
    known = {0x01: value == 0x0100, 0x02: value == 0, 0x03: True}
    is_known = target == HID and known.get(request, False)
    assert answer.status is (DONE if is_known else STALLED)
    assert len(answer.data) <= length
    assert host.device.read() == b""
    assert host.get(0x80, 8) == b"\x01"
