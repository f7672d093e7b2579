import dataclasses
import hashlib
import re
from pathlib import Path

import pytest
from solidity import camel, enum, struct

from jp20.domain.base.faults import FaultyFile
from jp20.domain.token.term_sheet import Document, parse_term_sheet
from jp20.domain.token.terms import Placement, Terms

EXAMPLES = Path(__file__).parents[3] / "examples" / "term-sheets"
SHEET = (EXAMPLES / "real-estate.toml").read_text()


def read(text: str):
    return parse_term_sheet(text.encode(), "t.toml")


def faults(text: str):
    with pytest.raises(FaultyFile) as error:
        read(text)
    return error.value.faults


def test_the_terms_are_the_contract_s_in_its_order():
    fields = [camel(field.name) for field in dataclasses.fields(Terms)]
    assert fields == struct("types/Terms.sol", "Terms")
    assert [placement.name for placement in Placement] == enum("types/Terms.sol", "Placement")


@pytest.mark.requirement("G1")
@pytest.mark.parametrize("field", ["token.code", "token.symbol"])
@pytest.mark.parametrize(
    "word",
    [
        "KONAN1 ",
        " KONAN1",
        "konan1",
        "ＫＯＮＡＮ１",
        "KON AN",
        "KON\u200bAN",
        "-K",
        "K-",
        "K--1",
        "К1",
    ],
)
def test_a_code_and_a_symbol_are_of_letters_that_nobody_mistakes(field, word):
    name = field.partition(".")[2]
    sheet = re.sub(rf'(?m)^{name} = "[^"]*"', f'{name} = "{word}"', SHEET)
    (fault,) = faults(sheet)
    assert fault.field == field
    assert "A-Z, 0-9" in fault.next_step.en


def test_a_name_has_no_control_characters():
    (fault,) = faults(re.sub(r'(?m)^name = "[^"]*"', r'name = "a\\u001b[2Jb"', SHEET))
    assert fault.field == "token.name"


@pytest.mark.requirement("G1")
def test_the_real_estate_example():
    terms = read(SHEET).terms
    assert terms.symbol == "KONAN1"
    assert terms.cap == 60_000
    assert terms.unit_price == 100_000
    assert terms.lot_size == 1
    assert terms.decimals == 0
    assert terms.placement is Placement.PUBLIC
    assert terms.classes == 0b1110  # general 1, professional 2, qualified institution 3
    assert terms.residencies == 0b0010  # resident 1
    assert terms.partial_redemption
    assert not terms.holder_redemption
    assert terms.locked_until == 0


@pytest.mark.requirement("G1")
def test_the_hash_is_that_of_the_file():
    data = (EXAMPLES / "qualified-bond.toml").read_bytes()
    assert parse_term_sheet(data, "t").terms.term_sheet_hash == hashlib.sha256(data).digest()


def test_a_maturity_may_have_its_own_time_zone():
    japan = read(SHEET.replace("2036-03-31", "2036-03-31T00:00:00")).terms.maturity
    utc = read(SHEET.replace("2036-03-31", "2036-03-30T15:00:00Z")).terms.maturity
    text = read(SHEET.replace("2036-03-31", '"2036年3月31日"')).terms.maturity
    assert read(SHEET).terms.maturity == japan == utc == text


@pytest.mark.requirement("G1")
def test_words_may_be_japanese():
    japanese = SHEET.replace('"public"', '"募集"').replace('"general"', '"一般投資家"')
    assert read(japanese).terms.classes == read(SHEET).terms.classes


@pytest.mark.requirement("G1")
def test_documents_are_named_with_their_hash():
    more = (
        f'[[documents]]\nname = "目論見書"\nuri = "https://x.test/a.pdf"\nsha256 = "{"ab" * 32}"\n'
    )
    assert read(SHEET + more).documents == (
        Document("目論見書", "https://x.test/a.pdf", b"\xab" * 32),
    )


@pytest.mark.parametrize(
    "document",
    [
        'name = "a"\nuri = "u"',
        f'name = "a"\nuri = "u"\nsha256 = "{"ab" * 31}"',
        f'name = ""\nuri = "u"\nsha256 = "{"ab" * 32}"',
        f'name = "{"a" * 33}"\nuri = "u"\nsha256 = "{"ab" * 32}"',
        f'name = "a"\nuri = "u"\nsha256 = "{"ab" * 32}"\nmore = 1',
        f'name = "a"\nuri = "u"\nsha256 = "{"ab" * 32}"\n[[documents]]\nname = "a"\nuri = "u"\n'
        f'sha256 = "{"ab" * 32}"',
    ],
)
def test_an_incomplete_document_is_a_fault(document):
    assert faults(f"{SHEET}\n[[documents]]\n{document}\n")[0].field == "documents"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('symbol = "KONAN1"', "", "token.symbol"),
        ('symbol = "KONAN1"', 'symbol = ""', "token.symbol"),
        ('symbol = "KONAN1"', "symbol = 5", "token.symbol"),
        ('code = "JP20-RE-0001"', f'code = "{"x" * 32}"', "token.code"),
        ("cap = 60000", "", "issue.cap"),
        ("cap = 60000", "cap = 0", "issue.cap"),
        ("cap = 60000", "cap = 20282409603651670423947251286015", "issue.cap"),  # 2^104 − 1
        ("cap = 60000", "cap = 1.5", "issue.cap"),
        ("cap = 60000", "cap = true", "issue.cap"),
        ("unit_price = 100000", "unit_price = -1", "issue.unit_price"),
        ("# lot_size = 1 ", "lot_size = 60001 ", "issue.lot_size"),
        ("0x40Fc", "0x40fc", "issue.issuer_account"),
        ("0x40Fc", "", "issue.issuer_account"),
        ("0x40Fc963A729c542424cD800349a7E4Ecc4896624", "0x" + "0" * 40, "issue.issuer_account"),
        ('placement = "public"', 'placement = "private"', "issue.placement"),
        ('placement = "public"', "", "issue.placement"),
        ('placement = "public"', 'placement = "qualified"', "holders.classes"),
        ('placement = "public"', 'placement = "professional"', "holders.classes"),
        ('["general",', '["vip",', "holders.classes"),
        ('residencies = ["resident"]', "residencies = []", "holders.residencies"),
        ('residencies = ["resident"]', "", "holders.residencies"),
        ("early = true", 'early = "yes"', "redemption.early"),
        ("maturity = 2036-03-31", "maturity = 20360331", "redemption.maturity"),
        ("maturity = 2036-03-31", 'maturity = "soon"', "redemption.maturity"),
        ("# locked_until = 2027-03-31", "locked_until = 2036-03-31", "issue.locked_until"),
        ("# decimals = 0", "decimals = 19", "token.decimals"),
        ("# holder_cap = 0", "holder_cap = 4294967296", "holders.holder_cap"),  # 2^32
    ],
)
@pytest.mark.requirement("G1")
def test_a_faulty_field_is_named(old, new, field):
    assert old in SHEET
    (fault,) = faults(SHEET.replace(old, new))
    assert (fault.file, fault.field) == ("t.toml", field)
    assert fault.next_step.ja


def test_a_whole_position_has_no_lots():
    text = SHEET.replace("# lot_size = 1 ", "lot_size = 2 ").replace(
        "# whole_position_only = false", "whole_position_only = true"
    )
    assert [fault.field for fault in faults(text)] == ["holders.whole_position_only"]


def test_a_mistyped_field_does_not_pass_as_a_default():
    found = faults(SHEET.replace("early = true", "earyl = true") + "\n[more]\na = 1\n")
    assert [fault.field for fault in found] == ["redemption.earyl", "more.a"]


def test_all_faults_come_at_once():
    found = faults(SHEET.replace("cap = 60000", "cap = 0").replace('"public"', '"x"'))
    assert [fault.field for fault in found] == ["issue.cap", "issue.placement"]


def test_what_is_no_toml_says_where():
    (fault,) = faults("[token\n")
    assert fault.line == 1


def test_what_is_not_utf_8_is_refused():
    with pytest.raises(FaultyFile):
        parse_term_sheet(SHEET.encode("cp932"), "t.toml")
