"""`jp20 acts`: what was done, under a request or directly, with its case and transaction."""

import hashlib
from itertools import count

import pytest
from market import ALICE, BOB, DAVE, Market, open_market
from running import Bad

A, B = ALICE.address, BOB.address

BAD = [
    Bad("acts", ("--token", "NO-SUCH"), 1, "NO-SUCH"),
    Bad("acts", ("--token", "X", "--platform"), 2, "--platform"),
    Bad("acts", ("--organisation", "Nobody Ltd"), 1, "Nobody Ltd"),
    Bad("acts", ("--since", "2026-13-01"), 2, "2026-13-01"),
    Bad("acts", ("--until", "soon"), 2, "soon"),
    Bad("acts", ("--case", "案件"), 2, "案件"),
]

_NUMBERS = count(1)


@pytest.fixture
def market(folder, node) -> Market:
    """A token for each test."""
    return open_market(folder, node, f"AC-{next(_NUMBERS)}")


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_acts(bad, folder):
    bad.check(folder)


def listed(market: Market, *arguments: str) -> list[dict]:
    return market.json("acts", *arguments)["acts"]


@pytest.mark.requirement("G15", "G17")
def test_acts_of_requests_and_of_one_key_have_case_document_and_transaction(market):
    moved = market.json("force-transfer", market.code, A, DAVE.address, "15", *market.case("F"))
    frozen = market.json("freeze", "now", market.code, B, "5", *market.case("N"))

    forced, at_once = listed(market, "--token", market.code)[-2:]

    digest = hashlib.sha256(market.document.read_bytes()).hexdigest()
    assert forced["case"] == f"{market.code}-F"
    assert forced["document_sha256"] == at_once["document_sha256"] == f"0x{digest}"
    assert (forced["how"], at_once["how"]) == ("request", "direct")
    # The last step of each command carried it out.
    assert forced["transaction"] == moved["steps"][-1]["transaction"]
    assert at_once["transaction"] == frozen["steps"][-1]["transaction"]
    assert (forced["target"], forced["call"], forced["calls"]) == (market.code, 1, 1)
    assert forced["function"].startswith("forcedTransfer")
    signers = {each["organisation"] for each in moved["steps"] if each["step"] == "signed"}
    assert signers < set(forced["signed_by"].split(", "))
    assert forced["proposed_by"] == moved["steps"][0]["organisation"]
    assert (at_once["proposed_by"], at_once["signed_by"]) == (None, None)
    assert at_once["executed_by"] == frozen["steps"][-1]["organisation"]


@pytest.mark.requirement("G15")
def test_acts_are_found_by_case_organisation_contract_and_day(market):
    market.json("freeze", "now", market.code, B, "5", *market.case("N"))
    (act,) = listed(market, "--case", f"{market.code}-N")
    day = act["time"][:10]
    by_token = ("--token", market.code)

    assert listed(market, "--organisation", act["executed_by"], *by_token)[-1] == act
    assert act in listed(market, "--since", day, "--until", day, *by_token)
    assert act not in listed(market, "--until", "2020-01-01", *by_token)
    assert act not in listed(market, "--since", "2099-01-01", *by_token)
    assert act not in listed(market, "--platform")
    assert {each["target"] for each in listed(market, "--platform")} == {"platform"}
    assert listed(market, "--case", "NO-SUCH-CASE") == []
    others = {each["executed_by"] for each in listed(market)} - {act["executed_by"]}
    assert act not in listed(market, "--organisation", others.pop(), *by_token)


def test_what_only_was_proposed_is_no_act(market):
    before = len(listed(market))
    waiting = market.alone(
        "trust bank", "force-transfer", market.code, A, DAVE.address, "15", *market.case("F")
    )

    assert waiting.code == 6
    assert len(listed(market)) == before
