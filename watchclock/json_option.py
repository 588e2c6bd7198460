"""The one way every verb is told to print JSON."""

from typing import Annotated

import typer

from watchclock.language import translate as _

__all__ = ["JsonOption"]

JsonOption = Annotated[bool, typer.Option("--json", help=_("Print JSON for scripts."))]
