"""The demo's programs: each a process of its own, started as a user would, and always ended."""

import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from watchclock_protocol.errors import CodedError

__all__ = ["ProgramFailedError", "finish", "running"]

READY_S: Final = 60.0
STOP_S: Final = 10.0


class ProgramFailedError(CodedError):
    """A program of the demo ended, or said nothing, before it had done its part."""

    code = "command.demo_program"
    template = "The demo's program “watchclock {verb}” failed with exit code {exit_code}."
    next_step = "What it said stands above; run it by itself to see more."


def finish(words: Sequence[str]) -> str:
    """What a verb printed once it has ended well; its standard error goes to ours.

    Raises:
        ProgramFailedError: it ended with another exit code than 0.
    """
    done = subprocess.run(_program(words), stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - ours
    if done.returncode != 0:
        raise ProgramFailedError(verb=words[0], exit_code=done.returncode)
    return done.stdout


@contextmanager
def running(words: Sequence[str], ready: str, log: Path) -> Generator[list[str]]:
    """A verb that runs until the block ends; gives the lines it printed until it was ready.

    Args:
        words: the verb and its options.
        ready: text of the line that says it is ready.
        log: where its standard error goes.

    Raises:
        ProgramFailedError: it ended before it was ready, or was not ready within a minute.
    """
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own program
            _program(words), stdout=subprocess.PIPE, stderr=errors, text=True
        )
        try:
            yield _lines_until_ready(process, words, ready, log)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_S)
            process.kill()
            process.communicate()


def _lines_until_ready(
    process: subprocess.Popen[str], words: Sequence[str], ready: str, log: Path
) -> list[str]:
    # A program that hangs without a word is ended, so that reading its output ends too.
    watchdog = threading.Timer(READY_S, process.kill)
    watchdog.start()
    try:
        lines = _read_until(process.stdout, ready)
    finally:
        watchdog.cancel()
    if not lines or ready not in lines[-1]:
        sys.stderr.write("".join(lines) + log.read_text("utf-8"))
        raise ProgramFailedError(verb=words[0], exit_code=process.wait())
    return lines


def _read_until(output: IO[str] | None, ready: str) -> list[str]:
    lines: list[str] = []
    for line in output or ():
        lines.append(line)
        if ready in line:
            break
    return lines


def _program(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "watchclock", *words]
