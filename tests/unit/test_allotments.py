import pytest

from jp20.domain.allotments import parse_allotments
from jp20.domain.faults import FaultyFile

ALICE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
BOB = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
WALLETS = {"C-001": ALICE, "C-002": BOB}


def read(text: str, wallets=None):
    return parse_allotments(text.encode(), "a.csv", wallets)


def only_fault(text: str, wallets=None):
    (fault,) = read(text, wallets).faults
    return fault


@pytest.mark.requirement("G2")
def test_rows_by_wallet():
    found = read(f"wallet,units\n{ALICE},20\n{BOB.lower()},50\n")
    assert [(row.line, row.wallet, row.units) for row in found.sound()] == [
        (2, ALICE, 20),
        (3, BOB, 50),
    ]
    assert found.total == 70  # 20 + 50


@pytest.mark.requirement("G2")
def test_rows_by_investor():
    found = read("顧客番号,割当口数\nC-002,１２００\n", WALLETS)
    assert [(row.wallet, row.units) for row in found.sound()] == [(BOB, 1200)]


def test_thousands_may_be_set_off():
    assert read(f'wallet,units\n{ALICE},"1,200"\n').total == 1200


@pytest.mark.parametrize(
    "units",
    ["", "0", "-5", "1.5", "20口", "1e3", "0x10", "１,２", str(2**104 - 1)],
)
@pytest.mark.requirement("G2")
def test_what_is_no_number_of_units_is_refused(units):
    fault = only_fault(f'wallet,units\n{ALICE},"{units}"\n')
    assert (fault.line, fault.field) == (2, "units")


def test_a_wallet_twice_is_named_even_where_the_first_row_is_faulty():
    found = read(f"wallet,units\n{ALICE},0\n{ALICE},5\n")
    assert [(fault.line, fault.field) for fault in found.faults] == [(2, "units"), (3, "wallet")]
    assert found.allotments == ()


def test_a_wallet_and_its_investor_are_the_same_wallet_twice():
    fault = only_fault(f"investor,wallet,units\nC-001,,5\n,{ALICE},5\n", WALLETS)
    assert (fault.line, fault.field) == (3, "wallet")


def test_a_row_needs_a_wallet_or_an_investor():
    fault = only_fault("investor,wallet,units\n,,5\n")
    assert "Neither" in fault.what.en


def test_an_unknown_investor_is_named():
    fault = only_fault("investor,units\nC-009,5\n", WALLETS)
    assert (fault.field, "C-009" in fault.what.en) == ("investor", True)


def test_wallet_and_investor_must_agree():
    fault = only_fault(f"investor,wallet,units\nC-001,{BOB},5\n", WALLETS)
    assert (fault.field, ALICE in fault.what.en) == ("wallet", True)


@pytest.mark.parametrize("wallet", ["0x12", BOB.replace("fB", "fb"), "0x" + "0" * 40])
def test_a_faulty_wallet_is_named(wallet):
    assert only_fault(f"wallet,units\n{wallet},5\n").field == "wallet"


def test_a_file_with_a_fault_is_not_sound():
    with pytest.raises(FaultyFile):
        read(f"wallet,units\n{ALICE},0\n").sound()
