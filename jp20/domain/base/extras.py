"""Parts of JP20 that are installed where they are wanted (`pip install 'jp20[NAME]'`)."""

from importlib import import_module
from types import ModuleType

from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.text import Text


class ExtraMissing(JP20Error):
    """What was asked for needs a part that is not installed."""

    exit_code = ExitCode.USAGE

    what = Text("The extra {extra} is not installed.")
    next_step = Text("Run: pip install 'jp20[{extra}]'")

    def __init__(self, extra: str) -> None:
        super().__init__(extra=extra)


def of_extra(module: str, extra: str) -> ModuleType:
    """A module of an extra. Raises ExtraMissing."""
    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise ExtraMissing(extra) from None
