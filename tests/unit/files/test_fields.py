"""The one reader of TOML and JSON: what is there twice, too deep, too long or too large."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jp20.domain.base.faults import FaultyFile
from jp20.domain.files import fields
from jp20.domain.files.fields import read_json, read_toml


def refused(read, data: bytes):
    with pytest.raises(FaultyFile) as error:
        read(data, "f")
    (fault,) = error.value.faults
    assert fault.what.en
    assert fault.what.ja
    return fault


@pytest.mark.requirement("G26")
@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("a = 1\nb = 2\na = 3\n", 3, "a"),
        ("[x]\na = 1\n\n[x]\nb = 1\n", 4, "x"),
        ('[x]\n"a b" = 1\n"a b" = 2\n', 3, "a b"),
        ("a = {b = 1, b = 2}\n", 1, "a"),
        ("a.b = 1\na.b = 2\n", 2, "a.b"),
    ],
)
def test_a_key_that_is_there_twice_in_toml_is_named_with_its_line(text, line, key):
    fault = refused(read_toml, text.encode())
    assert (fault.line, fault.what.en) == (line, f'"{key}" is there twice.')
    assert fault.what.ja == f"「{key}」が重複しています。"


@pytest.mark.requirement("G17", "G26")
@pytest.mark.parametrize(
    "text",
    ['{"a": 1, "a": 1}', '{"x": [{"b": 0}, {"a": 1, "b": 2, "a": 3}]}', '{"a":1,"\\u0061":2}'],
)
def test_a_key_that_is_there_twice_in_json_is_named(text):
    assert refused(read_json, text.encode()).what.en == '"a" is there twice.'


@pytest.mark.requirement("G26")
@pytest.mark.parametrize(
    ("read", "data", "line", "said"),
    [
        (read_toml, b"a = 1\nb = \n", 2, "not TOML"),
        (read_toml, b"a = 1\nb = \xff\n", 2, "0xff cannot be read as UTF-8"),
        (read_toml, b"a = " + b"9" * 5000, None, "no field can have"),
        (read_toml, b"a = 0x" + b"f" * 5000, None, "no field can have"),
        (read_toml, b"a = " + b"[" * 5000, None, "more than 64 times"),
        (read_toml, b"a = " + b"[" * 80 + b"]" * 80, None, "more than 64 times"),
        (read_toml, b"[" + b"a." * 3000 + b"a]", None, "more than 64 times"),
        (read_toml, b"[" + b"a." * 80 + b"a]", None, "more than 64 times"),
        (read_toml, b"#" * (fields.MOST_TOML + 1), None, "at most"),
        (read_json, b'{"a": 1,\n "b": }', 2, "not JSON"),
        (read_json, b"\xff", 1, "0xff cannot be read as UTF-8"),
        (read_json, b"[" * 100_000, None, "more than 64 times"),
        (read_json, b"9" * 200, None, "no field can have"),
        (read_json, b"NaN", None, "no field can have"),
        (read_json, b"", 1, "not JSON"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line_or_bound(read, data, line, said):
    fault = refused(read, data)
    assert fault.line == line
    assert said in fault.what.en


def test_the_bound_of_json_is_the_reader_s():
    with pytest.raises(FaultyFile, match="at most"):
        read_json(b" " * 11, "f", most=10)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**255), 2**256) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_as_json_is_read_as_itself(value):
    assert read_json(json.dumps(value).encode(), "f") == value


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data):
    for read in (read_toml, read_json):
        try:
            read(data, "f")
        except FaultyFile as refused:
            assert refused.faults[0].what.en  # noqa: PT017
