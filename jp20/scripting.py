"""What the scripts in `scripts/` begin and end with: which chain, whose keys, which deployment; a
table of what was done, or one clear line of what was not.

A script runs under Brownie (`brownie run NAME main … --network ganache`) and by itself
(`python scripts/NAME.py …`). By itself it takes the chain from JP20_NETWORK: `ganache` (the
default), `anvil`, or a node's address.
"""

import os
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial, wraps
from getpass import getpass
from inspect import signature
from pathlib import Path
from typing import Final, NoReturn, ParamSpec

from eth_typing import ChecksumAddress
from rich.console import Console
from rich.table import Table

from jp20.chain.connection import Connection, connect
from jp20.chain.networks import DEVELOPMENT
from jp20.chain.receipts import OutcomeUnknown
from jp20.chain.signers import Signer, development_signers, keystore_signer
from jp20.domain.addresses import parse_address
from jp20.domain.errors import JP20Error, Text
from jp20.domain.evidence import Evidence
from jp20.domain.faults import FaultyFile
from jp20.domain.outcomes import Outcome, Outcomes, Step
from jp20.domain.roles import Role
from jp20.domain.times import unix_time
from jp20.operations.desk import Desk, open_desk
from jp20.operations.files import NoFile, evidence_of
from jp20.operations.platform import deployment_path, load_deployment

_P = ParamSpec("_P")

USAGE: Final = 2
SOME_REFUSED: Final = 4
OUTCOME_UNKNOWN: Final = 5

_DEVELOPMENT_KEYS: Final = 30

# Where there is no terminal a line is as long as it is: what reads it can cut it itself.
console: Final = Console(highlight=False, width=None if sys.stdout.isatty() else 150)
_errors: Final = Console(highlight=False, stderr=True, soft_wrap=True)


class BadArgument(JP20Error):
    """A script was given what it cannot use."""


class NotDeployed(JP20Error):
    """The platform is not on this chain yet, as far as this machine knows."""


def script(function: Callable[_P, object]) -> Callable[_P, None]:
    """Makes a function one that ends well: a mistake is a few lines and an exit code, no traceback.

    Codes: 0 done, 1 refused or failed, 2 bad argument or file, 4 some rows refused, 5 outcome
    unknown.
    """

    @wraps(function)
    def run(*arguments: _P.args, **named: _P.kwargs) -> None:
        try:
            signature(function).bind(*arguments, **named)
        except TypeError:
            wanted = " ".join(f"[{name}]" for name in signature(function).parameters)
            _end(BadArgument(Text(f"Arguments: {wanted}", f"引数: {wanted}")), USAGE)
        try:
            function(*arguments, **named)
        except (FaultyFile, NoFile, BadArgument) as error:
            _end(error, USAGE)
        except OutcomeUnknown as error:
            _end(error, OUTCOME_UNKNOWN)
        except JP20Error as error:
            _end(error, 1)

    return run


def chain() -> Connection:
    """Brownie's network where a script runs under Brownie, else that of JP20_NETWORK."""
    brownie = sys.modules.get("brownie")
    if brownie is not None and brownie.network.is_connected():
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
            Text(f"There is no keystore in {folder}.", f"{folder} に鍵ファイルがありません。"),
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


def desk() -> Desk:
    """The platform on the chain, with the keys that there are."""
    connection = chain()
    file = deployment_file(connection)
    if not file.exists():
        raise NotDeployed(
            Text(f"There is no platform: {file} is missing.", f"基盤がありません({file} なし)。"),
            next_step=Text(
                "Run deploy_platform first.", "先に deploy_platform を実行してください。"
            ),
        )
    # Off a development chain the keys are one organisation's, and the others run the same script.
    in_turn = not _is_development(connection)
    return open_desk(connection, load_deployment(file), keys(connection), in_turn=in_turn)


def key_of(address: ChecksumAddress, signers: Sequence[Signer]) -> Signer:
    """The signer of an address. Raises BadArgument where there is none."""
    for signer in signers:
        if signer.address == address:
            return signer
    raise BadArgument(
        Text(f"The key of {address} is not here.", f"{address} の鍵がありません。"),
        next_step=Text(
            "Put its keystore beside the others.", "鍵ファイルを所定のフォルダに置いてください。"
        ),
    )


def holder_of(desk: Desk, role: Role) -> int:
    """The first organisation that holds a role at large, by number. Raises BadArgument."""
    for member in desk.members():
        if role in member.roles:
            return member.number
    raise BadArgument(Text(f"No organisation is {role.name}.", f"{role.name} の組織がありません。"))


def whole_number(text: str, what: str) -> int:
    """A number above zero that came as an argument. Raises BadArgument."""
    if not text.isascii() or not text.replace(",", "").isdigit() or int(text.replace(",", "")) < 1:
        raise BadArgument(
            Text(
                f'{what}: "{text}" is no whole number above zero.',
                f"{what}: 「{text}」は1以上の整数ではありません。",
            )
        )
    return int(text.replace(",", ""))


def show(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table; a column whose name begins with # is one of numbers."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        number = column.startswith("#")
        table.add_column(
            column.removeprefix("#"), justify="right" if number else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row))
    console.print(table)


def show_steps(desk: Desk, steps: Iterable[Step], what: str = "") -> None:
    """Who proposed, who signed, who executed; nothing where nothing was to be done."""
    steps = list(steps)
    if not steps:
        return
    names = {member.number: member.name for member in desk.members()}
    show(
        f"承認の記録 / Who did what{what and f': {what}'}",
        ("手続 / step", "組織 / organisation", "鍵 / key", "#ブロック / block"),
        (
            (
                _STEPS.get(step.what, step.what),
                names.get(step.organisation, step.organisation),
                f"{step.key[:8]}…{step.key[-6:]}",
                step.block,
            )
            for step in steps
        ),
    )


def show_outcomes(desk: Desk, title: str, outcomes: Outcomes) -> None:
    """How many rows went how, each one that was refused, and who decided. Ends the script with code
    4 where some were refused.
    """
    counts = [(kind, [row for row in outcomes.rows if row.outcome == kind]) for kind in Outcome]
    show(
        title,
        ("結果 / outcome", "#件数 / rows", "#口数 / units"),
        (
            (kind.text, len(rows), sum(row.units or 0 for row in rows) or "")
            for kind, rows in counts
            if rows
        ),
    )
    show_steps(desk, outcomes.steps)
    if outcomes.refused:
        show(
            "拒否された行 / Refused rows",
            ("#行 / line", "ウォレット / wallet", "理由 / reason"),
            ((row.line or "", row.account or "", row.reason or "") for row in outcomes.refused),
        )
        raise SystemExit(SOME_REFUSED)


class CaseFile:
    """A TOML file that says what is to be done, under which case, on the strength of which
    document.

    Each field is asked for by the kind it must be of; what is missing or unfit is a BadArgument
    that names it.
    """

    def __init__(self, file: str, fields: Mapping[str, object] | None = None) -> None:
        self._file = Path(file)
        self._fields: Mapping[str, object] = self._read() if fields is None else fields

    @property
    def evidence(self) -> Evidence:
        """The case, and the hash of its document: this file itself where it names none."""
        document = self._file.parent / self.text("document") if self.has("document") else self._file
        return evidence_of(self.text("case"), document)

    def has(self, field: str) -> bool:
        return field in self._fields

    def text(self, field: str) -> str:
        value = self._fields.get(field)
        if not isinstance(value, str) or not value:
            raise self.unfit(field, f'{field} = "…"')
        return value

    def number(self, field: str) -> int:
        value = self._fields.get(field)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.unfit(field, f"{field} = 1, 2, 3, …")
        return value

    def time(self, field: str) -> int:
        """Unix seconds of a date or time; a date is the beginning of that day in Japan."""
        value = self._fields.get(field)
        if not isinstance(value, date):  # a datetime is one too
            raise self.unfit(field, f"{field} = 2034-03-31")
        return unix_time(value)

    def address(self, field: str) -> ChecksumAddress:
        try:
            return parse_address(self.text(field))
        except ValueError:
            raise self.unfit(field, f"{field} = 0x + 40 × 0-9, a-f") from None

    def hash(self, field: str) -> bytes:
        try:
            value = bytes.fromhex(self.text(field).removeprefix("0x"))
        except ValueError:
            value = b""
        if len(value) != 32:
            raise self.unfit(field, f"{field} = 0x + 64 × 0-9, a-f")
        return value

    def table(self, field: str) -> "CaseFile":
        value = self._fields.get(field)
        if not isinstance(value, dict):
            raise self.unfit(field, f"[{field}]")
        return CaseFile(str(self._file), value)

    def rows(self, field: str) -> list["CaseFile"]:
        value = self._fields.get(field)
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise self.unfit(field, f"[[{field}]]")
        return [CaseFile(str(self._file), row) for row in value]

    def unfit(self, field: str, example: str) -> BadArgument:
        """The error for a field that is missing, or is not like the example."""
        return BadArgument(
            Text(
                f"{self._file} [{field}] is missing or unfit.",
                f"{self._file} [{field}] がないか、不適切です。",
            ),
            next_step=Text(f"Write: {example}", f"記載例: {example}"),
        )

    def _read(self) -> Mapping[str, object]:
        try:
            return tomllib.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:  # of a TOML file: a ValueError
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise BadArgument(
                Text(f"{self._file} cannot be read.", f"{self._file} を読み込めません。"),
                Text(f"{why}", f"{why}"),
                Text(
                    "Start from a file in examples/administer.",
                    "examples/administer のファイルを基に作成してください。",
                ),
            ) from None


_STEPS: Final = {
    "propose": "提案 / proposed",
    "sign": "署名 / signed",
    "execute": "実行 / executed",
    "call": "実行 / called",
    "deploy": "配備 / deployed",
}


def _is_development(connection: Connection) -> bool:
    return connection.chain_id in {network.chain_id for network in DEVELOPMENT.values()}


def _end(error: JP20Error, code: int) -> NoReturn:
    for language in ("ja", "en"):
        _errors.print("\n".join(error.lines(language)), markup=False, style="red")
    raise SystemExit(code)
