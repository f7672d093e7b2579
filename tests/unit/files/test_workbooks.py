"""XLSX as Excel, LibreOffice and other programs write it, and as nobody should."""

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest

from jp20.domain.files import workbooks
from jp20.domain.files.workbooks import BrokenWorkbook, Workbook, is_workbook

RELATIONS = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Target="{target}"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/>
{more}</Relationships>"""
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
BOOK = f"""<workbook {MAIN}
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"""
STRINGS = """<Relationship Id="r2" Target="sharedStrings.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>"""


def of_cells(*rows: tuple, **formats: str) -> bytes:
    """A workbook of a sheet as openpyxl writes it, with the number formats of some cells."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for place, number_format in formats.items():
        book.active[place].number_format = number_format
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def by_hand(rows: str, strings: str | None = None, book: str = BOOK) -> bytes:
    """A workbook whose sheet has these rows, as XML."""
    parts = {
        "_rels/.rels": RELATIONS.format(target="xl/workbook.xml", kind="officeDocument", more=""),
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": RELATIONS.format(
            target="sheet.xml", kind="worksheet", more="" if strings is None else STRINGS
        ),
        "xl/sheet.xml": f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>",
    }
    if strings is not None:
        parts["xl/sharedStrings.xml"] = f"<sst {MAIN}>{strings}</sst>"
    return zipped(parts)


def zipped(parts: dict[str, str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def read(data: bytes) -> list[tuple[int, list[str]]]:
    book = Workbook(data)
    return [(row.number, row.cells) for row in book.rows(book.sheets[0])]


def cells(*values: object, **formats: str) -> list[str]:
    return read(of_cells(values, **formats))[0][1]


@pytest.mark.requirement("G2")
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (20, "20"),
        (20.0, "20"),
        (20.5, "20.5"),
        (-5, "-5"),
        (0.1, "0.1"),
        (1_234_567, "1234567"),
        (10**15 - 1, "999999999999999"),
        (True, "TRUE"),
        ("２０", "２０"),
        ("20 ", "20 "),
    ],
)
def test_a_cell_is_what_it_shows(value, text):
    assert cells(value) == [text]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("20.0", "20"),
        ("2E1", "20"),
        ("1.5E3", "1500"),
        ("007", "7"),
        ("20x", "20x"),
    ],
)
def test_a_number_is_read_however_it_is_written(written, text):
    assert read(by_hand(f'<row r="1"><c r="A1"><v>{written}</v></c></row>')) == [(1, [text])]


@pytest.mark.requirement("G7")
@pytest.mark.parametrize(
    "number_format",
    ["yyyy-mm-dd", "m/d/yyyy", 'yyyy"年"m"月"d"日"', "[$-411]ggge年m月d日", "yy/m/d;@"],
)
def test_a_date_is_iso_whatever_it_looks_like(number_format):
    assert cells(date(2027, 3, 31), A1=number_format) == ["2027-03-31"]


def test_dates_of_the_japanese_excel_have_numbers_of_their_own():
    # Number format 31 is yyyy"年"m"月"d"日" there. 46112 days after 1899-12-30: 2026-03-31.
    styles = (
        f'<styleSheet {MAIN}><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="31"/></cellXfs>'
        "</styleSheet>"
    )
    parts = {
        name: zipfile.ZipFile(io.BytesIO(by_hand(""))).read(name).decode()
        for name in ("_rels/.rels", "xl/workbook.xml")
    }
    relation = STRINGS.replace("sharedStrings", "styles").replace("sharedStrings.xml", "styles.xml")
    parts["xl/_rels/workbook.xml.rels"] = RELATIONS.format(
        target="sheet.xml", kind="worksheet", more=relation
    )
    parts["xl/styles.xml"] = styles
    parts["xl/sheet.xml"] = (
        f'<worksheet {MAIN}><sheetData><row r="1"><c r="A1" s="1"><v>46112</v></c>'
        "</row></sheetData></worksheet>"
    )
    assert read(zipped(parts)) == [(1, ["2026-03-31"])]


def test_a_time_of_day_is_told_to_the_second():
    assert cells(datetime(2027, 3, 31, 12, 30, 15)) == ["2027-03-31T12:30:15"]
    assert cells(time(12, 30)) == ["12:30:00"]


def test_the_calendar_of_1904():
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append([date(2027, 3, 31)])
    assert read(saved(book)) == [(1, ["2027-03-31"])]


def test_rows_have_the_numbers_of_the_sheet():
    book = openpyxl.Workbook()
    book.active["A2"], book.active["C5"] = "a", "b"
    assert [row for row in read(saved(book)) if any(row[1])] == [
        (2, ["a", "", ""]),
        (5, ["", "", "b"]),
    ]


def test_a_table_that_begins_further_to_the_right_is_read_from_there():
    book = openpyxl.Workbook()
    book.active["B3"], book.active["C4"] = "a", "b"
    assert read(saved(book)) == [(3, ["a", ""]), (4, ["", "b"])]


def test_a_sheet_without_anything_has_no_rows():
    assert read(by_hand("")) == []


def test_rows_and_cells_without_a_place_follow_one_another():
    rows = '<row><c><v>1</v></c><c><v>2</v></c></row><row r="5"><c><v>3</v></c></row>'
    assert [row for row in read(by_hand(rows)) if any(row[1])] == [(1, ["1", "2"]), (5, ["3", ""])]


def test_the_reading_of_japanese_words_is_left_out():
    strings = "<si><r><t>青</t></r><r><t>葉</t></r><rPh><t>アオバ</t></rPh></si><si><t>x</t></si>"
    row = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    assert read(by_hand(row, strings)) == [(1, ["青葉", "x"])]
    inline = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>青葉</t><rPh><t>アオバ</t></rPh></is></c></row>'
    )
    assert read(by_hand(inline)) == [(1, ["青葉"])]


def test_of_a_formula_the_value_counts_that_is_stored_with_it():
    row = (
        '<row r="1"><c r="A1"><f>10+10</f><v>20</v></c><c r="B1" t="str"><f>X</f><v>b</v></c></row>'
    )
    assert read(by_hand(row)) == [(1, ["20", "b"])]


@pytest.mark.requirement("G2")
def test_a_formula_that_was_never_calculated_is_not_taken_for_an_empty_cell():
    data = by_hand('<row r="3"><c r="A3"><v>1</v></c><c r="B3"><f>A3+1</f></c></row>')
    with pytest.raises(BrokenWorkbook, match="row 3 was never calculated"):
        Workbook(data)


@pytest.mark.requirement("G2")
@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B1" t="e"><v>#REF!</v></c>',
        '<c r="B1" s="0" t="e"><f>X</f><v>#REF!</v></c>',
        '<c t="e" r="B1"><v>#REF!</v></c>',
        '<c r="B1" t="str"><v>#REF!</v></c>',
    ],
)
def test_an_error_is_a_problem_of_its_cell(cell):
    data = by_hand(f'<row r="1"><c r="A1"><v>1</v></c>{cell}<c r="C1"><v>2</v></c></row>')
    (row,) = Workbook(data).rows("S")
    assert list(row.problems) == [1]
    assert "#REF!" in row.problems[1].en
    assert "#REF!" in row.problems[1].ja
    assert (row.cells[0], row.cells[2]) == ("1", "2")


@pytest.mark.parametrize("written", ["1000000000000000", "1E22", "-1234567890123456", "1E999"])
def test_a_number_that_was_rounded_is_a_problem(written):
    (row,) = Workbook(by_hand(f'<row r="1"><c r="A1"><v>{written}</v></c></row>')).rows("S")
    assert "more digits" in row.problems[0].en


def test_a_workbook_without_folders_is_read():
    with zipfile.ZipFile(io.BytesIO(one_cell('<c r="A1" t="s"><v>0</v></c>'))) as archive:
        parts = {
            name.removeprefix("xl/"): archive.read(name).decode().replace("xl/", "")
            for name in archive.namelist()
        }
    assert "workbook.xml" in parts
    assert read(zipped(parts)) == [(1, ["x"])]


def test_hidden_sheets_are_not_there():
    book = openpyxl.Workbook()
    book.active.title = "表"
    book.create_sheet("控え").sheet_state = "hidden"
    assert Workbook(saved(book)).sheets == ["表"]


def test_both_forms_of_the_standard_are_read():
    usual = "http://schemas.openxmlformats.org"
    strict = "http://purl.oclc.org/ooxml"
    with zipfile.ZipFile(io.BytesIO(by_hand('<row r="1"><c r="A1"><v>7</v></c></row>'))) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    for kind in ("officeDocument", "spreadsheetml"):
        parts = {
            name: content.replace(f"{usual}/{kind}/2006", f"{strict}/{kind}")
            for name, content in parts.items()
        }
    assert read(zipped(parts)) == [(1, ["7"])]


def one_cell(cell: str) -> bytes:
    return by_hand(f'<row r="1">{cell}</row>', "<si><t>x</t></si>")


@pytest.mark.requirement("G2", "G26")
@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PK\x03\x04 and nothing more", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "XLS"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        (zipped({"word/document.xml": "<document/>"}), "not an XLSX"),
        (zipped({"content.xml": "<a/>", "mimetype": "opendocument"}), "not an XLSX"),
        (zipped({"xl/workbook.bin": ""}), "not an XLSX"),
        (zipped({}), "not an XLSX"),
        (zipped({"xl/workbook.xml": BOOK}), "damaged"),
        (zipped({"xl/workbook.xml": BOOK}, zipfile.ZIP_LZMA), "damaged"),
        (one_cell('<c r="A1"><v>1</v>'), "damaged"),  # no XML
        (one_cell('<c r="A1" t="s"><v>5</v></c>'), "damaged"),  # there is one string
        (one_cell('<c r="A1" t="x"><v>5</v></c>'), "damaged"),
        (one_cell('<c r="1A"><v>1</v></c>'), "damaged"),
        (by_hand("", book=f'<!DOCTYPE x [<!ENTITY a "b">]>{BOOK}'), "damaged"),
        (by_hand("", book=BOOK.replace("<sheet ", '<sheet state="hidden" ')), "no visible sheet"),
        (by_hand("", book=BOOK.replace("<sheet ", '<sheet state="veryHidden" ')), "no visible"),
    ],
    ids=range(16),
)
def test_what_is_no_workbook_is_refused(data, what):
    assert is_workbook(data)
    with pytest.raises(BrokenWorkbook, match=what) as refused:
        read(data)
    assert refused.value.what.ja
    assert refused.value.next_step.ja


@pytest.mark.requirement("G26")
@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="IW1"><v>1</v></c></row>',  # column 257
        '<row r="1"><c r="IW1" t="inlineStr"><is><t>a</t></is></c></row>',
        '<x:row xmlns:x="x" r="1"><x:c r="IW1"><x:v>1</x:v></x:c></x:row>',
        f"<row>{'<c/>' * 256}<c><v>1</v></c></row>",
        f"<row>{'<c/>' * 200}<row>{'<c/>' * 56}<c><v>1</v></c></row></row>",
        '<row r="6000000"><c r="A1"/><c><v>1</v></c></row>',  # 12,000,000 cells
        # Together they reach to 1,000,001 rows of 10 columns, 10,000,010 cells.
        '<row r="1"><c r="J1"><v>1</v></c></row><row><c r="A1000001"><v>1</v></c></row>',
    ],
)
def test_a_sheet_that_reaches_too_far_is_refused_before_room_is_made_for_it(rows):
    with pytest.raises(BrokenWorkbook, match="as far as row") as refused:
        Workbook(by_hand(rows))
    assert refused.value.what.ja


def test_cells_that_have_only_a_format_do_not_count():
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/></row>'
    assert read(by_hand(rows)) == [(1, ["1"])]


@pytest.mark.requirement("G26")
def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 10_000)
    bomb = zipped({"xl/workbook.xml": "0" * 10_001})
    assert len(bomb) < 200
    with pytest.raises(BrokenWorkbook, match="unpacks to more"):
        Workbook(bomb)


@pytest.mark.requirement("G26")
def test_a_workbook_of_too_many_parts_is_refused_before_they_are_listed(monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_PARTS", 3)  # there are 4
    with pytest.raises(BrokenWorkbook, match="unpacks to more"):
        Workbook(by_hand(""))


def test_what_is_no_part_of_the_cells_does_not_count(monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 10_000)
    data = io.BytesIO(one_cell('<c r="A1"><v>1</v></c>'))
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr("xl/media/image1.png", bytes(10_001))
    assert read(data.getvalue()) == [(1, ["1"])]


@pytest.mark.requirement("G26")
def test_a_size_that_is_understated_is_not_believed():
    data = bytearray(by_hand('<row r="1"><c r="A1"><v>1</v></c></row>'))
    at = data.rindex(b"PK\x01\x02")  # the last part is the sheet
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    with pytest.raises(BrokenWorkbook, match="damaged"):
        read(bytes(data))


def test_csv_is_no_workbook():
    assert not is_workbook(b"wallet,units\n")
    assert not is_workbook(b"")


EXCEL_2013 = """<extLst><ext uri="{140A7094-0E35-4892-8432-C4D2E57EDEB5}"
 xmlns:x15="http://schemas.microsoft.com/office/spreadsheetml/2010/11/main">
<x15:workbookPr chartTrackingRefBase="1"/></ext></extLst></workbook>"""


def test_the_calendar_of_1904_in_a_file_of_excel_2013_or_later():
    # Excel 2013 and later write a second element of that name, which says nothing of the calendar.
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append([date(2027, 3, 31)])
    with zipfile.ZipFile(io.BytesIO(saved(book))) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    written = parts["xl/workbook.xml"]
    parts["xl/workbook.xml"] = written.replace("</workbook>", EXCEL_2013)
    assert parts["xl/workbook.xml"] != written
    assert read(zipped(parts)) == [(1, ["2027-03-31"])]


def rows_of(data: bytes):
    return list(Workbook(data).rows("S"))


@pytest.mark.requirement("G2", "G18")
def test_rows_that_are_hidden_or_struck_through_are_marked():
    book = openpyxl.Workbook()
    book.active.title = "S"
    for row in (("a", "b"), ("1", "x"), ("2", "y"), ("3", "z"), ("4", None)):
        book.active.append(row)
    book.active.row_dimensions[2].hidden = True
    book.active["B3"].font = openpyxl.styles.Font(strike=True)
    book.active["A4"].font = openpyxl.styles.Font(bold=True)
    assert [row.mark for row in rows_of(saved(book))] == ["", "hidden", "struck", "", ""]


def test_a_text_of_which_a_part_is_struck_through_marks_its_row():
    strings = "<si><t>a</t></si><si><r><rPr><strike/></rPr><t>20</t></r><r><t> 30</t></r></si>"
    cells = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>{text}</v></c></row>'
        for row, text in ((1, 0), (2, 1), (3, 0))
    )
    assert [row.mark for row in rows_of(by_hand(cells, strings))] == ["", "struck", ""]


def test_marks_are_those_of_the_sheet_that_is_read():
    book = openpyxl.Workbook()
    book.active.title = "other"
    book.active.append(["a"])
    book.active.row_dimensions[1].hidden = True
    book.create_sheet("S").append(["a"])
    assert [row.mark for row in rows_of(saved(book))] == [""]


@pytest.mark.requirement("G26")
def test_a_long_text_in_many_cells_is_refused_before_it_is_unpacked():
    """A few kilobytes of a file, and gigabytes of memory: 32,767 characters in 2,100 cells are more
    than 64 × 2^20 = 67,108,864.
    """
    cells = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 2101)
    )
    with pytest.raises(BrokenWorkbook, match="more than 64 million characters"):
        Workbook(by_hand(cells, "<si><t>" + "x" * 32_767 + "</t></si>"))


@pytest.mark.parametrize("value", ["<v></v>", "<v/>", ""])
def test_a_formula_that_was_never_calculated_is_no_empty_cell(value):
    with pytest.raises(BrokenWorkbook, match="row 2 was never calculated"):
        Workbook(by_hand(f'<row r="2"><c r="A2"><f>1+1</f>{value}</c></row>'))


def test_a_formula_whose_value_is_no_text_is_an_empty_cell():
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="str"><f>""</f><v></v></c></row>'
    assert rows_of(by_hand(rows))[0].cells[0] == "1"
