"""Deploying, calling, sending and reading events, with the Consortium as the contract at hand."""

import pytest
from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract, NoContract, NotCompiled, artifact, consortium_at
from jp20.chain.contracts.errors import Reverted
from jp20.chain.contracts.events import consortium_events, entries, read_events
from jp20.chain.local import PATIENCE, LocalChain
from jp20.chain.rpc.connection import Connection, connect
from jp20.chain.rpc.networks import Network
from jp20.chain.rpc.receipts import Receipt
from jp20.chain.rpc.web3_provider import web3_through
from jp20.chain.sending.sender import Sender, SendingRefused, TooMuchGas
from jp20.chain.sending.waiting import OutcomeUnknown, wait_for_receipts
from jp20.chain.signing.signers import Signed, development_signers
from jp20.domain.base.addresses import address_of
from jp20.domain.base.roles import Role
from jp20.domain.governance.requests import Call
from jp20.domain.register.events import OrganisationAdded, RoleGranted

FOUNDER, STRANGER, *_ = development_signers(2)
BURNER = Call(address_of(0xDEAD), b"")


@pytest.fixture(scope="module")
def consortium(chain: Connection) -> Contract:
    receipt = Sender(chain, FOUNDER, {}).deploy(artifact("Consortium"))
    assert receipt.contract is not None
    return consortium_at(chain, receipt.contract)


@pytest.fixture
def founder(consortium: Contract) -> Sender:
    return Sender(consortium.connection, FOUNDER, {consortium.address: consortium.interface})


@pytest.fixture
def stranger(consortium: Contract) -> Sender:
    return Sender(consortium.connection, STRANGER, {consortium.address: consortium.interface})


def organisation(consortium: Contract, name: str, key: int) -> Call:
    return consortium.call("addOrganisation", name, 1 << Role.KYC, [address_of(key)])


def test_a_contract_answers_typed_values(consortium: Contract):
    assert consortium.read(bool, "isSealed") is False
    assert consortium.read(ChecksumAddress, "founder") == FOUNDER.address
    infos = consortium.read_many(tuple[str, bool, int, int], "organisationInfo", [[900], [901]])
    assert infos == [("", False, 0, 0)] * 2


def test_a_call_has_its_receipt_and_its_events(consortium: Contract, founder: Sender):
    receipt = founder.send(organisation(consortium, "甲証券", 0x10001))
    number = consortium.read(int, "organisationCount")
    events = [
        entry.event for entry in entries(consortium.connection, receipt.logs, consortium_events())
    ]
    assert events[0] == OrganisationAdded(number, "甲証券")
    assert events[-1] == RoleGranted(number, Role.KYC, address_of(0))
    assert receipt.ordinal(receipt.logs[2].index) == 2


def test_events_are_read_by_blocks_with_their_time(consortium: Contract, founder: Sender):
    receipt = founder.send(organisation(consortium, "乙証券", 0x10002))
    connection = consortium.connection
    found = list(read_events(connection, consortium.address, consortium_events(), 0, receipt.block))
    last = found[-len(receipt.logs)]
    assert isinstance(last.event, OrganisationAdded)
    assert last.at.transaction == receipt.transaction
    assert last.at.time == connection.block(receipt.block).time
    assert [entry.at.block for entry in found] == sorted(entry.at.block for entry in found)


def test_a_refused_call_is_not_sent(consortium: Contract, stranger: Sender):
    nonce = consortium.connection.next_nonce(STRANGER.address)
    with pytest.raises(Reverted) as error:
        stranger.send(organisation(consortium, "丙", 0x10003))
    assert error.value.decoded.name == "NotGovernance"
    assert error.value.what.en == "addOrganisation was refused."
    assert consortium.connection.next_nonce(STRANGER.address) == nonce


def test_a_refused_question_says_why(consortium: Contract):
    with pytest.raises(Reverted) as error:
        consortium.read(bytes, "propose", _request(), 0, b"", sender=FOUNDER.address)
    assert error.value.decoded.name == "NotSealed"


def test_what_fails_on_the_chain_is_explained_from_its_block(
    consortium: Contract, stranger: Sender
):
    connection = consortium.connection
    call = organisation(consortium, "丁", 0x10004)
    nonce = connection.next_nonce(STRANGER.address)
    signed = stranger.sign(call, nonce, 1_000_000, connection.gas_price())
    stranger.submit([signed])
    receipt = wait_for_receipts(connection, [signed.hash], 30)[signed.hash]
    assert not receipt.succeeded
    outcome = stranger.outcome(call, receipt)
    assert isinstance(outcome, Reverted)
    assert outcome.decoded.name == "NotGovernance"


@pytest.mark.requirement("G2")
def test_of_many_calls_the_refused_ones_stand_in_their_place(consortium: Contract, founder: Sender):
    before = consortium.read(int, "organisationCount")
    outcomes = founder.send_all(
        [
            organisation(consortium, "戊", 0x10005),
            organisation(consortium, "", 0x10006),
            organisation(consortium, "己", 0x10007),
        ]
    )
    assert [isinstance(outcome, Receipt) for outcome in outcomes] == [True, False, True]
    assert outcomes[1].decoded.name == "OrganisationNameMissing"
    assert consortium.read(int, "organisationCount") == before + 2


def test_more_calls_than_a_window_are_sent_in_order(founder: Sender):
    outcomes = founder.send_all([BURNER] * 60)  # two windows of 50 and 10
    blocks = [outcome.block for outcome in outcomes]
    assert len(blocks) == 60
    assert blocks == sorted(blocks)


def test_a_chain_without_fees_takes_transactions_without_a_price(consortium: Contract):
    free = connect(Network(consortium.connection.network.url, gas_price=0))
    assert Sender(free, FOUNDER, {}).send(BURNER).succeeded


def test_what_the_node_has_already_is_as_good_as_taken(founder: Sender):
    connection = founder.connection
    signed = founder.sign(
        BURNER, connection.next_nonce(FOUNDER.address), 30_000, connection.gas_price()
    )
    founder.submit([signed])
    wait_for_receipts(connection, [signed.hash], 30)
    founder.submit([signed])
    assert wait_for_receipts(connection, [signed.hash], 30)[signed.hash].succeeded


def test_a_spent_nonce_is_refused(founder: Sender):
    nonce = founder.connection.next_nonce(FOUNDER.address) - 1
    with pytest.raises(SendingRefused, match="did not take"):
        founder.submit([founder.sign(BURNER, nonce, 31_000, founder.connection.gas_price())])


def test_an_account_without_funds_is_told_so(consortium: Contract):
    poor = Sender(
        consortium.connection,
        development_signers(
            1, "legal winner thank year wave sausage worth useful legal winner thank yellow"
        )[0],
        {},
    )
    with pytest.raises(SendingRefused) as error:
        poor.submit([poor.sign(BURNER, 0, 30_000, 10**9)])
    assert "balance" in error.value.next_step.en


def test_what_fits_no_block_is_not_sent(founder: Sender, monkeypatch):
    small = founder.connection.block()
    monkeypatch.setattr(Connection, "block", lambda *_: type(small)(0, b"", b"", 0, 20_000, ()))
    with pytest.raises(TooMuchGas, match=r"21,\d+ gas"):
        founder.send(BURNER)


def test_what_is_in_no_block_in_time_is_unknown_and_not_failed(chain: Connection):
    with pytest.raises(OutcomeUnknown) as error:
        wait_for_receipts(chain, [b"\x99" * 32], 0.05)
    assert error.value.hashes == (b"\x99" * 32,)


def test_an_address_without_the_contract_says_so(chain: Connection):
    nobody = consortium_at(chain, address_of(0xDEAD))
    with pytest.raises(NoContract, match="isSealed"):
        nobody.read(bool, "isSealed")


def test_a_contract_that_is_not_carried_says_how_to_compile_it():
    with pytest.raises(NotCompiled, match="Nothing"):
        artifact("Nothing")


def _request() -> tuple[object, ...]:
    return (address_of(1), b"\0" * 4, b"\0" * 32, 1, b"\1" * 32, b"\1" * 32, [], 0)


def test_signed_transactions_are_known_by_their_hash(founder: Sender):
    signed = founder.sign(BURNER, 0, 21_000, 0)
    assert isinstance(signed, Signed)
    assert web3_through(founder.connection).keccak(signed.raw) == signed.hash


def test_more_than_a_block_holds_is_sent_a_block_at_a_time():
    # given: blocks of 1,000,000 gas, and ten calls of 21,000 + 16 × 11,812 = 209,992, which are
    # given a quarter more, 262,490: three go into a block
    with LocalChain("anvil", gas_limit=1_000_000) as small:
        sender = Sender(small, FOUNDER, {}, patience=PATIENCE)
        calls = [Call(address_of(0xDEAD), b"\xff" * 11_812) for _ in range(10)]

        outcomes = sender.send_all(calls)

    assert all(isinstance(outcome, Receipt) and outcome.succeeded for outcome in outcomes)
