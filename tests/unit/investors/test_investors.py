import pytest
from hypothesis import given
from hypothesis import strategies as st
from solidity import enum

from jp20.domain.base.faults import FaultyFile
from jp20.domain.investors.facts import registration_word
from jp20.domain.investors.investors import NEVER, InvestorClass, Residency, parse_investors

HEADER = "investor,name,wallet,class,residency,kyc_expiry,class_expiry\n"
ALICE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
ALIKE = ALICE[:40].lower() + "00"
AKIN = ALICE[:38].lower() + "0000"
BOB = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
ROW = f"C-001,青葉 花子,{ALICE},general,resident,2027-03-31,\n"
NOW = 1_795_000_000  # in November 2026
KYC_EXPIRY = 20_908 * 86_400 + 54_000  # the end of 2027-03-31 in Tokyo, see test_times


def read(text: str, now: int = NOW):
    return parse_investors(text.encode(), "w.csv", now)


def only_fault(text: str):
    (fault,) = read(text).faults
    return fault


def test_classes_and_residencies_are_those_of_the_contract():
    assert [c.name for c in InvestorClass] == enum("types/Facts.sol", "InvestorClass")
    assert [r.name for r in Residency] == enum("types/Facts.sol", "Residency")


@pytest.mark.requirement("G7", "G18")
def test_a_row_is_an_investor():
    (investor,) = read(HEADER + ROW).sound()
    assert investor.reference == "C-001"
    assert investor.name == "青葉 花子"
    assert investor.wallets == (ALICE,)
    assert investor.investor_class is InvestorClass.GENERAL
    assert investor.residency is Residency.RESIDENT
    assert investor.kyc_expiry == KYC_EXPIRY
    assert investor.class_expiry == NEVER


@pytest.mark.requirement("G18")
def test_a_japanese_file_is_the_same():
    header = "顧客番号,氏名,ウォレット,投資家区分,居住区分,KYC有効期限,区分有効期限\n"
    row = f"C-001,青葉 花子,{ALICE},一般投資家,居住者,2027年3月31日,\n"
    japanese = parse_investors((header + row).encode("cp932"), "w.csv", NOW)
    assert japanese.sound() == read(HEADER + ROW).sound()


@pytest.mark.requirement("S5")
def test_a_name_is_in_no_representation():
    assert "花子" not in repr(read(HEADER + ROW))


@pytest.mark.requirement("G7")
def test_the_registration_word_is_the_contract_s():
    (investor,) = read(
        HEADER
        + ROW.replace("general", "professional").replace(
            "2027-03-31,", "2027-03-31,1970-01-01T09:00:02+09:00"
        ),
        now=1,
    ).sound()
    # wallet 20 bytes | KYC expiry 5 bytes | class expiry 5 bytes, 2 | class 2 | residency 1
    expected = ALICE[2:].lower() + f"{KYC_EXPIRY:010x}" + "0000000002" + "02" + "01"
    word = registration_word(
        investor.wallets[0],
        investor.investor_class,
        investor.residency,
        investor.kyc_expiry,
        investor.class_expiry,
    )
    assert f"{word:064x}" == expected


@pytest.mark.requirement("G7")
def test_the_id_is_the_head_of_the_first_wallet():
    (investor,) = read(HEADER + ROW).sound()
    # 19 of the address's 20 bytes: 5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA|ed
    assert f"{investor.id:038x}" == "5aaeb6053f3e94c9b9a09f33669435e7ef1bea"


@pytest.mark.requirement("G7", "G13")
def test_a_reference_that_comes_again_is_a_further_wallet():
    (investor,) = read(HEADER + ROW + ROW.replace(ALICE, BOB)).sound()
    assert investor.wallets == (ALICE, BOB)


def test_rows_of_one_investor_must_agree():
    found = read(HEADER + ROW + ROW.replace(ALICE, BOB).replace("general", "professional"))
    told, fault = found.faults
    assert (fault.line, fault.field) == (3, "class")
    assert "line 2" in fault.what.en
    assert (told.line, "line 3 is faulty" in told.what.en) == (2, True)


@pytest.mark.requirement("G7", "G13")
@pytest.mark.parametrize("word", ["yes", "追加", "はい"])
def test_a_further_wallet_may_say_so_itself(word):
    head = "investor,wallet,class,residency,kyc_expiry,further_wallet\n"
    rest = "general,resident,2027-03-31"
    text = f"{head}C-001,{ALICE},{rest},\nC-001,{BOB},{rest},{word}\n"
    (investor,) = read(text).sound()
    assert (investor.wallets, investor.lines) == ((ALICE, BOB), (2, 3))


@pytest.mark.requirement("G7", "G18")
@pytest.mark.parametrize(
    "names", [("", ""), ("青葉 花子", ""), ("", "青葉 花子"), ("青葉", "若葉")]
)
def test_one_reference_with_several_wallets_is_not_yet_one_person(names):
    """The reference alone says nothing: a spreadsheet cuts long ones off until they are equal."""
    first, second = (f"C-001,{name},{{}},general,resident,2027-03-31,\n" for name in names)
    found = read(HEADER + first.format(ALICE) + second.format(BOB))
    assert found.investors == ()
    assert {fault.line for fault in found.faults} == {2, 3}
    if names[0] == names[1]:
        assert all("Lines 2, 3 have this reference" in fault.what.en for fault in found.faults)


@pytest.mark.requirement("G7", "G18")
@pytest.mark.parametrize("reference", ["4.90123E+15", "4.9e15", "1E+02", "４.９E+15"])
def test_a_reference_that_a_spreadsheet_shortened_is_refused_on_each_line(reference):
    row = f"{reference},青葉,{{}},general,resident,2036-03-31,\n"
    found = read(HEADER + row.format(ALICE) + row.format(BOB))
    assert found.investors == ()
    assert [(fault.line, fault.field) for fault in found.faults] == [
        (2, "investor"),
        (3, "investor"),
    ]
    assert "shortened" in found.faults[0].what.en


@pytest.mark.requirement("G7", "G18")
def test_a_mark_beside_a_reference_makes_another_one():
    other = ROW.replace("C-001", "C-00①").replace(ALICE, BOB)
    assert len(read(HEADER + ROW + other).sound()) == 2


@pytest.mark.requirement("G2", "G7")
def test_a_row_that_is_there_twice_counts_once_and_the_other_is_told():
    found = read(HEADER + ROW + ROW)
    assert [each.lines for each in found.investors] == [(2,)]
    (fault,) = found.faults
    assert (fault.line, "repeats line 2" in fault.what.en) == (3, True)


@pytest.mark.parametrize(
    ("old", "new", "field", "what"),
    [
        ("C-001", "", "investor", "empty"),
        (ALICE, "", "wallet", "not an address"),
        (ALICE, "0x1234", "wallet", "not an address"),
        (ALICE, ALICE.replace("aA", "aa"), "wallet", "checksum"),
        (ALICE, "0x" + "0" * 40, "wallet", "cannot be an investor's wallet"),
        (ALICE, "0x" + "0" * 38 + "11", "wallet", "cannot be an investor's wallet"),
        ("general", "", "class", "not known"),
        ("general", "vip", "class", '"vip" is not known'),
        ("general", "none", "class", "not known"),
        ("resident", "moon", "residency", '"moon" is not known'),
        ("2027-03-31", "", "kyc_expiry", "empty"),
        ("2027-03-31", "2027-02-30", "kyc_expiry", "not a date"),
        ("2027-03-31", "2026-03-31", "kyc_expiry", "has passed"),
        ("2027-03-31,", "2027-03-31,2020-01-01", "class_expiry", "has passed"),
    ],
)
@pytest.mark.requirement("G7", "G18")
def test_a_faulty_cell_is_named(old, new, field, what):
    fault = only_fault(HEADER + ROW.replace(old, new))
    assert (fault.file, fault.line, fault.field) == ("w.csv", 2, field)
    assert what in fault.what.en
    assert fault.what.ja
    assert fault.next_step.en
    assert fault.next_step.ja


@pytest.mark.requirement("G7")
def test_the_second_of_expiry_is_too_late():
    assert not read(HEADER + ROW, now=KYC_EXPIRY - 1).faults
    assert read(HEADER + ROW, now=KYC_EXPIRY).faults[0].field == "kyc_expiry"


def test_a_wallet_twice_is_named_with_its_first_line():
    found = read(HEADER + ROW + ROW.replace("C-001", "C-002"))
    (fault,) = found.faults
    assert (fault.line, fault.field) == (3, "wallet")
    assert "line 2" in fault.what.en
    assert [each.reference for each in found.investors] == ["C-001"]


def test_rows_of_one_investor_and_wallet_that_differ_are_all_refused():
    found = read(HEADER + ROW + ROW.replace("general", "professional"))
    assert found.investors == ()
    assert {fault.line for fault in found.faults} == {2, 3}
    assert "line 3" in found.faults[0].what.en


def test_all_faults_come_at_once_and_the_other_rows_are_there():
    bad = ROW.replace("C-001", "C-002").replace("general", "x").replace("resident", "y")
    found = read(HEADER + bad.replace(ALICE, "z") + ROW)
    assert [(fault.line, fault.field) for fault in found.faults] == [
        (2, "wallet"),
        (2, "class"),
        (2, "residency"),
    ]
    assert [investor.reference for investor in found.investors] == ["C-001"]


def test_an_investor_with_one_faulty_row_is_left_out_whole():
    further = ROW.replace(ALICE, "0x12")
    for text in (HEADER + ROW + further, HEADER + further + ROW):
        found = read(text)
        assert found.investors == ()
        assert {fault.line for fault in found.faults} == found.lines == {2, 3}


CELLS = st.tuples(
    st.sampled_from(["C-1", "C-2", "", "4.9E+15", "C-1 "]),
    st.sampled_from(["青葉", "若葉", ""]),
    st.sampled_from([ALICE, BOB, ALIKE, ALICE.lower(), "0x12", ""]),
    st.sampled_from(["general", "professional", "x"]),
    st.sampled_from(["resident", "y"]),
    st.sampled_from(["2027-03-31", "2027/3/31", "2026-01-01", "3月"]),
    st.sampled_from(["", "2027-03-31"]),
)


@pytest.mark.requirement("G7")
def test_a_count_and_a_remark_below_the_table_are_no_rows():
    found = read(HEADER + ROW + "合　計,1名,,,,,\n※ 住所は別紙,,,,,,\n")
    assert len(found.sound()) == 1
    assert found.lines == {2}


@pytest.mark.requirement("G2", "G7")
@given(st.lists(CELLS, max_size=7).filter(lambda rows: any(map(any, rows))))
def test_each_row_is_an_investor_s_or_has_a_fault_and_not_both(rows):
    found = read(HEADER + "".join(",".join(row) + "\n" for row in rows))
    ours = [line for each in found.investors for line in each.lines]
    faulty = {fault.line for fault in found.faults}
    assert len(ours) == len(set(ours))
    assert not faulty & set(ours)
    assert faulty | set(ours) == found.lines
    assert len(found.lines) == len(rows)


def test_a_file_with_a_fault_is_not_sound():
    with pytest.raises(FaultyFile) as error:
        read(HEADER + ROW.replace("general", "x")).sound()
    assert "w.csv:2 [class]" in str(error.value)


@pytest.mark.requirement("G7")
def test_two_investors_whom_the_chain_would_take_for_one_are_told():
    """An investor's id is the first 19 bytes of the first wallet's address."""
    rows = ROW + f"C-002,若葉 太郎,{ALIKE},general,resident,2027-03-31,\n"

    found = read(HEADER + rows)

    (fault,) = found.faults
    assert (fault.line, fault.field) == (3, "wallet")
    assert "line 2" in fault.what.en
    assert [each.reference for each in found.investors] == ["C-001"]


@pytest.mark.requirement("G7")
def test_investors_whose_wallets_begin_with_the_same_18_bytes_are_two():
    rows = ROW + f"C-002,若葉 太郎,{AKIN},general,resident,2027-03-31,\n"
    alice, other = read(HEADER + rows).sound()
    # The 19th bytes are EA and 00.
    assert alice.id - other.id == 0xEA


@pytest.mark.requirement("G7")
def test_the_further_wallet_of_an_investor_may_begin_like_the_first():
    rows = ROW + ROW.replace(ALICE, ALIKE)
    (investor,) = read(HEADER + rows).sound()
    assert len(investor.wallets) == 2
