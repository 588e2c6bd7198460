"""What the operator states about a file because the file does not tell it: canonical JSON."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from watchclock_protocol.capture.canonical import (
    JsonValue,
    canonical_json,
    parse_canonical_json,
)
from watchclock_protocol.values import TagTechnology

__all__ = ["CENTURIES", "Charset", "FileStatement", "is_wand_number"]

CENTURIES: Final = (1900, 2000)
_WAND_NUMBER: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")


class Charset(StrEnum):
    """The character sets makers' software writes; a byte that fits none is never replaced."""

    ASCII = "ascii"
    UTF_8 = "utf-8"
    GBK = "gbk"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStatement:
    """Everything about a file that its bytes leave open.

    Attributes:
        wand: the wand of lines that name none; None when nobody stated it.
        charset: how its texts are coded; None when no character set fits the whole file: then a
            line is good when any of them fits.
        century: added to years of two digits.
        technology: what kind of tag a bare number is.
        size_bytes: length of what is heard, so that a last line without line end is known to be
            whole; None when unknown.
        file_sha256: of the file as it lay there, lower-case hexadecimal; "" when unknown.
    """

    wand: str | None = None
    charset: Charset | None = None
    century: int = 2000
    technology: TagTechnology = TagTechnology.RFID
    size_bytes: int | None = None
    file_sha256: str = ""

    def encode(self) -> bytes:
        """The statement as it stands in a capture."""
        told: dict[str, JsonValue] = {
            "century": self.century,
            "charset": self.charset,
            "file_sha256": self.file_sha256,
            "size_bytes": self.size_bytes,
            "technology": self.technology,
            "wand": self.wand,
        }
        return canonical_json(told)

    @classmethod
    def parse(cls, data: bytes) -> "FileStatement":
        """The statement in a capture.

        Raises:
            ValueError: this is not what ``encode`` makes; the text says why.
        """
        match parse_canonical_json(data):
            case {
                "century": int() as century,
                "charset": str() | None as charset,
                "file_sha256": str() as file_sha256,
                "size_bytes": int() | None as size_bytes,
                "technology": str() as technology,
                "wand": str() | None as wand,
                **rest,
            } if not rest and century in CENTURIES and (wand is None or is_wand_number(wand)):
                return cls(
                    wand=wand,
                    charset=None if charset is None else Charset(charset),
                    century=century,
                    technology=TagTechnology(technology),
                    size_bytes=size_bytes,
                    file_sha256=file_sha256,
                )
            case _:
                raise ValueError("its fields are not those of a statement about a file")


def is_wand_number(text: str) -> bool:
    """Whether this can be a wand's number: 1 to 40 letters, digits, points or dashes."""
    return _WAND_NUMBER.fullmatch(text) is not None
