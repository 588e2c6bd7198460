"""The archive keeps what it is given under its SHA-256, once, whole."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_server.archive import Archive, ArchiveError, CaptureNotFoundError


@given(st.binary(max_size=200))
def test_what_was_put_is_got_under_its_sum(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    archive = Archive(folder)
    name = archive.put(data)
    assert name == hashlib.sha256(data).hexdigest()
    assert archive.put(data) == name
    assert archive.get(name) == data
    assert [path.name for path in folder.rglob("*.*")] == [f"{name}.pcapng"]


def test_a_capture_stands_in_a_folder_of_its_first_two_digits(tmp_path: Path) -> None:
    # FIPS 180-4's example for the message "abc".
    name = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert Archive(tmp_path).put(b"abc") == name
    assert (tmp_path / "ba" / f"{name}.pcapng").read_bytes() == b"abc"


def test_what_nobody_put_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(CaptureNotFoundError, match="0000"):
        Archive(tmp_path).get("0" * 64)


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    in_the_way = tmp_path / "captures"
    in_the_way.write_text("a file where the folder should be")
    with pytest.raises(ArchiveError) as failed:
        Archive(in_the_way).put(b"abc")
    assert failed.value.status == 503
    assert "Not a directory" in str(failed.value)


def test_a_write_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ArchiveError, match="No space left on device"):
        Archive(tmp_path).put(b"abc")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
