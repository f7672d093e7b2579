"""What the tests of the operations begin from, and what they say it in."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from eth_typing import ChecksumAddress

from jp20.chain.rpc.connection import Connection
from jp20.chain.signing.signers import KeySigner, development_signers
from jp20.domain.base.times import in_tokyo
from jp20.domain.governance.consortium_file import ConsortiumFile
from jp20.domain.governance.deployment import Deployment
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.policy import Policy
from jp20.domain.investors.investors import InvestorFile, parse_investors
from jp20.domain.plans.allotments import AllotmentFile, parse_allotments
from jp20.domain.token.term_sheet import TermSheet, parse_term_sheet
from jp20.operations.governance.platform import deploy_platform
from jp20.operations.plans.plan import distribute, enrol
from jp20.operations.session import Session, open_session
from jp20.operations.token.issue import create_token, issue_units

EXAMPLES = Path(__file__).parents[3] / "examples"
KEYS = development_signers(30)
FOUNDER = KEYS[0]
INVESTORS = KEYS[16:]
"""Accounts 16 to 29 of the development chain: nobody in the consortium has them."""

TRUST_BANK, BROKER, OTHER_BROKER, ISSUER, AUDITOR, KYC, AML, OPERATOR, EMERGENCY, PAYING = range(
    1, 11
)
"""The organisations of examples/consortium.toml by number."""

TERM_SHEET = """
[token]
name = "試験用受益権"
symbol = "TEST"
code = "JP20-TEST"
product = "信託受益権"
right = "一般受益権"
perfection = "受益権原簿"
[issue]
cap = 10_000
unit_price = 100_000
issuer_account = "0x00000000000000000000000000000000000015E5"
placement = "public"
[holders]
classes = ["general", "professional", "qualified_institution"]
residencies = ["resident"]
[redemption]
maturity = {maturity}
early = true
partial = true
holder = true
[[documents]]
name = "目論見書"
uri = "https://example.jp/p.pdf"
sha256 = "{digest}"
"""


@dataclass(frozen=True)
class World:
    """What the tests begin from. `alice` has 100 units, `bob` 60, `carol` 40, `dave` none."""

    session: Session
    deployment: Deployment
    token: ChecksumAddress
    sheet: TermSheet
    year_from_now: int

    def session_of(self, *organisations: int, wait=None) -> Session:
        """A session with the keys of some organisations only."""
        numbers = set(organisations)
        keys = {
            key for each in self.session.members() if each.number in numbers for key in each.keys
        }
        signers = [signer for signer in KEYS if signer.address in keys]
        return open_session(self.session.connection, self.deployment, signers, wait)

    def key(self, organisation: int) -> KeySigner:
        """The first key of an organisation."""
        keys = self.session.organisation(organisation).keys
        return next(signer for signer in KEYS if signer.address in keys)

    def balance(self, holder: KeySigner) -> int:
        return self.session.token(self.token).read(int, "balanceOf", holder.address)

    def investors(self, *rows: str, now: int | None = None) -> InvestorFile:
        """A whitelist file of such rows as `row` gives."""
        head = "investor,name,wallet,class,residency,kyc_expiry\n"
        return parse_investors(
            (head + "\n".join(rows)).encode(), "investors.csv", now or self.session.now()
        )

    def row(
        self, reference: str, holder: KeySigner | str, class_: str = "general", years: int = 1
    ) -> str:
        wallet = holder if isinstance(holder, str) else holder.address
        expiry = in_tokyo(self.year_from_now + (years - 1) * 365 * 86400)
        return f"{reference},名前,{wallet},{class_},resident,{expiry}"

    def pass_time(self, seconds: int) -> None:
        pass_time(self.session.connection, seconds)


def pass_time(connection: Connection, seconds: int) -> None:
    connection.rpc("evm_increaseTime", seconds)
    connection.rpc("evm_mine")


def evidence(case: str) -> Evidence:
    return Evidence.of(case, b"the document of this case")


def allotments(*rows: tuple[KeySigner | str, int | str]) -> AllotmentFile:
    lines = [f"{to if isinstance(to, str) else to.address},{units}" for to, units in rows]
    return parse_allotments(("wallet,units\n" + "\n".join(lines)).encode(), "allotments.csv")


alice, bob, carol, dave, erin, frank, grace = INVESTORS[:7]


def found(
    connection: Connection, policy: Policy, organisations: ConsortiumFile, file: Path
) -> World:
    """Sets up the platform on a chain; `file` is where its deployment is recorded."""
    deployment = deploy_platform(connection, FOUNDER, policy, organisations.organisations, file)
    session = open_session(connection, deployment, KEYS)
    year_from_now = session.now() // 86400 * 86400 + 366 * 86400
    maturity = f'"{in_tokyo(year_from_now + 5 * 365 * 86400)}"'
    text = TERM_SHEET.format(maturity=maturity, digest=hashlib.sha256(b"p").hexdigest())
    sheet = parse_term_sheet(text.encode(), "term-sheet.toml")
    world = World(session, deployment, ChecksumAddress("0x"), sheet, year_from_now)
    enrol(
        session,
        world.investors(
            *(world.row(f"K-{n}", holder) for n, holder in enumerate((alice, bob, carol, dave)))
        ),
        evidence("WL-0"),
    )
    token = create_token(session, sheet, ISSUER, TRUST_BANK, evidence("CREATE-0")).token
    issue_units(session, token, 1_000, evidence("ISSUE-0"))
    distribute(session, token, allotments((alice, 100), (bob, 60), (carol, 40)), evidence("AL-0"))
    return replace(world, token=token)
