"""Cuts escaped frames out of a stream as it comes, in bounded memory: the live way.

Recovery, always at the next flag:
    bytes before the first flag                 skipped
    more bytes between flags than a frame has   skipped
    a false escape, length or sum               the frame is rejected
"""

from watchclock_protocol.framing.declarations import Cut, EscapedFraming, Flaw

__all__ = ["EscapedCutter"]


class EscapedCutter:
    """Cuts bytes into frames, whatever they hold and however they are cut. Never raises."""

    def __init__(self, framing: EscapedFraming) -> None:
        self._framing = framing
        self._flag = bytes([framing.flag])
        self._escape = bytes([framing.escape])
        # What stands for the escape itself is put back last: it must not begin another pair.
        pairs = sorted(framing.substitutions, key=lambda pair: pair[1] == framing.escape)
        self._pairs = [(self._escape + bytes([code]), bytes([octet])) for code, octet in pairs]
        self._pending = bytearray()
        self._overrun = 0
        self._is_open = False
        self._offset = 0
        self._flag_octets = 0

    @property
    def buffered(self) -> int:
        """Bytes kept of a frame that is not complete yet; at most the longest escaped frame."""
        return len(self._pending)

    @property
    def flag_octets(self) -> int:
        """How many flags came, which belong to no cut."""
        return self._flag_octets

    def receive(self, data: bytes) -> list[Cut]:
        """What became complete with these bytes, in order."""
        first, *others = data.split(self._flag)
        self._keep(first)
        found: list[Cut] = []
        if not others:
            return found
        last = others.pop()
        self._close(found)
        for piece in others:
            if piece:
                found.append(self._judge(piece, len(piece)))
            self._offset += len(piece) + 1
        self._flag_octets += len(others) + 1
        self._keep(last)
        return found

    def finish(self) -> list[Cut]:
        """What the bytes after the last flag were, now that no more come."""
        piece, span = bytes(self._pending), len(self._pending) + self._overrun
        if not span:
            return []
        if self._is_open and not self._overrun:
            cut = Cut(self._offset, span, piece, Flaw.UNFINISHED)
        else:
            cut = self._judge(piece, span)
        self._reset(span)
        return [cut]

    def drop(self) -> int:
        """Give up the half frame and wait for a flag; tells its bytes, its flag included."""
        span = len(self._pending) + self._overrun
        count = span + self._is_open
        self._reset(span)
        return count

    def _reset(self, span: int) -> None:
        self._pending.clear()
        self._offset += span
        self._overrun, self._is_open = 0, False

    def _keep(self, piece: bytes) -> None:
        if piece:
            room = self._framing.longest_escaped - len(self._pending)
            self._pending += piece[:room]
            self._overrun += max(0, len(piece) - room)

    def _close(self, found: list[Cut]) -> None:
        """What the bytes before a flag were; the flag opens the next frame."""
        span = len(self._pending) + self._overrun
        if span:
            found.append(self._judge(bytes(self._pending), span))
            self._pending.clear()
            self._overrun = 0
        self._offset += span + 1
        self._is_open = True

    def _judge(self, piece: bytes, span: int) -> Cut:
        framing, flaw = self._framing, None
        if not self._is_open:
            return Cut(self._offset, span, b"", Flaw.NOISE)
        if span > framing.longest_escaped:
            return Cut(self._offset, span, b"", Flaw.TOO_LONG)
        frame = self._unescaped(piece) if self._escape in piece else piece
        if frame is None:
            return Cut(self._offset, span, piece, Flaw.ESCAPE)
        size = len(frame)
        has_room = framing.length.overhead <= size <= framing.longest
        if not has_room or framing.length.total(frame) != size:
            flaw = Flaw.SHAPE
        elif not framing.check.holds(frame):
            flaw = Flaw.CHECK_SUM
        return Cut(self._offset, span, frame, flaw)

    def _unescaped(self, piece: bytes) -> bytes | None:
        """The bytes without escapes; None where one of them is false."""
        if sum(piece.count(pair) for pair, _ in self._pairs) != piece.count(self._escape):
            return None
        for pair, octet in self._pairs:
            piece = piece.replace(pair, octet)
        return piece
