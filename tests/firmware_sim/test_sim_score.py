"""A detector's findings are counted against the truth: found, made up, overlooked."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_sim.night import truth_of, walked_wand
from watchclock_sim.scenario_file import SCENARIOS, load
from watchclock_sim.score import Finding, Score, score, total
from watchclock_sim.truth_values import LabelRow, Truth

SHOP = load(SCENARIOS / "repair_shop.toml")
CHEATS = load(SCENARIOS / "cheats_night.toml")
BEGIN = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def truth_with(*labels: tuple[str, int | None, int | None], wand: str = "w") -> Truth:
    """A truth with labels of a kind, from one hour to another."""
    truth = truth_of(SHOP, SHOP.wands[0], walked_wand(SHOP, SHOP.wands[0]))
    truth["wand"] = wand
    truth["labels"] = [
        LabelRow(
            kind=kind,
            subject="s",
            causes=[],
            signs=[],
            profile=None,
            row=None,
            begins=None if begins is None else (BEGIN + timedelta(hours=begins)).isoformat(),
            ends=None if ends is None else (BEGIN + timedelta(hours=ends)).isoformat(),
        )
        for kind, begins, ends in labels
    ]
    return truth


def finding(kind: str, begins: int | None, ends: int | None, wand: str = "w") -> Finding:
    return Finding(
        kind=kind,
        wand=wand,
        begins=None if begins is None else BEGIN + timedelta(hours=begins),
        ends=None if ends is None else BEGIN + timedelta(hours=ends),
    )


def test_a_finding_needs_kind_wand_and_time_of_its_label() -> None:
    truth = truth_with(("F-XTAL", 2, 4), ("lazy", 1, 2))
    scores = score(
        [truth],
        [
            finding("F-XTAL", 3, None),
            finding("F-XTAL", 3, None, wand="another"),
            finding("lazy", 5, 6),
            finding("F-LCD", 1, 1),
        ],
    )
    assert scores == {
        "F-LCD": Score(made_up=1),
        "F-XTAL": Score(found=1, made_up=1),
        "lazy": Score(made_up=1, overlooked=1),
    }


def test_precision_and_recall_are_shares_and_nothing_without_anything_to_share() -> None:
    assert Score(found=3, made_up=1, overlooked=2).precision == 0.75
    assert Score(found=3, made_up=1, overlooked=2).recall == 0.6
    assert Score(overlooked=2).precision is None
    assert Score(made_up=2).recall is None
    assert total([Score(found=1, made_up=2), Score(found=3, overlooked=4)]) == Score(
        found=4, made_up=2, overlooked=4
    )


def test_one_finding_is_worth_one_label_even_if_it_meets_two() -> None:
    truth = truth_with(("lazy", 0, 1), ("lazy", 2, 3))
    assert score([truth], [finding("lazy", 0, 3)])["lazy"] == Score(found=1, overlooked=1)
    both = [finding("lazy", 0, 3), finding("lazy", 0, 1)]
    assert score([truth], both)["lazy"] == Score(found=2)


def test_a_tolerance_lets_a_finding_miss_the_time_by_so_much() -> None:
    truth = truth_with(("lazy", 0, 1))
    late = [finding("lazy", 2, 2)]
    assert score([truth], late)["lazy"].found == 0
    assert score([truth], late, tolerance=timedelta(hours=1))["lazy"].found == 1


def test_a_finding_that_names_a_subject_must_name_the_right_one() -> None:
    truth = truth_with(("lazy", 0, 1))
    right = replace(finding("lazy", 0, 1), subject="s")
    assert score([truth], [right])["lazy"].found == 1
    assert score([truth], [replace(right, subject="t")])["lazy"].found == 0


@given(st.permutations(range(40)), st.integers(0, 40))
def test_the_most_pairs_are_made_in_whatever_order_findings_come(
    order: list[int], dropped: int
) -> None:
    truth = truth_with(*(("lazy", hour, hour + 1) for hour in range(40)))
    # Each finding meets its own hour's label, the one before and the one behind.
    findings = [finding("lazy", hour, hour + 1) for hour in order[dropped:]]
    assert score([truth], findings)["lazy"] == Score(found=40 - dropped, overlooked=dropped)


@pytest.mark.parametrize("key", ["dead_on_arrival", "lcd_silent"])
def test_what_is_found_in_one_night_is_not_found_in_the_nights_before(key: str) -> None:
    """A display that broke stays broken, but each night it has to be found again."""
    plan = next(wand for wand in SHOP.wands if wand.key == key)
    nights = [SHOP.changed(day=date(2026, 11, day)) for day in (2, 3, 4)]
    truths = [truth_of(night, plan, walked_wand(night, plan)) for night in nights]
    (kind,) = {label["kind"] for truth in truths for label in truth["labels"]}
    last = [
        Finding(kind=kind, wand=key, begins=nights[-1].ends - timedelta(hours=hour))
        for hour in (1, 2, 3)
    ]
    assert score(truths, last)[kind] == Score(found=1, made_up=2, overlooked=2)
    every = [
        Finding(kind=kind, wand=key, begins=night.ends - HOUR, ends=night.ends)
        for night in reversed(nights)
    ]
    assert score(truths, every)[kind] == Score(found=3)
    between = Finding(
        kind=kind, wand=key, begins=nights[0].ends + HOUR, ends=nights[0].ends + HOUR
    )
    assert score(truths[:1], [between])[kind] == Score(found=1)


def test_two_sites_may_have_a_wand_of_one_key_in_one_night() -> None:
    truths = [truth_with(("F-XTAL", 2, None)), truth_with(("F-XTAL", 3, None))]
    both = [finding("F-XTAL", 4, None), finding("F-XTAL", 4, None)]
    assert score(truths, both)["F-XTAL"] == Score(found=2)


def test_nothing_true_and_nothing_said_have_no_score_at_all() -> None:
    assert score([], []) == {}
    assert score([truth_with()], []) == {}
    assert score([], [finding("lazy", 0, 1)]) == {"lazy": Score(made_up=1)}
    assert total([]) == Score()
    assert (Score().precision, Score().recall) == (None, None)


HOURS = st.integers(0, 9)


@given(
    labels=st.lists(st.tuples(st.sampled_from("ab"), HOURS, HOURS), max_size=7),
    said=st.lists(st.tuples(st.sampled_from("abc"), HOURS, HOURS), max_size=7),
)
def test_no_pairing_by_hand_finds_more_and_counts_add_up(
    labels: list[tuple[str, int, int]], said: list[tuple[str, int, int]]
) -> None:
    truth = truth_with(*((kind, min(hours), max(hours)) for kind, *hours in labels))
    findings = [finding(kind, min(hours), max(hours)) for kind, *hours in said]
    scores = score([truth], findings)
    for kind, found in scores.items():
        mine = [each for each in said if each[0] == kind]
        theirs = [each for each in labels if each[0] == kind]
        assert found.found + found.made_up == len(mine)
        assert found.found + found.overlooked == len(theirs)
        assert found.found == _most(mine, theirs)
    assert set(scores) == {kind for kind, *_ in labels} | {kind for kind, *_ in said}


def _most(said: list[tuple[str, int, int]], labels: list[tuple[str, int, int]]) -> int:
    """The most pairs there can be, by trying every one."""
    if not said:
        return 0
    (_, *first), *others = said
    best = _most(others, labels)
    for index, (_, *hours) in enumerate(labels):
        if min(first) <= max(hours) and min(hours) <= max(first):
            best = max(best, 1 + _most(others, labels[:index] + labels[index + 1 :]))
    return best


def test_a_perfect_detector_scores_one_on_a_whole_night_of_cheats() -> None:
    truths = [truth_of(CHEATS, plan, walked_wand(CHEATS, plan)) for plan in CHEATS.wands]
    findings = [
        Finding(
            kind=label["kind"],
            wand=truth["wand"],
            begins=None if label["begins"] is None else datetime.fromisoformat(label["begins"]),
            ends=None if label["ends"] is None else datetime.fromisoformat(label["ends"]),
            subject=label["subject"],
        )
        for truth in truths
        for label in truth["labels"]
    ]
    scores = score(truths, findings)
    assert {(each.precision, each.recall) for each in scores.values()} == {(1.0, 1.0)}
    assert total(scores.values()).found == len(findings) > 40
    half = total(score(truths, findings[::2]).values())
    assert (half.precision, half.recall) == (1.0, (len(findings) + 1) // 2 / len(findings))
