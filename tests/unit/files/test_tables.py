import io

import openpyxl
import pytest

from jp20.domain.base.faults import FaultyFile
from jp20.domain.files.tables import MOST_CHARACTERS, Column, Layout, parse_csv, parse_table

COLUMNS = (Column("investor", ("顧客番号",)), Column("units", ("数量", "口数"), required=False))


def read(data: bytes):
    return parse_csv(data, "a.csv", COLUMNS)


def faults(data: bytes):
    with pytest.raises(FaultyFile) as error:
        parse_table(data, "a.csv", COLUMNS)
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


@pytest.mark.parametrize("data", [b"investor,units\n", b"investor,units\n,\n\n"])
def test_a_file_that_has_only_a_header_says_so(data):
    (fault,) = faults(data)
    assert fault.what.en == "There are no rows."


def test_a_workbook_of_which_all_rows_are_hidden_says_so_where_only_visible_ones_are_asked_for():
    book = openpyxl.Workbook()
    for row in (("investor", "units"), ("A1", 20)):
        book.active.append(row)
    book.active.row_dimensions[2].hidden = True
    written = io.BytesIO()
    book.save(written)
    assert len(parse_table(written.getvalue(), "a.xlsx", COLUMNS).rows) == 1
    with pytest.raises(FaultyFile, match="There are no rows"):
        parse_table(written.getvalue(), "a.xlsx", COLUMNS, Layout(visible_only=True))


def test_a_file_in_another_encoding_says_where():
    (fault,) = faults(b"investor\nA1\n\x82\xff\xff\n")
    assert fault.line == 3
    assert "CP932" in fault.what.en


def test_an_error_names_file_line_and_field_in_both_languages():
    (fault,) = faults(b"investor,unit\n")
    assert fault.text.en.startswith("a.csv:1 [unit] There is no such column here.")
    assert fault.text.ja.startswith("a.csv:1 [unit] この列名は使用できません。")


@pytest.mark.requirement("G2", "G18")
@pytest.mark.parametrize(
    "header", ["顧客 番号", '"顧客\n番号"', "※顧客番号", "顧客番号(必須)", "顧客番号*", "INVESTOR"]
)
def test_a_header_is_known_by_its_words(header):
    assert read(f"{header},数量（口）\nA1,2\n".encode()).rows[0].cells == {
        "investor": "A1",
        "units": "2",
    }


@pytest.mark.requirement("G2", "G18")
def test_titles_above_the_header_are_passed_over_and_told():
    found = read("割当一覧表,\n2026年11月30日現在,\n\n顧客番号,数量\nA1,2\n".encode())
    assert [(row.line, row.cells["investor"]) for row in found.rows] == [(5, "A1")]
    (note,) = found.notes
    assert "lines up to 2" in note.en


@pytest.mark.requirement("G2", "G18")
def test_a_header_of_two_rows_is_read():
    """Merged cells of a workbook, saved as CSV: 顧客 reaches over 番号 and 氏名."""
    columns = (Column("investor", ("顧客番号",)), Column("units", ("割当数量",)))
    data = "顧客,,割当,\n番号,氏名,数量,\nA1,見本,2,\n".encode()
    own = Layout({"顧客氏名": ""})
    found = parse_csv(data, "a.csv", columns, own)
    assert found.rows[0].cells == {"investor": "A1", "units": "2"}
    with pytest.raises(FaultyFile) as error:
        parse_csv(data, "a.csv", columns)
    assert [fault.field for fault in error.value.faults] == ["顧客氏名"]


@pytest.mark.requirement("G2", "G18")
def test_a_column_of_one_s_own_is_read_as_jp20_toml_says_and_proposed_there():
    data = "顧客コード,数量,備考\nA1,2,至急\n".encode()
    found = faults(data)
    assert [fault.field for fault in found] == ["顧客コード", "備考"]
    assert '[columns] "顧客コード" = "investor"' in found[0].next_step.en
    assert '[columns] "備考" = ""' in found[1].next_step.ja
    own = Layout({"顧客コード": "investor", "備考": ""})
    assert parse_csv(data, "a.csv", COLUMNS, own).rows[0].cells == {"investor": "A1", "units": "2"}


@pytest.mark.requirement("G2", "G18")
@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("顧客番号;数量\nA1;2\n".encode(), "separated by semicolons"),
        ("顧客番号\t数量\nA1\t2\n".encode("cp932"), "separated by tabs"),
        ("顧客番号|数量\n".encode(), "separated by vertical bars"),
        (b"sep=,\ninvestor\nA1\n", "sep="),
        ("顧客番号,数量\nA1,2\n".encode("utf-16"), "UTF-16"),
        (b"%PDF-1.7\n%\xe2\xe3", "This is a PDF"),
        (b"," * 300 + b"\n", "300"),
        (b"investor" + b"," * 300 + b"x\n", "cells; 256 are read at most"),
    ],
)
def test_what_is_no_such_table_says_what_it_is(data, said):
    if data.startswith(b",,"):
        data = b"x" + data
        said = "cells; 256 are read at most"
    (fault,) = faults(data)
    assert said in fault.what.en
    assert fault.what.ja
    assert fault.next_step.ja


@pytest.mark.requirement("G2")
@pytest.mark.parametrize("bad", [b"\xff", b"\xe3\x81"])
def test_a_byte_that_cannot_be_read_is_on_its_line(bad):
    lines = ["顧客番号,数量".encode()] + [f"青葉{number},1".encode() for number in range(2, 401)]
    lines[299] += bad
    (fault,) = faults(b"\n".join(lines))
    assert fault.line == 300
    assert "cannot be read as UTF-8" in fault.what.en


@pytest.mark.requirement("G2")
def test_a_byte_of_cp932_that_cannot_be_read_is_on_its_line():
    lines = ["顧客番号,数量".encode("cp932")] + ["青葉,1".encode("cp932")] * 9
    lines[4] += b"\x81"
    (fault,) = faults(b"\n".join(lines))
    assert (fault.line, "CP932" in fault.what.en) == (5, True)


@pytest.mark.requirement("G26")
def test_a_row_without_an_end_is_not_read_whole():
    """Each line is short, and all are one quoted row."""
    found = read(b'investor\n"' + b"a\n" * (MOST_CHARACTERS // 2 + 1) + b'"\n')
    (fault,) = found.faults
    assert fault.whole


@pytest.mark.parametrize("blank", ["\u200b", "\u00a0", "\ufeff", "\u2003"])
def test_only_full_width_letters_fold(blank):
    assert read(f"investor\nA1{blank}\n".encode()).rows[0].cells["investor"] == f"A1{blank}"
    assert read("investor\n①½ﾊﾝ\n".encode()).rows[0].cells["investor"] == "①½ﾊﾝ"
