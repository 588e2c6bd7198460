"""What the maker's wand (``fcard``) and desk reader (``fcard_reader``) have in common: the frame.

Dialects do not know each other, so what two of them share stands here.
"""
