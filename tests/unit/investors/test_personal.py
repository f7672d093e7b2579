"""What a person's fields may be; individual numbers are refused wherever they stand."""

import pytest

from jp20.domain.base.faults import FaultyFile
from jp20.domain.investors.investors import parse_investors
from jp20.domain.investors.personal import (
    PERSONAL_COLUMNS,
    UnfitField,
    folded,
    is_corporate_number,
    my_number_in,
    personal_field,
)

pytestmark = pytest.mark.requirement("G28")

# 12345678901: 1·6+2·5+3·4+4·3+5·2+6·7+7·6+8·5+9·4+0·3+1·2 = 212; 212 mod 11 = 3; 11 - 3 = 8.
MY_NUMBER = "123456789018"
WALLET = "0x845986566FA249D19A35293e0b5E20A108224C37"


@pytest.mark.parametrize(
    "text",
    [
        MY_NUMBER,
        "1234 5678 9018",
        "1234-5678-9018",
        "１２３４５６７８９０１８",
        "1234－5678－9018",
        f"個人番号:{MY_NUMBER}です",
        f"東京都一丁目 {MY_NUMBER}",
        # 100000000000's first eleven digits: 1·6 = 6; 11 - 6 = 5
        "100000000005",
        # 0 where the remainder is 0 or 1: 00000000006 → 6·2 = 12, 12 mod 11 = 1
        "000000000060",
    ],
)
def test_an_individual_number_is_recognised(text):
    assert my_number_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123456789017",  # another check digit
        "12345678901",
        f"{MY_NUMBER}0",  # thirteen digits
        f"0{MY_NUMBER}",
        "+123456789018",  # a telephone number
        "03-1234-5678",
        "0001-001-普通-1234567",
    ],
)
def test_other_numbers_are_none(text):
    assert not my_number_in(text)


@pytest.mark.parametrize("column", ["name", *(each.name for each in PERSONAL_COLUMNS)])
def test_a_file_with_an_individual_number_in_any_field_is_refused(column):
    header = "investor,wallet,class,residency,kyc_expiry,name,address,email"
    names = header.split(",")
    if column not in names:
        names.append(column)
    cells = {
        "investor": "C-1",
        "wallet": WALLET,
        "class": "general",
        "residency": "resident",
        "kyc_expiry": "2036-03-31",
        column: f"x {MY_NUMBER}",
    }
    text = ",".join(names) + "\n" + ",".join(cells.get(name, "") for name in names) + "\n"
    found = parse_investors(text.encode(), "f.csv", 0)
    (fault,) = found.faults
    assert (fault.line, fault.field) == (2, column)
    assert "My Number" in fault.what.en
    assert MY_NUMBER not in fault.text.en + fault.text.ja
    assert found.investors == ()


def test_a_column_for_individual_numbers_is_not_known():
    header = "顧客番号,ウォレット,投資家区分,居住区分,KYC有効期限,個人番号\n"
    text = f"{header}C-1,{WALLET},general,resident,2036-03-31,{MY_NUMBER}\n"
    with pytest.raises(FaultyFile, match="個人番号"):
        parse_investors(text.encode(), "f.csv", 0)


def test_a_customer_number_of_twelve_digits_is_the_organisation_s_own():
    assert personal_field("customer", MY_NUMBER) == MY_NUMBER


def test_a_corporate_number_has_a_check_digit():
    # 000012050002: from the right 2·1+0·2+0·1+0·2+5·1+0·2+2·1+1·2 = 11; 11 mod 9 = 2; 9 - 2 = 7:
    # the National Tax Agency's own, 7000012050002.
    assert is_corporate_number("7000012050002")
    for first in "1234568 9":
        assert not is_corporate_number(f"{first}000012050002")
    assert not is_corporate_number("700001205000")


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        ("birth_date", "昭和43年5月6日", "1968-05-06"),
        ("birth_date", "1999/1/2", "1999-01-02"),
        ("kana", "ﾐﾎﾝ ﾊﾅｺ", "ミホン ハナコ"),
        ("kana", "みほん はなこ", "ミホン ハナコ"),
        ("corporate_number", "7000012050002", "7000012050002"),
        ("bank_account", "0001-001-普通-1234567", "0001-001-普通-1234567"),
        ("country", "JP", "JP"),
        ("phone", "+81-3-0000-0000", "+81-3-0000-0000"),
        ("email", "hanako@example.jp", "hanako@example.jp"),
        ("address", " 東京都見本区 ", "東京都見本区"),
        ("address", "", ""),
    ],
)
def test_a_field_is_kept_in_one_form(field, written, kept):
    assert personal_field(field, written) == kept


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("birth_date", "1968-13-01"),
        ("birth_date", "1968-05-06 10:00"),
        ("kana", "見本"),
        ("corporate_number", "6000012050002"),
        ("bank_account", "1234567"),
        ("country", "Japan"),
        ("phone", "telephone"),
        ("email", "hanako"),
        ("address", "あ" * 401),
    ],
)
def test_a_field_that_cannot_be_is_refused(field, written):
    with pytest.raises(UnfitField):
        personal_field(field, written)


def test_rows_of_one_investor_agree_on_the_person():
    header = "investor,name,address,wallet,class,residency,kyc_expiry\n"
    other = "0x" + "12" * 20
    rows = [
        f"C-1,見本,{address},{wallet},general,resident,2036-03-31\n"
        for address, wallet in (("東京都", WALLET), ("大阪府", other))
    ]
    found = parse_investors((header + "".join(rows)).encode(), "f.csv", 0)
    assert "address" in {each.field for each in found.faults}


def test_width_case_blanks_and_kind_of_kana_do_not_count():
    same = {folded(each) for each in ("ﾐﾎﾝ ﾊﾅｺ", "ミホン　ハナコ", "みほんはなこ")}
    assert len(same) == 1
    assert folded("MIHON, Hanako") == folded("mihon hanako")


def test_the_person_is_in_no_representation():
    header = "investor,address,wallet,class,residency,kyc_expiry\n"
    text = f"{header}C-1,東京都見本区,{WALLET},general,resident,2036-03-31\n"
    (investor,) = parse_investors(text.encode(), "f.csv", 0).sound()
    assert investor.personal == {"address": "東京都見本区"}
    assert "見本区" not in repr(investor)
