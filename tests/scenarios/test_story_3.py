"""Story 3: an emergency. 42 tokens, and one key stops them all."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from eth_account import Account
from world import EXAMPLES, KEYS, World, case, investor, make_applicants

from jp20.chain.contracts.contract import Contract, token_interface
from jp20.chain.contracts.errors import Refused
from jp20.chain.sending.sender import Sender
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.files.dates import parse_time
from jp20.domain.governance.assignment import NotEnoughOrganisations
from jp20.domain.register.events import Cause, RowRefused
from jp20.domain.register.movements import Movement
from jp20.domain.settlement.trades import Trade, TradeStatus
from jp20.domain.token.movements import Original
from jp20.domain.token.reasons import Reason
from jp20.domain.token.terms import Terms
from jp20.operations.files.inputs import load_investors, load_term_sheet
from jp20.operations.governance import emergency, requests
from jp20.operations.governance.acts import carry_out
from jp20.operations.governance.decide import decide
from jp20.operations.plans.plan import enrol
from jp20.operations.register.report import read_register
from jp20.operations.session import Session, open_session
from jp20.operations.settlement.trades import accept, cancel, offer, settle, states
from jp20.operations.token import enforce, restraints
from jp20.operations.token.issue import create_token, issue_units
from jp20.operations.token.transfer import preview, request_transfer, transfer

SHEET = load_term_sheet(EXAMPLES / "term-sheets" / "real-estate.toml")
ISSUER, TRUST_BANK, BROKER = "港南リアルティ", "ひいらぎ信託銀行", "みなと証券"
AUDITOR, OPERATOR = "双葉監査法人", "いぶきシステム"
FAR = parse_time("2034-03-31")

ALICE, BOB, CAROL = (investor(f"B1-000{number}") for number in (1, 2, 3))

LOSS = Original(b"\7" * 32, 0, BOB.address, ZERO_ADDRESS, 5, 0)
"""A log that took 5 units from Bob by an error; nobody but the signers can tell."""

_ORIGINAL = "(bytes32,uint32,address,address,uint104,uint16)"

STILL_WORKS = {
    "freezeAtOnce(address[],uint256[])",
    "confirmFreeze(address,uint32,uint40)",
    "setFrozenTokens(address,uint256)",
    "pause()",
    "cancelTransfer(uint256)",
    "rejectTransfer(uint256,bytes32)",
    "releaseTransfer(uint256)",
    # They do not touch a unit: a stop is the same on the platform that is followed.
    "followPlatform()",
    "setAuthority(address)",
    # A takeover copies what stands and ends no stop; the new token is halted as the old one was.
    "closeFor(address)",
    "reopen()",
    "handOver()",
    "carryHolders(address[])",
    "carrySlots(bytes32[])",
    "takeOver()",
}
"""What keeps working while halted: taking powers away, freezing, and giving up a wish."""


def terms(number: int) -> Terms:
    """Of token `number` of the story; the second one asks for consent."""
    return replace(
        SHEET.terms,
        code=f"JP20-EM-{number:04d}",
        symbol=f"EM{number}",
        consent_required=number == 2,
        holder_redemption=True,
    )


@pytest.fixture(scope="module")
def tokens(world) -> list[str]:
    """42 tokens with 100 units each: 60 with Alice, 40 with Bob. On the first one something of
    everything is under way.
    """
    session = world.session()
    enrol(session, load_investors(EXAMPLES / "qualified-bond" / "investors.csv"), case("WL-3"))
    issuer, registrar = (session.organisation(name).number for name in (ISSUER, TRUST_BANK))
    for first in (1, 15, 29):  # 3 decisions about 14 tokens each: what fits into a block
        creations = [
            session.platform.call("createToken", 1, terms(number), issuer, registrar)
            for number in range(first, first + 14)
        ]
        decide(session, creations, case(f"CR-{first}"))
    made = [token.address for token in session.tokens()]
    for number, token in enumerate(session.tokens(), 1):
        decide(session, [token.call("issue(uint256)", 100)], case(f"IS-{number}"))
        deliveries = ([ALICE.address, BOB.address], [60, 40])
        decide(session, [token.call("deliver", *deliveries)], case(f"AL-{number}"))
    carry_out(session, restraints.lock_up(session, made[0], [(BOB.address, 1)], FAR, case("LU-3")))
    restraints.placed(
        session, restraints.pledge(session, made[0], BOB.address, 1, b"\1" * 32, case("PL-3"))
    )
    restraints.placed(
        session, restraints.attach(session, made[0], BOB.address, 1, b"\2" * 32, case("AT-3"))
    )
    carry_out(
        session, restraints.freeze_at_once(session, made[0], [(BOB.address, 1)], case("FR-3"))
    )
    carry_out(session, enforce.record_incident(session, made[0], "INC-3", [LOSS], case("RI-3")))
    request_transfer(session, made[1], ALICE, BOB.address, 1, FAR)
    send(world, ALICE, session.token(made[0]), "approve", CAROL.address, 5)
    sides, trade = trading(world), trade_of(made)
    offer(sides, trade)
    accept(sides, trade, trade.price)
    return made


def trading(world: World) -> Session:
    """With the keys of Alice and Bob."""
    return open_session(world.connection, world.deployment, [ALICE, BOB])


def trade_of(tokens: list[str]) -> Trade:
    """Alice's unit of the first token for Bob's of the third."""
    units = (tokens[0], ALICE.address, BOB.address, 1)
    return Trade(b"T-3".ljust(32, b"\0"), *units, tokens[2], 1, FAR, 0, 0)


def send(world: World, signer, token: Contract, function: str, *arguments: object) -> None:
    sender = Sender(world.connection, signer, {token.address: token.interface})
    sender.send(token.call(function, *arguments))


def balances(world: World, tokens: list[str]) -> dict[tuple[str, str], int]:
    """From the chain, not from events."""
    return {
        (token, holder): world.session().token(token).read(int, "balanceOf", holder)
        for token in tokens
        for holder in (ALICE.address, BOB.address, CAROL.address, SHEET.terms.issuer_account)
    }


def writes(world: World, token: Contract) -> dict[str, tuple]:
    """Every function that writes to a token, with arguments of something that could be asked."""
    a, b, c = ALICE.address, BOB.address, CAROL.address
    sale = next(
        entry
        for entry in read_register(world.session(), token.address).history
        if isinstance(entry, Movement) and entry.to == a
    )
    original = enforce.find_original(
        world.session(), token.address, sale.at.transaction, 1
    ).original
    restraint = {
        each.kind.name: each.id
        for each in restraints.restraints_of(world.session(), token.address, b)
    }
    move = (a, b, 1, 0, 0)
    incident = b"INC-3".ljust(32, b"\0")
    return {
        "approve(address,uint256)": (c, 1),
        "approveTransfer(uint256)": (0,),
        "approveTransfers(uint256[])": ([0],),
        "placeAttachment(address,uint256,bytes32)": (a, 1, b"\1" * 32),
        "batchForcedTransfer((address,address,uint104,uint8,uint64)[])": ([move],),
        "batchTransfer(address[],uint256[])": ([b], [1]),
        "commitTransfer(address,address,uint256,uint40)": (
            world.session().settlement.address,
            b,
            1,
            FAR,
        ),
        "controllerRedeem(address,uint256,bytes,bytes)": (a, 1, b"", b""),
        "controllerTransfer(address,address,uint256,bytes,bytes)": (a, b, 1, b"", b""),
        "deliver(address[],uint256[])": ([a], [1]),
        "forcedTransfer(address,address,uint256)": (a, b, 1),
        "forcedTransferWith((address,address,uint104,uint8,uint64))": (move,),
        "issue(address,uint256,bytes)": (SHEET.terms.issuer_account, 1, b""),
        "issue(uint256)": (1,),
        "lockUp(address[],uint256[],uint40)": ([a], [1], FAR),
        "movePosition(address,address)": (a, b),
        "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)": permit(world, token),
        "pledge(address,uint256,bytes32)": (a, 1, b"\1" * 32),
        f"recordIncident(bytes32,{_ORIGINAL}[])": (b"\3" * 32, [LOSS]),
        "recordTransfer(address[],address[],uint256[],uint8)": ([a], [b], [1], Cause.SALE),
        "recordSuccession(address[],address[],uint256[],uint8)": ([a], [b], [1], Cause.MERGER),
        "redeem(uint256,bytes)": (1, b""),
        "redeemAtMaturity(address[])": ([a],),
        "redeemEarly()": (),
        "redeemFrom(address,uint256,bytes)": (a, 1, b""),
        "redeemPart(address[],uint256[])": ([a], [1]),
        f"redistribute(bytes32,{_ORIGINAL}[],address[])": (incident, [LOSS], [b]),
        "releaseAttachment(address,uint64,uint256)": (b, restraint["ATTACHMENT"], 1),
        "releasePledge(address,uint64,uint256)": (b, restraint["PLEDGE"], 1),
        "removeDocument(bytes32)": (b"prospectus".ljust(32, b"\0"),),
        "requestTransfer(address,uint256,uint40)": (b, 1, FAR),
        f"reverse({_ORIGINAL},address,address,uint256)": (
            original,
            original.to,
            SHEET.terms.issuer_account,
            1,
        ),
        "setDocument(bytes32,string,bytes32)": (b"prospectus".ljust(32, b"\0"), "u", b"\1" * 32),
        "unfreeze(address,uint256,uint256)": (b, 1, 0),
        "changeClasses(uint8)": (2,),
        "changeResidencies(uint8)": (2,),
        "changeHolderCap(uint32)": (10,),
        "changeLotSize(uint104)": (2,),
        "changeConsentRequired(bool)": (True,),
        "changeCap(uint104)": (40_000,),
        "extendMaturity(uint40)": (FAR,),
        "withdrawRecordDate(uint256)": (0,),
        "setRecordDate(uint40)": (FAR,),
        "setTokenLockUp(uint40)": (FAR,),
        "shortenLockUp(address,uint64,uint40)": (b, restraint["LOCK_UP"], FAR - 1),
        "shortenTokenLockUp(uint40)": (1,),
        "split(uint256)": (2,),
        "transfer(address,uint256)": (b, 1),
        "transferFrom(address,address,uint256)": (a, b, 1),
        "transferFromWithData(address,address,uint256,bytes)": (a, b, 1, b""),
        "transferWithData(address,uint256,bytes)": (b, 1, b""),
        "unpause()": (),
    }


def permit(world: World, token: Contract) -> tuple:
    """Alice's signed permit for Carol, which is in order."""
    signed = Account.sign_typed_data(
        make_applicants.key_of("B1-0001"),
        {
            "name": token.read(str, "name"),
            "version": token.read(tuple, "eip712Domain")[2],
            "chainId": world.connection.chain_id,
            "verifyingContract": token.address,
        },
        {
            "Permit": [
                {"name": "owner", "type": "address"},
                {"name": "spender", "type": "address"},
                {"name": "value", "type": "uint256"},
                {"name": "nonce", "type": "uint256"},
                {"name": "deadline", "type": "uint256"},
            ]
        },
        {
            "owner": ALICE.address,
            "spender": CAROL.address,
            "value": 1,
            "nonce": 0,
            "deadline": FAR,
        },
    )
    words = (signed.r.to_bytes(32, "big"), signed.s.to_bytes(32, "big"))
    return (ALICE.address, CAROL.address, 1, FAR, signed.v, *words)


SETTLES = "settleTransfer(uint256)"
"""Called by the settlement contract alone, when a trade is settled."""

HOLDERS = {"transferFrom": CAROL, "transferFromWithData": CAROL}
"""Who calls what the policy leaves open: Alice, and for her Carol, whom she allowed."""


@pytest.mark.requirement("G12", "S3")
def test_one_key_halts_42_tokens_and_four_organisations_resume_them(world, tokens):
    before = balances(world, tokens)
    assert len(tokens) == len(set(tokens)) == 42
    # 42 × (60 + 40) = 4,200 units
    assert sum(before.values()) == 4_200

    # One key of the emergency operator; the other one is never asked.
    second_key = "0xBcd4042DE499D14e55001CcbB24a551F3b954096"
    halted = carry_out(world.desk_with(second_key), emergency.halt(world.desk_with(second_key)))
    assert len(halted.steps) == 1
    status = emergency.platform_status(world.session())
    assert status.halted
    assert [each.token for each in status.tokens] == tokens

    # Every token refuses, and its preview says so; what is read goes on.
    for token in tokens:
        refused = preview(world.session(), token, ALICE.address, BOB.address, 1)
        assert refused.reason == Reason.PLATFORM_HALTED
        with pytest.raises(Refused) as refusal:
            transfer(world.session(), token, ALICE, BOB.address, 1)
        assert refusal.value.reason == Reason.PLATFORM_HALTED
    assert balances(world, tokens) == before

    # A 43rd token can be made, and starts halted.
    sheet = replace(SHEET, terms=terms(43))
    newest = create_token(world.session(), sheet, ISSUER, TRUST_BANK, case("CR-43")).token
    with pytest.raises(Refused) as refusal:
        issue_units(world.session(), newest, 100, case("IS-43"))
    assert refusal.value.reason == Reason.PLATFORM_HALTED

    # The operator and one organisation cannot resume, nor with a second one: no software proposes
    # it, and where it is proposed and signed all the same, the chain refuses it.
    session = world.session()
    operator = world.key(OPERATOR)
    resumption = [session.platform.call("resume", status.since)]
    decision = requests.propose(session, operator, resumption, case("EM-3")).decision
    for others in ((AUDITOR,), (AUDITOR, TRUST_BANK)):
        requests.sign(session, world.key(others[-1]), decision.request.id)
        (tried,) = requests.execute(session, operator, decision)
        assert tried.refusal.decoded.name == "SignatureMissing"
        with pytest.raises(NotEnoughOrganisations):
            carry_out(
                world.session(OPERATOR, *others),
                emergency.resume(world.session(OPERATOR, *others), case("EM-3")),
            )
        assert emergency.platform_status(session).halted

    # With a third one it does.
    carry_out(
        world.session(OPERATOR, AUDITOR, TRUST_BANK, BROKER),
        emergency.resume(world.session(OPERATOR, AUDITOR, TRUST_BANK, BROKER), case("EM-3")),
    )

    assert not emergency.platform_status(world.session()).halted
    assert balances(world, tokens) == before
    issue_units(world.session(), newest, 100, case("IS-43"))
    transfer(world.session(), tokens[41], ALICE, BOB.address, 1)
    assert balances(world, tokens[41:])[tokens[41], BOB.address] == 41  # 40 + 1


@pytest.fixture
def halted(world, tokens) -> Iterator[None]:
    """The platform, halted once more."""
    carry_out(world.session(), emergency.halt(world.session()))
    yield
    since = emergency.platform_status(world.session()).since
    carry_out(world.session(), emergency.resume(world.session(), case(f"EM-{since}")))


@pytest.mark.requirement("G12")
def test_every_writing_function_of_a_token_is_refused_while_halted(world, tokens, halted):
    session = world.session()
    before = balances(world, tokens[:2])
    first, consent = (session.token(token) for token in tokens[:2])
    arguments = writes(world, first)

    functions = token_interface().functions
    assert set(arguments) | STILL_WORKS | {SETTLES} == {
        f.signature for f in functions.values() if f.changes_state
    }

    went_through = []
    for function, given in arguments.items():
        token = consent if function.startswith(("approveTransfer", "requestTransfer")) else first
        if refusal_of(world, token, function, given) != Reason.PLATFORM_HALTED:
            went_through.append(function)
    assert went_through == []
    with pytest.raises(Refused) as refusal:
        settle(trading(world), trade_of(tokens), ALICE)
    assert refusal.value.reason == Reason.PLATFORM_HALTED
    assert balances(world, tokens[:2]) == before


def refusal_of(world: World, token: Contract, function: str, arguments: tuple) -> Reason | None:
    """Why a call was refused: as a whole, or its only row."""
    call = token.call(function, *arguments)
    try:
        if world.policy_leaves_open(function):
            send(world, HOLDERS.get(function.split("(")[0], ALICE), token, function, *arguments)
            return None
        with open_session(
            world.connection, world.deployment, KEYS.values(), wait=world.move_time_to
        ) as session:
            decided = decide(session, [call], case(f"HALTED-{function[:16]}"))
    except Refused as refusal:
        return refusal.reason
    refused = [e.event.reason for e in decided.events if isinstance(e.event, RowRefused)]
    return refused[0] if refused else None


@pytest.mark.requirement("G12")
def test_freezing_suspending_and_giving_up_a_wish_go_on_while_halted(world, tokens, halted):
    session = world.session()

    carry_out(
        session, restraints.freeze_at_once(session, tokens[2], [(ALICE.address, 60)], case("FR-3"))
    )
    send(world, ALICE, session.token(tokens[1]), "cancelTransfer", 0)
    sides, trade = trading(world), trade_of(tokens)
    for side in (ALICE, BOB):
        cancel(sides, trade, side)

    assert restraints.position(session, tokens[2], ALICE.address).frozen == 60
    assert restraints.position(session, tokens[1], ALICE.address).committed == 0
    assert states(session, [trade])[0].status is TradeStatus.CANCELLED
    assert restraints.position(session, tokens[0], ALICE.address).committed == 0
