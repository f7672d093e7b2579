"""What is in a block that is not final is under way in every command (K8)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from market import ALICE, BOB, Market, open_market
from running import run

from jp20.chain.sending import finality

pytestmark = pytest.mark.requirement("G2", "G16")

DEPTH = 6


@pytest.fixture
def market(node, folder, tmp_path, monkeypatch) -> Iterator[Market]:
    """A token, and settings by which a block is final when six stand on it."""
    found = open_market(folder, node, f"FI-{tmp_path.name[-1]}")
    found.with_key(ALICE, "status")
    file = folder.parent / f"alone-{ALICE.address}" / "jp20.toml"
    text = file.read_text("utf-8")
    setting = f'finality = "depth:{DEPTH}"'
    file.write_text(text.replace('# finality = "instant"', f"{setting}  #", 1), "utf-8")
    assert f"\n{setting}" in file.read_text("utf-8")
    monkeypatch.setattr(finality, "STANDSTILL", 0.5)
    yield found
    file.write_text(text, "utf-8")
    found.session.connection.rpc("anvil_mine", hex(DEPTH + 1))
    found.with_key(ALICE, "resume-sending", "--yes")


@contextmanager
def blocks_coming(market: Market) -> Iterator[None]:
    over = threading.Event()

    def mine() -> None:
        while not over.wait(0.1):
            market.session.connection.rpc("evm_mine")

    miner = threading.Thread(target=mine)
    miner.start()
    try:
        yield
    finally:
        over.set()
        miner.join()


def give(market: Market, units: int, *more: str):
    arguments = ("transfer", market.code, BOB.address, str(units), "--yes", "--format", "json")
    return market.with_key(ALICE, *arguments, *more)


def under_way(market: Market) -> list[dict]:
    ran = market.with_key(ALICE, "status", "--format", "json")
    assert ran.code == 0, ran.err
    return ran.json["sending"]


def test_a_transfer_is_told_as_done_when_its_block_is_final(market):
    before = market.balance(BOB)
    with blocks_coming(market):
        ran = give(market, 1)
    assert ran.code == 0, ran.err
    block = ran.json["transfer"]["block"]
    assert f"Waiting until it is final, at block {block + DEPTH}" in ran.err
    assert market.session.connection.block_number() >= block + DEPTH
    assert under_way(market) == []
    assert market.balance(BOB) == before + 1


def test_where_no_block_comes_it_is_not_told_as_done(market):
    before = market.balance(BOB)
    ran = give(market, 2)
    assert ran.code == 5
    assert ran.json["error"]["kind"] == "NotFinal"
    head = market.session.connection.block_number()
    assert f"final from block {head + DEPTH} on" in ran.err
    (shown,) = under_way(market)
    assert shown["where"] == "not_final"
    assert (shown["block"], shown["final_from"]) == (head, head + DEPTH)
    # and run again when it is final, it is known to be done
    with blocks_coming(market):
        again = give(market, 2)
    assert again.code == 0
    assert "Done before" in again.err
    assert market.balance(BOB) == before + 2


@pytest.mark.parametrize("next_one", ["resume-sending", "transfer", "another"])
def test_a_reorganisation_is_followed_by_whichever_command_comes_next(market, next_one):
    # given: a transfer that is in a block, and the block replaced by one without it
    before = market.balance(BOB)
    chain = market.session.connection
    included = give(market, 3, "--wait", "included")
    assert included.code == 0
    assert "not final before block" in included.err
    transaction = included.json["transfer"]["transaction"]
    chain.rpc("anvil_reorg", 1, [])
    assert market.balance(BOB) == before
    (shown,) = under_way(market)
    assert (shown["where"], shown["transaction"]) == (
        "lost",
        transaction,
    )

    # when
    with blocks_coming(market):
        if next_one == "resume-sending":
            ran = market.with_key(ALICE, "resume-sending", "--yes")
        elif next_one == "transfer":
            ran = give(market, 3)
            assert ran.json["transfer"]["transaction"] == transaction
        else:
            ran = give(market, 4)

    # then: the same bytes came again, and nothing twice
    assert ran.code == 0, ran.err
    assert chain.rpc("eth_getTransactionReceipt", transaction) is not None
    assert market.balance(BOB) == before + (7 if next_one == "another" else 3)
    assert under_way(market) == []


def test_until_when_is_one_of_two(market):
    ran = run("transfer", "X", "Y", "1", "--wait", "tomorrow", folder=market.folder)
    assert ran.code == 2
    assert "tomorrow" in ran.err
