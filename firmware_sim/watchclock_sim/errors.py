"""What can be wrong before a simulated wand is ready, each with a stable code.

CodedError
    SimulatorError
        ScenarioFileError   the file cannot be read or is no TOML
        ScenarioError       a key of the scenario is missing, unknown or wrong
        FaultError          a fault that cannot be understood
        SimulatorOptionError    options of the command that do not go together
        PersonalityUnknownError  nobody can simulate such a wand
        LinkPathTakenError  something else stands where the pty's link should be
        PortTakenError      the TCP port cannot be listened on
        SocketPathTakenError    something else stands where the UNIX socket should be
        HostRefusedError    a host that connected sends what no host may
        ArchiveFolderError  the folder of an archive cannot be read or written
        ArchiveOtherError   the folder holds something else
        ArchiveWorkerLostError  a process was ended from outside
        FleetDescriptorsError   a fleet needs more open files than this process may have
        FileUnwritableError     a file that an option names cannot be written
        SimulatorPartMissingError   a package it needs is not installed
        SimulatorInterruptedError   Ctrl-C ended work that was not done
        AllWandsFailedError     every wand that was served has failed
"""

from pathlib import Path

from watchclock_protocol.errors import CodedError

__all__ = [
    "AllWandsFailedError",
    "ArchiveFolderError",
    "ArchiveOtherError",
    "ArchiveWorkerLostError",
    "FaultError",
    "FileUnwritableError",
    "FleetDescriptorsError",
    "HostRefusedError",
    "LinkPathTakenError",
    "PersonalityUnknownError",
    "PortTakenError",
    "ScenarioError",
    "ScenarioFileError",
    "SimulatorError",
    "SimulatorInterruptedError",
    "SimulatorOptionError",
    "SimulatorPartMissingError",
    "SocketPathTakenError",
    "unwritable",
]


class SimulatorError(CodedError):
    """Something about a simulated wand."""

    code = "sim.error"
    template = "The simulated wand cannot start."
    next_step = "See docs/simulator.md."


class ScenarioFileError(SimulatorError):
    """The scenario cannot be read at all."""

    code = "sim.scenario_file"
    template = "The scenario {file} cannot be read: {reason}."
    next_step = "Name a readable TOML file; docs/simulator.md describes its keys."


class ScenarioError(SimulatorError):
    """One key of the scenario is missing, unknown or has a value that cannot be."""

    code = "sim.scenario"
    template = "{file}:{line}: {key}: {reason}."
    next_step = "Correct the scenario there; docs/simulator.md describes every key."


class FaultError(SimulatorError):
    """A fault whose name or settings are not known."""

    code = "sim.fault"
    template = "The fault {fault} cannot be understood: {reason}."
    next_step = "Write it as KIND:KEY=NUMBER,…; docs/simulator.md lists every kind and key."


class SimulatorOptionError(SimulatorError):
    """Options that are missing, do not go together or are out of range."""

    code = "sim.option"
    template = "The simulation cannot begin: {reason}."
    next_step = "Run the command with --help."


class PersonalityUnknownError(SimulatorError):
    """No installed package can simulate a wand of this dialect."""

    code = "sim.dialect_unknown"
    template = "No wand of the dialect {dialect} can be simulated here."
    next_step = "Choose one of: {known}."


class LinkPathTakenError(SimulatorError):
    """A file that is not one of our links stands in the way, or the folder cannot be written."""

    code = "sim.path_taken"
    template = "The link {path} cannot be made: {reason}."
    next_step = (
        "Choose another path in a folder that is there; an existing file is never replaced."
    )


class PortTakenError(SimulatorError):
    """The address cannot be listened on."""

    code = "sim.port_taken"
    template = "The simulated wand cannot listen on {address}: {reason}."
    next_step = "Choose another port, 0 for any free one, on an address this machine has."


class SocketPathTakenError(SimulatorError):
    """A UNIX socket cannot be made there."""

    code = "sim.socket_taken"
    template = "The socket {path} cannot be made: {reason}."
    next_step = (
        "Choose another path of at most 107 octets in a folder that is there; "
        "an existing file is never replaced."
    )


class HostRefusedError(SimulatorError):
    """A host that connected sends what no host of its protocol may send."""

    code = "sim.host_refused"
    template = "A host was refused: {reason}."
    next_step = "Connect a host that speaks this port's protocol; docs/simulator.md names it."


class ArchiveFolderError(SimulatorError):
    """An archive cannot be read or written, as when the disk is full."""

    code = "sim.archive_folder"
    template = "The archive {folder} cannot be written: {reason}."
    next_step = "Check the path, your rights and the room on the disk; run it again to go on."


class ArchiveOtherError(SimulatorError):
    """The folder holds an archive of other options, or something else."""

    code = "sim.archive_other"
    template = "The archive cannot be made in {folder}: {reason}."
    next_step = "Name an empty folder, or give the options the archive in it was made with."


class ArchiveWorkerLostError(SimulatorError):
    """A worker process was ended from outside, for want of memory for example."""

    code = "sim.worker_lost"
    template = "A worker process ended before its work was done."
    next_step = "Run it again with fewer --workers; what was written is kept."


class AllWandsFailedError(SimulatorError):
    """The firmware of every wand has raised something; a mistake in the simulator."""

    code = "sim.all_failed"
    template = "Every simulated wand has failed."
    next_step = "What it said before stands above; report it with the scenario and the seed."


class FleetDescriptorsError(SimulatorError):
    """A fleet needs more open files than this process may have."""

    code = "sim.descriptors"
    template = "{wands} wands need {needed} open files and this process may have {limit}."
    next_step = "Raise the limit with “ulimit -n {needed}” as root, or serve fewer wands."


class FileUnwritableError(SimulatorError):
    """A file that an option names cannot be written."""

    code = "sim.file_unwritable"
    template = "The file {path} cannot be written: {reason}."
    next_step = "Name a file in a folder you may write to, on a disk with room."


class SimulatorPartMissingError(SimulatorError):
    """``python -m watchclock_sim`` without the packages it needs."""

    code = "sim.missing_part"
    template = "The simulator needs the package {package}, which is not installed."
    next_step = "Install it with: pip install 'watchclock[{extra}]'."


class SimulatorInterruptedError(SimulatorError):
    """Ctrl-C ended work that was not done."""

    code = "sim.interrupted"
    template = "This was interrupted before its end."
    next_step = "Run it again; what was stored so far is kept."


def unwritable(path: Path, error: OSError) -> FileUnwritableError:
    """The error of an option that names a file which cannot be written.

    Args:
        path: of the file.
        error: why.
    """
    return FileUnwritableError(path=path, reason=error.strerror or str(error))
