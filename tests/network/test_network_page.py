"""docs/network.md and its Japanese twin: each command in them is one, and what they say of versions
is what `jp20 network check` knows.
"""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from jp20.cli.main import tree
from jp20.domain.base.finality import clique_finality
from jp20.network import client_versions
from jp20.network.client_versions import AS_OF, Weakness
from jp20.network.network_file import Consensus

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"en": ROOT / "docs" / "network.md", "ja": ROOT / "docs" / "network.ja.md"}
KNOWN = (*client_versions._GETH, *client_versions._BESU)
TEXTS = {language: page.read_text("utf-8") for language, page in PAGES.items()}

both = pytest.mark.parametrize("language", PAGES)


def commands(language: str) -> list[str]:
    """All lines of the page that are typed, without their comments."""
    shown = re.findall(r"^ *\$ (.*)$", TEXTS[language], re.MULTILINE)
    return [re.sub(r"\s+#.*", "", line) for line in shown]


def calls(language: str) -> list[list[str]]:
    """The calls of jp20 as words: typed, in the crontab's line, and within sentences."""
    written = [
        *commands(language),
        *re.findall(r"^\* \* .*? && (jp20 .*?) >", TEXTS[language], re.MULTILINE),
        *re.findall(r"`(jp20 [^`]*)`", TEXTS[language]),
    ]
    found = [
        re.fullmatch(r"(?:sudo -u jp20 )?jp20 (.*)", " ".join(each.split())) for each in written
    ]
    return [shlex.split(each.group(1)) for each in found if each]


def understand(words: list[str]) -> None:
    """Fails where jp20 has no such command, or does not take the arguments that are written."""
    command: Any = tree("en")
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    if words:
        command.make_context(command.name, words)


@both
def test_each_command_is_one_of_jp20_with_arguments_that_it_takes(language):
    found = calls(language)
    assert len(found) > 20
    for words in found:
        understand(words)


def test_both_languages_have_the_same_commands_and_settings():
    assert commands("en") == commands("ja")
    settings = [re.findall(r"```toml\n(.*?)```", text, re.DOTALL) for text in TEXTS.values()]
    bare = [[re.sub(r"\s+#.*", "", block) for block in each] for each in settings]
    assert bare[0] == bare[1]


@both
def test_each_link_within_the_pages_leads_somewhere(language):
    text, folder = TEXTS[language], PAGES[language].parent
    headings = {anchor(line) for line in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]*)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings
        elif not target.startswith("https://"):
            assert (folder / target).exists()


@both
@pytest.mark.parametrize("weakness", KNOWN, ids=lambda weakness: weakness.name)
def test_each_weakness_that_is_looked_for_is_in_the_table(language, weakness: Weakness):
    (row,) = re.findall(rf"^\|.*\[{weakness.name}\].*$", TEXTS[language], re.MULTILINE)
    assert f"| {'.'.join(map(str, weakness.fixed))} |" in row


def test_the_tables_have_no_others_and_their_date():
    for text in TEXTS.values():
        assert len(re.findall(r"^\|.*\[CVE-", text, re.MULTILINE)) == len(KNOWN)
    assert f"as of {AS_OF.isoformat()}" in TEXTS["en"]
    assert f"{AS_OF.year}年{AS_OF.month}月{AS_OF.day}日時点" in TEXTS["ja"]


@both
@pytest.mark.parametrize("validators", [4, 5, 6, 7])
def test_how_many_may_be_down_and_when_a_block_is_final_is_what_the_software_says(
    language, validators
):
    clique = Consensus.CLIQUE.tolerated(validators)
    qbft = Consensus.BESU_QBFT.tolerated(validators)
    final = clique_finality(validators)
    assert f"| {validators} | {clique} | {qbft} | `{final}` |" in TEXTS[language]


def anchor(heading: str) -> str:
    """As the forges make it of a heading."""
    kept = "".join(letter for letter in heading.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")
