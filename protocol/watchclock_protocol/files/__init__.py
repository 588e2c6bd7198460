"""Makers' export files, heard as if they were one long statement of a wand.

A file format is a dialect that is only heard: the file's bytes are the bytes *from* the wand of an
ordinary capture, what the operator states about the file is one message *to* it. So evidence,
upload, replay and decoding again work as for any download. docs/protocols/files.md has the rules.

Text lines are cut by plain Python: construct has nothing to declare about them.
"""

from watchclock_protocol.files.formats import FileFormat
from watchclock_protocol.files.lines import LONGEST_LINE_BYTES, TextLine
from watchclock_protocol.files.listener import FileListener
from watchclock_protocol.files.statements import (
    CENTURIES,
    Charset,
    FileStatement,
    is_wand_number,
)

__all__ = [
    "CENTURIES",
    "LONGEST_LINE_BYTES",
    "Charset",
    "FileFormat",
    "FileListener",
    "FileStatement",
    "TextLine",
    "is_wand_number",
]
