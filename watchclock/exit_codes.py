"""Exit codes of the command, one a kind of trouble, so that scripts can tell them apart."""

from collections.abc import Mapping
from typing import Final

from watchclock_protocol.errors import CodedError

__all__ = ["EXIT_CODES", "INTERRUPTED", "exit_code"]

UNEXPECTED: Final = 1
INTERRUPTED: Final = 130
"""What shells give a program that Ctrl-C has ended."""

EXIT_CODES: Final[Mapping[str, int]] = {
    "command": 2,
    "command.interrupted": INTERRUPTED,
    "device.address": 2,
    "device.time_zone": 2,
    "device": 3,
    "device.no_wand": 4,
    "device.noise": 4,
    "device.several_wands": 4,
    "device.wrong_dialect": 4,
    "protocol": 4,
    "protocol.live_missing": 2,
    "protocol.unit_unknown": 2,
    "capture": 5,
    "device.verification": 5,
    "import": 5,
    "import.statement": 2,
    "import.unusable": 2,
    "import.wand_unstated": 2,
    "protocol.line": 5,
    "sim": 2,
    "sim.interrupted": INTERRUPTED,
    "tag": 2,
    "upload.token_missing": 2,
    "upload.token_unusable": 2,
    "upload": 6,
    "server": 6,
    "access": 6,
    "accounts": 6,
    "sites": 6,
    "wands": 6,
    "plans": 6,
    "faults": 6,
    "intake": 6,
    "repairs": 6,
    "reconciliation": 6,
    "device.spool": 7,
    "device.disk_full": 7,
}
"""Exit code by error code or its first part: 2 usage, 3 port or link, 4 wand or protocol,
5 capture, 6 server, 7 disk, 130 Ctrl-C."""


def exit_code(error: CodedError) -> int:
    """The exit code of the command that ends with this error; never 0."""
    component, _, _ = error.code.partition(".")
    return EXIT_CODES.get(error.code, EXIT_CODES.get(component, UNEXPECTED))
