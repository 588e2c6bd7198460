"""The stream over USB HID: reports of 64 bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_vs
from watchclock_protocol.dialects.vs.reports import from_report, to_reports


@given(st.binary(max_size=2000))
def test_reports_carry_the_stream(data: bytes) -> None:
    reports = to_reports(data)
    assert {len(report) for report in reports} <= {64}
    assert b"".join(map(from_report, reports)) == data
    assert len(reports) == -(-len(data) // 63)


def test_a_report_by_hand() -> None:
    identify = by_hand_vs.frame(by_hand_vs.REQUEST, 1, 0x1234)
    assert to_reports(identify) == [b"\x0d" + identify + bytes(50)]


@pytest.mark.parametrize("report", [b"", bytes([64]) + bytes(63), bytes(63), bytes(65)])
def test_what_is_no_report_carries_nothing(report: bytes) -> None:
    assert from_report(report) == b""
