"""A stream of records decodes like one block, however its bytes arrive."""

from io import BytesIO

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
    seconds: list[int] = []
    rejects: list[int] = []
    serials: list[int] = []
    for columns in decode_stream(decoder, Trickle(data, sizes).fill):
        seconds += columns.seconds.tolist()
        rejects += columns.reject.tolist()
        serials += columns.fields["serial"].tolist()
    assert seconds == whole.seconds.tolist()
    assert rejects == whole.reject.tolist()
    assert serials == whole.fields["serial"].tolist()


def test_a_stream_that_ends_inside_a_record_gives_what_is_before_it_and_says_so() -> None:
    stream = decode_stream(block_decoder(STUDY), BytesIO(bytes(STUDY.octets * 3 + 5)).readinto)
    assert len(next(stream)) == 3
    with pytest.raises(LayoutError, match="5 bytes"):
        next(stream)
