import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from getpass import GetPassWarning

import pytest

from jp20.chain.signing.passwords import (
    ExposedPassword,
    NoPassword,
    UnfitPassword,
    checked,
    new_password,
    password_file,
    password_variable,
    typed_password,
)

GOOD = "correct horse"


def person(answers: Sequence[str], asked: list[str]) -> Callable[[str], str]:
    """Somebody at a terminal who types these answers in turn."""
    left = iter(answers)

    def ask(label: str) -> str:
        asked.append(label)
        return next(left)

    return ask


def test_a_person_is_asked_once_and_only_when_it_is_needed():
    asked: list[str] = []
    password = typed_password("keys/a.json", person(["secret"], asked))
    assert asked == []
    assert password() == "secret"
    assert asked == ["keys/a.json: "]


def test_a_new_password_is_typed_twice():
    asked: list[str] = []
    assert new_password("keys/a.json", person([GOOD, GOOD], asked))() == GOOD
    assert asked == ["keys/a.json: ", "keys/a.json (again / 確認): "]


def test_two_different_new_passwords_are_refused():
    with pytest.raises(UnfitPassword, match="differ") as error:
        new_password("a", person([GOOD, GOOD + "x"], []))()
    assert GOOD not in str(error.value)


def test_a_short_new_password_is_refused_before_it_is_typed_again():
    asked: list[str] = []
    with pytest.raises(UnfitPassword, match="12 characters"):
        new_password("a", person(["elevencharx"], asked))()
    assert len(asked) == 1


def test_characters_count_not_bytes():
    assert checked("十二文字あれば受け入れます") == "十二文字あれば受け入れます"  # 13
    with pytest.raises(UnfitPassword):
        checked("四文字だ")  # 4 characters, 12 bytes


@pytest.mark.parametrize("fault", [EOFError, GetPassWarning])
def test_without_a_terminal_nothing_is_asked_where_it_would_be_seen(fault):
    def ask(label: str) -> str:
        if fault is GetPassWarning:  # what getpass says before it lets the typing be seen
            warnings.warn("Can not control echo on the terminal.", GetPassWarning, stacklevel=1)
            return "seen"
        raise fault

    with pytest.raises(NoPassword, match="no terminal"):
        typed_password("a", ask)()


@pytest.mark.skipif(os.name != "posix", reason="sessions without a terminal are POSIX's")
def test_a_process_without_a_terminal_does_not_read_a_password_from_its_input():
    program = (
        "from jp20.chain.signing.passwords import NoPassword, typed_password\n"
        "try: typed_password('a')()\n"
        "except NoPassword: print('refused')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        input="typed\n",
        capture_output=True,
        text=True,
        start_new_session=True,
        check=True,
    )
    assert ended.stdout == "refused\n"


@pytest.mark.parametrize(
    ("content", "password"),
    [
        ("secret", "secret"),
        ("secret\n", "secret"),
        ("secret\r\n", "secret"),
        ("secret\n\n", "secret\n"),  # one newline is an editor's, two are a password's
        (" 合言葉 \n", " 合言葉 "),
    ],
)
def test_a_password_file_loses_one_newline(tmp_path, content, password):
    file = tmp_path / "password"
    file.write_bytes(content.encode())
    file.chmod(0o600)
    assert password_file(file)() == password


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
@pytest.mark.requirement("G27")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o610])
def test_a_password_file_that_is_not_its_owners_alone_is_refused(tmp_path, mode):
    file = tmp_path / "password"
    file.write_text("secret")
    file.chmod(mode)
    with pytest.raises(ExposedPassword, match="chmod 600") as error:
        password_file(file)()
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe"])
def test_a_file_without_a_password_says_so(tmp_path, content):
    file = tmp_path / "word"
    if content is not None:
        file.write_bytes(content)
        file.chmod(0o600)
    with pytest.raises(NoPassword, match="word"):
        password_file(file)()


def test_a_password_comes_from_the_variable_that_the_configuration_names(monkeypatch):
    password = password_variable("ISSUER_PASSWORD")
    monkeypatch.setenv("ISSUER_PASSWORD", "secret")
    assert password() == "secret"


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_without_a_password_says_so(monkeypatch, value):
    monkeypatch.delenv("ISSUER_PASSWORD", raising=False)
    if value is not None:
        monkeypatch.setenv("ISSUER_PASSWORD", value)
    with pytest.raises(NoPassword, match="ISSUER_PASSWORD"):
        password_variable("ISSUER_PASSWORD")()
