"""What is measured on four validators: a platform with 10,000 holders, and a plain token that the
same 10,000 have.

Twenty of the holders have their keys at hand and many units: they are who sends.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from bench.chain import account
from bench.crowd import at_once, received
from bench.peers import compiled
from jp20.chain.contracts.contract import Contract
from jp20.chain.rpc.connection import Connection
from jp20.chain.sending.outbox import Entry
from jp20.chain.sending.sender import Sender
from jp20.chain.signing.signers import KeySigner, development_signers
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.governance.deployment import Deployment
from jp20.domain.governance.requests import Call
from jp20.domain.investors.investors import InvestorFile
from jp20.domain.plans.plan import Plan
from jp20.operations.files.inputs import (
    evidence_of,
    load_allotments,
    load_consortium,
    load_investors,
    load_policy,
    load_term_sheet,
)
from jp20.operations.governance.platform import deploy_platform
from jp20.operations.plans.plan import enrol, prepare_distribution
from jp20.operations.session import Session, open_session
from jp20.operations.token.issue import create_token, issue_units

EXAMPLES: Final = Path(__file__).resolve().parent.parent / "examples"
ISSUER, REGISTRAR = "港南リアルティ", "ひいらぎ信託銀行"

HOLDERS: Final = 10_000
SIGNERS: Final = 20
MANY, FEW = 100_000, 6  # units of each signer, and of each other holder
ROWS: Final = 300  # of a batch

SUPPLY: Final = SIGNERS * MANY + (HOLDERS - SIGNERS) * FEW

_OWNER: Final = KeySigner(keccak(b"owner of the plain token"))

Progress = Callable[[str], None]


@dataclass(frozen=True)
class World:
    """A platform, and who holds its token. The units are issued, and not distributed yet."""

    connection: Connection
    folder: Path
    deployment: Deployment
    keys: Sequence[KeySigner]
    investors: InvestorFile
    token: Contract
    signers: Sequence[KeySigner]
    holders: Sequence[ChecksumAddress]
    """Those who only receive."""

    def session(self) -> Session:
        """With the keys of all organisations, and outboxes on the disk."""
        outbox = self.folder / "desk"
        return open_session(self.connection, self.deployment, self.keys, outbox=outbox)

    def distribution(self, session: Session) -> Plan:
        """Of all units to all holders, by a file."""
        file = self.folder / "allotments.csv"
        allotments = load_allotments(file, self.investors)
        return prepare_distribution(session, self.token, allotments, evidence_of("AL-1", file))


@dataclass(frozen=True)
class PlainToken:
    """OpenZeppelin's ERC-20, and the contract that sends it to many. `seconds` is how long that
    took to all holders.
    """

    token: Contract
    disperse: Contract
    seconds: float


def set_up(connection: Connection, folder: Path, told: Progress) -> World:
    """Deploys the platform, whitelists 10,000 investors, makes a token and issues its units."""
    consortium = load_consortium(EXAMPLES / "consortium.toml")
    policy = load_policy(EXAMPLES / "governance.toml")
    keys = development_signers(30)
    founder = next(key for key in keys if key.address == consortium.founder)
    told("the platform is deployed")
    deployment = deploy_platform(
        connection, founder, policy, consortium.organisations, folder / "deployment.json"
    )
    signers = [KeySigner(keccak(f"sending holder {number}".encode())) for number in range(SIGNERS)]
    holders = [account("poa holder", number) for number in range(HOLDERS - SIGNERS)]
    people = folder / "investors.csv"
    _write_files(people, folder / "allotments.csv", [key.address for key in signers], holders)
    investors = load_investors(people)
    with open_session(connection, deployment, keys, outbox=folder / "desk") as session:
        told(f"{HOLDERS:,} investors are whitelisted")
        enrol(session, investors, evidence_of("WL-1", people))
        told("the token is made")
        sheet = load_term_sheet(EXAMPLES / "term-sheets" / "real-estate.toml")
        terms = replace(sheet.terms, cap=SUPPLY)
        document = evidence_of("CREATE-1", people)
        created = create_token(session, replace(sheet, terms=terms), ISSUER, REGISTRAR, document)
        issue_units(session, created.token, SUPPLY, evidence_of("ISSUE-1", people))
        token = session.token(created.token)
    return World(connection, folder, deployment, keys, investors, token, signers, holders)


def set_up_plain(world: World, told: Progress) -> PlainToken:
    """Deploys the plain token, and gives everybody as much of it as of JP20's."""
    told("the plain token is distributed")
    owner = Sender(world.connection, _OWNER, {})
    token = _deployed(owner, "PlainToken")
    disperse = _deployed(owner, "Disperse")
    owner.send(token.call("mint", _OWNER.address, SUPPLY))
    owner.send(token.call("approve", disperse.address, SUPPLY))
    wallets = [*(key.address for key in world.signers), *world.holders]
    units = [MANY] * SIGNERS + [FEW] * len(world.holders)
    done = owner.send_all(
        [
            dispersed(token, disperse, wallets[start : start + ROWS], units[start : start + ROWS])
            for start in range(0, HOLDERS, ROWS)
        ]
    )
    receipts = received(done)
    last = max(receipt.block for receipt in receipts)
    dispersals = [
        entry
        for entry in owner.outbox.in_blocks(last, HOLDERS)
        if entry.call.target == disperse.address
    ]
    approval = token.call("approve", disperse.address, MANY)
    at_once([partial(Sender(world.connection, key, {}).send, approval) for key in world.signers])
    return PlainToken(token, disperse, seconds_of(dispersals))


def seconds_of(sent: Sequence[Entry]) -> float:
    """From the first signature to the last receipt, as the sender wrote them down."""
    return max(entry.changed_at for entry in sent) - min(entry.intended_at for entry in sent)


def dispersed(
    token: Contract, disperse: Contract, to: Sequence[ChecksumAddress], units: Sequence[int]
) -> Call:
    """The call that sends plain units to many."""
    return disperse.call("disperse", token.address, list(to), list(units))


def _deployed(owner: Sender, name: str) -> Contract:
    interface, creation = compiled(name)
    receipt = owner.send(Call(ZERO_ADDRESS, creation))
    if receipt.contract is None:
        raise RuntimeError(f"{name} was not deployed")
    return Contract(owner.connection, receipt.contract, interface)


def _write_files(
    people: Path,
    allotments: Path,
    signers: Sequence[ChecksumAddress],
    holders: Sequence[ChecksumAddress],
) -> None:
    """Made-up individuals."""
    columns = (EXAMPLES / "real-estate" / "investors.csv").read_text("utf-8-sig").splitlines()[0]
    registered, allotted = [columns], ["顧客番号,数量"]
    for number, wallet in enumerate((*signers, *holders)):
        reference = f"P{number:05d}"
        registered.append(f"{reference},架空 {number},{wallet},general,resident,2035-09-30,")
        allotted.append(f"{reference},{MANY if number < len(signers) else FEW}")
    people.write_text("\n".join(registered) + "\n", encoding="utf-8")
    allotments.write_text("\n".join(allotted) + "\n", encoding="utf-8")
