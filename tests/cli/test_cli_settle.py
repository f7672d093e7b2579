"""`jp20 settle`, on a chain."""

import pytest
from market import ALICE, BOB, CAROL, Market, open_market
from running import Bad

BAD = [
    Bad("settle plan", ("no.csv",), 2, "no.csv"),
    Bad("settle plan", ("bad.csv",), 2, "deadline"),
    Bad("settle list", ("--every",), 2, "--every"),
    Bad("settle propose", ("no.csv",), 2, "no.csv"),
    Bad("settle propose", ("unknown.csv",), 1, "NO-SUCH"),
    Bad("settle pay", ("no.csv",), 2, "no.csv"),
    Bad("settle pay", ("coin.csv",), 1, "NO-COIN"),
    Bad("settle confirm", ("no.csv", "--case", "C", "--document", "jp20.toml"), 2, "no.csv"),
    Bad("settle confirm", ("bad.csv", "--case", "C"), 2, "--document"),
    Bad("settle settle", ("no.csv",), 2, "no.csv"),
    Bad("settle cancel", ("no.csv", "T-1"), 2, "no.csv"),
    Bad("settle cancel", ("whole.csv", "T-9"), 2, "T-9"),
]

HEAD = "trade,token,seller,buyer,units,payment,price,deadline,paying agent,broker"


def row(name, token, seller, buyer, units, payment, price, until="2099-03-31", agent="", broker=""):
    parties = f"{seller.address},{buyer.address}"
    return f"{name},{token},{parties},{units},{payment},{price},{until},{agent},{broker}"


@pytest.fixture(scope="module")
def market(folder, node) -> Market:
    return open_market(folder, node, "ST-1")


@pytest.fixture(scope="module")
def other(folder, node) -> Market:
    return open_market(folder, node, "ST-2")


@pytest.fixture(scope="module")
def files(market):
    code = market.code
    for name, line in (
        ("bad", row("T-1", code, ALICE, BOB, 30, code, 60, until="someday")),
        ("unknown", row("T-1", "NO-SUCH", ALICE, BOB, 30, code, 60)),
        ("coin", row("T-1", code, ALICE, BOB, 30, "NO-COIN", 60)),
        ("whole", row("T-1", code, ALICE, BOB, 30, "bank", 60, agent="8", broker="9")),
    ):
        (market.folder / f"{name}.csv").write_text(f"{HEAD}\n{line}\n", "utf-8")


@pytest.mark.requirement("G14")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_settlements(bad, folder, files):
    bad.check(folder)


@pytest.mark.requirement("G14", "G22")
def test_seller_and_buyer_each_with_the_own_key_and_units_for_units(market, other):
    """Alice has 100 of the one, Bob 60 of the other: 30 for 20."""
    file = market.rows("x", row("T-1", market.code, ALICE, BOB, 30, other.code, 20), head=HEAD)

    def status(ran) -> tuple[str, str]:
        assert ran.code == 0, ran.out + ran.err
        (trade,) = ran.json["trades"]
        return trade["status"], trade["next"]

    def by(key, *arguments):
        return market.with_key(key, "settle", *arguments, "--format", "json")

    assert status(by(ALICE, "plan", file)) == ("none", "seller: propose")
    assert status(by(ALICE, "propose", file, "--yes")) == ("proposed", "buyer: pay")
    again = market.with_key(ALICE, "settle", "propose", file, "--yes")
    assert (again.code, "nothing to do" in again.err) == (2, True)
    assert status(by(BOB, "pay", file, "--yes")) == ("matched", "settle")
    assert market.balance(ALICE) == 100
    listed = by(CAROL, "list").json["trades"]
    assert [each["trade"] for each in listed] == ["T-1"]

    assert status(by(CAROL, "settle", file, "--net", "--yes")) == ("settled", "–")

    assert (market.balance(ALICE), market.balance(BOB)) == (70, 90)
    assert (other.balance(ALICE), other.balance(BOB)) == (120, 40)
    assert by(CAROL, "list").json["trades"] == []
    history = market.json("register", "history", market.code)["history"]
    assert "'settled'" in str(history)


@pytest.mark.requirement("G14", "G17")
def test_through_a_bank_by_the_keys_of_all(market):
    session = market.session
    members = {member.number: member.name for member in session.members()}
    line = row(
        "T-2", market.code, BOB, CAROL, 5, "銀行", 500_000, agent=members[10], broker=members[2]
    )
    file = market.rows("y", line, head=HEAD)
    before = market.balance(CAROL)

    for act, options in (
        ("propose", ("--yes",)),
        ("pay", ("--yes",)),
        ("confirm", market.case("PAY")),
        ("settle", ("--yes",)),
    ):
        ran = market.run("settle", act, file, *options)
        assert ran.code == 0, ran.out + ran.err

    assert market.balance(CAROL) == before + 5


@pytest.mark.requirement("G14")
def test_a_trade_is_ended_by_its_sides(market, other):
    line = row("T-3", market.code, ALICE, CAROL, 5, other.code, 5)
    file = market.rows("z", line, head=HEAD)
    for act in ("propose", "pay"):
        assert market.run("settle", act, file, "--yes").code == 0

    asked = market.with_key(ALICE, "settle", "cancel", file, "T-3", "--yes", "--format", "json")
    assert asked.json["trades"][0]["status"] == "matched"
    ended = market.with_key(CAROL, "settle", "cancel", file, "T-3", "--yes", "--format", "json")
    assert ended.json["trades"][0]["status"] == "cancelled"
