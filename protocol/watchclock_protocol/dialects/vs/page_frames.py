"""The frames of many pages in answer to one request, for who hands out whole memories.

``WandSession.reply`` builds the same bytes from one value a page; a test holds them together.
"""

from collections.abc import Iterable, Iterator

from watchclock_protocol.dialects.vs.commands import PAGE, find_command
from watchclock_protocol.dialects.vs.frames import FrameBuilder
from watchclock_protocol.dialects.vs.layouts import PAGE as PAGE_DATA
from watchclock_protocol.dialects.vs.requests import ReadPages

__all__ = ["page_frames"]

_COMMAND = find_command(ReadPages(first_page=0, pages=1, first_sequence=0, last_sequence=0)).code


def page_frames(token: int, pages: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
    """The frames of these pages, without the one that ends them.

    A page is drawn when its frame is.

    Args:
        token: that of the request.
        pages: number and 1024 bytes of each.
    """
    frames = FrameBuilder(_COMMAND, token)
    kind = PAGE.frame_kind
    for number, raw in pages:
        yield frames.build(kind, PAGE_DATA.pack(number, raw))
