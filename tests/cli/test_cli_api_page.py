"""docs/api.md and its Japanese neighbour: their commands and programs work as they stand."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from http_message_signatures import InvalidSignature
from market import DESKS, KEYS, Market, open_market, secret
from receiver import Receiver, until
from running import done, run
from serving import HTTP, serving, settings

PAGES = [Path(__file__).parents[2] / "docs" / name for name in ("api.md", "api.ja.md")]
BROKER = KEYS[DESKS["broker"]]


@pytest.fixture(scope="module")
def market(folder: Path, node: str) -> Market:
    """Whose deliveries the broker proposed."""
    return open_market(folder, node, "JP20-PAGE-1")


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.S | re.M)


def program(page: Path, number: int) -> dict[str, Any]:
    """What a program of a page defines."""
    found: dict[str, Any] = {}
    exec(blocks(page, "python")[number], found)
    return found


def test_both_pages_have_the_same_commands():
    english, japanese = [blocks(page, "sh") for page in PAGES]
    assert english == japanese
    assert [blocks(page, "nginx") for page in PAGES[:1]] == [blocks(PAGES[1], "nginx")]


@pytest.mark.requirement("G34")
@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_a_member_is_connected_by_the_commands_of_the_page(folder, tmp_path):
    member = tmp_path / "member"
    member.mkdir()
    text = (folder / "jp20.toml").read_text("utf-8")
    text = text.replace("development = true", 'environment = "JP20_TEST_KEY"', 1)
    (member / "jp20.toml").write_text(text, "utf-8")
    bin = tmp_path / "bin"
    bin.mkdir()
    (bin / "jp20").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m jp20 "$@"\n', "utf-8")
    (bin / "jp20").chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{bin}:{os.environ['PATH']}",
        "JP20_TEST_KEY": secret(BROKER),
    }
    with serving(folder) as server:
        for line in blocks(PAGES[0], "sh")[0].splitlines():
            command = line.replace("https://books.example", server.url)
            command = command.replace("curl -s", "curl -sf")
            ran = subprocess.run(
                command, shell=True, cwd=member, env=environment, capture_output=True, text=True
            )
            assert ran.returncode == 0, command + ran.stderr
            if command.endswith("/sign-in"):
                assert BROKER.address in ran.stdout
    assert (member / "openapi.json").stat().st_size > 10_000


@pytest.mark.requirement("G34")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_programs_of_the_page_take_each_event_once_and_refuse_what_was_altered(
    page, market, tmp_path
):
    folder = market.folder
    take, checks = program(page, 0)["take"], program(page, 1)
    lines = blocks(page, "toml")[0].partition("[serve]\n")[2]
    with Receiver(answers=[500]) as receiver:
        if not (folder / "page.pem").exists():
            done("api", "key", "page.pem", folder=folder)
        hook = lines[lines.index("[[serve.webhooks]]") :]
        hook = hook.replace("https://bank.example/jp20", receiver.url)
        with serving(folder, f'key = "page.pem"\n{hook}') as server:
            keys = checks["ServerKeys"](HTTP.get(f"{server.url}/.well-known/jp20-keys").json())
            until(lambda: len(receiver.taken) >= 1)
    first, again = receiver.sent[:2]
    nonces: set[str] = set()

    books = sqlite3.connect(tmp_path / "books.db")
    for sent in (first, again):  # the same events, since the first was answered 500
        body = checks["verified"](sent, sent.body, keys, nonces)
        take(books, json.loads(body)["events"])

    expected = [event["cursor"] for event in receiver.events()]
    taken = [row[0] for row in books.execute("SELECT cursor FROM taken ORDER BY rowid")]
    assert taken == expected[: len(taken)]
    assert len(taken) == len(set(taken)) > 0
    with pytest.raises(ValueError, match="before"):
        checks["verified"](first, first.body, keys, nonces)  # replayed
    with pytest.raises(InvalidSignature):
        checks["verified"](first, first.body + b" ", keys, set())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_settings_of_the_page_are_settings(page, folder):
    lines = blocks(page, "toml")[0].partition("[serve]\n")[2]
    file = settings(folder, lines.replace("127.0.0.1:8020", "127.0.0.1:1"))

    ran = run("status", "--config", str(file), folder=folder)

    assert ran.code == 0, ran.err
