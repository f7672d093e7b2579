"""`jp20 keys`: an organisation's keystores."""

import json
import os
import subprocess
import sys

import pytest
from running import Bad, done, run

from jp20.chain.signing.passwords import password_file
from jp20.chain.signing.signers import keystore_signer

PASSWORD = "a long enough password"  # made up

BAD = [
    Bad("keys create", (), 2, "FILE"),
    Bad("keys create", ("k.json", "--password", "hunter2hunter2"), 2, "--password"),
    Bad("keys create", ("k.json", "--password", "env:NO_SUCH_VARIABLE"), 2, "NO_SUCH_VARIABLE"),
    Bad("keys create", ("k.json", "--password", "file:none.txt"), 2, "none.txt"),
    Bad("keys create", ("k.json", "--password", "file:short"), 2, "12"),
    Bad("keys create", ("k.json", "--password", "file:open"), 2, "chmod 600"),
    Bad("keys create", ("old.json", "--password", "file:secret"), 2, "old.json"),
    Bad("keys import", ("k.json", "--from", "none.json", "--password", "file:secret"), 2, "none"),
    Bad(
        "keys import",
        (
            "k.json",
            "--from",
            "old.json",
            "--password",
            "file:secret",
            "--old-password",
            "file:wrong",
        ),
        2,
        "old.json",
    ),
    Bad(
        "keys import",
        ("old.json", "--from", "old.json", "--password", "file:secret"),
        2,
        "old.json",
    ),
    Bad("keys list", ("no-such-folder",), 2, "no-such-folder"),
    Bad("keys list", (), 2, "jp20 init"),
    Bad("keys password", ("open", "--password", "file:secret"), 2, "open"),
    Bad("keys password", ("none.json", "--password", "file:secret"), 2, "none.json"),
]


@pytest.fixture(scope="module")
def keystore(tmp_path_factory):
    """A keystore that PASSWORD opens; making one takes a second."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "secret").write_text(PASSWORD)
    (folder / "secret").chmod(0o600)
    done("keys", "create", "old.json", "--password", "file:secret", folder=folder)
    return (folder / "old.json").read_bytes()


@pytest.fixture
def place(tmp_path, keystore):
    """A folder with a keystore and files with passwords."""
    (tmp_path / "old.json").write_bytes(keystore)
    for name, content, mode in (
        ("secret", PASSWORD, 0o600),
        ("wrong", "another long password", 0o600),
        ("short", "short", 0o600),
        ("open", PASSWORD, 0o644),
    ):
        (tmp_path / name).write_text(f"{content}\n")
        (tmp_path / name).chmod(mode)
    return tmp_path


@pytest.mark.requirement("G13", "G27")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_keys(bad, place):
    bad.check(place)
    assert not (place / "k.json").exists()


@pytest.mark.requirement("G27")
def test_a_password_on_the_command_line_is_refused_and_not_repeated(place):
    ran = run("keys", "create", "k.json", "--password", "hunter2hunter2", folder=place)

    assert ran.code == 2
    assert "hunter2" not in ran.out + ran.err


@pytest.mark.requirement("G27")
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_key_on_the_command_line_is_refused_and_not_repeated(place, language):
    ran = run("keys", "import", "k.json", "0x" + "4c" * 32, folder=place, JP20_LANG=language)

    assert ran.code == 2
    assert "4c4c" not in ran.out + ran.err
    assert "0x…" in ran.err


@pytest.mark.requirement("G13", "G27")
def test_a_created_key_signs_for_the_address_that_was_shown(place):
    ran = done(
        "keys", "create", "k.json", "--password", "file:secret", "--format", "json", folder=place
    )

    signer = keystore_signer(place / "k.json", password_file(place / "secret"))
    assert ran.json == {"key": {"file": "k.json", "address": signer.address}}
    assert (place / "k.json").stat().st_mode & 0o077 == 0


def test_a_keystore_goes_into_a_folder_that_only_its_owner_enters(place):
    done("keys", "create", "keystores/k.json", "--password", "file:secret", folder=place)

    assert (place / "keystores").stat().st_mode & 0o077 == 0


@pytest.mark.requirement("G27")
def test_a_key_is_taken_over_from_another_keystore_under_a_password_of_its_own(place):
    (place / "new").write_text("yet another password")
    (place / "new").chmod(0o600)

    done(
        *("keys", "import", "k.json", "--from", "old.json"),
        *("--old-password", "file:secret", "--password", "file:new"),
        folder=place,
    )

    old = keystore_signer(place / "old.json", password_file(place / "secret"))
    assert keystore_signer(place / "k.json", password_file(place / "new")).address == old.address


@pytest.mark.requirement("G27")
def test_a_changed_password_opens_and_the_old_one_does_not(place):
    arguments = ("keys", "password", "old.json", "--old-password", "file:secret")
    done(*arguments, "--password", "file:wrong", folder=place)

    assert keystore_signer(place / "old.json", password_file(place / "wrong"))
    again = run(*arguments, "--password", "file:wrong", folder=place)
    assert again.code == 2
    assert "old.json" in again.err


def test_the_keystores_of_a_folder_are_listed_with_their_addresses_and_nothing_else(place):
    ran = done("keys", "list", ".", "--format", "json", folder=place)

    address = "0x" + json.loads((place / "old.json").read_text())["address"].removeprefix("0x")
    ((listed),) = ran.json["keys"]
    assert listed["file"] == "old.json"
    assert listed["address"].lower() == address.lower()


def test_the_settings_say_where_the_keystores_are(place):
    done("init", "work", folder=place)
    done("keys", "create", "work/keystores/k.json", "--password", "file:secret", folder=place)

    ran = done("keys", "list", "--format", "json", folder=place / "work")

    assert len(ran.json["keys"]) == 1


@pytest.mark.requirement("G27")
@pytest.mark.parametrize("command", [("keys", "create", "k.json"), ("keys", "import", "k.json")])
def test_without_a_terminal_and_without_a_source_of_the_password_nothing_is_made(command, place):
    ran = subprocess.run(
        [sys.executable, "-m", "jp20", *command],
        cwd=place,
        env={**os.environ, "JP20_LANG": "en"},
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )

    assert ran.returncode == 2
    assert "terminal" in ran.stderr
    assert not (place / "k.json").exists()
