"""What holds for every command, those included that are yet to be written."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import done, run

from jp20.cli.entries import ENTRIES
from jp20.cli.main import tree

HERE = Path(__file__).parent


def commands(language: str) -> dict[str, Any]:
    """All commands by how they are called."""
    return dict(below(tree(language), ""))


def below(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    found = getattr(command, "commands", None)
    if found is None:
        yield path, command
        return
    for name, each in found.items():
        yield from below(each, f"{path} {name}".strip())


ENGLISH, JAPANESE = commands("en"), commands("ja")
NAMES = sorted(ENGLISH)


@pytest.mark.parametrize("name", NAMES)
def test_each_command_has_a_test_of_its_bad_input(name):
    modules = [importlib.import_module(file.stem) for file in HERE.glob("test_cli_*.py")]
    tested = {bad.command for module in modules for bad in getattr(module, "BAD", ())}

    assert name in tested


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_each_command_says_what_it_does_and_gives_an_example(name):
    for command, language in ((ENGLISH[name], "en"), (JAPANESE[name], "ja")):
        shown = done(*name.split(), "--help", "--lang", language).out

        assert command.help
        assert f"jp20 {name}" in (command.epilog or "")
        assert ("Example:" if language == "en" else "例:") in shown
        # Nothing is cut off that is not written so.
        written = [command.help, command.epilog, *(each.help for each in command.params)]
        assert shown.count("…") == sum((text or "").count("…") for text in written)


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_each_command_is_in_both_languages(name):
    assert is_japanese(JAPANESE[name].help)
    assert not is_japanese(ENGLISH[name].help)
    for english, japanese in zip(ENGLISH[name].params, JAPANESE[name].params, strict=True):
        assert english.help, english.name
        assert is_japanese(japanese.help), japanese.name
        assert not is_japanese(english.help), english.name


@pytest.mark.parametrize("name", NAMES)
def test_what_an_option_takes_is_named_in_the_words_of_the_user(name):
    shown = done(*name.split(), "--help").out

    assert not re.search(r"--[a-z-]+ (STR|TEXT|PATH|INT|FLOAT)", shown)


def test_an_option_takes_the_same_wherever_it_stands():
    takes: dict[str, set[str]] = {}
    for command in ENGLISH.values():
        for each in command.params:
            if each.opts[0].startswith("--") and each.metavar:
                takes.setdefault(each.opts[0], set()).add(each.metavar)

    # A key is taken from another keystore, units from a wallet.
    assert takes.pop("--from") == {"KEYSTORE", "WALLET"}
    assert {option: kinds for option, kinds in takes.items() if len(kinds) > 1} == {}
    assert (takes["--until"], takes["--party"]) == ({"TIME"}, {"ORGANISATION"})


@pytest.mark.parametrize("name", NAMES)
def test_an_option_that_there_is_not_is_a_usage_error(name):
    ran = run(*name.split(), "--no-such-option")

    assert ran.code == 2
    assert "--no-such-option" in ran.err
    assert ran.out == ""


def test_the_help_lists_every_group():
    for language in ("en", "ja"):
        shown = done("--help", "--lang", language).out

        assert all(f" {name} " in shown for name in ENTRIES)


def is_japanese(text: str | None) -> bool:
    return any(
        "\u3040" <= letter <= "\u30ff" or "\u4e00" <= letter <= "\u9fff" for letter in text or ""
    )
