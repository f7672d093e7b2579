import hypothesis
import pytest
from hypothesis import strategies as st

from jp20.domain.base.faults import FaultyFile
from jp20.domain.investors.investors import parse_investors
from jp20.domain.plans.allotments import parse_allotments

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
    ["00", "20①", "-5", "1.5", "20口", "1e3", "0x10", "１,２", str(2**104 - 1)],
)
@pytest.mark.requirement("G2")
def test_what_is_no_number_of_units_is_refused(units):
    fault = only_fault(f'wallet,units\n{ALICE},"{units}"\n')
    assert (fault.line, fault.field) == (2, "units")


def test_a_wallet_twice_is_named_even_where_the_first_row_is_faulty():
    found = read(f"wallet,units\n{ALICE},x\n{ALICE},5\n{BOB},1\n")
    assert [(fault.line, fault.field) for fault in found.faults] == [
        (2, "units"),
        (2, "wallet"),
        (3, "wallet"),
    ]
    assert [row.line for row in found.allotments] == [4]


def test_a_wallet_and_its_investor_are_the_same_wallet_twice():
    found = read(f"investor,wallet,units\nC-001,,5\n,{ALICE},5\n", WALLETS)
    assert [(fault.line, fault.field) for fault in found.faults] == [(2, "wallet"), (3, "wallet")]
    assert "Line 3 is for the same wallet" in found.faults[0].what.en


def test_a_row_needs_a_wallet_or_an_investor():
    fault = only_fault("investor,wallet,units\n,,5\n")
    assert "Neither" in fault.what.en


def test_an_unknown_investor_is_named():
    fault = only_fault("investor,units\nC-009,5\n", WALLETS)
    assert (fault.field, "C-009" in fault.what.en) == ("investor", True)
    assert "Did you mean" not in fault.next_step.en


@pytest.mark.requirement("G2")
@pytest.mark.parametrize(("given", "meant"), [("1", "0001"), ("n0002", "N0002"), ("N2", "N0002")])
def test_a_reference_that_lost_its_zeros_or_its_case_is_asked_about(given, meant):
    fault = only_fault(f"investor,units\n{given},5\n", {"0001": ALICE, "N0002": BOB})
    assert meant in fault.next_step.en
    assert meant in fault.next_step.ja


@pytest.mark.requirement("G2")
def test_a_customer_is_found_though_something_else_of_the_row_is_faulty():
    """The chain judges the KYC; the file says only whose wallet it is."""
    head = "investor,wallet,class,residency,kyc_expiry\n"
    people = f"C-1,{ALICE},general,resident,2020-03-31\nC-2,0x12,general,resident,2036-03-31\n"
    investors = parse_investors((head + people).encode(), "i.csv", 1_795_000_000)
    found = parse_allotments(
        b"investor,units\nC-1,5\nC-2,6\n",
        "a.csv",
        investors.wallets,
        uncertain=investors.uncertain,
    )
    assert [(row.wallet, row.units) for row in found.allotments] == [(ALICE, 5)]
    (fault,) = found.faults
    assert "line 3 of the investors' file" in fault.what.en


def test_wallet_and_investor_must_agree():
    fault = only_fault(f"investor,wallet,units\nC-001,{BOB},5\n", WALLETS)
    assert (fault.field, ALICE in fault.what.en) == ("wallet", True)


@pytest.mark.parametrize("wallet", ["0x12", BOB.replace("fB", "fb"), "0x" + "0" * 40])
def test_a_faulty_wallet_is_named(wallet):
    assert only_fault(f"wallet,units\n{wallet},5\n").field == "wallet"


def test_a_file_with_a_fault_is_not_sound():
    with pytest.raises(FaultyFile):
        read(f"wallet,units\n{ALICE},x\n").sound()


@pytest.mark.requirement("G2")
@pytest.mark.parametrize("nothing", ["", "0", "０", "-"])
def test_who_gets_nothing_is_no_fault_and_is_told(nothing):
    found = read(f"wallet,units\n{ALICE},{nothing}\n{BOB},5\n合計,5\n")
    assert not found.faults
    assert [row.wallet for row in found.allotments] == [BOB]
    assert found.without_units == (2,)
    (note,) = found.notes
    assert "1 row has 0 or nothing for units" in note.en


def test_where_each_row_must_say_some_units_a_blank_is_a_fault():
    with pytest.raises(FaultyFile) as error:
        read(f"wallet,units\n{ALICE},\n{BOB},5\n").sound()
    assert [(fault.line, fault.field) for fault in error.value.faults] == [(2, "units")]


@pytest.mark.requirement("G2")
@pytest.mark.parametrize("label", ["合計", "合　計", "総計", "計", "総合計", "Total"])
@pytest.mark.parametrize("place", ["{},", ",{}"])
def test_a_total_that_is_met_is_no_row(label, place):
    found = read(f"investor,wallet,units\n,{ALICE},20\n,{BOB},50\n{place.format(label)},70\n")
    assert found.total == found.written == 70  # 20 + 50
    assert len(found.sound()) == 2


@pytest.mark.requirement("G2")
def test_a_total_that_is_missed_is_a_fault_of_the_whole_file():
    fault = only_fault(f"wallet,units\n{ALICE},20\n{BOB},50\n合計,71\n")
    assert (fault.line, fault.field, fault.whole) == (4, "units", True)
    assert "to be 71, and the rows come to 70" in fault.what.en


@pytest.mark.requirement("G2")
def test_a_total_counts_rows_whose_wallet_is_faulty():
    found = read(f"wallet,units\n{ALICE},20\n0x12,50\n合計,70\n")
    assert [fault.line for fault in found.faults] == [3]
    assert (found.written, found.total) == (70, 20)


@pytest.mark.requirement("G2")
def test_subtotals_a_total_without_a_label_and_remarks_are_no_rows():
    text = (
        f"wallet,units\n{ALICE},20\n小計,20\n{BOB},50\n小　計,50\n,70\n※ 端数は切り捨て,\n以上,\n"
    )
    found = read(text)
    assert not found.faults
    assert (found.total, found.lines) == (70, {2, 4})


@pytest.mark.requirement("G2")
def test_a_subtotal_that_is_missed_is_a_fault_of_the_whole_file():
    fault = only_fault(f"wallet,units\n{ALICE},20\n小計,21\n")
    assert (fault.line, fault.whole) == (3, True)


def test_a_number_beside_nobody_that_is_no_sum_is_a_fault():
    fault = only_fault(f"wallet,units\n{ALICE},20\n,21\n")
    assert (fault.line, "Neither" in fault.what.en) == (3, True)


ROWS = st.tuples(
    st.sampled_from(["C-001", "C-002", "C-9", "", "合計", "小計", "※ 注"]),
    st.sampled_from([ALICE, BOB, "0x12", ""]),
    st.sampled_from(["20", "１，０００", "0", "", "20①", "x"]),
)


@pytest.mark.requirement("G2")
@hypothesis.given(st.lists(ROWS, max_size=7).filter(lambda rows: any(map(any, rows))))
def test_each_row_is_an_allotment_or_has_a_fault_and_not_both(rows):
    text = "".join(f'{who},{wallet},"{units}"\n' for who, wallet, units in rows)
    found = read("investor,wallet,units\n" + text, WALLETS)
    ours = {each.line for each in found.allotments}
    faulty = {fault.line for fault in found.faults if not fault.whole}
    assert not faulty & ours
    assert faulty | ours == found.lines
    assert len({each.wallet for each in found.allotments}) == len(ours)


def test_a_total_stands_last():
    fault = only_fault(f"wallet,units\n{ALICE},20\n合計,20\n{BOB},5\n")
    assert (fault.line, fault.whole) == (3, True)


def test_a_table_that_breaks_off_is_a_fault_of_the_whole_file():
    (fault,) = read(f'wallet,units\n{ALICE},20\n"{BOB},5\n').faults
    assert fault.whole


@pytest.mark.requirement("G2")
def test_of_a_result_file_the_refused_rows_are_taken():
    head = "line,wallet,units,outcome,code,reason,transaction,block\n"
    found = read(
        f"{head}2,{ALICE},20,done,,,0x12,5\n3,{BOB},50,refused,RECIPIENT_UNKNOWN,why,,\n",
    )
    assert [(row.line, row.wallet, row.units) for row in found.sound()] == [(3, BOB, 50)]
    assert found.written == 50


@pytest.mark.requirement("G2")
@pytest.mark.parametrize("outcome", ["done", "done before", "unchanged", "実行", "実行済み"])
def test_of_a_result_file_what_is_done_is_left(outcome):
    assert read(f"wallet,units,outcome\n{ALICE},20,{outcome}\n").sound() == ()


@pytest.mark.requirement("G2")
@pytest.mark.parametrize("outcome", ["unknown", "pending", "未確定", "未実行", "perhaps"])
def test_of_a_result_file_what_is_not_known_is_refused(outcome):
    found = read(f"wallet,units,outcome\n{ALICE},20,{outcome}\n{BOB},5,refused\n")
    assert [(fault.line, fault.field) for fault in found.faults] == [(2, "outcome")]
    assert [row.wallet for row in found.allotments] == [BOB]


def test_of_a_result_file_a_row_that_was_faulty_is_still():
    fault = only_fault("line,wallet,units,outcome,code\n7,,,refused,FILE\n")
    assert "line 7" in fault.next_step.en


def test_more_digits_than_any_amount_has_are_no_number():
    assert only_fault(f"wallet,units\n{ALICE},{'9' * 5000}\n").field == "units"
