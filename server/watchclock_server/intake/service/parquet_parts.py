"""Writes the records of an archive as one Parquet file, a part a capture.

Workers write parts side by side, each a Parquet file of its own; the parts are then copied, one
after the other, into one file. So memory is bounded by the largest capture, whatever the archive
holds. pyarrow is an extra: nothing here is imported before somebody asks for Parquet.
"""

import importlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, cast

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from watchclock_protocol.bulk import KINDS, NONE, columns_of_all, flags_of_bits
from watchclock_protocol.capture import capture_name
from watchclock_protocol.replay import DecodedDownload

__all__ = ["ParquetFile", "write_part"]

_ROWS_A_GROUP: Final = 1 << 14


def _arrow() -> Any:  # noqa: ANN401 - pyarrow has no types
    """The package, told to give memory back to the system instead of keeping it for later."""
    arrow: Any = importlib.import_module("pyarrow")
    arrow.set_memory_pool(arrow.system_memory_pool())
    return arrow


def _parquet() -> Any:  # noqa: ANN401
    return importlib.import_module("pyarrow.parquet")


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
    arrow, parquet = _arrow(), _parquet()
    schema = _schema(arrow)
    columns = _columns(path, sha256, decoded)
    part = folder / f"{capture_name(str(path).encode())}.parquet"
    with parquet.ParquetWriter(part, schema, compression="zstd") as writer:
        for start in range(0, len(decoded.records), _ROWS_A_GROUP):
            rows = slice(start, start + _ROWS_A_GROUP)
            arrays = [
                _array(arrow, column[rows], field.type)
                for field, column in zip(schema, columns, strict=True)
            ]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))
    return part


def _array(arrow: Any, values: Any, kind: Any) -> Any:  # noqa: ANN401
    if not isinstance(values, np.ndarray):
        return arrow.array(values, kind)
    column = cast("npt.NDArray[Any]", values)
    if column.dtype == np.int64:
        return arrow.array(column, kind, mask=column == NONE)
    return arrow.array(column).cast(kind)


def _columns(path: Path, sha256: str, decoded: DecodedDownload) -> Sequence[Any]:
    """The columns of the schema, each a sequence that can be cut."""
    found = columns_of_all(decoded.records.runs)
    kinds: list[int] = found.kind.tolist()
    flags: list[int] = found.flags.tolist()
    words = {bits: " ".join(sorted(flags_of_bits(bits))) for bits in set(flags)}
    count, identity = len(kinds), decoded.identity
    wand = None if identity is None else identity.key
    return [
        *([each] * count for each in (str(path), sha256, decoded.dialect, wand)),
        np.arange(count, dtype=np.int64),
        [KINDS[place].value for place in kinds],
        found.slot,
        decoded.records.ranks,
        found.seconds.view("M8[s]"),
        found.tag,
        found.guard_number,
        found.is_guard_tag,
        found.code,
        found.value,
        found.strength_mg,
        [words[bits] for bits in flags],
        found.raw,
    ]


class ParquetFile(AbstractContextManager["ParquetFile"]):
    """The file that takes all parts; it stands under its name only when all are in it."""

    def __init__(self, path: Path) -> None:
        self._parquet: Any = _parquet()
        self._path: Final = path
        self._unfinished: Final = path.with_name(f"{path.name}.part")
        self._writer: Any = self._parquet.ParquetWriter(
            self._unfinished, _schema(_arrow()), compression="zstd"
        )

    def take(self, part: Path) -> None:
        """Copy a part into the file, one group of rows after the other, and remove it."""
        with self._parquet.ParquetFile(part) as source:
            for group in range(source.num_row_groups):
                self._writer.write_table(source.read_row_group(group, use_threads=False))
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
