"""Cutting frames out of bytes: a framing is declared once as data and cut in two ways.

- ``declarations``: what a framing is (``EscapedFraming``, ``PrefixedFraming``), and the flaws.
- ``escaped_stream``, ``prefixed_stream``: cutters that are fed piece by piece: the live way, and
  the oracle the others are tested against. They do not import numpy.
- ``escaped_bulk``, ``prefixed_bulk``: the same results for whole blocks at once with numpy.
- ``cutting``: ``cut`` and ``cut_blocks``, which take whichever way is faster.

docs/decisions/0010-frames-are-cut-in-bulk.md says why there are two.
"""
