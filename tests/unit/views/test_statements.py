"""Statements as PDF/A: read back by another program, with every character or not at all."""

import io
from pathlib import Path

import pytest
from exports_by_hand import FONTS, IPAMJ, STAMP, balance_of
from pypdf import PdfReader

from jp20.domain.files.export_forms import Statement
from jp20.views.fonts import CharacterMap, Font, FontSet, NoFonts, NoGlyph, UnfitFont, clusters
from jp20.views.pdf import TEMPLATES, NoTemplate, Statements, UnfitTemplate

# A variant of 葛 by its number in the Moji_Joho collection, which IPAmj Mincho has.
KATSU = "葛\U000e0102"

needs_ipamj = pytest.mark.skipif(
    not IPAMJ.is_dir(),
    reason="IPAmj Mincho is not here (Debian: fonts-ipamj-mincho)",
)


@pytest.fixture(scope="module")
def press() -> Statements:
    return Statements(FontSet([FONTS]))


def reader_of(press: Statements, name: str) -> PdfReader:
    content = press.make(Statement.BALANCE, balance_of(name), STAMP.time)
    return PdfReader(io.BytesIO(content))


def embedded(reader: PdfReader) -> set[str]:
    """The names of the fonts whose file is in the PDF."""
    found = set()
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            (below,) = font.get_object()["/DescendantFonts"]
            descriptor = below.get_object()["/FontDescriptor"]
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            found.add(str(descriptor["/FontName"]).partition("+")[2])
    return found


@pytest.mark.requirement("G15")
def test_a_statement_is_pdf_a_and_its_text_is_read_back(press):
    reader = reader_of(press, "髙橋 﨑子")

    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>U</pdfaid:conformance>" in xmp
    assert "2027-03-31T14:59:59+00:00" in xmp  # made when its block was
    text = reader.pages[0].extract_text().replace(" ", "")
    for said in ("取引残高報告書", "髙橋﨑子様", "港南レジデンス", "+100", "0x" + "ab" * 32):
        assert said in text
    assert embedded(reader) == {"BIZUDPGothic-Regular", "BIZUDPGothic-Bold"}


@pytest.mark.requirement("G15")
@pytest.mark.parametrize("character", ["𠮷", KATSU, "\u202e", "א", "\n", "\u200b", "한"], ids=ascii)
def test_a_character_that_no_font_has_is_refused_and_named(press, character):
    with pytest.raises(NoGlyph) as refused:
        press.make(Statement.BALANCE, balance_of(f"山{character}川"), STAMP.time)

    assert f"U+{ord(character[0]):04X}" in refused.value.what.en
    assert "to.name" in refused.value.what.en


def test_the_row_of_a_character_that_no_font_has_is_named(press):
    content = balance_of("高橋")
    content["lines"] = [content["lines"][0], {**content["lines"][0], "why": "譲渡𠮷"}]

    with pytest.raises(NoGlyph, match=r"lines\[2\]\.why"):
        press.make(Statement.BALANCE, content, STAMP.time)


@needs_ipamj
@pytest.mark.requirement("G15")
def test_the_variant_of_a_kanji_is_set_in_the_font_that_has_it():
    """BIZ UDPGothic has 葛, and would print it for every variant."""
    both = Statements(FontSet([FONTS, IPAMJ]))

    plain, variant = reader_of(both, "葛城"), reader_of(both, f"{KATSU}城𠮷")

    assert "IPAmjMincho" not in embedded(plain)
    assert "IPAmjMincho" in embedded(variant)
    text = variant.pages[0].extract_text().replace(" ", "")
    assert f"{KATSU}城𠮷様" in text


@pytest.mark.requirement("G15")
@pytest.mark.parametrize(
    "name",
    [
        '#eval("1")',
        "*太字* _下線_ $x$",
        "=HYPERLINK(1)",
        "#import sys",
        "@label <label>",
        "\\u{41}",
    ],
)
def test_a_name_is_text_and_no_instruction(press, name):
    text = reader_of(press, name).pages[0].extract_text()

    assert name.replace(" ", "") in text.replace(" ", "")


@pytest.mark.parametrize("letter", ["A", "漢"])
def test_a_long_name_does_not_run_off_the_page(press, letter):
    reader = reader_of(press, letter * 5_000)

    text = "".join(page.extract_text() for page in reader.pages)
    assert text.count(letter) >= 5_000
    places: list[float] = []
    for page in reader.pages:
        page.extract_text(visitor_text=lambda t, cm, tm, *_: places.append(tm[4] + cm[4]))
    assert len(reader.pages) > 1
    assert max(places) < 595  # points of A4's width


def test_a_long_name_leaves_the_other_fields_where_they_are(press):
    text = reader_of(press, "漢" * 500).pages[-1].extract_text().replace(" ", "")

    assert "0x" + "ab" * 32 in text


# Templates


def test_a_template_loads_no_package(tmp_path):
    (tmp_path / "balance.typ").write_text('\n#import "@preview/cetz:0.4.0"', "utf-8")

    with pytest.raises(UnfitTemplate, match="Line 2"):
        Statements(FontSet([FONTS]), tmp_path)


def test_a_template_that_is_not_there_or_cannot_be_set_is_told(tmp_path):
    press = Statements(FontSet([FONTS]), tmp_path)

    with pytest.raises(NoTemplate, match=r"balance\.typ"):
        press.make(Statement.BALANCE, balance_of("高橋"), STAMP.time)
    (tmp_path / "balance.typ").write_text("#let statement(data) = data.nothing", "utf-8")
    with pytest.raises(UnfitTemplate, match=r"balance\.typ:1"):
        press.make(Statement.BALANCE, balance_of("高橋"), STAMP.time)


def test_a_template_reads_nothing_outside_its_folder(tmp_path):
    (tmp_path / "secret").write_text("secret", "utf-8")
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "balance.typ").write_text('#let statement(data) = read("../secret")', "utf-8")

    with pytest.raises(UnfitTemplate):
        Statements(FontSet([FONTS]), folder).make(Statement.BALANCE, balance_of("高橋"), STAMP.time)


def test_the_hashes_of_fonts_and_templates_are_told(press):
    assert set(press.hashes) == {file.name for file in TEMPLATES.glob("*.typ")}
    assert set(press.fonts.hashes) == {
        "BIZUDPGothic_400Regular.ttf",
        "BIZUDPGothic_700Bold.ttf",
    }


# Fonts


def test_a_folder_without_fonts_is_refused(tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(NoFonts, match=folder.name):
            FontSet([FONTS, folder])


def test_a_font_that_is_cut_off_is_refused(tmp_path):
    whole = (FONTS / "400Regular" / "BIZUDPGothic_400Regular.ttf").read_bytes()
    for length in (0, 3, 11, 200, 2_000):
        file = tmp_path / f"{length}.ttf"
        file.write_bytes(whole[:length])
        with pytest.raises(UnfitFont, match=file.name):
            Font("Cut", file, 0).has("A")


def test_characters_of_a_font_are_known_with_their_variants():
    data = (FONTS / "400Regular" / "BIZUDPGothic_400Regular.ttf").read_bytes()
    found = CharacterMap.of(data, 0)

    assert all(found.has(each) for each in ("A", "髙", "﨑", "葛", "葛\U000e0100", "〓"))
    assert not any(found.has(each) for each in ("𠮷", KATSU, "\ufffd", "\u202e"))


def test_a_selector_belongs_to_the_character_before_it():
    assert list(clusters(f"山{KATSU}川")) == ["山", KATSU, "川"]
    assert list(clusters("\U000e0100山")) == ["\U000e0100", "山"]
    assert Path(FONTS).is_dir()
