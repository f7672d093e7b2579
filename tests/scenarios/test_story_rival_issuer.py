"""A story: a rival issuer, with a registrar, a broker and a token of its own, tries everything on
another's token (S2, S3, G11, G17).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from world import EXAMPLES, KEYS, World, case, investor

from jp20.chain.contracts.contract import Contract
from jp20.chain.contracts.errors import Reverted
from jp20.chain.local import LocalChain
from jp20.chain.rpc.connection import connect
from jp20.chain.signing.signers import KeySigner
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.roles import Role
from jp20.domain.governance.consortium_file import OrganisationEntry
from jp20.domain.governance.requests import Call
from jp20.domain.token.terms import Terms
from jp20.operations.files.inputs import (
    load_consortium,
    load_investors,
    load_policy,
    load_term_sheet,
)
from jp20.operations.governance.decide import decide
from jp20.operations.governance.platform import deploy_platform
from jp20.operations.governance.requests import RequestState, list_requests, prepare
from jp20.operations.plans.plan import enrol
from jp20.operations.session import Session, open_session

pytestmark = [pytest.mark.requirement(each) for each in ("S2", "S3", "G11", "G17")]

SHEET = load_term_sheet(EXAMPLES / "term-sheets" / "real-estate.toml")
ISSUER, TRUST_BANK, BROKER = "港南リアルティ", "ひいらぎ信託銀行", "みなと証券"
RIVAL, RIVALS_BANK, RIVALS_BROKER = "よもぎ不動産", "もみじ信託銀行", "とびうお証券"
ALICE, BOB, CAROL = (investor(f"B1-000{number}") for number in (1, 2, 3))

ACCOUNTS = list(KEYS)


@dataclass(frozen=True)
class Market:
    """Two issuers' tokens on one platform. `wish` is a transfer that Alice asked consent for."""

    world: World
    token: Contract
    rivals: Contract
    wish: int

    @property
    def session(self) -> Session:
        return self.world.session()

    def number(self, name: str) -> int:
        return self.session.organisation(name).number

    def state(self) -> tuple[object, ...]:
        """What the rival would change."""
        read = self.token.read
        balances = [read(int, "balanceOf", each.address) for each in (ALICE, BOB, CAROL)]
        return (
            *balances,
            read(int, "totalSupply"),
            read(int, "undistributed"),
            read(bool, "paused"),
            read(int, "getFrozenTokens", ALICE.address),
            self.session.platform.read(int, "tokenCount"),
        )


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    consortium = load_consortium(EXAMPLES / "consortium.toml")
    newcomers = (
        OrganisationEntry(RIVAL, (Role.ISSUER,), (ACCOUNTS[16],)),
        OrganisationEntry(RIVALS_BANK, (Role.REGISTRAR, Role.CUSTODIAN), (ACCOUNTS[17],)),
        OrganisationEntry(RIVALS_BROKER, (Role.BROKER,), (ACCOUNTS[18],)),
    )
    organisations = (*consortium.organisations, *newcomers)
    with LocalChain("anvil") as found:
        connection = connect(replace(found.network, gas_price=0))
        deployment = deploy_platform(
            connection,
            KEYS[consortium.founder],
            load_policy(EXAMPLES / "governance.toml"),
            organisations,
            tmp_path_factory.mktemp("deployments") / "31337.json",
        )
        world = World(connection, deployment, organisations)
        yield open_market(world)


def open_market(world: World) -> Market:
    """The issuer's token asks for consent and names its broker; Alice has 60 units, Bob 40."""
    enrol(world.session(), load_investors(EXAMPLES / "qualified-bond" / "investors.csv"), case("W"))
    token = create(world, "JP20-OURS", ISSUER, TRUST_BANK)
    rivals = create(world, "JP20-RIVAL", RIVAL, RIVALS_BANK)
    session = world.session(ISSUER, TRUST_BANK, BROKER)
    decide(session, [token.call("issue(uint256)", 100)], case("IS-1"))
    deliveries = ([ALICE.address, BOB.address], [60, 40])
    decide(session, [token.call("deliver", *deliveries)], case("AL-1"))
    waiting = open_session(
        world.connection, world.deployment, KEYS.values(), wait=world.move_time_to
    )
    broker = session.organisation(BROKER).number
    named = session.consortium.call("grantRole", broker, int(Role.BROKER), token.address)
    decide(waiting, [named], case("GR-1"))
    asked = world.session()
    until = asked.now() + 86400
    done = asked.send(ALICE, token.call("requestTransfer", CAROL.address, 10, until))
    (wish,) = [entry.event.id for entry in done.events if hasattr(entry.event, "id")]
    return Market(world, token, rivals, wish)


def terms(code: str, account: int) -> Terms:
    return replace(
        SHEET.terms,
        code=code,
        symbol=code[5:],
        issuer_account=f"0x{account:040x}",
        consent_required=True,
        holder_cap=10,
    )


def create(world: World, code: str, issuer: str, registrar: str) -> Contract:
    session = world.session(issuer, registrar)
    numbers = [session.organisation(name).number for name in (issuer, registrar)]
    call = session.platform.call("createToken", 1, terms(code, len(code)), *numbers)
    decide(session, [call], case(f"CR-{code}"))
    return session.token(code)


def refusal(market: Market, signer: KeySigner, call: Call) -> str:
    """The error by which a call is refused; nothing was sent, and nothing changed."""
    before, block = market.state(), market.session.connection.block_number()
    with pytest.raises(Reverted) as refused:
        market.world.session().send(signer, call)
    assert market.state() == before
    assert market.session.connection.block_number() == block
    assert refused.value.decoded is not None
    return refused.value.decoded.name


def at_once(market: Market, function: str, *arguments: object) -> Call:
    """What one key does alone, on the other's token."""
    return market.session.consortium.call(
        "act",
        market.token.address,
        market.token.call(function, *arguments).data,
        case("RIVAL").case_id,
        case("RIVAL").document_hash,
    )


def proposal(market: Market, call: Call, slot: int = 255) -> Call:
    decision = prepare(market.session, [call], case("RIVAL"))
    return market.session.consortium.call(
        "propose", decision.request.fields, slot, decision.published_data
    )


# Alone


@pytest.mark.parametrize("who", [RIVAL, RIVALS_BANK])
def test_neither_issuer_nor_registrar_of_another_token_consents_for_its_holders(market, who):
    for act in (
        at_once(market, "approveTransfer", market.wish),
        at_once(market, "rejectTransfer", market.wish, b"\0" * 32),
    ):
        assert refusal(market, market.world.key(who), act) == "RoleMissing"


@pytest.mark.parametrize("who", [RIVAL, RIVALS_BANK])
def test_nor_does_it_stop_the_token(market, who):
    assert refusal(market, market.world.key(who), at_once(market, "pause")) == "RoleMissing"


def test_the_same_acts_are_its_own_on_its_own_token(market):
    rival = market.world.session(RIVAL)

    decide(rival, [market.rivals.call("pause")], case("OWN-1"))

    assert market.rivals.read(bool, "paused")
    assert not market.token.read(bool, "paused")


# Together


@pytest.mark.parametrize(
    ("who", "function", "arguments"),
    [
        (RIVAL, "issue(uint256)", (500,)),
        (RIVAL, "split", (2,)),
        (RIVAL, "redeemAtMaturity", ([ALICE.address],)),
        (RIVAL, "redeemFrom", (ALICE.address, 60, b"")),
        (RIVAL, "lockUp", ([ALICE.address], [60], 2_000_000_000)),
        (RIVALS_BROKER, "deliver", ([CAROL.address], [50])),
        (RIVALS_BROKER, "recordTransfer", ([ALICE.address], [CAROL.address], [60], 0)),
        (RIVALS_BANK, "placeAttachment", (ALICE.address, 60, b"\1" * 32)),
        (RIVALS_BANK, "forcedTransfer", (ALICE.address, CAROL.address, 60)),
    ],
)
def test_what_several_decide_they_cannot_even_propose(market, who, function, arguments):
    call = proposal(market, market.token.call(function, *arguments))

    assert refusal(market, market.world.key(who), call) == "RoleMissing"


def test_it_signs_no_request_of_the_tokens_own_organisations(market):
    # given: the issuer proposed an issue and signed nothing yet
    issue = market.token.call("issue(uint256)", 7)
    market.session.send(market.world.key(ISSUER), proposal(market, issue))
    request = prepare(market.session, [issue], case("RIVAL")).request

    # when, then: slot 0 is the issuer's, slot 1 the registrar's
    for who, slot in ((RIVAL, 0), (RIVALS_BANK, 1)):
        sign = market.session.consortium.call("sign", request.fields, slot)
        assert refusal(market, market.world.key(who), sign) == "RoleMissing"
    cancel = market.session.consortium.call("cancel", request.id)
    assert refusal(market, market.world.key(RIVAL), cancel) == "NotProposingOrganisation"


def test_it_executes_nothing_that_they_signed(market):
    decision = prepare(market.session, [market.token.call("issue(uint256)", 9)], case("IS-9"))
    fields = decision.request.fields
    propose = market.session.consortium.call("propose", fields, 0, decision.published_data)
    market.session.send(market.world.key(ISSUER), propose)
    market.session.send(
        market.world.key(TRUST_BANK), market.session.consortium.call("sign", fields, 1)
    )

    execute = market.session.consortium.call("execute", *decision.execution(0))

    assert refusal(market, market.world.key(RIVAL), execute) == "RoleMissing"


# Around the Consortium


def test_the_token_listens_to_no_key(market):
    for call in (
        market.token.call("issue(uint256)", 500),
        market.token.call("pause"),
        market.token.call("forcedTransfer", ALICE.address, CAROL.address, 60),
    ):
        said = refusal(market, market.world.key(RIVAL), call)
        assert said == "AccessManagedUnauthorized"


def test_it_gives_itself_no_role_and_no_contract(market):
    consortium, rival = market.session.consortium, market.number(RIVAL)
    grant = consortium.call("grantRole", rival, int(Role.ISSUER), market.token.address)
    scope = consortium.call("registerTarget", market.rivals.address, 4, market.token.address)

    assert refusal(market, market.world.key(RIVAL), grant) == "NotGovernance"
    for call in (grant, scope):
        assert refusal(market, market.world.key(RIVAL), proposal(market, call)) == "RoleMissing"


# Under another's name


def test_no_token_is_made_in_the_issuers_name(market):
    # given: the rival and its registrar sign; the issuer that they name signed nothing
    rivals = market.world.session(RIVAL, RIVALS_BANK)
    before = market.state()
    named = (market.number(ISSUER), market.number(RIVALS_BANK))
    creation = market.session.platform.call("createToken", 1, terms("JP20-FALSE", 99), *named)

    # when
    with pytest.raises(Reverted) as refused:
        decide(rivals, [creation], case("FALSE-1"))

    # then: refused, and everybody sees who asked for what, under which case
    assert refused.value.decoded.name == "NotSignedBy"
    assert market.state() == before
    view = next(each for each in list_requests(market.session) if each.case == "FALSE-1")
    assert view.state is RequestState.READY
    assert view.proposer == market.number(RIVAL)
    assert view.call.arguments["issuer"] == market.number(ISSUER)


@pytest.mark.parametrize(
    ("code", "error"), [("JP20-OURS", "CodeTaken"), ("JP21-OURS", "SymbolTaken")]
)
def test_no_token_takes_its_code_or_its_symbol(market, code, error):
    rivals = market.world.session(RIVAL, RIVALS_BANK)
    own = (market.number(RIVAL), market.number(RIVALS_BANK))
    creation = market.session.platform.call("createToken", 1, terms(code, 98), *own)

    with pytest.raises(Reverted) as refused:
        decide(rivals, [creation], case(f"TAKEN-{error}"))

    assert refused.value.decoded.name == error


def test_the_market_is_as_it_was(market):
    # Alice 60, Bob 40; the wish still waits for its own registrar, who consents.
    assert market.state()[:4] == (60, 40, 0, 100)
    assert market.session.consortium.read(
        bool, "holdsRole", market.number(RIVAL), int(Role.ISSUER), market.rivals.address
    )
    assert not market.session.consortium.read(
        bool, "holdsRole", market.number(RIVAL), int(Role.ISSUER), market.token.address
    )
    assert market.session.consortium.read(
        int, "rolesOf", market.number(RIVAL), ZERO_ADDRESS
    ) == 1 << int(Role.ISSUER)

    approve = market.token.call("approveTransfer", market.wish)
    decide(market.world.session(TRUST_BANK), [approve], case("CONSENT-1"))

    assert market.state()[:3] == (50, 40, 10)
