"""A register as a file that a spreadsheet program opens: text stays text."""

import csv
import io

import openpyxl
import pytest

from jp20.domain.base.addresses import ZERO_ADDRESS, address_of
from jp20.domain.base.at import At
from jp20.domain.register.events import LoggedEvent, TrancheIssued, Transfer
from jp20.domain.register.register import Register, fold
from jp20.operations.register.exports import export
from jp20.operations.register.report import Report

ALICE = address_of(5)

FORMULAS = ('=HYPERLINK("http://x.example","x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1")


def report_named(name: str) -> Report:
    at = [At(1, b"\1" * 32, log, 1001) for log in range(2)]
    issued = (Transfer(ZERO_ADDRESS, ALICE, 100), TrancheIssued(1, 100))
    entries = [
        LoggedEvent(event, address_of(1), place) for event, place in zip(issued, at, strict=True)
    ]
    register: Register = fold(entries)
    return Report(address_of(1), name, name, 1, b"\1" * 32, 1, 1001, register, ())


@pytest.mark.requirement("G15")
@pytest.mark.parametrize("name", FORMULAS)
def test_no_text_of_a_workbook_is_a_formula(tmp_path, name):
    file = tmp_path / "register.xlsx"

    export(file, report_named(name))

    book = openpyxl.load_workbook(file)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert any(name.strip() in str(cell.value) for cell in cells)
    assert 100 in [cell.value for cell in cells]  # a number is one


def test_a_number_that_a_spreadsheet_would_round_is_text(tmp_path):
    file = tmp_path / "register.xlsx"
    units = 10**15
    entries = [
        LoggedEvent(event, address_of(1), At(1, b"\1" * 32, log, 1001))
        for log, event in enumerate((Transfer(ZERO_ADDRESS, ALICE, units), TrancheIssued(1, units)))
    ]
    found = Report(address_of(1), "X", "X", 1, b"\1" * 32, 1, 1001, fold(entries), ())

    export(file, found)

    values = [
        cell.value
        for sheet in openpyxl.load_workbook(file)
        for row in sheet.iter_rows()
        for cell in row
    ]
    assert str(units) in values
    assert units not in values


def test_a_csv_has_a_line_for_each_holder(tmp_path):
    file = tmp_path / "register.csv"

    export(file, report_named("X"))

    lines = list(csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"))))
    assert len(lines) == 1 + 1
    assert "100" in lines[1]
