"""Errors are data: each has a kind, an exit code, and sentences whose values it gives."""

import ast

import pytest

import list_errors
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.text import Text
from messages import PACKAGE, placeholders


class Missing(JP20Error):
    exit_code = ExitCode.USAGE
    what = Text("{file} is missing.")
    next_step = Text("Write {file}.")


def classes():
    """Classes of the package with a sentence of their own, and what they give for its values."""
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                templates = {
                    placeholder
                    for each in node.body
                    if isinstance(each, ast.Assign)
                    and each.targets[0].id in ("what", "why", "next_step")
                    and isinstance(each.value, ast.Call)
                    for placeholder in placeholders(each.value.args[0].value)
                }
                given = [
                    {each.arg for each in call.keywords} - {"what", "why", "next_step"}
                    for call in ast.walk(node)
                    if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__"
                ]
                if templates or any(given):
                    yield node.name, templates, given


def test_an_error_says_its_sentences_with_their_values():
    error = Missing(file="a.toml")
    assert error.lines("en") == ("a.toml is missing.", "Write a.toml.")
    assert error.why is None
    assert error.kind == "Missing"
    assert error.args == ("a.toml is missing.",)


def test_a_sentence_that_is_given_goes_before_that_of_the_class():
    error = Missing(why=Text("It was moved."), next_step=Text("Move it back."), file="a.toml")
    assert error.lines("en") == ("a.toml is missing.", "It was moved.", "Move it back.")


def test_a_kind_can_stay_when_the_class_is_renamed():
    class Renamed(JP20Error):
        kind = "Before"

    assert Renamed.kind == "Before"


def test_values_are_given_for_all_placeholders_and_for_none_besides():
    assert [
        name for name, wanted, given in classes() if any(wanted != each for each in given)
    ] == []


def test_every_error_is_on_the_page():
    assert list_errors.PAGE.read_text("utf-8") == list_errors.page()


def test_no_two_errors_are_of_one_kind():
    kinds = [each.kind for each in list_errors.errors()]
    assert len(kinds) > 100
    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize("error", list_errors.errors(), ids=lambda each: each.kind)
def test_every_error_has_an_exit_code(error):
    assert isinstance(error.exit_code, ExitCode)
    assert error.exit_code is not ExitCode.DONE
