"""The steps of a block decoder, each one field or one check over a part of a block.

A step is made once for a layout and called for every part. It reads strided views of the part,
keeps what it needs in scratch columns that are used again, and fills columns in place. Views that
are not aligned are copied before anything is computed: NumPy would do it in small pieces, slower,
and holding the interpreter's lock while other threads wait.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from watchclock_protocol.bulk.part import WORD_OCTETS, Octets, Part, Step, Words
from watchclock_protocol.bulk.sums import LANES, rom_tables
from watchclock_protocol.bulk.time_tables import NO_TIME, SECONDS_MASK, PairTable, pair_tables
from watchclock_protocol.bulk.traits import FLAG_BITS, ROM_BIT, Window
from watchclock_protocol.checksums import complement_sum
from watchclock_protocol.fields import WandTimeField
from watchclock_protocol.record_plan import FieldPlan
from watchclock_protocol.records import RecordFlag
from watchclock_protocol.values import TimeCoding
from watchclock_protocol.wand_times import FIRST_SECOND, SECONDS, UNIX_EPOCH

__all__ = ["check_sum_step", "constant_step", "copy_step", "octets_step"]
__all__ += ["rom_step", "seconds_step", "time_step", "traits_step"]

_ROM_PAIRS: Final = 4
_NATIVE: Final = frozenset({1, 2, 4, 8})
_NINE: Final = 9
_NOT_DECIMAL: Final = np.array([max(byte >> 4, byte & 0x0F) > _NINE for byte in range(256)])
_NO_DATE: Final = np.array(
    [FLAG_BITS[RecordFlag.TIME_IMPOSSIBLE], FLAG_BITS[RecordFlag.TIME_NOT_DECIMAL]], np.uint16
)
_COMPLEMENT: Final = np.uint8(0xFF)
_SUM_PLACE: Final = 6
"""The lower byte of the highest lane, into which the multiplication adds up all lanes."""
_SPREAD: Final = np.uint64(0x0001_0001_0001_0001)
_EIGHT: Final = np.uint64(8)
_FIRST_SECOND: Final = int((FIRST_SECOND - UNIX_EPOCH).total_seconds())
_MOST_OTHERS: Final = 8
"""With more than one in so many records unlike the first, a look-up for each is cheaper."""


def check_sum_step(octets: int, algorithm: Callable[[bytes], int]) -> Step:
    """Rejects every record whose last byte is not the sum of the others; 1 where it is not."""
    is_complement = algorithm is complement_sum
    add_up = _sums_of_words if octets % WORD_OCTETS == 0 else _sums_of_octets

    def check(part: Part) -> None:
        due: Octets | np.uint8 = _COMPLEMENT
        if not is_complement:
            # The sum of all bytes, the last one included, is twice the last one.
            due = np.left_shift(part.view("u1", octets - 1), 1, out=part.scratch("due", np.uint8))
        np.not_equal(add_up(part), due, out=part.columns.reject.view(np.bool_))

    return check


def _sums_of_octets(part: Part) -> Octets:
    """Sums modulo 256 of the bytes of every record, which are first laid out place by place."""
    places = part.scratch("places", np.uint8, part.size).reshape(part.size, part.count)
    np.copyto(places, part.octets().T)
    return np.add.reduce(places, axis=0, dtype=np.uint8, out=part.scratch("sums", np.uint8))


def _sums_of_words(part: Part) -> Octets:
    """The same for records of whole words, in four lanes of 16 bits of a word."""
    rows = part.words()
    width = rows.shape[1]
    grid: Words = part.scratch("grid", np.uint64, width).reshape(part.count, width)
    np.bitwise_and(rows, LANES, out=grid)
    total, lanes = part.scratch("total", np.uint64), part.scratch("lanes", np.uint64)
    np.copyto(total, rows[:, 0])
    np.copyto(lanes, grid[:, 0])
    for column in range(1, width):
        np.add(total, rows[:, column], out=total)
        np.add(lanes, grid[:, column], out=lanes)
    # What the lanes leave of the plain total are the bytes between them, one lane too high.
    np.subtract(total, lanes, out=total)
    np.right_shift(total, _EIGHT, out=total)
    np.add(total, lanes, out=total)
    np.multiply(total, _SPREAD, out=total)
    return total.view("u1")[_SUM_PLACE::WORD_OCTETS]


def constant_step(plan: FieldPlan, reason: int) -> Step:
    """Rejects every record in which a constant is not what it has to be."""

    def check(part: Part) -> None:
        reject = part.columns.reject
        for place, due in enumerate(plan.constant):
            wrong = part.view("u1", plan.offset + place) != due
            reject[wrong & (reject == 0)] = reason

    return check


def traits_step(windows: tuple[Window, ...]) -> Step:
    """Traits and flags that one or two bytes decide."""

    def decide(part: Part) -> None:
        flags, traits = part.columns.flags, part.columns.traits
        for place, window in enumerate(windows):
            if not window.octets:
                flags.fill(window.flags[0])
                traits.fill(0 if window.traits is None else window.traits[0])
            elif place == 0:
                _decide_all(part, window)
            else:
                _raise_flags(part, window)

    return decide


def _keys(part: Part, window: Window) -> npt.NDArray[Any]:
    return part.view(f"<u{window.octets}", window.offset)


def _decide_all(part: Part, window: Window) -> None:
    flags, traits = part.columns.flags, part.columns.traits
    table = window.flags if window.traits is None else window.traits
    keys = _keys(part, window)
    others = _unlike_the_first(keys)
    if others is None:
        part.look_up(window.flags, keys, flags)
        part.look_up(table, keys, traits)
        return
    flags.fill(window.flags[keys[0]])
    traits.fill(table[keys[0]])
    flags[others] = window.flags[keys[others]]
    traits[others] = table[keys[others]]


def _raise_flags(part: Part, window: Window) -> None:
    flags, keys = part.columns.flags, _keys(part, window)
    others = _unlike_the_first(keys)
    if others is None:
        raised = part.scratch("raised", np.uint16)
        part.look_up(window.flags, keys, raised)
        np.bitwise_or(flags, raised, out=flags)
        return
    unlike = flags[others] | window.flags[keys[others]]
    if window.flags[keys[0]]:
        np.bitwise_or(flags, window.flags[keys[0]], out=flags)
    flags[others] = unlike


def _unlike_the_first(keys: npt.NDArray[Any]) -> npt.NDArray[np.intp] | None:
    """Places whose key is not the first one's; None when they are too many to repay this.

    Nearly all records of a part are alike, and finding the others costs half a look-up of all.
    """
    others = (keys != keys[0]).nonzero()[0]
    return None if len(others) * _MOST_OTHERS > len(keys) else others


def copy_step(plan: FieldPlan) -> Step:
    """Copies an integer field into its column."""
    order = ">" if plan.is_big else "<"
    sign = "i" if plan.is_signed else "u"

    def copy(part: Part) -> None:
        np.copyto(part.columns.fields[plan.name], part.view(kind, plan.offset))

    def gather(part: Part) -> None:
        column = part.columns.fields[plan.name]
        places = list(range(plan.octets))
        if not plan.is_big:
            places.reverse()
        column.fill(0)
        for place in places:
            np.left_shift(column, 8, out=column)
            np.bitwise_or(column, part.view("u1", plan.offset + place), out=column)
        if plan.is_signed:
            unused = 8 * (column.itemsize - plan.octets)
            np.left_shift(column, unused, out=column)
            np.right_shift(column, unused, out=column)

    kind = f"{order}{sign}{plan.octets}"
    return copy if plan.octets in _NATIVE else gather


def octets_step(plan: FieldPlan, size: int) -> Step:
    """Copies up to eight bytes as an integer whose lowest byte is the first of them."""
    if plan.octets in _NATIVE:
        return _native_step(plan)
    if plan.end >= WORD_OCTETS:
        return _shifted_step(
            plan.name, plan.end - WORD_OCTETS, 8 * (WORD_OCTETS - plan.octets), None
        )
    if plan.offset + WORD_OCTETS <= size:
        return _shifted_step(plan.name, plan.offset, 0, np.uint64((1 << 8 * plan.octets) - 1))
    return _gathered_step(plan)


def _native_step(plan: FieldPlan) -> Step:
    def copy(part: Part) -> None:
        np.copyto(part.columns.fields[plan.name], part.view(f"<u{plan.octets}", plan.offset))

    return copy


def _shifted_step(name: str, offset: int, shift: int, mask: np.uint64 | None) -> Step:
    places = np.uint64(shift)

    def copy(part: Part) -> None:
        column = part.columns.fields[name]
        np.copyto(column, part.view("<u8", offset))
        np.right_shift(column, places, out=column)
        if mask is not None:
            np.bitwise_and(column, mask, out=column)

    return copy


def _gathered_step(plan: FieldPlan) -> Step:
    def gather(part: Part) -> None:
        column = part.columns.fields[plan.name]
        column.fill(0)
        for place in range(plan.octets):
            byte = part.view("u1", plan.offset + place).astype(np.uint64)
            np.bitwise_or(column, np.left_shift(byte, np.uint64(8 * place)), out=column)

    return gather


def seconds_step(plan: FieldPlan) -> Step:
    """Seconds since 2000 become seconds since 1970; from 2100 on they are no date."""
    limit = SECONDS + _FIRST_SECOND

    def convert(part: Part) -> None:
        seconds = part.columns.seconds
        np.copyto(seconds, part.view("<u4", plan.offset))
        np.add(seconds, _FIRST_SECOND, out=seconds)
        wrong = (seconds >= limit).nonzero()[0]
        if len(wrong):
            seconds[wrong] = NO_TIME
            part.columns.flags[wrong] |= FLAG_BITS[RecordFlag.TIME_IMPOSSIBLE]

    return convert


def time_step(plan: FieldPlan, field: WandTimeField) -> Step:
    """Looks the seconds up, two bytes at a time, and flags what is no date.

    Raises:
        ValueError: the order of the parts has no tables.
    """
    tables = pair_tables(field.order, field.coding)
    is_decimal = field.coding is TimeCoding.BCD

    def convert(part: Part) -> None:
        seconds = part.columns.seconds
        _look_up_seconds(part, plan, tables)
        wrong = (seconds < 0).nonzero()[0]
        np.bitwise_and(seconds, SECONDS_MASK, out=seconds)
        if len(wrong):
            seconds[wrong] = NO_TIME
            stored = part.octets_of(wrong, plan.offset, plan.end)
            part.columns.flags[wrong] |= _time_flags(stored, is_decimal=is_decimal)

    return convert


def _look_up_seconds(part: Part, plan: FieldPlan, tables: tuple[PairTable, ...]) -> None:
    seconds, more = part.columns.seconds, part.scratch("seconds", np.int64)
    for place, table in enumerate(tables):
        keys = part.view(f"<u{table.octets}", plan.offset + table.offset)
        part.look_up(table.entries, keys, more if place else seconds)
        if place:
            np.add(seconds, more, out=seconds)


def _time_flags(stored: Octets, *, is_decimal: bool) -> npt.NDArray[np.uint16]:
    """One flag a record whose time is no date: that, or that it is not even made of digits."""
    if not is_decimal:
        return np.full(len(stored), _NO_DATE[0], np.uint16)
    return _NO_DATE[_NOT_DECIMAL[stored].any(axis=1).view(np.uint8)]


def rom_step(plan: FieldPlan) -> Step:
    """Checks the CRC of every 1-Wire ROM, and that its family is not zero."""
    tables = rom_tables()

    def check(part: Part) -> None:
        keys = part.scratch("pairs", np.intp, _ROM_PAIRS).reshape(_ROM_PAIRS, part.count)
        np.copyto(keys, part.pairs(plan.offset, _ROM_PAIRS))
        crc, more = part.scratch("crc", np.uint8), part.scratch("more", np.uint8)
        tables[0].take(keys[0], out=crc, mode="clip")
        for pair in range(1, _ROM_PAIRS):
            tables[pair].take(keys[pair], out=more, mode="clip")
            np.bitwise_xor(crc, more, out=crc)
        family = part.view("u1", plan.offset)
        wrong = ((crc != 0) | (family == 0)).nonzero()[0]
        if len(wrong):
            _flag_roms(part, wrong, family[wrong] == 0)

    return check


def _flag_roms(part: Part, wrong: npt.NDArray[np.intp], is_nobody: npt.NDArray[np.bool_]) -> None:
    is_rom = (part.columns.traits[wrong] & ROM_BIT) != 0
    flags = np.where(
        is_nobody,
        np.uint16(FLAG_BITS[RecordFlag.TAG_IMPOSSIBLE]),
        np.uint16(FLAG_BITS[RecordFlag.TAG_CHECK_SUM]),
    )
    part.columns.flags[wrong[is_rom]] |= flags[is_rom]
