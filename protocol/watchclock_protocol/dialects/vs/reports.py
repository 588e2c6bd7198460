"""Cuts a stream into reports of 64 bytes for links by USB HID, and puts it together again.

    used 1 | bytes of the stream 0..63 | 00 up to 64

Source: docs/protocols/vs.md, section "HID reports".
"""

from typing import Final

__all__ = ["REPORT_OCTETS", "from_report", "to_reports"]

REPORT_OCTETS: Final = 64
_MOST_USED: Final = REPORT_OCTETS - 1


def to_reports(data: bytes) -> list[bytes]:
    """The bytes in as many reports as they need."""
    parts = [data[start : start + _MOST_USED] for start in range(0, len(data), _MOST_USED)]
    return [(bytes((len(part),)) + part).ljust(REPORT_OCTETS, b"\x00") for part in parts]


def from_report(report: bytes) -> bytes:
    """The bytes of the stream a report carries; none when it is no report."""
    if len(report) != REPORT_OCTETS or report[0] > _MOST_USED:
        return b""
    return report[1 : 1 + report[0]]
