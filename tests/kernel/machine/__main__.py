"""``python -m tests.kernel.machine``: the guest with a shell on this terminal, to look around in.

Wands that ``watchclock sim … --usbip 3240`` exports on this machine are attached in it with
``usbip attach -r 10.0.2.2 -b 1-1``. ``exit`` switches it off.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.kernel.machine.virtual_machine import Guest, MachineMissingError, found_machine


def main() -> int:
    """Boot, hand the terminal over, and give QEMU's exit code back."""
    try:
        machine = found_machine()
    except MachineMissingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        shell = Guest(
            command="cd / && exec setsid -c sh -i </dev/ttyS0 >/dev/ttyS0 2>&1\n",
            exchange=Path(folder),
            has_network=True,
        )
        return subprocess.call(machine.command_line(shell))


if __name__ == "__main__":
    sys.exit(main())
