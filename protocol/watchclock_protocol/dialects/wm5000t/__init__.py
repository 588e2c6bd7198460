"""The JWM WM-5000T contact wand: 19200 baud, read whole, then wiped by closing the session."""
