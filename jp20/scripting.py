"""What the scripts in `scripts/` begin and end with: which chain, whose keys, which deployment; a
table of what was done, or one clear line of what was not.

A script runs under Brownie (`brownie run NAME main … --network ganache`) and by itself
(`python scripts/NAME.py …`). By itself it takes the chain from JP20_NETWORK: `ganache` (the
default), `anvil`, or a node's address.
"""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial, wraps
from getpass import getpass
from inspect import signature
from pathlib import Path
from typing import Final, NoReturn, ParamSpec

from eth_typing import ChecksumAddress
from rich.console import Console

from jp20.chain.local import stop_on_signals
from jp20.chain.rpc.connection import Connection, connect
from jp20.chain.rpc.networks import DEVELOPMENT
from jp20.chain.signing.signers import Signer, development_signers, keystore_signer
from jp20.cli.frame.options import units
from jp20.cli.frame.output import print_part
from jp20.cli.frame.screen import draw
from jp20.cli.shared.results import counts_table, refused_table, steps_table
from jp20.domain.base.errors import BadArgument as BadArgument
from jp20.domain.base.errors import ExitCode, JP20Error, Text
from jp20.domain.base.roles import Role
from jp20.domain.plans.outcomes import Outcomes, Step
from jp20.operations.governance.case_file import CaseFile as CaseFile
from jp20.operations.governance.platform import deployment_path, load_deployment
from jp20.operations.session import Session, open_session
from jp20.operations.workspace import NotDeployed

_P = ParamSpec("_P")

_DEVELOPMENT_KEYS: Final = 30

_sessions: Final[list[Session]] = []
"""Those that the running script opened: its end frees their keys for the next one."""

# Where there is no terminal a line is as long as it is: what reads it can cut it itself.
console: Final = Console(highlight=False, width=None if sys.stdout.isatty() else 150)
_errors: Final = Console(highlight=False, stderr=True, soft_wrap=True)


class NoChain(JP20Error):
    """Brownie found no chain, and started one that would end with the script."""

    def __init__(self) -> None:
        super().__init__(
            Text("There is no chain that keeps running.", "接続先のチェーンが起動していません。"),
            Text(
                "Brownie started one for this script alone; it would end with it.",
                "Brownie が起動したチェーンは、このスクリプトの終了と同時に失われます。",
            ),
            Text(
                "Start one in another terminal, and keep it running: make chain",
                "別の端末で make chain を実行し、起動したままにしてください。",
            ),
        )


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
            _end(BadArgument(Text(f"Arguments: {wanted}", f"引数: {wanted}")), ExitCode.USAGE)
        try:
            function(*arguments, **named)
            for opened in _sessions:
                opened.wait_until_final()
        except JP20Error as error:
            _end(error, error.exit_code)
        finally:
            while _sessions:
                _sessions.pop().close()

    return run


def chain() -> Connection:
    """Brownie's network where a script runs under Brownie, else that of JP20_NETWORK.

    Raises NoChain where Brownie started the chain itself, CannotConnect.
    """
    brownie = sys.modules.get("brownie")
    if brownie is not None and brownie.network.is_connected():
        if brownie.rpc.is_child():
            raise NoChain
        return connect(brownie.web3.provider.endpoint_uri)
    name = os.environ.get("JP20_NETWORK", "ganache")
    return connect(DEVELOPMENT.get(name, name))


def keys(connection: Connection) -> Sequence[Signer]:
    """Whose keys sign. On a development chain all organisations', from the development mnemonic.

    Elsewhere the keystores (*.json) in the folder JP20_KEYSTORES, which are one organisation's;
    each password is asked. A key is never an argument.
    """
    if _is_development(connection):
        return development_signers(_DEVELOPMENT_KEYS)
    folder = Path(os.environ.get("JP20_KEYSTORES", "keystores"))
    files = sorted(folder.glob("*.json"))
    if not files:
        raise BadArgument(
            Text(f"There is not a keystore in {folder}.", f"{folder} に鍵ファイルがありません。"),
            next_step=Text(
                "Set JP20_KEYSTORES to the folder of your organisation's keystores.",
                "自組織の鍵ファイルのフォルダを JP20_KEYSTORES に指定してください。",
            ),
        )
    return [keystore_signer(file, partial(getpass, f"{file}: ")) for file in files]


def deployment_file(connection: Connection) -> Path:
    """Where the platform's addresses are kept: one file a chain, in JP20_DEPLOYMENTS."""
    return deployment_path(
        Path(os.environ.get("JP20_DEPLOYMENTS", "deployments")), connection.chain_id
    )


def outbox_folder() -> Path:
    """Where what was sent is remembered, so that nothing is sent twice: JP20_OUTBOX."""
    return Path(os.environ.get("JP20_OUTBOX", "outbox"))


def session() -> Session:
    """The platform on the chain, with the keys that there are."""
    connection = chain()
    file = deployment_file(connection)
    if not file.exists():
        step = Text("Run deploy_platform first.", "先に deploy_platform を実行してください。")
        raise NotDeployed(file, step)
    # Off a development chain the keys are one organisation's, and the others run the same script.
    single_organisation = not _is_development(connection)
    opened = open_session(
        connection,
        load_deployment(file),
        keys(connection),
        single_organisation=single_organisation,
        outbox=outbox_folder(),
    )
    _sessions.append(opened)
    return opened


def key_of(address: ChecksumAddress, signers: Sequence[Signer]) -> Signer:
    """The signer of an address. Raises BadArgument where there is none."""
    for signer in signers:
        if signer.address == address:
            return signer
    raise BadArgument(
        Text(f"This folder does not have the key of {address}.", f"{address} の鍵がありません。"),
        next_step=Text(
            "Put its keystore beside the others.", "鍵ファイルを所定のフォルダに置いてください。"
        ),
    )


def holder_of(session: Session, role: Role) -> int:
    """The first organisation that holds a role at large, by number. Raises BadArgument."""
    for member in session.members():
        if role in member.roles:
            return member.number
    raise BadArgument(Text(f"No organisation is {role.name}.", f"{role.name} の組織がありません。"))


def whole_number(text: str, what: str) -> int:
    """A number above zero that came as an argument. Raises BadArgument."""
    return units(text, what)


def show(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table; a column whose name begins with # is one of numbers."""
    heads = [(column.removeprefix("#"), column.startswith("#")) for column in columns]
    draw(
        console,
        title,
        heads,
        [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows],
        console.width,
    )


def show_steps(session: Session, steps: Iterable[Step], what: str = "") -> None:
    """Who proposed, who signed, who executed; nothing where nothing was to be done."""
    steps = list(steps)
    if steps:
        if what:
            console.print(what)
        print_part(console, steps_table(session, steps), _both)


def show_outcomes(session: Session, title: str, outcomes: Outcomes) -> None:
    """How many rows went how, each one that was refused, and who decided. Ends the script with code
    4 where some were refused.
    """
    print_part(console, counts_table(Text(title, title), outcomes), _both)
    show_steps(session, outcomes.steps)
    if outcomes.refused:
        print_part(console, refused_table(outcomes.refused), _both)
        raise SystemExit(ExitCode.SOME_REFUSED)


def _both(text: Text) -> str:
    return text.ja if text.ja == text.en else f"{text.ja} / {text.en}"


def _is_development(connection: Connection) -> bool:
    return connection.chain_id in {network.chain_id for network in DEVELOPMENT.values()}


def _end(error: JP20Error, code: int) -> NoReturn:
    for language in ("ja", "en"):
        _errors.print("\n".join(error.lines(language)), markup=False, style="red")
    raise SystemExit(code)
