"""Every way a conversation or a capture can be wrong, each with a stable code.

    CodedError                    code, sentence, next step
        ProtocolError
            LocalProtocolError    we asked for something the dialect forbids now
                RequestRangeError a request whose values its bytes cannot carry
                LayoutNotDerivableError  a layout from which no block decoder can be derived
                HostMissingError  a dialect that is only heard
                ProfileUnknownError   settings the dialect does not have
                LiveMissingError  a dialect whose wands hand nothing over by themselves
                UnitUnknownError  an address no wand of the dialect can have
            RemoteProtocolError   the wand (or the line) sent something it may not
                FrameError        a frame that cannot be cut or unescaped
                ChecksumError     a frame or record whose sum does not hold
                LayoutError       a frame whose data has the wrong shape
                SequenceError     a good frame that is not the answer due now
                SilenceError      no answer after all resends
                RefusedError      the wand answered that it cannot
                RecordsMissingError   announced records that never came
                RecordsChangedError   two readings of one memory that differ
                WandChangedError  another wand answers in the same conversation
                IndexBaseError    nothing tells which of two records is the first
                LineError         a line of an imported file that cannot be used
        CaptureError
            NotACaptureError  CaptureDamagedError  DialectUnknownError  TranscriptError
            DialectConflictError  DialectBrokenError

A sentence is a template: its fields are filled from keyword details, so that the command and the
pages can translate the template first and fill it afterwards. Codes never change; sentences may.
"""

from functools import partial
from typing import ClassVar

from typing_extensions import override

__all__ = [
    "CaptureDamagedError",
    "CaptureError",
    "ChecksumError",
    "CodedError",
    "DialectBrokenError",
    "DialectConflictError",
    "DialectUnknownError",
    "FrameError",
    "HostMissingError",
    "IndexBaseError",
    "LayoutError",
    "LayoutNotDerivableError",
    "LineError",
    "LiveMissingError",
    "LocalProtocolError",
    "NotACaptureError",
    "ProfileUnknownError",
    "ProtocolError",
    "RecordsChangedError",
    "RecordsMissingError",
    "RefusedError",
    "RemoteProtocolError",
    "RequestRangeError",
    "SequenceError",
    "SilenceError",
    "TranscriptError",
    "UnitUnknownError",
    "WandChangedError",
]


class CodedError(Exception):
    """An error a person or a script can act on: one sentence, a stable code and the next step."""

    code: ClassVar[str] = "watchclock.error"
    template: ClassVar[str] = "Something went wrong."
    next_step: ClassVar[str] = "Report this with the exact command you ran."

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.template.format(**details))

    @override
    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by its details, so that a worker process can hand it to its parent."""
        return partial(type(self), **self.details), ()

    @property
    def advice(self) -> str:
        """What to do now, as one sentence in English."""
        return self.next_step.format(**self.details)


class ProtocolError(CodedError):
    """Something about bytes, frames, sessions or captures."""

    code = "protocol.error"
    template = "The conversation with the wand went wrong."
    next_step = "Dock the wand again; nothing was changed on it."


class LocalProtocolError(ProtocolError):
    """The caller asked for something the dialect does not allow now."""

    code = "protocol.local"
    template = "{command} is not allowed while the session is {state}."
    next_step = "Finish or abandon the command in progress first."


class RequestRangeError(LocalProtocolError):
    """The caller's values do not fit into the bytes of the command."""

    code = "protocol.request_range"
    template = "{command} cannot carry these values: {reason}."
    next_step = "Keep to the ranges given in the documentation of the dialect."


class LayoutNotDerivableError(LocalProtocolError):
    """A declaration of a record whose block decoder cannot be derived."""

    code = "protocol.layout_not_derivable"
    template = "No block decoder can be derived for the field {field}: {reason}."
    next_step = "Declare it with a fixed size and known fields, or decode it one at a time."


class HostMissingError(LocalProtocolError):
    """A dialect in which nobody can talk to a wand, such as a maker's export file."""

    code = "protocol.host_missing"
    template = "Nothing can be asked in the dialect {dialect}; it is only read."
    next_step = "Name the dialect the wand speaks, or import the file with watchclock import."


class ProfileUnknownError(LocalProtocolError):
    """An address asks for settings the dialect does not have."""

    code = "protocol.profile_unknown"
    template = "The dialect {dialect} has no profile named {profile}."
    next_step = "Leave the profile out of the address; profiles known here: {known}."


class LiveMissingError(LocalProtocolError):
    """A dialect whose wands keep their records until they are read."""

    code = "protocol.live_missing"
    template = "Wands of the dialect {dialect} do not hand over records by themselves."
    next_step = "Read them with watchclock download."


class UnitUnknownError(LocalProtocolError):
    """An address on a shared line that no wand of the dialect can have."""

    code = "protocol.unit_unknown"
    template = "No wand of the dialect {dialect} can be unit {unit} of a line."
    next_step = "Leave ?unit= out of the address, or write the unit that is set on the wand."


class RemoteProtocolError(ProtocolError):
    """The wand, or noise on the line, sent something the dialect does not allow."""

    code = "protocol.remote"
    template = "The wand sent something this dialect does not allow: {reason}."
    next_step = "Clean the contacts, dock the wand again and keep it still."


class FrameError(RemoteProtocolError):
    """Bytes that cannot be cut into a frame."""

    code = "protocol.frame"
    template = "The wand sent a broken frame: {reason}."


class ChecksumError(RemoteProtocolError):
    """A frame or a record whose check sum does not hold."""

    code = "protocol.checksum"
    template = "A check sum does not hold: {reason}."


class LayoutError(RemoteProtocolError):
    """A frame whose data does not have the shape its command demands."""

    code = "protocol.layout"
    template = "A frame has the wrong shape: {reason}."


class SequenceError(RemoteProtocolError):
    """A well-formed answer to something that was not asked."""

    code = "protocol.sequence"
    template = "The wand answered {answer} where {expected} was due."


class SilenceError(RemoteProtocolError):
    """No usable answer within the deadline, all resends included."""

    code = "protocol.silence"
    template = "The wand did not answer {command} after {attempts} attempts."
    next_step = "Wake the wand, check the cable and the dock, then try again."


class RefusedError(RemoteProtocolError):
    """The wand understood and says that it could not do it."""

    code = "protocol.refused"
    template = "The wand refused {command}: {reason}."


class RecordsMissingError(RemoteProtocolError):
    """Fewer records arrived than the wand announced, even after asking again."""

    code = "protocol.records_missing"
    template = "The wand announced {announced} records but delivered {received}."
    next_step = "Dock the wand again; its memory was not acknowledged and holds every record."


class RecordsChangedError(RemoteProtocolError):
    """The wand's memory read twice gave two different contents."""

    code = "protocol.records_changed"
    template = "Reading the wand a second time gave other records: {reason}."
    next_step = "Dock the wand again and keep it still; its memory was not wiped."


class WandChangedError(RemoteProtocolError):
    """A different wand answers than the one identified at the start."""

    code = "protocol.wand_changed"
    template = "Wand {found} answered in the middle of the conversation with wand {expected}."
    next_step = "Leave exactly one wand on this dock and start again."


class IndexBaseError(RemoteProtocolError):
    """A wand that numbers its records from 0 or from 1 gives a record at both ends."""

    code = "protocol.index_base"
    template = "The wand holds {count} records but gives one at index 0 and one at index {count}."
    next_step = "Add ?profile=index_from_0 or ?profile=index_from_1 to the address of this wand."


class LineError(RemoteProtocolError):
    """A line of a maker's export file that cannot be used.

    Attributes:
        raw: its bytes without line end; of a line that is too long only the beginning.
    """

    code = "protocol.line"
    template = "Line {line} at byte {offset} of the file cannot be used: {reason}."
    next_step = (
        "Every other line is used; export the file again if a spreadsheet or an editor changed it."
    )

    def __init__(self, *, raw: bytes = b"", **details: object) -> None:
        super().__init__(**details)
        self.raw = raw


class CaptureError(ProtocolError):
    """Something about a stored capture or transcript."""

    code = "capture.error"
    template = "The capture cannot be used."
    next_step = "Use the untouched file from the spool or the archive."


class NotACaptureError(CaptureError):
    """The file does not begin like a watchclock capture."""

    code = "capture.not_a_capture"
    template = "This is not a watchclock capture: {reason}."
    next_step = (
        "Name a .pcapng file written by watchclock, a .transcript text or a maker's export file."
    )


class CaptureDamagedError(CaptureError):
    """A byte inside the capture was changed after it was written."""

    code = "capture.damaged"
    template = "The capture is damaged at byte {offset}: {reason}."


class DialectUnknownError(CaptureError):
    """The capture or transcript speaks a dialect this version does not know."""

    code = "capture.dialect_unknown"
    template = "No dialect named {dialect} is known here."
    next_step = "Choose one of: {known}."


class DialectConflictError(CaptureError):
    """Two installed packages offer a dialect of one name."""

    code = "capture.dialect_conflict"
    template = "Two packages offer the dialect {dialect}: {first} and {second}."
    next_step = "Uninstall one of the two."


class DialectBrokenError(CaptureError):
    """An installed package offers a dialect that cannot be loaded."""

    code = "capture.dialect_broken"
    template = "The dialect {dialect} of {package} cannot be loaded: {reason}."
    next_step = "Update or uninstall that package."


class TranscriptError(CaptureError):
    """A line of a text transcript that cannot be read."""

    code = "capture.transcript"
    template = "Line {line} of the transcript cannot be read: {reason}."
    next_step = "Each line is TX or RX and hexadecimal bytes; a # starts a remark."
