"""A message is English in the code, and is put into a language when it is shown."""

import pytest

from jp20.domain.base import text as module
from jp20.domain.base.text import Text, translated

CATALOGUE = {
    "{holder} holds {units:,} units.": "{holder} の保有は {units:,} 口です。",
    "{count} {count:fault|faults} in {file}.": "{file} に {count} 件の誤りがあります。",
    "frozen": "凍結",
    "open": "稼働中",
}


class Catalogue:
    def gettext(self, message):
        return CATALOGUE.get(message, message)

    def pgettext(self, context, message):
        return {("request", "open"): "署名待ち"}.get((context, message), message)


@pytest.fixture(autouse=True)
def catalogue(monkeypatch):
    monkeypatch.setattr(module, "_catalogue", Catalogue)


def test_values_stand_in_both_languages():
    said = Text("{holder} holds {units:,} units.", holder="0xAb", units=1200)
    assert said.en == "0xAb holds 1,200 units."
    assert said.ja == "0xAb の保有は 1,200 口です。"
    assert str(said) == f"{said.en} / {said.ja}"


def test_a_text_as_a_value_is_in_the_language_of_the_whole():
    said = Text("{holder} holds {units:,} units.", holder=Text("frozen"), units=1)
    assert said.en == "frozen holds 1 units."
    assert said.ja == "凍結 の保有は 1 口です。"


@pytest.mark.parametrize(("count", "en"), [(1, "1 fault in a.csv."), (2, "2 faults in a.csv.")])
def test_what_follows_a_number_agrees_with_it_in_english_and_japanese_has_no_plural(count, en):
    said = Text("{count} {count:fault|faults} in {file}.", count=count, file="a.csv")
    assert said.en == en
    assert said.ja == f"a.csv に {count} 件の誤りがあります。"


def test_one_english_word_has_two_meanings():
    assert Text("open").ja == "稼働中"
    assert Text("open", context="request").ja == "署名待ち"
    assert Text("open", context="request").en == "open"


def test_braces_without_values_stay():
    assert Text('Write {name} = "…".').en == 'Write {name} = "…".'
    assert Text("{count}").filled(count=3).en == "3"


def test_a_value_with_braces_is_not_read_again():
    assert Text("{holder} holds {units:,} units.", holder="{units}", units=5).en == (
        "{units} holds 5 units."
    )


def test_a_value_that_is_missing_is_an_error():
    with pytest.raises(KeyError):
        _ = Text("{holder} holds {units:,} units.", holder="0xAb").en


def test_what_comes_from_elsewhere_is_not_looked_up():
    assert Text.verbatim("frozen").ja == "frozen"
    assert Text.both("frozen {x}", "凍結 {x}").ja == "凍結 {x}"


def test_several_texts_as_one():
    two = [Text("frozen"), Text("open")]
    assert Text.joined(two) == Text.both("frozen open", "凍結稼働中")
    assert Text.lines(two) == Text.both("frozen\nopen", "凍結\n稼働中")
    assert Text.listing([*two, "0xAb"]) == Text.both("frozen, open, 0xAb", "凍結、稼働中、0xAb")


def test_texts_that_say_the_same_are_equal():
    assert Text("frozen") == Text.both("frozen", "凍結")
    assert hash(Text("frozen")) == hash(Text.both("frozen", "凍結"))
    assert Text("open") != Text("open", context="request")
    assert Text("frozen") != "frozen"


def test_what_the_catalogue_does_not_have_is_said_in_english():
    assert translated("unheard of", "ja") == "unheard of"
