"""What people read about a download says it in words they use."""

import pytest

from watchclock.download_report import clock_words


@pytest.mark.parametrize(
    ("offset_s", "words"),
    [
        (0.0, "right to the second"),
        (0.4, "right to the second"),
        (-3.2, "3 s behind the site"),
        (61.0, "1 min 1 s ahead of the site"),
        (-16215.2, "4 h 30 min 15 s behind the site"),
        (-847_584_000.0, "9810 d behind the site"),
    ],
)
def test_a_clocks_error_is_told_in_words(
    offset_s: float, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHCLOCK_LANGUAGE", "en")
    assert clock_words(offset_s) == words
