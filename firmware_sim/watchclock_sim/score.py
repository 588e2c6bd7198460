"""Measures a detector: which of the things that truly happened it found, and what it made up.

A finding belongs to a label of the same kind whose time it meets; each is used once. Precision is
the share of the findings that are right, recall the share of the labels that were found.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from watchclock_sim.truth_values import Truth

__all__ = ["Finding", "Score", "score", "total"]

ALWAYS: Final = datetime.min.replace(tzinfo=UTC)
FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)
NO_TIME: Final = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a detector says.

    Attributes:
        kind: as the labels have it: a class such as ``F-XTAL``, a deed such as ``tag_stealing``.
        wand: key of the wand in the scenario.
        begins: since when, UTC; None for ever since.
        ends: until when; None for still.
        subject: the wand, guard or checkpoint it is about; None for a detector that cannot tell.
    """

    kind: str
    wand: str
    begins: datetime | None = None
    ends: datetime | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Label:
    """What a detector should find, with its time in instants."""

    kind: str
    subject: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How well a detector did.

    Attributes:
        found: labels that a finding belongs to.
        made_up: findings that belong to no label.
        overlooked: labels without a finding.
    """

    found: int = 0
    made_up: int = 0
    overlooked: int = 0

    @property
    def precision(self) -> float | None:
        """The share of the findings that are right, None without any finding."""
        findings = self.found + self.made_up
        return self.found / findings if findings else None

    @property
    def recall(self) -> float | None:
        """The share of the labels that were found, None without any label."""
        labels = self.found + self.overlooked
        return self.found / labels if labels else None


def score(
    truths: Iterable[Truth], findings: Iterable[Finding], *, tolerance: timedelta = NO_TIME
) -> Mapping[str, Score]:
    """The score of each kind that was to be found or was said to be.

    Args:
        truths: of any number of wands and nights.
        findings: of the detector, about the same.
        tolerance: by how much a finding may miss the time of its label.
    """
    labels: dict[tuple[str, str], list[_Label]] = {}
    nights = list(truths)
    for truth in nights:
        for label in _labels(truth, nights):
            labels.setdefault((label.kind, truth["wand"]), []).append(label)
    said: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        said.setdefault((finding.kind, finding.wand), []).append(finding)
    scores: dict[str, Score] = {}
    for key in labels.keys() | said.keys():
        mine, theirs = said.get(key, []), labels.get(key, [])
        found = _most_pairs(mine, theirs, tolerance)
        one = Score(found=found, made_up=len(mine) - found, overlooked=len(theirs) - found)
        scores[key[0]] = total((scores.get(key[0], Score()), one))
    return dict(sorted(scores.items()))


def total(scores: Iterable[Score]) -> Score:
    """Several scores as one."""
    each = list(scores)
    return Score(
        found=sum(one.found for one in each),
        made_up=sum(one.made_up for one in each),
        overlooked=sum(one.overlooked for one in each),
    )


def _most_pairs(
    findings: Sequence[Finding], labels: Sequence[_Label], tolerance: timedelta
) -> int:
    """How many findings can have a label of their own (augmenting paths, after Kuhn)."""
    fits = [
        [index for index, label in enumerate(labels) if _belongs(finding, label, tolerance)]
        for finding in findings
    ]
    owners: dict[int, int] = {}
    labels_of: dict[int, int] = {}
    return sum(_makes_room(finding, fits, owners, labels_of) for finding in range(len(findings)))


def _makes_room(
    finding: int, fits: Sequence[Sequence[int]], owners: dict[int, int], labels_of: dict[int, int]
) -> bool:
    """Give a finding a label, moving others to another one of theirs where that helps."""
    reached: dict[int, int] = {}
    waiting = deque([finding])
    while waiting:
        asks = waiting.popleft()
        for label in fits[asks]:
            if label in reached:
                continue
            reached[label] = asks
            if label in owners:
                waiting.append(owners[label])
                continue
            free: int | None = label
            while free is not None:
                mover = reached[free]
                former = labels_of.get(mover)
                owners[free], labels_of[mover] = mover, free
                free = former
            return True
    return False


def _labels(truth: Truth, nights: Iterable[Truth]) -> Iterator[_Label]:
    """The labels of a night. What has no end, or beginning, reaches to the wand's next night."""
    since, until = ALWAYS, FOR_EVER
    begins, ends = (datetime.fromisoformat(truth[edge]) for edge in ("begins", "ends"))
    for other in nights:
        if other["wand"] != truth["wand"]:
            continue
        other_begins, other_ends = (
            datetime.fromisoformat(other[edge]) for edge in ("begins", "ends")
        )
        if other_ends <= begins:
            since = max(since, other_ends)
        if other_begins >= ends:
            until = min(until, other_begins - timedelta.resolution)
    for label in truth["labels"]:
        yield _Label(
            kind=label["kind"],
            subject=label["subject"],
            begins=_instant(label["begins"], since),
            ends=_instant(label["ends"], until),
        )


def _belongs(finding: Finding, label: _Label, tolerance: timedelta) -> bool:
    if finding.subject not in (None, label.subject):
        return False
    begins, ends = label.begins, label.ends
    is_too_late = begins != ALWAYS and (finding.ends or FOR_EVER) < begins - tolerance
    is_too_early = ends != FOR_EVER and (finding.begins or ALWAYS) > ends + tolerance
    return not is_too_late and not is_too_early


def _instant(text: str | None, otherwise: datetime) -> datetime:
    return otherwise if text is None else datetime.fromisoformat(text)
