"""A file is read as it stood when it was opened, and only if it can be an export at all."""

import io
import os
from pathlib import Path

import pytest
from typing_extensions import override

from watchclock_device.file_contents import (
    LARGEST_FILE_BYTES,
    files_of,
    read_contents,
    read_open_file,
)
from watchclock_device.import_errors import FileTooLargeError, FileUnusableError


class GrowingFile(io.FileIO):
    """A file into which its writer goes on writing while it is read."""

    def __init__(self, path: Path, more: bytes) -> None:
        super().__init__(path, "r")
        self._path = path
        self._more = more

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        with self._path.open("ab") as writer:
            writer.write(self._more)
        return super().read(-1 if size is None else size) or b""


def test_a_file_is_taken_whole_with_the_instant_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\ntwo")
    os.utime(path, ns=(5, 1_795_249_800_000_000_123))
    contents = read_contents(path)
    assert contents.data == b"one\ntwo"
    assert contents.modified_ns == 1_795_249_800_000_000_123
    assert not contents.has_grown


def test_a_file_older_than_the_epoch_counts_from_the_epoch(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\n")
    os.utime(path, ns=(0, -5_000_000_000))
    assert read_contents(path).modified_ns == 0


@pytest.mark.parametrize(
    ("before", "taken"), [(b"one\ntwo\nth", b"one\ntwo\n"), (b"one\n", b"one\n"), (b"on", b"")]
)
def test_of_a_file_that_grows_the_lines_whole_at_the_start_are_taken(
    tmp_path: Path, before: bytes, taken: bytes
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(before)
    with GrowingFile(path, b"ree\nfour\n") as file:
        contents = read_open_file(path, file)
    assert contents.has_grown
    assert contents.data == taken


@pytest.mark.parametrize("octet", [b"\0", b"\xff"])
def test_a_gigabyte_is_refused_unread_with_its_name_and_the_byte(
    tmp_path: Path, octet: bytes
) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.write(octet * 4096)
        file.truncate(2**30)
    with pytest.raises(FileTooLargeError) as refused:
        read_contents(path)
    assert str(path) in str(refused.value)
    assert str(LARGEST_FILE_BYTES) in str(refused.value)


def test_what_is_no_regular_file_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero"), tmp_path, tmp_path / "none"):
        with pytest.raises(FileUnusableError) as refused:
            read_contents(path)
        assert str(path) in str(refused.value)


def test_a_folder_nobody_may_look_into_stands_for_itself(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    file = tmp_path / "file.txt"
    file.write_bytes(b"")
    assert files_of([gone, file]) == [gone, file]


def test_a_folder_stands_for_the_files_in_it(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", ".hidden"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "sub").mkdir()
    gone = tmp_path / "gone.txt"
    assert files_of([gone, tmp_path]) == [gone, tmp_path / "a.txt", tmp_path / "b.txt"]
