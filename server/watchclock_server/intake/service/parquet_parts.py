"""Writes the records of an archive as one Parquet file, a part a capture.

Workers write parts side by side, each a Parquet file of its own; the parts are then copied, one
after the other, into one file. So memory is bounded by the largest capture, whatever the archive
holds. pyarrow is an extra: nothing here is imported before somebody asks for Parquet.
"""

import importlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import repeat
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from watchclock_protocol.bulk import KINDS, NONE, columns_of_all, flags_of_bits
from watchclock_protocol.capture import capture_name
from watchclock_protocol.replay import DecodedDownload

__all__ = ["ParquetFile", "write_part"]

_ROWS_A_GROUP: Final = 1 << 16


def _schema(arrow: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    number, text = arrow.int64(), arrow.string()
    return arrow.schema(
        [
            ("file", text),
            ("sha256", text),
            ("dialect", text),
            ("wand", text),
            ("position", number),
            ("kind", text),
            ("slot", number),
            ("rank", number),
            # Parquet knows no whole seconds.
            ("wand_time", arrow.timestamp("ms")),
            ("tag", text),
            ("guard_number", number),
            ("is_guard_tag", arrow.bool_()),
            ("code", number),
            ("value", number),
            ("strength_mg", number),
            ("flags", text),
            ("raw", arrow.binary()),
        ]
    )


def write_part(folder: Path, path: Path, sha256: str, decoded: DecodedDownload) -> Path:
    """Write the records of one capture, and give the file they are in.

    Args:
        folder: of the parts.
        path: the capture.
        sha256: of its bytes.
        decoded: what it says.
    """
    arrow: Any = importlib.import_module("pyarrow")
    parquet: Any = importlib.import_module("pyarrow.parquet")
    count, identity = len(decoded.records), decoded.identity
    wand = None if identity is None else identity.key
    of_all = [repeat(each, count) for each in (str(path), sha256, decoded.dialect, wand)]
    schema = _schema(arrow)
    arrays: list[Any] = [
        column if isinstance(column, arrow.Array) else arrow.array(list(column), field.type)
        for field, column in zip(schema, [*of_all, *_columns(arrow, decoded)], strict=True)
    ]
    part = folder / f"{capture_name(str(path).encode())}.parquet"
    table = arrow.Table.from_arrays(arrays, schema=schema)
    parquet.write_table(table, part, row_group_size=_ROWS_A_GROUP, compression="zstd")
    return part


def _columns(arrow: Any, decoded: DecodedDownload) -> Iterator[Any]:  # noqa: ANN401
    """The columns of the schema from the position on."""
    found = columns_of_all(decoded.records.runs)
    kinds: list[int] = found.kind.tolist()
    flags: list[int] = found.flags.tolist()
    words = {bits: " ".join(sorted(flags_of_bits(bits))) for bits in set(flags)}

    def number(column: npt.NDArray[np.int64]) -> Any:  # noqa: ANN401
        return arrow.array(column, arrow.int64(), mask=column == NONE)

    yield range(len(kinds))
    yield [KINDS[place].value for place in kinds]
    yield number(found.slot)
    yield decoded.records.ranks
    yield arrow.array(found.seconds.view("M8[s]")).cast(arrow.timestamp("ms"))
    yield found.tag
    yield number(found.guard_number)
    yield found.is_guard_tag
    yield number(found.code)
    yield number(found.value)
    yield number(found.strength_mg)
    yield [words[bits] for bits in flags]
    yield found.raw


class ParquetFile(AbstractContextManager["ParquetFile"]):
    """The file that takes all parts; it stands under its name only when all are in it."""

    def __init__(self, path: Path) -> None:
        arrow: Any = importlib.import_module("pyarrow")
        self._parquet: Any = importlib.import_module("pyarrow.parquet")
        self._path: Final = path
        self._unfinished: Final = path.with_name(f"{path.name}.part")
        self._writer: Any = self._parquet.ParquetWriter(
            self._unfinished, _schema(arrow), compression="zstd"
        )

    def take(self, part: Path) -> None:
        """Copy a part into the file, one group of rows after the other, and remove it."""
        with self._parquet.ParquetFile(part) as source:
            for group in range(source.num_row_groups):
                self._writer.write_table(source.read_row_group(group))
        part.unlink()

    @override
    def __enter__(self) -> Self:
        return self

    @override
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.close()
        if error is None:
            self._unfinished.replace(self._path)
        else:
            self._unfinished.unlink()
