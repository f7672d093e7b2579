"""Tables out of workbooks, told from CSV by their content."""

import io
from datetime import date

import openpyxl
import pytest

from jp20.domain.base.faults import FaultyFile
from jp20.domain.files import tables
from jp20.domain.files.tables import Column, parse_table
from jp20.domain.investors.investors import NEVER, parse_investors
from jp20.domain.plans.allotments import parse_allotments

COLUMNS = (Column("investor", ("顧客番号",)), Column("units", ("数量", "口数"), required=False))
ALICE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
BOB = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"


def workbook(**sheets: list[tuple]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def read(data: bytes):
    return parse_table(data, "a.xlsx", COLUMNS)


def only_fault(data: bytes):
    with pytest.raises(FaultyFile) as error:
        read(data)
    (fault,) = error.value.faults
    return fault


@pytest.mark.requirement("G2", "G18")
def test_a_workbook_is_read_with_the_numbers_of_its_rows():
    table = read(workbook(s=[("顧客番号", "口数"), (), ("青葉００１", 20), ("A2",), (None, None)]))
    assert [(row.line, row.cells) for row in table.rows] == [
        (3, {"investor": "青葉001", "units": "20"}),
        (4, {"investor": "A2", "units": ""}),
    ]
    assert not table.faults


def test_a_csv_file_that_is_named_xlsx_is_read_by_its_content():
    assert [row.cells["investor"] for row in read(b"investor\nA1\n").rows] == ["A1"]


def test_the_sheet_with_the_header_is_read_wherever_it_stands():
    data = workbook(説明=[("この表の使い方",)], 一覧=[("investor", "units"), ("A1", 5)])
    assert [row.cells["units"] for row in read(data).rows] == ["5"]


def test_where_no_sheet_has_it_the_first_ones_header_is_named():
    fault = only_fault(workbook(説明=[("investor", "注意")], 別=[("もの",)]))
    assert (fault.line, fault.field) == (1, "注意")


def test_two_sheets_with_the_header_are_a_fault():
    rows = [("investor", "units"), ("A1", 5)]
    assert "旧, 新" in only_fault(workbook(旧=rows, 新=rows)).what.en


def test_a_cell_beyond_the_header_is_a_fault_of_its_row():
    table = read(workbook(s=[("investor", "units"), ("A1", 5, "x"), ("A2", 6)]))
    assert [row.cells["investor"] for row in table.rows] == ["A2"]
    assert [fault.line for fault in table.faults] == [2]


@pytest.mark.requirement("G2")
def test_a_cell_with_an_error_is_named_and_its_row_left_out():
    table = read(workbook(s=[("investor", "units"), ("A1", "#N/A"), ("A2", 6)]))
    assert [row.cells["investor"] for row in table.rows] == ["A2"]
    assert [(fault.line, fault.field) for fault in table.faults] == [(2, "units")]


def test_blank_columns_after_the_header_are_none():
    table = parse_table(b"investor,units,,\nA1,5,,\nA2,6,,x\n", "a.csv", COLUMNS)
    assert [row.cells["units"] for row in table.rows] == ["5"]
    assert [fault.line for fault in table.faults] == [3]


@pytest.mark.parametrize(
    "data",
    [workbook(s=[]), workbook(s=[(None,), ()]), workbook(s=[("",), (" ",)])],
    ids=["no cells", "empty cells", "blanks"],
)
def test_an_empty_workbook_says_so(data):
    assert only_fault(data).what.en == "The file is empty."


def test_a_broken_workbook_is_a_faulty_file():
    fault = only_fault(b"PK\x03\x04")
    assert (fault.line, fault.what.en) == (None, "The workbook is damaged.")


@pytest.mark.requirement("G26")
def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(tables, "MOST_BYTES", 20)
    assert (
        "at most"
        in only_fault(b"investor\n" + b"A1\n" * 4).next_step.en
        + only_fault(b"investor\n" + b"A1\n" * 4).what.en
    )


@pytest.mark.requirement("G2")
def test_fractional_and_negative_units_of_a_workbook_are_faults():
    data = workbook(
        s=[("wallet", "units"), (ALICE, 20.5), (BOB, -1), (ALICE.lower(), 3), (None, 4)]
    )
    found = parse_allotments(data, "a.xlsx")
    assert [(fault.line, fault.field) for fault in found.faults] == [
        (2, "units"),
        (2, "wallet"),  # there again by its other writing
        (3, "units"),
        (4, "wallet"),
        (5, "wallet"),
    ]
    assert found.allotments == ()


@pytest.mark.requirement("G7")
def test_a_whitelist_workbook_with_dates():
    header = ("顧客番号", "氏名", "ウォレット", "投資家区分", "居住区分", "KYC有効期限")
    rows = [
        header,
        ("A", "名", ALICE, "一般投資家", "居住者", date(2027, 3, 31)),
        ("B", "名", BOB, "一般投資家", "居住者", date(2020, 3, 31)),
    ]
    # 2027-04-01 00:00 in Japan is 2027-03-31 15:00 UTC
    found = parse_investors(workbook(s=rows), "a.xlsx", 1_700_000_000)
    assert [(each.kyc_expiry, each.class_expiry) for each in found.investors] == [
        (1_806_505_200, NEVER)
    ]
    assert [(fault.line, fault.field) for fault in found.faults] == [(3, "kyc_expiry")]
    assert "2020-03-31 has passed" in found.faults[0].what.en


@pytest.mark.requirement("G2", "G18")
def test_rows_that_nobody_sees_are_told_or_left_out():
    book = openpyxl.Workbook()
    for row in (("wallet", "units"), (ALICE, 20), (BOB, 30)):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    written = io.BytesIO()
    book.save(written)

    included = parse_allotments(written.getvalue(), "a.xlsx")
    left_out = parse_allotments(
        written.getvalue(), "a.xlsx", layout=tables.Layout(visible_only=True)
    )

    assert (included.total, left_out.total) == (50, 20)
    assert (included.is_doubtful, left_out.is_doubtful) == (True, False)
    assert "1 row is hidden and is INCLUDED: lines 3" in included.notes[0].en
    assert "1 row is hidden and is LEFT OUT: lines 3" in left_out.notes[0].en
