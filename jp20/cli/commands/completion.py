"""`jp20 completion`: what a shell has to know to complete the commands and options of `jp20`."""

from enum import Enum
from importlib import import_module
from typing import Annotated

import typer

from jp20.cli.frame.language import example, help_text

app = typer.Typer()


class Shell(Enum):
    """The shells whose script the framework of the command line brings along."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@app.command(
    "completion",
    help=help_text(
        'It prints a script. Bash: eval "$(jp20 completion bash)" in ~/.bashrc; zsh: the same '
        "with zsh in ~/.zshrc, after compinit; fish: write it to "
        "~/.config/fish/completions/jp20.fish."
    ),
    epilog=example("jp20 completion bash", "jp20 completion fish"),
)
def completion(
    shell: Annotated[
        Shell,
        typer.Argument(metavar="SHELL", help=help_text("bash, zsh or fish.")),
    ],
) -> None:
    """Nothing is installed and no file is written: where it goes is the user's to say."""
    from jp20.cli.main import COMPLETES

    script = import_module("typer.completion").get_completion_script
    print(script(prog_name="jp20", complete_var=COMPLETES, shell=shell.value))
