"""What is wrong with a command line is told as every other error is: code, next step, JSON."""

import json

import pytest

from watchclock.command import main

MISTAKES = [
    ("sim", "dialect is missing"),
    ("sim fcard --pty --baud fast", "fast is no value of --baud"),
    ("sim fcard --nope", "there is no option --nope"),
    ("sim fcard --tc 0", "there is no option --tc, perhaps --tcp is meant"),
    ("sim fcard --pty /tmp/link second", "second has no place there"),
    ("sim fcard --tcp", "--tcp needs a value"),
    ("sim fcard --pty=yes", "--pty takes no value"),
    ("sim fcard --tcp 0 --date 2026-02-30", "2026-02-30 is no value of --date"),
    ("sim archive folder --from yesterday", "yesterday is no value of --from"),
    ("sim fleet --records many", "many is no value of --records"),
    ("download --wait -1", "--wait is 0.0 at least"),
    ("demo --port 65536", "--port is 65535 at most"),
    ("token frobnicate", "frobnicate has no place there"),
]


@pytest.mark.parametrize(("words", "reason"), MISTAKES, ids=[words for words, _ in MISTAKES])
def test_a_command_line_that_cannot_be_is_told_in_one_sentence_with_code_and_next_step(
    words: str,
    reason: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WATCHCLOCK_LANGUAGE", "en")
    assert main(words.split()) == 2
    said = capsys.readouterr()
    verb = " ".join(words.split()[: 2 if words.split()[1:2] in (["archive"], ["fleet"]) else 1])
    assert said.err.splitlines() == [
        f"The command line cannot be understood: {reason}. [command.usage]",
        f"watchclock {verb} --help tells what it takes.",
    ]
    assert said.out == ""


def test_where_json_is_asked_for_a_wrong_command_line_is_told_as_json_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["download", "--json", "--wait", "soon"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["error"] == "command.usage"
    assert told["detail"].endswith("soon is no value of --wait.")
    assert told["next_step"] == "watchclock download --help tells what it takes."


def test_help_and_a_verb_that_only_has_commands_are_no_mistakes_to_tell(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["sim", "--help"]) == 0
    assert main(["token"]) == 2
    assert "command.usage" not in capsys.readouterr().err
