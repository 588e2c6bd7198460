"""The block encoder is the inverse of the decoder and writes what construct writes."""

from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.record_layouts import MADE_UP
from watchclock_protocol.bulk import block_decoder, block_encoder
from watchclock_protocol.dialects.fcard.records import CARD_RECORDS, SYSTEM_RECORDS
from watchclock_protocol.dialects.vs.records import RECORDS as VS_RECORDS
from watchclock_protocol.dialects.wm5000t.records import RECORDS as WM5000T_RECORDS
from watchclock_protocol.errors import LayoutNotDerivableError, RequestRangeError
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.record_plan import FieldForm, FieldPlan
from watchclock_protocol.wand_times import FIRST_SECOND, SECONDS, UNIX_EPOCH

LAYOUTS = (CARD_RECORDS, VS_RECORDS, WM5000T_RECORDS, *MADE_UP)
FIRST = (FIRST_SECOND - UNIX_EPOCH) // timedelta(seconds=1)
MINUTE_LAYOUTS = {"made_up.short"}


def bounds(plan: FieldPlan) -> tuple[int, int]:
    if plan.is_signed and plan.form is FieldForm.INTEGER:
        return -(1 << 8 * plan.octets - 1), (1 << 8 * plan.octets - 1) - 1
    return 0, (1 << 8 * plan.octets) - 1


def columns_of(
    layout: RecordLayout, seed: int, count: int
) -> tuple[npt.NDArray[np.int64], dict[str, npt.NDArray[Any]]]:
    """Random values of every column, the greatest and the least of each among them."""
    chance = np.random.default_rng(seed)
    seconds = chance.integers(FIRST, FIRST + SECONDS, count, np.int64)
    if layout.name in MINUTE_LAYOUTS:
        seconds -= seconds % 60
    fields: dict[str, npt.NDArray[Any]] = {}
    for plan in layout.plan:
        is_tag = layout.tag is not None and plan.name == layout.tag.field
        if plan.form is FieldForm.INTEGER or is_tag:
            low, high = bounds(plan)
            kind = np.int64 if low else np.uint64
            fields[plan.name] = chance.integers(low, high, count, kind, endpoint=True)
            fields[plan.name][:2] = (low, high)[:count]
    return seconds, fields


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@given(seed=st.integers(0, 1 << 32), count=st.integers(0, 40))
@settings(max_examples=20, deadline=None)
def test_what_is_encoded_is_decoded_again(layout: RecordLayout, seed: int, count: int) -> None:
    seconds, fields = columns_of(layout, seed, count)
    rows = block_encoder(layout).encode(seconds, fields)
    found = block_decoder(layout).decode(rows.tobytes())
    assert not found.reject.any()
    assert found.seconds.tolist() == seconds.tolist()
    assert {name: column.tolist() for name, column in found.fields.items()} == {
        name: column.tolist() for name, column in fields.items()
    }


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@given(seed=st.integers(0, 1 << 32))
@settings(max_examples=20, deadline=None)
def test_a_record_is_the_one_that_construct_builds(layout: RecordLayout, seed: int) -> None:
    seconds, fields = columns_of(layout, seed, 5)
    for row in block_encoder(layout).encode(seconds, fields):
        raw = row.tobytes()
        assert layout.declaration.build(layout.declaration.parse(raw)) == raw


def test_a_value_that_does_not_fit_is_refused_by_name() -> None:
    seconds, fields = columns_of(CARD_RECORDS, 1, 3)
    fields["staff_number"][1] = 0x10000
    with pytest.raises(RequestRangeError, match="staff_number"):
        block_encoder(CARD_RECORDS).encode(seconds, fields)


@pytest.mark.parametrize("second", [FIRST - 1, FIRST + SECONDS])
@pytest.mark.parametrize("layout", [CARD_RECORDS, VS_RECORDS], ids=lambda layout: layout.name)
def test_a_time_outside_the_century_is_refused(layout: RecordLayout, second: int) -> None:
    seconds, fields = columns_of(layout, 1, 3)
    seconds[1] = second
    with pytest.raises(RequestRangeError, match="2000 to 2099"):
        block_encoder(layout).encode(seconds, fields)


def test_a_layout_whose_time_has_no_one_coding_is_refused() -> None:
    with pytest.raises(LayoutNotDerivableError, match=r"fcard\.system\.time"):
        block_encoder(SYSTEM_RECORDS)
