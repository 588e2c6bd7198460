"""Runs the command in a process that tells its memory: ``python -m …measured_command ARGUMENTS``.

The last line on standard error is JSON: memory of the idle program, after it has listed the
ports, and the most it ever took, both in bytes; and the seconds the verb ran.
"""

import json
import re
import sys
import time
from pathlib import Path

import psutil

from watchclock.command import main

__all__: list[str] = []

KIBIBYTE = 1024


def most_bytes() -> int:
    """The most memory this program ever took.

    Not ``ru_maxrss``: that one is inherited from the process that started this program.
    """
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[0]) * KIBIBYTE


def run() -> int:
    """The command's exit code."""
    main(["ports", "--json"])
    idle_bytes = psutil.Process().memory_info().rss
    begin_s = time.perf_counter()
    code = main(sys.argv[1:])
    measured = {
        "seconds": time.perf_counter() - begin_s,
        "idle_bytes": idle_bytes,
        "most_bytes": most_bytes(),
    }
    sys.stderr.write(json.dumps(measured) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(run())
