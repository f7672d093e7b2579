"""What the documents for developers name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCUMENTS = ["CONTRIBUTING.md", "docs/architecture.md"]
FILE = re.compile(
    r"`((?:jp20|contracts|tests|tools|docs|examples)/[\w./-]+\.(?:py|sol|md|toml|json))`"
)
LINK = re.compile(r"\]\(([^)#:]+)\)")
BARE = re.compile(r"`((?:test|check)_\w+\.py)`")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_file_that_a_document_names_is_there(name):
    text = (ROOT / name).read_text("utf-8")
    named = [ROOT / found for found in FILE.findall(text)]
    linked = [(ROOT / name).parent / found for found in LINK.findall(text)]
    assert named or linked
    assert [path for path in (*named, *linked) if not path.exists()] == []
    assert [found for found in BARE.findall(text) if not list(ROOT.glob(f"t*/**/{found}"))] == []


def test_the_rooms_in_the_architecture_are_the_floors():
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    table = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    rooms = {each.parent.name for each in (ROOT / "jp20/domain").glob("*/__init__.py")}
    assert sorted(table) == sorted(rooms)


def test_the_list_of_decisions_has_each_page_by_its_title():
    folder = ROOT / "docs/decisions"
    text = (folder / "README.md").read_text("utf-8")
    listed = re.findall(r"^- \[(\d{4})\]\((\d{4}-[\w-]+\.md)\) (.+)$", text, re.MULTILINE)
    pages = {
        page.name: page.read_text("utf-8").splitlines()[0] for page in folder.glob("[0-9]*.md")
    }

    assert [page for _, page, _ in listed] == sorted(pages)
    for number, page, title in listed:
        assert pages[page] == f"# {number} {title}"
