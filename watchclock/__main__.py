"""``python -m watchclock`` is the ``watchclock`` command."""

import sys

from watchclock.command import main

sys.exit(main())
