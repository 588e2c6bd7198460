"""Pages built in bulk are the frames that the wand's session builds one value at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_protocol.dialects.fcard import page_frames as fcard_frames
from watchclock_protocol.dialects.fcard import replies as fcard
from watchclock_protocol.dialects.fcard.requests import ReadRange
from watchclock_protocol.dialects.fcard.wand import Requested as FcardRequested
from watchclock_protocol.dialects.fcard.wand import WandSession as FcardSession
from watchclock_protocol.dialects.vs import page_frames as vs_frames
from watchclock_protocol.dialects.vs import replies as vs
from watchclock_protocol.dialects.vs.layouts import PAGE_OCTETS
from watchclock_protocol.dialects.vs.requests import ReadPages
from watchclock_protocol.dialects.vs.wand import Requested as VsRequested
from watchclock_protocol.dialects.vs.wand import WandSession as VsSession
from watchclock_protocol.records import RecordKind

OCTETS = {RecordKind.PATROL: 12, RecordKind.SYSTEM: 8}


@pytest.mark.parametrize("kind", OCTETS)
@given(count=st.integers(1, 30), first=st.integers(1, 70_000), seed=st.integers(0, 1 << 32))
def test_fcard_pages_in_bulk_are_those_of_the_session(
    kind: RecordKind, count: int, first: int, seed: int
) -> None:
    rows = np.random.default_rng(seed).integers(0x7D, 0x81, (count, OCTETS[kind]), np.uint8)
    serials = np.arange(first, first + count)
    entries = tuple(
        fcard.RecordEntry(serial=int(serial), raw=row.tobytes())
        for serial, row in zip(serials, rows, strict=True)
    )
    request = ReadRange(kind=kind, first=first, quantity=count)
    requested = FcardRequested(request=request, address=7, token=0x7E7F)
    *pages, _ = FcardSession(7).reply(requested, fcard.StoredRecords(entries=entries))
    assert fcard_frames.page_frames(7, 0x7E7F, kind, serials, rows) == b"".join(pages)


@given(count=st.integers(1, 5), first=st.integers(0, 1 << 31), token=st.integers(0, 0xFFFF))
def test_vs_pages_in_bulk_are_those_of_the_session(count: int, first: int, token: int) -> None:
    numbered = [(first + place, bytes((place,)) * PAGE_OCTETS) for place in range(count)]
    request = ReadPages(first_page=first, pages=count, first_sequence=1, last_sequence=2)
    replies = [vs.PageRead(number=number, raw=raw) for number, raw in numbered]
    *pages, _ = VsSession().reply(
        VsRequested(request=request, token=token), *replies, vs.PagesEnd(sent=count)
    )
    assert list(vs_frames.page_frames(token, numbered)) == pages
