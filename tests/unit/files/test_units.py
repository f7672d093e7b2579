"""The one reader of units: what goes in as text comes out as that number, or is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jp20.domain.files.units import NotUnits, parse_units
from jp20.domain.token.terms import MAX_UNITS

WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


def read(text: str) -> int:
    return parse_units(text, MAX_UNITS)


@pytest.mark.requirement("G2", "G3")
@given(st.integers(1, MAX_UNITS - 1), st.booleans(), st.booleans())
def test_every_number_is_read_as_itself_in_either_width_with_or_without_thousands(n, wide, sets):
    text = f"{n:,}" if sets else str(n)
    assert read(text.translate(WIDE) if wide else text) == n


@pytest.mark.requirement("G2", "G3")
@given(st.text(st.sampled_from("0123456789,０９，①²½.-+e_ 　１٣"), max_size=8))
def test_any_text_is_the_number_that_it_shows_or_is_refused(text):
    """What is shown: the digits of either width, with a comma before every third from the right, or
    with none.
    """
    try:
        units = read(text)
    except NotUnits:
        return
    shown = "".join(
        chr(ord(letter) - 0xFEE0) if 0xFF01 <= ord(letter) <= 0xFF5E else letter for letter in text
    ).strip(" 　")
    assert shown in (f"{units:,}", shown.lstrip("0") and str(units).zfill(len(shown)))


@pytest.mark.requirement("G2", "G3")
@pytest.mark.parametrize(
    "text",
    [
        *("20①", "①", "2²", "½", "٢٠", "二十", "20口", "１,２", "2,5", "1,,0", ",5", "5,", "12,34"),
        *("1,0000", "0,123", "1.000", "1'000", "1 000", "1_000", "+5", "-5", "0", "00", "", " "),
        *("0x10", "1e3", "20.0", "2\u200b0", "9" * 5000, str(MAX_UNITS)),
    ],
)
def test_what_is_no_number_of_units_is_refused_and_quoted(text):
    with pytest.raises(NotUnits) as refused:
        read(text)
    assert "not a number of units" in refused.value.what.en
    assert len(refused.value.what.en) < 200


def test_what_cannot_be_seen_is_named():
    with pytest.raises(NotUnits) as refused:
        read("2\u200b0")
    assert '"2<U+200B>0"' in refused.value.what.en
    assert "「2<U+200B>0」" in refused.value.what.ja
