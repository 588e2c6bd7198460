"""Cuts length-prefixed frames out of a stream as it comes, in bounded memory: the live way.

Every place with a head, a possible length and, where there is one, a right header sum may begin a
frame; the first whose check sum holds does. What lies between two frames is told apart so:

    from a head whose frame fails up to the end it claims, or to a frame   rejected
    the rest                                                               skipped
"""

from watchclock_protocol.framing.declarations import Cut, Flaw, PrefixedFraming

__all__ = ["PrefixedCutter"]


class PrefixedCutter:
    """Cuts bytes into frames, whatever they hold and however they are cut. Never raises."""

    flag_octets = 0
    """A framing without flags."""

    def __init__(self, framing: PrefixedFraming) -> None:
        self._framing = framing
        self._buffer = bytearray()
        self._offset = 0
        self._at = 0  # place in the buffer up to which everything is judged
        self._rejected = Cut(0, 0, b"", Flaw.CHECK_SUM)  # span 0: none is open
        self._noise_from = 0
        self._found: list[Cut] = []

    @property
    def buffered(self) -> int:
        """Bytes kept of a frame that is not complete yet; less than the longest frame."""
        return len(self._buffer)

    def receive(self, data: bytes) -> list[Cut]:
        """What became certain with these bytes, in order."""
        self._buffer += data
        return self._cut(is_end=False)

    def finish(self) -> list[Cut]:
        """What the bytes kept were, now that no more come."""
        return self._cut(is_end=True)

    def _cut(self, *, is_end: bool) -> list[Cut]:
        while (head := self._next_head(is_end=is_end)) is not None:
            end = head + self._framing.length.total(self._buffer, head)
            if end > len(self._buffer) and not is_end:
                break
            self._judge(head, min(end, len(self._buffer)), is_whole=end <= len(self._buffer))
        rejected_end = self._rejected.offset + self._rejected.span
        if rejected_end <= self._offset + self._at:
            self._close_gap(rejected_end)
        if is_end:
            self._close_gap(self._offset + len(self._buffer))
            self._noise_from = self._offset + len(self._buffer)
        self._drop_judged()
        found, self._found = self._found, []
        return found

    def _next_head(self, *, is_end: bool) -> int | None:
        """Place of the next head with a possible length; None until more bytes come."""
        framing, buffer = self._framing, self._buffer
        while True:
            head = buffer.find(framing.head, self._at)
            if head < 0:
                self._at = len(buffer) if is_end else self._partial_head()
                return None
            self._at = head
            if head + framing.header_end > len(buffer):
                if not is_end:
                    return None
            elif self._may_begin(head):
                return head
            self._at = head + 1

    def _may_begin(self, head: int) -> bool:
        framing = self._framing
        if framing.length.total(self._buffer, head) > framing.longest:
            return False
        return framing.header_sum is None or framing.header_sum.holds(self._buffer, head)

    def _partial_head(self) -> int:
        """Where, at the end of the buffer, a head may have begun."""
        head, size = self._framing.head, len(self._buffer)
        for octets in range(min(len(head) - 1, size - self._at), 0, -1):
            if self._buffer.endswith(head[:octets]):
                return size - octets
        return size

    def _judge(self, head: int, end: int, *, is_whole: bool) -> None:
        frame = bytes(self._buffer[head:end])
        offset = self._offset + head
        if is_whole and self._framing.check.holds(frame):
            self._close_gap(offset)
            self._found.append(Cut(offset, len(frame), frame, None))
            self._noise_from = offset + len(frame)
            self._at = end
            return
        if offset >= self._rejected.offset + self._rejected.span:
            self._close_gap(offset)
            flaw = Flaw.CHECK_SUM if is_whole else Flaw.UNFINISHED
            self._rejected = Cut(offset, len(frame), frame, flaw)
        self._at = head + 1

    def _close_gap(self, end: int) -> None:
        """Tell what lies between the last frame and this offset."""
        offset, span, frame, flaw = self._rejected
        if span:
            span = min(span, end - offset)
            self._found.append(Cut(offset, span, frame, flaw))
            self._noise_from = offset + span
            self._rejected = Cut(offset, 0, b"", flaw)
        if self._noise_from < end:
            self._found.append(Cut(self._noise_from, end - self._noise_from, b"", Flaw.NOISE))
            self._noise_from = end

    def _drop_judged(self) -> None:
        del self._buffer[: self._at]
        self._offset += self._at
        self._at = 0
