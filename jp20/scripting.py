"""What the scripts in `scripts/` begin and end with: which chain, whose keys, which deployment; a
table of what was done, or one clear line of what was not.

A script runs under Brownie (`brownie run NAME main … --network ganache`) and by itself
(`python scripts/NAME.py …`). Which nodes, whose keys, which folders: its `jp20.toml` says.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import partial, wraps
from getpass import getpass
from inspect import signature
from pathlib import Path
from typing import Final, NoReturn, ParamSpec

from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.table import Table

from jp20.chain.local import stop_on_signals
from jp20.chain.signing.passwords import Password
from jp20.domain.base.errors import BadArgument as BadArgument
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text
from jp20.domain.files.units import NotUnits, parse_units
from jp20.domain.plans.outcomes import Outcome, Outcomes, Step
from jp20.domain.token.terms import MAX_UNITS
from jp20.operations.governance.case_file import CaseFile as CaseFile
from jp20.operations.session import Session
from jp20.operations.workspace import NotDeployed, Workspace, find_settings

_P = ParamSpec("_P")

_ISO: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)\+09:00")

_sessions: Final[list[Session]] = []
"""Those that the running script opened."""

_closing: Final = ExitStack()
"""What its end closes: that frees the keys for the next one."""

# Where there is no terminal a line is as long as it is: what reads it can cut it itself.
console: Final = Console(highlight=False, width=None if sys.stdout.isatty() else 150)
_errors: Final = Console(highlight=False, stderr=True, soft_wrap=True)


class OtherChain(BadArgument):
    """Brownie is on another node than the settings name."""

    what = Text("Brownie is on {there}, and {place} names {named}.")
    next_step = Text("Name the same node: [network] rpc.")

    def __init__(self, there: str, place: Workspace) -> None:
        named = ", ".join(place.settings.network.rpc)
        super().__init__(there=there, place=place.file, named=named)


class NoChain(JP20Error):
    """Brownie found no chain, and started one that would end with the script."""

    what = Text("There is no chain that keeps running.")
    why = Text("Brownie started one for this script alone; it would end with it.")
    next_step = Text("Start one in another terminal, and keep it running: make chain")


def script(function: Callable[_P, object]) -> Callable[_P, None]:
    """Makes a function one that ends well: a mistake is a few lines and an exit code, no traceback.
    The codes are those of `jp20`. What it started ends with it, also where it is ended by SIGTERM
    or SIGHUP.
    """

    @wraps(function)
    def run(*arguments: _P.args, **named: _P.kwargs) -> None:
        stop_on_signals()
        try:
            signature(function).bind(*arguments, **named)
        except TypeError:
            wanted = " ".join(f"[{name}]" for name in signature(function).parameters)
            _end(BadArgument(Text("Arguments: {wanted}", wanted=wanted)), ExitCode.USAGE)
        try:
            function(*arguments, **named)
            for opened in _sessions:
                opened.wait_until_final()
        except JP20Error as error:
            _end(error, error.exit_code)
        finally:
            _sessions.clear()
            _closing.close()

    return run


def workspace() -> Workspace:
    """The settings of the script: the file that JP20_CONFIG names, else the nearest `jp20.toml`
    from here upwards, as `jp20` takes it.

    Raises NoWorkspace, NoChain where Brownie started the chain itself, OtherChain.
    """
    named = os.environ.get("JP20_CONFIG")
    file = Path(named) if named else find_settings(Path.cwd())
    place = Workspace(file, _closing, _asked, opened=_sessions.append)
    brownie = sys.modules.get("brownie")
    if brownie is not None and brownie.network.is_connected():
        if brownie.rpc.is_child():
            raise NoChain
        there = brownie.web3.provider.endpoint_uri
        if there not in place.settings.network.rpc:
            raise OtherChain(there, place)
    return place


def session() -> Session:
    """The platform on the chain, with the keys that there are."""
    place = workspace()
    if not place.deployment_file.exists():
        step = Text("Run deploy_platform first.")
        raise NotDeployed(place.deployment_file, step)
    return place.session()


def holder_of(session: Session, role: Role) -> int:
    """The first organisation that holds a role at large, by number. Raises BadArgument."""
    for member in session.members():
        if role in member.roles:
            return member.number
    raise BadArgument(Text("No organisation is {role}.", role=role.text))


def whole_number(text: str, what: str) -> int:
    """A number above zero that came as an argument. Raises BadArgument."""
    try:
        return parse_units(text, MAX_UNITS + 1)
    except NotUnits as unfit:
        raise BadArgument(
            Text("{what}: {unfit}", what=what, unfit=unfit.what), next_step=unfit.next_step
        ) from None


def show(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table; a column whose name begins with # is one of numbers."""
    drawn = Table(title=escape(title), title_justify="left", title_style="bold")
    for column in columns:
        is_number = column.startswith("#")
        justify: JustifyMethod = "right" if is_number else "left"
        drawn.add_column(escape(column.removeprefix("#")), justify=justify, overflow="fold")
    for row in rows:
        drawn.add_row(*(escape(_cell(cell)) for cell in row))
    console.print(drawn)


def show_steps(session: Session, steps: Iterable[Step], what: str = "") -> None:
    """Who proposed, who signed, who executed; nothing where nothing was to be done."""
    steps = list(steps)
    if not steps:
        return
    if what:
        console.print(what)
    names = {member.number: member.name for member in session.members()}
    show(
        "承認の記録 / Who did what",
        ("手続 / step", "組織 / organisation", "鍵 / key", "#ブロック / block"),
        [(each.text, names.get(each.organisation, "–"), each.key, each.block) for each in steps],
    )


def show_outcomes(session: Session, title: str, outcomes: Outcomes) -> None:
    """How many rows went how, each one that was refused, and who decided. Ends the script with code
    5 where an outcome is unknown, with 4 where some were refused.
    """
    kinds = [(kind, found) for kind in Outcome if (found := outcomes.of(kind))]
    show(
        title,
        ("結果 / outcome", "#件数 / rows", "#口数 / units"),
        [(kind.text, len(found), sum(row.units or 0 for row in found)) for kind, found in kinds],
    )
    show_steps(session, outcomes.steps)
    if outcomes.refused:
        show(
            "拒否された行 / Refused rows",
            ("#行 / line", "ウォレット / wallet", "理由 / reason"),
            [(row.line or "", row.account or "", row.reason or "–") for row in outcomes.refused],
        )
    if outcomes.unknown:
        raise SystemExit(ExitCode.UNKNOWN)
    if outcomes.refused:
        raise SystemExit(ExitCode.SOME_REFUSED)


def _cell(value: object) -> str:
    """As it is shown: no character in it moves the cursor."""
    if isinstance(value, Text):
        value = _both(value)
    text = f"{value:,}" if isinstance(value, int) else str(value)
    shown = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return _ISO.sub(r"\1 \2", shown)


def _both(text: Text) -> str:
    return text.ja if text.ja == text.en else f"{text.ja} / {text.en}"


def _asked(file: Path) -> Password:
    return partial(getpass, f"{file}: ")


def _end(error: JP20Error, code: int) -> NoReturn:
    for language in ("ja", "en"):
        _errors.print("\n".join(error.lines(language)), markup=False, style="red")
    raise SystemExit(code)
