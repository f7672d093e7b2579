"""Help is declared before anybody knows who reads it, and is in one language when it is read."""

from types import SimpleNamespace

import pytest

from jp20.cli.frame.language import combined, example, help_text, translate
from jp20.domain.base import text


class Catalogue:
    def gettext(self, message):
        return {"Show it.": "表示する。", "Example:": "例:"}.get(message, message)

    def pgettext(self, context, message):
        return {("panel", "Sending"): "送信"}.get((context, message), message)


@pytest.fixture(autouse=True)
def catalogue(monkeypatch):
    monkeypatch.setattr(text, "_catalogue", Catalogue)


def command(**texts):
    return SimpleNamespace(**{"params": [], "help": None, "epilog": None, **texts})


@pytest.mark.parametrize(("language", "said"), [("en", "Show it."), ("ja", "表示する。")])
def test_a_command_and_those_below_it_are_in_the_language(language, said):
    below = command(help=help_text("Show it."), params=[command(help=help_text("Show it."))])
    group = command(commands={"show": below})

    translate(group, language)

    assert below.help == said
    assert below.params[0].help == said


def test_a_function_s_docstring_is_not_for_users():
    made = command(help="All or nothing (G19).")
    translate(made, "ja")
    assert made.help is None


def test_what_is_not_a_message_stays():
    made = command(help=help_text("Show it."), epilog=example("jp20 token show JP20-RE-0001"))
    translate(made, "ja")
    assert made.epilog == "例:\n\n  jp20 token show JP20-RE-0001"


def test_two_helps_are_two_paragraphs():
    made = command(help=combined(help_text("Show it."), help_text("Show it.")))
    translate(made, "ja")
    assert made.help == "表示する。\n\n表示する。"
    assert combined("first", "a docstring") == "first"


@pytest.mark.parametrize(("language", "said"), [("en", "Sending"), ("ja", "送信")])
def test_a_word_with_two_meanings_has_a_context(language, said):
    made = command(help=help_text("Sending", "panel"))
    translate(made, language)
    assert made.help == said
