"""Letters: what is read for the same, and what never reaches a terminal or a spreadsheet."""

import csv
import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jp20.domain.files.letters import harmless, in_csv, in_json, plain, quoted

ESCAPES = ["\x1b[2J", "\x07", "\x9b31m", "\u202e", "\u2028", "\u200b", "\x00", "\r"]


@pytest.mark.requirement("G18")
def test_full_width_letters_digits_and_signs_fold_and_nothing_else():
    assert plain("　Ａｂ１，－／．　") == "Ab1,-/."
    for letter in "①½ﾊﾝ²٢ﬁ\u00a0\u200b":
        assert plain(f"a{letter}b") == f"a{letter}b"


@pytest.mark.requirement("G26")
@pytest.mark.parametrize("escape", ESCAPES)
def test_no_control_character_is_shown_or_written(escape):
    text = f"Bank{escape}"
    assert escape not in harmless(text)
    assert escape == "\r" or escape not in in_csv(text)
    written = in_json(json.dumps({"name": text}, ensure_ascii=False))
    assert escape not in written
    assert json.loads(written) == {"name": text}
    assert escape not in quoted(text).en


@pytest.mark.requirement("G15", "G26")
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", " =", "　+", "\n@"])
def test_a_spreadsheet_takes_no_text_for_a_formula(sign):
    assert in_csv(f"{sign}1+1").startswith("'")


@given(st.text(max_size=20))
def test_json_says_the_same_escaped_or_not(text):
    written = in_json(json.dumps([text], ensure_ascii=False))
    assert json.loads(written) == [text]
    assert not any(unicodedata.category(letter)[0] == "C" for letter in written)


@given(st.text(max_size=20))
def test_a_cell_of_csv_is_no_formula(text):
    out = io.StringIO(newline="")
    csv.writer(out).writerow([in_csv(text)])
    assert not out.getvalue().lstrip('" \u3000\n').startswith(("=", "+", "-", "@", "\t"))
