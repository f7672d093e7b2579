"""`jp20 completion`: what a shell has to know to complete the commands and options of `jp20`."""

from enum import Enum
from importlib import import_module
from typing import Annotated, Final

import typer

from jp20.cli.frame.declare import argument, command

app = typer.Typer()


class Shell(Enum):
    """The shells whose script the framework of the command line brings along."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


_COMPDEF: Final = "compdef _jp20_completion jp20"
_COMPDEF_OR_RUN: Final = f"""\
if [ "$funcstack[1]" = "_jp20" ]; then
  _jp20_completion
else
  {_COMPDEF}
fi"""
"""In a file of $fpath the script is what zsh runs to complete, from the first time on."""


@command(
    app,
    "completion",
    "It prints a script, to be run by the shell when it starts: "
    'eval "$(jp20 completion bash)" in ~/.bashrc; the same with zsh in ~/.zshrc, after '
    "compinit. Or write it to a file, where the shell looks for it: "
    "~/.local/share/bash-completion/completions/jp20; _jp20 in a folder of zsh's $fpath; "
    "~/.config/fish/completions/jp20.fish.",
    "jp20 completion bash",
    "jp20 completion fish",
)
def completion(shell: Annotated[Shell, argument("bash, zsh or fish.", "SHELL")]) -> None:
    """Nothing is installed and no file is written: where it goes is the user's to say."""
    from jp20.cli.main import COMPLETES

    made = import_module("typer.completion").get_completion_script
    script = made(prog_name="jp20", complete_var=COMPLETES, shell=shell.value)
    print(script.replace(_COMPDEF, _COMPDEF_OR_RUN) if shell is Shell.ZSH else script)
