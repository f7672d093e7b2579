"""The readers of input files on whatever comes: a table or a FaultyFile, and no other exception."""

import csv
import io
import zipfile
from datetime import date

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jp20.domain.base.faults import FaultyFile
from jp20.domain.files.tables import Column, Table, parse_table
from jp20.domain.investors.investors import parse_investors
from jp20.domain.plans.allotments import parse_allotments

COLUMNS = (Column("investor", ("顧客番号",)), Column("units", ("数量",), required=False))
HEADERS = (
    "investor,units",
    "wallet,units",
    "顧客番号,氏名,ウォレット,投資家区分,居住区分,KYC有効期限,区分有効期限",
    "line,wallet,units,outcome,code,reason,transaction,block",
)
ALICE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
WORDS = st.sampled_from(
    (
        *(ALICE, ALICE.lower(), ALICE[:-1] + "D", "0x", "合計", "20", "-1", "1.5", "９" * 5000),
        *("1,000", "general", "一般投資家", "居住者", "2027-03-31", "9999-12-31", "24:00", "T"),
        *("0001-01-01T00:00+23:59", "2027年13月45日", "done", "unknown", "refused", "pending"),
        *('"', '""', "\0", "\r", "\n"),
    )
)

quick = settings(
    deadline=None,
    derandomize=True,
    max_examples=300,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def read_every_way(data: bytes) -> None:
    """Reads data as each kind of file, and takes a FaultyFile for an answer."""
    for read in (
        lambda: parse_table(data, "f", COLUMNS),
        lambda: parse_allotments(data, "f", {"A": ALICE}),
        lambda: parse_investors(data, "f", 1_700_000_000),
    ):
        try:
            found = read()
        except FaultyFile:
            continue
        if isinstance(found, Table):
            assert all(set(row.cells) == {"investor", "units"} for row in found.rows)
        assert all(fault.what.en and fault.what.ja for fault in found.faults)


@pytest.mark.requirement("G2", "G26")
@quick
@given(st.binary(max_size=400))
def test_any_bytes(data):
    read_every_way(data)


@pytest.mark.requirement("G2", "G26")
@quick
@given(
    st.sampled_from(HEADERS),
    st.lists(st.lists(st.one_of(WORDS, st.text(max_size=8)), max_size=8), max_size=6),
    st.sampled_from(["utf-8", "utf-8-sig", "cp932", "utf-16"]),
    st.binary(max_size=3),
)
def test_csv_of_any_cells(header, rows, encoding, end):
    text = header + "\n" + "\n".join(",".join(row) for row in rows)
    read_every_way(text.encode(encoding, "replace") + end)


def workbook_of(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


WHOLE = workbook_of(
    [["investor", "units"], ["A", 20], ["B", 1.5], ["C", date(2027, 3, 31)], ["D", True]]
)


@pytest.mark.requirement("G2", "G26")
@quick
@given(st.data())
def test_a_workbook_with_bytes_changed(data):
    damaged = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, 40))
    read_every_way(b"PK\x03\x04" + bytes(damaged)[4 : len(damaged) - cut])


PARTS = {
    name: zipfile.ZipFile(io.BytesIO(WHOLE)).read(name)
    for name in zipfile.ZipFile(io.BytesIO(WHOLE)).namelist()
}
XML_PIECES = st.sampled_from(
    (
        *(b"<", b">", b"/>", b'"', b"&lt;", b"&x;", b"<row>", b"</row>", b"<v>", b"</v>", b"-9"),
        *(b'<c r="ZZZZ1"/>', b'r="0"', b't="s"', b't="e"', b's="99"', b"1E999", b"NaN", b"\0"),
        *(b"<!DOCTYPE a>", b'r="A1048577"', b"xmlns='u'", b"<is><t>", b"\xff", b"9" * 20, b""),
    )
)


@pytest.mark.requirement("G2", "G26")
@quick
@given(st.data())
def test_a_workbook_with_xml_changed(data):
    """A part is changed and the archive is whole, so that it is the readers of XML that see it."""
    name = data.draw(st.sampled_from(sorted(PARTS)))
    content = PARTS[name]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        end = min(len(content), start + data.draw(st.integers(0, 12)))
        content = content[:start] + data.draw(XML_PIECES) + content[end:]
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for each, original in PARTS.items():
            archive.writestr(each, content if each == name else original)
    read_every_way(written.getvalue())


# What both formats can hold: no control characters, and nothing that a spreadsheet takes for more.
TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn"), blacklist_characters="\ufffe\uffff"),
    min_size=1,
    max_size=8,
).filter(lambda text: text.strip() and not text.startswith("=") and "_x" not in text.lower())


@pytest.mark.requirement("G2")
@quick
@given(
    st.lists(
        st.tuples(TEXTS, st.one_of(st.integers(-5, 10**15 - 1), st.just(20.0), TEXTS)),
        min_size=1,
        max_size=5,
    )
)
def test_csv_and_a_workbook_of_the_same_rows_read_the_same(rows):
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    lines.writerow(["investor", "units"])
    lines.writerows([a, 20 if b == 20.0 else b] for a, b in rows)
    of_csv = parse_table(written.getvalue().encode(), "f", COLUMNS)
    of_xlsx = parse_table(workbook_of([["investor", "units"], *rows]), "f", COLUMNS)
    assert [row.cells for row in of_csv.rows] == [row.cells for row in of_xlsx.rows]
    assert len(of_csv.rows) == len(rows)
