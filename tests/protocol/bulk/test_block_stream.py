"""A stream of records decodes like one block, however its bytes arrive."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.record_layouts import STUDY
from watchclock_protocol.bulk import block_decoder, decode_stream
from watchclock_protocol.errors import LayoutError


class Trickle(BytesIO):
    """Hands out at most so many bytes at once, each time another number."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        super().__init__(data)
        self._sizes = sizes

    def fill(self, buffer: memoryview) -> int:
        self._sizes = [*self._sizes[1:], self._sizes[0]]
        return self.readinto(buffer[: self._sizes[0]])


@given(st.binary(max_size=900), st.lists(st.integers(1, 70), min_size=1, max_size=9))
def test_any_cutting_of_a_stream_gives_the_columns_of_the_block(
    data: bytes, sizes: list[int]
) -> None:
    decoder = block_decoder(STUDY)
    data = data[: len(data) - len(data) % STUDY.octets]
    whole = decoder.decode(data)
    parts = [
        (columns.seconds.copy(), columns.reject.copy(), columns.fields["serial"].copy())
        for columns in decode_stream(decoder, Trickle(data, sizes).fill)
    ]
    for place, column in enumerate((whole.seconds, whole.reject, whole.fields["serial"])):
        assert np.array_equal(
            np.concatenate([part[place] for part in parts] or [column[:0]]), column
        )


def test_a_stream_that_ends_inside_a_record_gives_what_is_before_it_and_says_so() -> None:
    stream = decode_stream(block_decoder(STUDY), BytesIO(bytes(STUDY.octets * 3 + 5)).readinto)
    assert len(next(stream)) == 3
    with pytest.raises(LayoutError, match="5 bytes"):
        next(stream)
