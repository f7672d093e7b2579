"""The working folder of the call that is running."""

from pathlib import Path
from typing import TYPE_CHECKING

from jp20.cli.frame.invocation import invocation
from jp20.cli.frame.options import address
from jp20.cli.frame.output import say
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.operations.workspace import Workspace


def workspace() -> "Workspace":
    """That of `--config`, else of the first settings file found from here upwards. Raises
    NoWorkspace, NoFile, FaultyFile.
    """
    from jp20.cli.frame.finality import Settling
    from jp20.cli.frame.passwords import opening
    from jp20.operations.workspace import Workspace, find_settings

    asked = invocation()
    offline = None if asked.offline is None else address(asked.offline, "--offline")
    file = asked.config or find_settings(Path.cwd())
    return Workspace(
        file,
        asked.closing,
        lambda file: opening(None, file),
        offline,
        lambda opened: asked.settling.append(Settling(opened)),
        _say_waiting,
    )


def _say_waiting(method: str, seconds: float) -> None:
    say(
        Text(
            "The node has not answered {method} for {seconds:.0f} seconds. Waiting.",
            method=method,
            seconds=seconds,
        )
    )
