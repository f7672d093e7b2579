"""An export opened by another program: what stands in it is what was answered, and text is text."""

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from time import sleep

import duckdb
import openpyxl
import pytest
from exports_by_hand import NOT_FINAL, STAMP, TOKEN, every_form, export_of_names, line

from jp20.domain.base.addresses import address_of
from jp20.domain.base.ids import NO_INVESTOR
from jp20.domain.files.export_forms import Encoding
from jp20.views.csv_file import NotInEncoding, to_csv_file
from jp20.views.json_form import to_json_file
from jp20.views.parquet import to_parquet_file
from jp20.views.register_sheets import history_sheet
from jp20.views.sheet import Altered, harmless_words
from jp20.views.xlsx import TooLarge, to_xlsx_file

FORMULAS = ('=HYPERLINK("http://x.example","x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1")
RIGHT_TO_LEFT = "\u202e太郎"


def read_csv(content: bytes, codec: str = "utf-8-sig") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(codec), newline="")))


def csv_of(*names: str, encoding: Encoding = Encoding.UTF_8, strict: bool = False):
    export = export_of_names(*names)
    return to_csv_file(export, export.sheet("holders"), encoding, "ja", strict=strict)


def open_xlsx(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


# CSV


@pytest.mark.requirement("G15")
def test_a_csv_has_a_row_for_each_holder_that_names_the_block():
    content, altered = csv_of("高橋 一郎")

    assert content.startswith(b"\xef\xbb\xbf")
    assert altered == ()
    (row,) = read_csv(content)
    assert (row["氏名又は名称"], row["口数"], row["質権"]) == ("高橋 一郎", "100", "10")
    assert row["発行数量に対する割合(%)"] == "50.0000"
    assert (row["基準ブロック"], row["基準日時"]) == ("1234", "2027-03-31T23:59:59+09:00")
    assert (row["チェーン"], row["ブロックハッシュ"]) == ("31337", "0x" + "ab" * 32)
    assert row["確定状況"] == "確定"


@pytest.mark.requirement("G15")
def test_what_is_not_final_says_so_in_every_row():
    export = export_of_names("高橋", "田中", stamp=NOT_FINAL)

    content, _ = to_csv_file(export, export.sheet("holders"), Encoding.UTF_8, "ja")

    assert {row["確定状況"] for row in read_csv(content)} == {"未確定"}
    assert json.loads(to_json_file(export))["as_of"]["final"] is False


@pytest.mark.requirement("G15")
def test_cp932_has_the_variants_that_people_miss_most():
    content, altered = csv_of("髙橋 﨑子①㈱凜", encoding=Encoding.CP932)

    assert read_csv(content, "cp932")[0]["氏名又は名称"] == "髙橋 﨑子①㈱凜"
    assert altered == ()


@pytest.mark.requirement("G15")
@pytest.mark.parametrize(
    ("character", "written"),
    [
        ("𠮷", "〓"),
        ("葛\U000e0100", "〓"),  # with what belongs to it, as one
        ("—", "〓"),
        ("¥", "〓"),
        ("é", "〓"),
        ("か\u3099", "〓"),
        ("〜", "～"),
        ("−", "－"),
        ("‖", "∥"),
    ],
)
def test_what_cp932_lacks_is_marked_and_listed_by_row_and_column(character, written):
    content, altered = csv_of("高橋", f"山{character}川", encoding=Encoding.CP932)

    assert read_csv(content, "cp932")[1]["氏名又は名称"] == f"山{written}川"
    # Row 1 is that of the headings, row 2 the first holder's.
    assert altered == (Altered("holders", 3, "name", character, written),)
    with pytest.raises(NotInEncoding, match=r"U\+"):
        csv_of("高橋", f"山{character}川", encoding=Encoding.CP932, strict=True)


@pytest.mark.requirement("G15")
def test_no_text_of_a_csv_is_a_formula_and_the_apostrophe_is_listed():
    content, altered = csv_of(*FORMULAS)

    written = [row["氏名又は名称"] for row in read_csv(content)]
    assert written == [f"'{each}" for each in FORMULAS]
    assert [(each.row, each.column, each.was) for each in altered] == [
        (number, "name", each[0]) for number, each in enumerate(FORMULAS, start=2)
    ]


@pytest.mark.requirement("G15")
def test_a_mark_that_turns_the_reading_round_is_taken_out_and_listed():
    export = export_of_names("高橋", RIGHT_TO_LEFT)

    content, _ = to_csv_file(export, export.sheet("holders"), Encoding.UTF_8, "ja")

    assert read_csv(content)[1]["氏名又は名称"] == "\ufffd太郎"
    assert "\u202e" not in to_json_file(export).decode()
    assert json.loads(to_json_file(export))["holders"][1]["name"] == RIGHT_TO_LEFT
    assert harmless_words(export.sheet("holders")) == (
        Altered("holders", 3, "name", "\u202e", "\ufffd"),
    )


def test_units_are_plain_digits_whatever_their_number():
    export = export_of_names("高橋", units=2**104 - 1)

    content, _ = to_csv_file(export, export.sheet("holders"), Encoding.UTF_8, "ja")

    assert read_csv(content)[0]["口数"] == "20282409603651670423947251286015"


def test_a_csv_without_rows_has_its_headings():
    content, _ = csv_of()

    assert read_csv(content) == []
    assert content.decode("utf-8-sig").startswith("投資家")


# XLSX


@pytest.mark.requirement("G15")
def test_an_xlsx_is_set_up_to_be_printed():
    book = open_xlsx(to_xlsx_file(export_of_names("高橋 一郎"), "ja"))

    assert book.sheetnames == ["原簿", "保有者", "異動履歴"]
    for sheet in book:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.freeze_panes == "A2"
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0  # as many pages as it takes
        footer = sheet.oddFooter.left.text + sheet.oddFooter.center.text
        assert "1234" in footer
        assert "0x" + "ab" * 32 in footer
        assert "2027-03-31T23:59:59+09:00" in footer
    headings = [cell.value for cell in book["保有者"][1]]
    assert headings[:2] == ["投資家", "氏名又は名称"]


@pytest.mark.requirement("G15")
def test_the_numbers_of_an_xlsx_are_numbers_with_a_format():
    export = export_of_names("高橋 一郎")
    sheet = open_xlsx(to_xlsx_file(export, "ja"))["保有者"]

    row = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
    units, share, expiry = row["口数"], row["発行数量に対する割合(%)"], row["KYC有効期限"]
    assert (units.value, units.number_format) == (100, "#,##0")
    assert (share.value, share.number_format) == (50.0, "0.0000")
    # 1,900,000,000 is 2030-03-17T17:46:40 UTC, nine hours later in Japan
    assert expiry.value.isoformat() == "2030-03-18T02:46:40"
    assert row["投資家"].value == "0x" + "0" * 37 + "1"


@pytest.mark.requirement("G15")
def test_no_cell_of_an_xlsx_is_a_formula_or_a_link():
    names = (*FORMULAS, "http://x.example", "あ" * 5_000, RIGHT_TO_LEFT)
    book = open_xlsx(to_xlsx_file(export_of_names(*names), "ja"))

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert all(cell.hyperlink is None for cell in cells)
    values = [cell.value for cell in cells]
    assert '=HYPERLINK("http://x.example","x")' in values
    assert "あ" * 5_000 in values
    assert "\ufffd太郎" in values


def test_units_that_a_spreadsheet_would_round_are_text():
    sheet = open_xlsx(to_xlsx_file(export_of_names("高橋", units=10**15), "en"))["holders"]

    values = [cell.value for cell in sheet[2]]
    assert str(10**15) in values
    assert 10**15 not in values


def test_a_cell_for_which_a_spreadsheet_has_no_room_is_refused():
    with pytest.raises(TooLarge, match="32,768"):
        to_xlsx_file(export_of_names("高橋", "あ" * 32_768), "en")


# JSON and Parquet


@pytest.mark.requirement("G15")
def test_json_has_codes_and_names_the_block():
    found = json.loads(to_json_file(export_of_names("高橋 一郎")))

    assert found["as_of"] == {
        "chain_id": 31337,
        "block": 1234,
        "block_hash": "0x" + "ab" * 32,
        "time": "2027-03-31T23:59:59+09:00",
        "final": True,
    }
    (holder,) = found["holders"]
    assert (holder["units"], holder["share"], holder["class"]) == (100, "50.0000", "general")
    assert holder["wallets"] == address_of(1)
    assert found["history"][0]["why"] == "transferred"


@pytest.mark.requirement("G15")
def test_parquet_is_read_by_another_program(tmp_path):
    export = export_of_names("高橋 一郎", '=HYPERLINK("x")', units=2**104 - 1)
    file = tmp_path / "holders.parquet"
    file.write_bytes(to_parquet_file(export, export.sheet("holders")))

    rows = duckdb.sql(
        f"SELECT name, units, share, class, suspended, epoch(kyc_expiry) FROM '{file}'"
    ).fetchall()
    said = duckdb.sql(f"SELECT value FROM parquet_kv_metadata('{file}') WHERE key = 'jp20'")

    assert [(each[0], int(each[1])) for each in rows] == [
        ("高橋 一郎", 2**104 - 1),
        ('=HYPERLINK("x")', 2**104 - 1),
    ]
    assert [str(each) for each in rows[0][2:]] == ["50.0000", "general", "False", "1900000000.0"]
    about = json.loads(said.fetchall()[0][0])
    assert (about["block"], about["token"], about["final"]) == (STAMP.block, TOKEN, True)


# The same bytes


@pytest.mark.requirement("G15")
def test_the_same_content_gives_the_same_bytes_in_another_process(tmp_path):
    """Each form twice: elsewhere, in another language, time zone and second."""
    here = Path(__file__).parent / "exports_by_hand.py"

    def made(folder: Path, **environment: str) -> dict[str, str]:
        ran = subprocess.run(
            [sys.executable, here], cwd=folder, check=True, capture_output=True,
            env={**os.environ, "PYTHONPATH": str(here.parents[3]), **environment},
        )  # fmt: skip
        return json.loads(ran.stdout)

    first = made(tmp_path, TZ="Asia/Tokyo", LANG="ja_JP.UTF-8", PYTHONHASHSEED="1")
    sleep(2.1)  # a ZIP archive's clock has steps of two seconds
    second = made(here.parent, TZ="America/New_York", LANG="C", LC_ALL="C", PYTHONHASHSEED="2")

    assert set(first) == {"utf-8", "cp932", "xlsx", "json", "parquet", "pdf"}
    assert first == second


def test_an_xlsx_says_it_was_made_when_its_block_was():
    archive = zipfile.ZipFile(io.BytesIO(every_form()["xlsx"]))

    core = archive.read("docProps/core.xml").decode()

    assert core.count("2027-03-31T14:59:59Z") == 2  # created and modified, in UTC


@pytest.mark.requirement("S5")
def test_an_account_that_is_not_for_the_viewer_is_a_word_to_people_and_null_to_programs(tmp_path):
    masked = replace(line(1, 5), from_=None, from_investor=NO_INVESTOR)
    sheet = history_sheet([masked])
    export = replace(export_of_names("高橋"), sheets=(sheet,))
    file = tmp_path / "history.parquet"
    file.write_bytes(to_parquet_file(export, sheet))

    content, altered = to_csv_file(export, sheet, Encoding.CP932, "ja", strict=True)
    (row,) = read_csv(content, "cp932")
    assert (row["移転元"], row["移転先"], altered) == ("(非開示)", address_of(2), ())
    cells = [cell.value for cell in open_xlsx(to_xlsx_file(export, "en"))["history"][2]]
    assert "(not shown)" in cells
    assert address_of(1) not in cells
    (found,) = json.loads(to_json_file(export))["history"]
    assert (found["from"], found["from_investor"], found["to"]) == (None, None, address_of(2))
    rows = duckdb.sql(f"""SELECT "from", "to" FROM '{file}'""").fetchall()
    assert rows == [(None, address_of(2))]
