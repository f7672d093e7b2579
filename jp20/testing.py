"""A platform, investors and a token for the tests of other people's projects.

A pytest plugin, taken in by a line of `conftest.py`, in a Brownie project and in any other:

    pytest_plugins = ["jp20.testing"]

    def test_a_sale(token, investors):
        alice, bob, *_ = investors
        token.deliver(alice, 100)
        token.transfer(alice, bob, 40)
        assert (token.balance(alice), token.balance(bob)) == (60, 40)
        with refuses("INSUFFICIENT_BALANCE"):
            token.transfer(alice, bob, 61)

The fixtures are `platform`, `organisations`, `investors` and `token`; `jp20_node`,
`jp20_consortium` and `jp20_policy` are there to be overridden. Under Brownie they stand on the
chain that Brownie is connected to, and Brownie's isolation holds for them. Elsewhere a chain is
started, and what a test did is taken back behind it.

All organisations' keys are development keys: whatever takes several signatures takes one call.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import resources
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import pytest
from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract, decode_revert, token_at
from jp20.chain.contracts.errors import REASON_OF, Refused, Restrained, explain
from jp20.chain.local import LocalChain, is_installed
from jp20.chain.rpc.connection import Connection, connect
from jp20.chain.signing.signers import KeySigner, Signer, development_signers
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text
from jp20.domain.governance.consortium_file import OrganisationEntry
from jp20.domain.governance.deployment import Deployment
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.requests import Call
from jp20.domain.investors.investors import parse_investors
from jp20.domain.plans.allotments import parse_allotments
from jp20.domain.plans.outcomes import Decided, Done, Outcomes, RowOutcome
from jp20.domain.token.reasons import Reason
from jp20.domain.token.term_sheet import TermSheet, parse_term_sheet
from jp20.operations.files.inputs import load_consortium, load_policy
from jp20.operations.governance.decide import decide
from jp20.operations.governance.platform import deploy_platform
from jp20.operations.plans.plan import distribute, enrol
from jp20.operations.session import Session, open_session
from jp20.operations.token.issue import create_token, issue_units
from jp20.operations.token.transfer import transfer

EXAMPLES: Final = Path(__file__).parent / "data" / "examples"

FIRST_INVESTOR: Final = 16
"""The development account of the first investor: nobody in the example consortium has it."""

INVESTORS: Final = 5

TERM_SHEET: Final = b"""
[token]
name = "A token for tests"
symbol = "TEST"
code = "TEST"
product = "trust beneficial interest"
right = "ordinary"
perfection = "register"
[issue]
cap = 1_000_000
unit_price = 100_000
issuer_account = "0x00000000000000000000000000000000000015E5"
placement = "public"
[holders]
classes = ["general", "professional", "qualified_institution"]
residencies = ["resident", "non_resident"]
[redemption]
early = true
partial = true
holder = true
"""

_UNTIL: Final = "2099-12-31"
_ENOUGH: Final = 10**18  # wei
_T = TypeVar("_T")


class RowsRefused(JP20Error):
    """Rows of an enrolment or a delivery were refused; `reason` is the chain's for the first."""

    what = Text("{count} {count:row|rows} {count:is|are} refused.")

    def __init__(self, rows: tuple[RowOutcome, ...]) -> None:
        first = rows[0]
        super().__init__(why=first.reason, count=len(rows))
        self.rows: Final = rows
        self.reason: Final = Reason.__members__.get(first.code or "")


@dataclass(frozen=True, slots=True)
class OrganisationForTests:
    """One of the consortium, with its key."""

    number: int
    name: str
    roles: frozenset[Role]
    key: Signer

    @property
    def address(self) -> ChecksumAddress:
        return self.key.address


@dataclass(frozen=True, slots=True)
class InvestorForTests:
    """A wallet with its key."""

    key: KeySigner

    @property
    def address(self) -> ChecksumAddress:
        return self.key.address

    @property
    def account(self) -> Any:
        """Brownie's account of the wallet, for `{"from": …}`."""
        return _brownie().accounts.at(self.address, force=True)


class PlatformForTests:
    """A platform that is set up, and all keys of those who run it."""

    def __init__(self, connection: Connection, deployment: Deployment) -> None:
        self.connection: Final = connection
        self.deployment: Final = deployment
        self._numbers = count(1)

    def session(self) -> Session:
        """The platform for the library's own functions, in `jp20.operations`. As the chain is now:
        one for each use, since a test's end takes back what it did.
        """
        return open_session(self.connection, self.deployment, _KEYS)

    def evidence(self, case: str | None = None) -> Evidence:
        """A case, a new one by default, with a document of its own."""
        number = case or f"TEST-{next(self._numbers)}"
        return Evidence.of(number, f"The document of {number}".encode())

    @property
    def organisations(self) -> tuple[OrganisationForTests, ...]:
        keys = {key.address: key for key in _KEYS}
        with self.session() as session:
            return tuple(
                OrganisationForTests(
                    each.number, each.name, frozenset(each.roles), keys[each.keys[0]]
                )
                for each in session.members()
            )

    def enrol(
        self,
        *wallets: "Wallet",
        investor_class: str = "general",
        residency: str = "resident",
        kyc_until: str = _UNTIL,
    ) -> None:
        """Registers each wallet as an investor of its own. Raises RowsRefused, FaultyFile."""
        columns = "investor,wallet,class,residency,kyc_expiry,class_expiry"
        rows = [
            f"{address},{address},{investor_class},{residency},{kyc_until},{kyc_until}"
            for address in map(_address, wallets)
        ]
        file = "\n".join([columns, *rows]).encode()
        with self.session() as session:
            listed = parse_investors(file, "enrol", session.now())
            _require_done(enrol(session, listed, self.evidence()))

    def create_token(self, sheet: TermSheet | None = None, **terms: object) -> "TokenForTests":
        """A token of these terms, by the fields of `Terms`; of the sheet's, which by default is one
        under which all may hold. Raises what the chain refuses.
        """
        chosen = sheet or parse_term_sheet(TERM_SHEET, "jp20.testing")
        if sheet is None and "code" not in terms:
            terms["code"] = f"TEST-{next(self._numbers)}"
        chosen = replace(chosen, terms=replace(chosen.terms, **terms))  # type: ignore[arg-type]
        with self.session() as session:
            issuer, registrar = (
                next(each.number for each in session.members() if role in each.roles)
                for role in (Role.ISSUER, Role.REGISTRAR)
            )
            created = create_token(session, chosen, issuer, registrar, self.evidence())
        return TokenForTests(self, created.token)

    def act(self, contract: Contract, function: str, *arguments: object) -> Decided:
        """A governed function of one of JP20's contracts: proposed, signed and executed by whom the
        policy names. Raises Reverted.
        """
        with self.session() as session:
            call = contract.call(function, *map(_plain, arguments))
            return _decided(session, [call], self.evidence())


class TokenForTests:
    """A token, and its acts in a line each. What is governed is decided as the policy asks."""

    def __init__(self, platform: PlatformForTests, address: ChecksumAddress) -> None:
        self.platform: Final = platform
        self.address: Final = address

    @property
    def abi(self) -> list[dict[str, Any]]:
        """The whole of it: all that the token's modules answer, and every error of theirs."""
        file = resources.files("jp20").joinpath("contracts", "IJP20Token.json")
        return list(json.loads(file.read_text("utf-8"))["abi"])

    @property
    def contract(self) -> Contract:
        """As the library has it: typed reads, and calls to be sent."""
        return token_at(self.platform.connection, self.address)

    @property
    def brownie(self) -> Any:
        """As Brownie has it, with the whole ABI."""
        return _brownie().Contract.from_abi("IJP20Token", self.address, self.abi)

    def issue(self, units: int) -> None:
        """To the issuer's account: a tranche."""
        with self.platform.session() as session:
            issue_units(session, self.address, units, self.platform.evidence())

    def deliver(self, wallet: "Wallet", units: int) -> None:
        """From the issuer's account, issuing what it lacks. Raises RowsRefused."""
        undistributed = self.read(int, "undistributed")
        if undistributed < units:
            self.issue(units - undistributed)
        rows = f"wallet,units\n{_address(wallet)},{units}\n".encode()
        with self.platform.session() as session:
            listed = parse_allotments(rows, "deliver")
            evidence = self.platform.evidence()
            _require_done(distribute(session, self.address, listed, evidence))

    def transfer(self, holder: InvestorForTests, to: "Wallet", units: int) -> Done:
        """By the holder's key. Raises Refused with the reason."""
        with self.platform.session() as session:
            return transfer(session, self.address, holder.key, _address(to), units)

    def act(self, function: str, *arguments: object) -> Decided:
        """A governed function of the token: `token.act("setFrozenTokens", alice, 40)`."""
        return self.platform.act(self.contract, function, *arguments)

    def read(self, kind: type[_T], function: str, *arguments: object) -> _T:
        """What a function answers, as a `kind`."""
        return self.contract.read(kind, function, *map(_plain, arguments))

    def balance(self, wallet: "Wallet") -> int:
        return self.read(int, "balanceOf", _address(wallet))


@contextmanager
def refuses(reason: Reason | str) -> Iterator[None]:
    """What happens inside is refused by the chain for this reason, and for no other: an act of
    `TokenForTests`, of the library, or a call of Brownie's.

    A transfer that a restraint keeps back reverts under Brownie with the standard's error, which
    does not say which restraint it is: each of the five passes there.
    """
    expected = Reason[reason] if isinstance(reason, str) else reason
    try:
        yield
    except Exception as error:
        found = reasons_of(error)
        if not found:
            raise
        if expected not in found:
            names = " or ".join(sorted(each.name for each in found))
            pytest.fail(f"refused for {names}, not for {expected.name}")
        return
    pytest.fail(f"not refused; expected {expected.name}")


def reasons_of(error: BaseException) -> frozenset[Reason]:
    """What an error of the library's or of Brownie's may mean; nothing where it is no refusal."""
    if isinstance(error, Refused | Restrained | RowsRefused):
        if error.reason is not None:
            return frozenset({error.reason})
        return _RESTRAINTS if isinstance(error, Restrained) else frozenset()
    said = str(getattr(error, "revert_msg", None) or "")
    if unnamed := _UNNAMED_ERROR.search(said):
        decoded = decode_revert(bytes.fromhex(unnamed[1]))
        return reasons_of(explain(decoded, b"", Call(_NOBODY, b""), function="call"))
    name, _, arguments = said.partition(": ")
    if name in ("TransferRefused", "RowInTheWay"):
        return frozenset({Reason(int(arguments.rpartition(" ")[2]))})
    if name == "ERC7943InsufficientUnfrozenBalance":
        return _RESTRAINTS
    return frozenset({REASON_OF[name]} if name in REASON_OF else ())


_RESTRAINTS: Final = frozenset(
    {Reason.COMMITTED, Reason.LOCKED_UP, Reason.FROZEN, Reason.PLEDGED, Reason.ATTACHED}
)
_UNNAMED_ERROR: Final = re.compile(r"0x([0-9a-fA-F]{8,})$")
_NOBODY: Final = cast(ChecksumAddress, "0x" + "0" * 40)
_KEYS: Final = development_signers(30)

Wallet = InvestorForTests | Contract | str | Any
"""Whatever has an address or is one: an investor, a contract, an account of Brownie's."""


# Fixtures


def _life(fixture_name: str, config: pytest.Config) -> Any:
    """How long a platform lasts. Brownie's isolation takes a chain back behind every module."""
    return "module" if _under_brownie() else "session"


@pytest.fixture(scope="session")
def jp20_node() -> Iterator[str]:
    """The address of a development node. Override it to name one of your own."""
    if _under_brownie():
        yield _brownie().web3.provider.endpoint_uri
        return
    with LocalChain("anvil" if is_installed("anvil") else "ganache") as connection:
        yield connection.network.url


@pytest.fixture(scope="session")
def jp20_consortium() -> Path:
    """Who is in the consortium. Each key is one of the first thirty of the development mnemonic."""
    return EXAMPLES / "consortium.toml"


@pytest.fixture(scope="session")
def jp20_policy() -> Path | None:
    """Who may do what; None: the policy that the package carries."""
    return None


@pytest.fixture(scope=_life)
def _jp20_platform(
    jp20_node: str,
    jp20_consortium: Path,
    jp20_policy: Path | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> PlatformForTests:
    connection = connect(jp20_node)
    founding = load_consortium(jp20_consortium)
    keys = {key.address: key for key in _KEYS}
    _fund(connection, founding.founder, founding.organisations)
    file = tmp_path_factory.mktemp("jp20") / f"{connection.chain_id}.json"
    deployment = deploy_platform(
        connection, keys[founding.founder], load_policy(jp20_policy), founding.organisations, file
    )
    found = PlatformForTests(connection, deployment)
    found.enrol(*(key.address for key in _KEYS[FIRST_INVESTOR:][:INVESTORS]))
    return found


@pytest.fixture
def platform(_jp20_platform: PlatformForTests) -> Iterator[PlatformForTests]:
    """A platform with the consortium's organisations, its policy, and five investors.

    Outside Brownie what a test does is taken back behind it. In a Brownie project `fn_isolation`
    does that, where the project uses it.
    """
    if _under_brownie():
        yield _jp20_platform
        return
    connection = _jp20_platform.connection
    before = connection.rpc("evm_snapshot")
    yield _jp20_platform
    connection.rpc("evm_revert", before)


@pytest.fixture
def organisations(platform: PlatformForTests) -> Mapping[str, OrganisationForTests]:
    """The organisations by name, and by each role the first that has it."""
    found: dict[str, OrganisationForTests] = {}
    for each in platform.organisations:
        found[each.name] = each
        for role in each.roles:
            found.setdefault(role.name, each)
    return found


@pytest.fixture
def investors(platform: PlatformForTests) -> list[InvestorForTests]:
    """Five investors, general and resident, whose KYC lasts until 2099."""
    return [InvestorForTests(key) for key in _KEYS[FIRST_INVESTOR:][:INVESTORS]]


@pytest.fixture
def token(platform: PlatformForTests) -> TokenForTests:
    """A new token that all classes may hold, with nothing issued yet."""
    return platform.create_token()


# Inside


def _brownie() -> Any:
    brownie = sys.modules.get("brownie")
    if brownie is None:
        raise RuntimeError("this is no Brownie project")
    return brownie


def _under_brownie() -> bool:
    """Whether the tests run in a Brownie project, by `brownie test` or `pytest`."""
    brownie = sys.modules.get("brownie")
    return brownie is not None and bool(brownie.project.get_loaded_projects())


def _fund(
    connection: Connection, founder: ChecksumAddress, entries: tuple[OrganisationEntry, ...]
) -> None:
    """Gives the keys coins where the chain's own accounts are others: a development node signs for
    its first account.
    """
    keys = [founder, *(key for each in entries for key in each.keys)]
    keys += [key.address for key in _KEYS[FIRST_INVESTOR:][:INVESTORS]]
    rich = connection.rpc("eth_accounts")[0]
    for key in keys:
        if int(connection.rpc("eth_getBalance", key, "latest"), 16) < _ENOUGH:
            connection.rpc(
                "eth_sendTransaction", {"from": rich, "to": key, "value": hex(_ENOUGH * 10)}
            )


def _decided(session: Session, calls: list[Call], evidence: Evidence) -> Decided:
    decided = decide(session, calls, evidence)
    for call in decided.calls:
        if call.refusal is not None:
            raise call.refusal
    return decided


def _require_done(outcomes: Outcomes) -> None:
    if outcomes.refused:
        raise RowsRefused(outcomes.refused)


def _address(wallet: Wallet) -> ChecksumAddress:
    return cast(ChecksumAddress, str(getattr(wallet, "address", wallet)))


def _plain(argument: object) -> object:
    """A wallet as its address, in lists too; anything else as it is."""
    if isinstance(argument, list | tuple):
        return [_plain(each) for each in argument]
    return _address(argument) if hasattr(argument, "address") else argument
