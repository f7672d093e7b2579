"""The pages on the audit's findings name tests that there are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = ("0119-audit-findings.md", "0350-other-members-of-the-audits-kinds.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_the_page_names_is_there(page):
    text = (ROOT / "docs" / "decisions" / page).read_text("utf-8")
    named = set(re.findall(r"`(test_\w+)`", text))
    written = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", file.read_text("utf-8"), re.MULTILINE)
    }

    assert named
    assert named - written == set()
