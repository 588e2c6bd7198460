"""``watchclock tag`` explains what was pasted, in words and as JSON."""

import json
from pathlib import Path

import pytest

from watchclock.command import main


def test_a_pasted_tag_is_explained_with_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tag", "AE", "/", "0000030D45EB", "/", "01"]) == 0
    told = capsys.readouterr().out
    for words in (
        "ibutton:01EB450D030000AE",
        "Whole identity of 8 bytes",
        "DS1990A",
        "Read as ibutton_crc_first",
        "A check sum inside it holds.",
        "tags can be copied",
        "01-0000030d45eb",
        "0D 45 EB",
    ):
        assert words in told


def test_json_tells_the_same_to_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tag", "051,17493", "--notation", "weg24", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["tag"] == "em4100:334455"
    assert (told["is_whole"], told["known_bytes"], told["notes"]) == (False, 3, ["partial"])
    assert told["notation"] == "em4100_dez3_5c"
    assert told["printed"]["em4100_dez8"] == "03359829"


def test_a_key_file_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "gate.rfid"
    file.write_text(
        "Filetype: Flipper RFID key\nVersion: 1\nKey type: EM4100\nData: 1E 00 EF 97 C5\n"
    )
    assert main(["tag", "--file", str(file)]) == 0
    assert "0128864720837" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["tag"], "command.tag_input"),
        (["tag", "01", "--file", "x.ibtn"], "command.tag_input"),
        (["tag", "--file", "nowhere.ibtn"], "command.file_unreadable"),
        (["tag", "0111C37441000001"], "tag.ambiguous"),
        (["tag", "01EB450D030000AE", "--notation", "morse"], "tag.notation_unknown"),
    ],
)
def test_what_cannot_be_read_ends_with_exit_2_and_its_code(
    words: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--json"]) == 2
    said = capsys.readouterr()
    assert f"[{code}]" in said.err
    assert json.loads(said.out)["error"] == code


def test_an_ambiguous_tag_is_told_with_all_it_can_mean(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["tag", "0111C37441000001"]) == 2
    told = capsys.readouterr().err
    assert "ibutton_wire = ibutton:0111C37441000001" in told
    assert "ibutton_crc_first = ibutton:0100004174C31101" in told
