"""Tables of what one or two bytes of a record decide: its kind, its tag's shape, its flags.

Every entry is made by asking ``RecordLayout`` about a record with those bytes, so the rules have
one reading. Rules that depend on each other must fit into two neighbouring bytes together.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from watchclock_protocol.errors import LayoutNotDerivableError
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.record_plan import FieldForm, FieldPlan
from watchclock_protocol.record_rules import FlagRule, KindRule, PrefixRule, TagShape
from watchclock_protocol.records import RecordFlag, RecordKind

__all__ = ["FLAG_BITS", "KINDS", "KIND_BITS", "ROM_BIT", "SHAPE_SHIFT", "Window", "shapes_of"]
__all__ += ["windows_of"]

FLAG_BITS: Final = {flag: 1 << place for place, flag in enumerate(RecordFlag)}
"""The bit of each flag in a column of flags."""
KINDS: Final = tuple(RecordKind)
KIND_BITS: Final = 0b11
"""The bits of a trait that hold the place of its kind in ``KINDS``."""
ROM_BIT: Final = 0b100
"""The bit of a trait that says that the tag is a 1-Wire ROM with a CRC of its own."""
SHAPE_SHIFT: Final = 3
"""The bits from here on hold 1 + the place of the tag's shape in ``shapes_of``; 0 for no tag."""
_MOST_OCTETS: Final = 2


@dataclass(frozen=True, slots=True)
class Window:
    """One or two bytes that decide something.

    Attributes:
        offset: where they begin in the record.
        octets: 0 when the same holds for every record, else 1 or 2.
        flags: uint16, the flags by the little-endian value of the bytes.
        traits: uint8, the traits by that value; None when other bytes decide them.
    """

    offset: int
    octets: int
    flags: npt.NDArray[np.uint16]
    traits: npt.NDArray[np.uint8] | None

    @property
    def has_rom(self) -> bool:
        """Whether a record can hold a ROM whose CRC must be checked."""
        return self.traits is not None and bool((self.traits & ROM_BIT).any())


def shapes_of(layout: RecordLayout) -> tuple[TagShape, ...]:
    """Every shape a tag of the layout can have."""
    if layout.tag is None:
        return ()
    return tuple(dict.fromkeys((layout.tag.shape, *layout.tag.shapes.values())))


def windows_of(layout: RecordLayout) -> tuple[Window, ...]:
    """The windows of a layout; the first one decides the traits.

    Raises:
        LayoutNotDerivableError: a rule looks at bytes that do not fit into one window.
    """
    windows: dict[tuple[int, int], Window] = {}
    for window in _flag_windows(layout):
        place = (window.offset, window.octets)
        known = windows.get(place)
        flags = window.flags if known is None else known.flags | window.flags
        windows[place] = Window(*place, flags, None)
    return (_kind_window(layout), *windows.values())


def _kind_window(layout: RecordLayout) -> Window:
    names = set(layout.code if layout.meanings else ())
    names |= {layout.kind.field} if isinstance(layout.kind, KindRule) else set()
    names |= {layout.tag.selector} if layout.tag and layout.tag.selector else set()
    plans = [each for each in layout.plan if each.name in names]
    offset, octets = _extent(layout, plans)
    flags = np.zeros(256**octets, np.uint16)
    traits = np.zeros(256**octets, np.uint8)
    for value in range(256**octets):
        values = dict(_integers(plans, offset, value.to_bytes(_MOST_OCTETS, "little")))
        flags[value], traits[value] = _decided(layout, values)
    return Window(offset, octets, flags, traits)


def _decided(layout: RecordLayout, values: dict[str, int]) -> tuple[int, int]:
    """Flags and traits of records with these values; the tag itself is looked at elsewhere."""
    kind = layout.kind_of(values)
    trait = KINDS.index(kind)
    flags: Iterable[RecordFlag] = ()
    if kind is RecordKind.SYSTEM:
        flags = layout.code_flags(layout.code_of(values)) if layout.meanings else ()
    elif kind is RecordKind.PATROL and layout.tag is not None:
        shape = layout.shape_of(values)
        flags = () if shape is not None else (RecordFlag.UNKNOWN_CODE,)
        trait |= (shapes_of(layout).index(shape or layout.tag.shape) + 1) << SHAPE_SHIFT
        trait |= ROM_BIT if shape is not None and shape.is_rom else 0
    return sum(FLAG_BITS[flag] for flag in flags), trait


def _flag_windows(layout: RecordLayout) -> Iterator[Window]:
    for rule in layout.flags:
        match rule:
            case FlagRule():
                plans = [each for each in layout.plan if each.name == rule.field]
                offset, octets = _extent(layout, plans)
                flags = np.zeros(256**octets, np.uint16)
                for value in range(256**octets):
                    stored = value.to_bytes(_MOST_OCTETS, "little")
                    number = dict(_integers(plans, offset, stored))[rule.field]
                    if rule.is_raised(number):
                        flags[value] = FLAG_BITS[rule.flag]
                yield Window(offset, octets, flags, None)
            case PrefixRule():
                octets = len(rule.prefix)
                if octets > _MOST_OCTETS:
                    raise LayoutNotDerivableError(field=layout.name, reason="a long prefix")
                flags = np.zeros(256**octets, np.uint16)
                flags[int.from_bytes(rule.prefix, "little")] = FLAG_BITS[rule.flag]
                yield Window(0, octets, flags, None)


def _extent(layout: RecordLayout, plans: list[FieldPlan]) -> tuple[int, int]:
    if not plans:
        return 0, 0
    offset, end = plans[0].offset, plans[-1].end
    is_whole = all(each.form is FieldForm.INTEGER for each in plans)
    if end - offset > _MOST_OCTETS or not is_whole:
        named = ", ".join(f"{layout.name}.{each.name}" for each in plans)
        raise LayoutNotDerivableError(
            field=named, reason="its rules look at more than two neighbouring bytes"
        )
    return offset, end - offset


def _integers(plans: list[FieldPlan], offset: int, stored: bytes) -> Iterator[tuple[str, int]]:
    for plan in plans:
        octets = stored[plan.offset - offset : plan.end - offset]
        yield plan.name, plan.integer(octets)
