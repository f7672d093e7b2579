"""Files of investors to whom one act is done: each row is somebody's or has a fault."""

import pytest

from jp20.chain.signing.signers import KeySigner
from jp20.domain.base.faults import FaultyFile
from jp20.domain.investors.people_file import Person, parse_people

ALICE, BOB, BOBS_OTHER, CAROL = (KeySigner(bytes([each]) * 32).address for each in range(11, 15))
WALLETS = {"A-1": (ALICE,), "B-1": (BOB, BOBS_OTHER)}


def parsed(text):
    return parse_people(text.encode(), "p.csv", WALLETS)


def faults(found):
    return [(each.line, each.field, each.reference) for each in found.faults]


def test_a_row_is_known_by_its_customer_number_or_its_wallet():
    found = parsed(f"顧客番号,ウォレット\nA-1,\n,{CAROL}\nB-1,{BOBS_OTHER}\n")

    assert found.people == (Person(2, ALICE), Person(3, CAROL), Person(4, BOBS_OTHER))
    assert found.faults == ()


def test_rows_of_a_whitelist_file_are_such_a_file():
    found = parsed(
        "顧客番号,氏名,ウォレット,投資家区分,居住区分,KYC有効期限\n"
        f"B-1,乙野,{BOB},一般投資家,居住者,令和2年3月31日\n"
    )
    assert found.people == (Person(2, BOB),)


def test_whose_row_is_not_certain_is_a_fault_and_the_others_stand():
    wrong = ALICE[:-1] + ("0" if ALICE[-1] != "0" else "1")
    found = parsed(
        f"investor,wallet\nZ-9,\n,{wrong}\n,\nA-1,{BOB}\nB-1,\nB-1,\nB-1,{BOB}\nC-1,{CAROL}\n"
    )

    # Line 4 is empty. Lines 7 and 8 mean the wallet of line 6 once more.
    assert found.people == (Person(6, BOB), Person(9, CAROL))
    assert faults(found) == [
        (2, "investor", "Z-9"),
        (3, "wallet", ""),
        (5, "wallet", "A-1"),
        (7, "wallet", "B-1"),
        (8, "wallet", "B-1"),
    ]


def test_a_number_without_a_file_of_investors_is_nobodys():
    found = parse_people(b"investor\nA-1\n", "p.csv", {})

    assert (found.people, faults(found)) == ((), [(2, "investor", "A-1")])
    assert "--investors" in found.faults[0].next_step.en


def test_a_file_without_one_of_the_columns_is_refused():
    with pytest.raises(FaultyFile):
        parse_people(b"quantity\n1\n", "p.csv", {})
