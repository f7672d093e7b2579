import pytest

from jp20.domain.base.faults import FaultyFile
from jp20.domain.files.tables import Column, parse_csv

COLUMNS = (Column("investor", ("顧客番号",)), Column("units", ("数量", "口数"), required=False))


def read(data: bytes):
    return parse_csv(data, "a.csv", COLUMNS)


def faults(data: bytes):
    with pytest.raises(FaultyFile) as error:
        read(data)
    return error.value.faults


@pytest.mark.requirement("G2", "G18")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize(
    "header", ["顧客番号,口数", "investor,units", "Investor,UNITS", "顧客番号,units"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_japanese_offices_files_are_read(encoding, header, end):
    table = read(end.join([header, "青葉001,20", ""]).encode(encoding))
    assert [(row.line, row.cells) for row in table.rows] == [
        (2, {"investor": "青葉001", "units": "20"})
    ]
    assert not table.faults


def test_full_width_digits_and_blanks_are_made_plain():
    (row,) = read("顧客番号,口数\n Ａ１　, ２０ ".encode()).rows
    assert row.cells == {"investor": "A1", "units": "20"}


def test_a_column_that_may_be_missing_is_empty():
    assert read(b"investor\nA1\n").rows[0].cells == {"investor": "A1", "units": ""}


def test_a_quoted_cell_may_have_commas_and_lines():
    row = read(b'investor,units\n"A,1\n2",3\n').rows[0]
    assert row.cells["investor"] == "A,1\n2"
    assert row.line == 3  # the line on which the row ends


def test_empty_lines_are_passed_over_and_counted():
    assert [row.line for row in read(b"\ninvestor\n\nA1\n,\nA2\n").rows] == [4, 6]


def test_a_row_of_another_shape_is_a_fault_and_the_others_are_read():
    table = read(b"investor,units\nA1,1\nA2,2,3\nA3,3\n")
    assert [row.cells["investor"] for row in table.rows] == ["A1", "A3"]
    assert [(fault.line, fault.what.en) for fault in table.faults] == [
        (3, "The row has 3 cells, the header 2.")
    ]


def test_an_open_quotation_mark_is_a_fault():
    (fault,) = read(b'investor\nA1\n"A2\n').faults
    assert "not CSV" in fault.what.en


def test_an_unknown_column_is_named():
    (fault,) = faults(b"investor,unit\n")
    assert (fault.line, fault.field) == (1, "unit")
    assert "units (数量)" in fault.next_step.en


def test_a_column_twice_is_named_even_in_two_languages():
    (fault,) = faults("investor,顧客番号\n".encode())
    assert fault.what.en == "This column is there twice."


def test_a_missing_column_is_named():
    (fault,) = faults(b"units\n1\n")
    assert (fault.field, fault.what.en) == ("investor", "This column is missing.")


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_says_so(data):
    (fault,) = faults(data)
    assert fault.what.en == "The file is empty."


def test_a_file_in_another_encoding_says_where():
    (fault,) = faults(b"investor\nA1\n\x82\xff\xff\n")
    assert fault.line == 3
    assert "CP932" in fault.what.en


def test_an_error_names_file_line_and_field_in_both_languages():
    (fault,) = faults(b"investor,unit\n")
    assert fault.text.en.startswith("a.csv:1 [unit] There is no such column here.")
    assert fault.text.ja.startswith("a.csv:1 [unit] この列名は使用できません。")
