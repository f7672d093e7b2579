"""A token with holders, whose keys the tests have, and sessions of single organisations: what the
tests of transfers, restraints, enforcement and requests begin from.
"""

import hashlib
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from running import Ran, run

from jp20.chain.rpc.connection import Connection, connect
from jp20.chain.rpc.networks import Network
from jp20.chain.signing.signers import KeySigner, development_signers
from jp20.domain.governance.evidence import Evidence
from jp20.domain.investors.investors import parse_investors
from jp20.domain.plans.allotments import parse_allotments
from jp20.domain.token.term_sheet import parse_term_sheet
from jp20.operations.governance.platform import load_deployment
from jp20.operations.plans.plan import distribute, enrol
from jp20.operations.session import Session, open_session
from jp20.operations.token.issue import create_token, issue_units

KEYS = development_signers(30)
ALICE, BOB, CAROL, DAVE, ERIN, FRANK = KEYS[16:22]
"""Investors' own keys; nobody in the consortium has them. Frank is never registered."""

DESKS = {
    "operator": 1,
    "trust bank": 2,
    "broker": 3,
    "other broker": 4,
    "issuer": 5,
    "auditor": 6,
    "kyc": 7,
    "aml": 8,
    "emergency": 9,
}
"""The organisations of the example consortium: their accounts of the development chain."""

ISSUER, TRUST_BANK = "港南リアルティ", "ひいらぎ信託銀行"

_SHEET = """
[token]
name = "試験用受益権"
symbol = "{symbol}"
code = "{code}"
product = "信託受益権"
right = "一般受益権"
perfection = "受益権原簿"
[issue]
cap = 10_000
unit_price = 100_000
issuer_account = "0x{account:040x}"
placement = "public"
{issue}
[holders]
classes = ["general", "professional", "qualified_institution"]
residencies = ["resident"]
{holders}
[redemption]
maturity = 2036-03-31
early = true
partial = true
holder = true
[[documents]]
name = "prospectus"
uri = "https://example.jp/p.pdf"
sha256 = "{digest}"
"""


@dataclass(frozen=True)
class Market:
    """A token. `alice` has 100 units, `bob` 60, `carol` 40, `dave` and `erin` none; 800 of 1,000
    are undistributed. `folder` has everybody's keys.
    """

    folder: Path
    node: str
    code: str
    document: Path

    @property
    def session(self) -> Session:
        """One that has read nothing yet, on the one connection to the node that a test run has."""
        deployment = load_deployment(self.folder / "deployments" / "31337.json")
        return open_session(_connected(self.node), deployment, KEYS)

    @property
    def who(self) -> tuple[str, ...]:
        """The document's option; a case is the test's own."""
        return ("--document", str(self.document))

    def case(self, number: str) -> tuple[str, ...]:
        return ("--case", f"{self.code}-{number}", *self.who, "--yes")

    def run(self, *arguments: str, **environment: str) -> Ran:
        return run(*arguments, folder=self.folder, **environment)

    def json(self, *arguments: str) -> dict:
        ran = self.run(*arguments, "--format", "json")
        assert ran.code == 0, ran.out + ran.err
        return ran.json

    def alone(self, name: str, *arguments: str) -> Ran:
        """The command in a folder of one organisation that has only its own key."""
        key = KEYS[DESKS[name]]
        return self.with_key(key, *arguments)

    def with_key(self, key: KeySigner, *arguments: str) -> Ran:
        folder = self.folder.parent / f"alone-{key.address}"
        if not folder.exists():
            shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("outbox"))
            file = folder / "jp20.toml"
            text = file.read_text("utf-8")
            assert "development = true" in text
            file.write_text(
                text.replace("development = true", 'environment = "JP20_TEST_KEY"', 1), "utf-8"
            )
        return run(*arguments, folder=folder, JP20_TEST_KEY=secret(key))

    def plans(self, name: str) -> list[Path]:
        folder = self.folder.parent / f"alone-{KEYS[DESKS[name]].address}" / "plans"
        return sorted(folder.glob("*.json"))

    def balance(self, holder: KeySigner) -> int:
        return self.session.token(self.code).read(int, "balanceOf", holder.address)

    def rows(self, name: str, *rows: str, head: str = "wallet,units") -> str:
        """A file of rows, by its name."""
        file = self.document.parent / f"{self.code}-{name}.csv"
        file.write_text("\n".join((head, *rows)) + "\n", "utf-8")
        return str(file)

    def pass_time(self, seconds: int) -> None:
        connection = self.session.connection
        connection.rpc("evm_increaseTime", seconds)
        connection.rpc("evm_mine")


@cache
def _connected(node: str) -> Connection:
    return connect(Network(node, 31337, 0))


def secret(key: KeySigner) -> str:
    """The key as an environment variable has it."""
    return f"0x{SECRETS[key.address]}"


def open_market(
    folder: Path, node: str, code: str, *, issue: str = "", holders: str = ""
) -> Market:
    """Makes a token of that code on the folder's platform."""
    document = folder.parent / f"{code}.pdf"
    document.write_bytes(f"The document of {code}".encode())
    market = Market(folder, node, code, document)
    session = market.session
    sheet = _SHEET.format(
        symbol=code.replace("-", ""),
        code=code,
        account=0x15E50000 + int.from_bytes(hashlib.sha256(code.encode()).digest()[:3], "big"),
        issue=issue,
        holders=holders,
        digest=hashlib.sha256(b"p").hexdigest(),
    )

    def rests_on(number: str) -> Evidence:
        return Evidence.of(f"{code}-{number}", document.read_bytes())

    investors = "\n".join(
        f"{code}-{number},名前,{key.address},general,resident,2035-03-31"
        for number, key in enumerate((ALICE, BOB, CAROL, DAVE, ERIN))
    )
    head = "investor,name,wallet,class,residency,kyc_expiry\n"
    enrol(
        session,
        parse_investors((head + investors).encode(), "investors.csv", session.now()),
        rests_on("WL"),
    )
    terms = parse_term_sheet(sheet.encode(), "term-sheet.toml")
    token = create_token(session, terms, ISSUER, TRUST_BANK, rests_on("CR")).token
    issue_units(session, token, 1_000, rests_on("IS"))
    allotments = "\n".join(
        f"{key.address},{units}" for key, units in ((ALICE, 100), (BOB, 60), (CAROL, 40))
    )
    file = parse_allotments(f"wallet,units\n{allotments}".encode(), "allotments.csv")
    distribute(session, token, file, rests_on("AL"))
    return market


def _secrets() -> dict[str, str]:
    from eth_account import Account

    Account.enable_unaudited_hdwallet_features()
    from jp20.chain.signing.signers import DEVELOPMENT_MNEMONIC

    made = [
        Account.from_mnemonic(DEVELOPMENT_MNEMONIC, account_path=f"m/44'/60'/0'/0/{number}")
        for number in range(30)
    ]
    return {each.address: each.key.hex().removeprefix("0x") for each in made}


SECRETS = _secrets()
