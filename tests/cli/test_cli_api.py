"""`jp20 api`: a token from a server, for scripts; and the key that signs a server's feed."""

import json
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from market import DESKS, KEYS, secret
from running import Bad, run
from serving import HTTP, Server, free_port, serving

from jp20.web.serve_key import load_serve_key

BROKER = KEYS[DESKS["broker"]]
WITH = ("--key", BROKER.address)
NOWHERE = "http://127.0.0.1:9"

BAD = [
    Bad("api token", ("books.example", "--out", "t", *WITH), 2, "books.example"),
    Bad(
        "api token", ("https://clerk@books.example", "--out", "t", *WITH), 2, "clerk@books.example"
    ),
    Bad("api token", (NOWHERE, "--out", "jp20.toml"), 2, "jp20.toml"),
    Bad("api token", (NOWHERE, "--out", "t"), 2, "30"),
    Bad("api token", (NOWHERE, "--out", "t", "--key", "0x12"), 2, "0x12"),
    Bad("api token", (NOWHERE, "--out", "t", "--key", "0x" + "1" * 40), 2, "0x1111"),
    Bad("api token", (NOWHERE, "--out", "t", "--key", BROKER.address), 1, "127.0.0.1"),
    Bad("api token", (NOWHERE,), 2, "--out"),
    Bad("api key", ("jp20.toml",), 2, "jp20.toml"),
    Bad("api key", ("no-such-folder/serve.pem",), 2, "serve.pem"),
]


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_api(bad, folder):
    bad.check(folder)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with serving(folder) as running:
        yield running


def token(folder: Path, url: str, out: Path, key: str = BROKER.address, *more: str):
    return run(
        "api", "token", url, "--out", str(out), "--key", key, *more, "--format", "json",
        folder=folder,
    )  # fmt: skip


@pytest.mark.requirement("G34", "G27")
def test_a_script_signs_in_and_asks(folder, server, tmp_path):
    out = tmp_path / "token"

    ran = token(folder, server.url, out)

    assert ran.code == 0, ran.err
    assert ran.json["token"]["key"] == BROKER.address
    header = out.read_text("utf-8")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert header.partition(" Bearer ")[2].strip() not in ran.out + ran.err
    name, _, value = header.strip().partition(": ")
    answer = HTTP.get(f"{server.url}/sign-in", headers={name: value})
    assert answer.json()["key"] == BROKER.address
    assert token(folder, server.url, out).code == 2  # the file is not overwritten


@pytest.mark.requirement("G34")
def test_one_key_needs_no_name(folder, server, tmp_path):
    file = tmp_path / "jp20.toml"
    text = (folder / "jp20.toml").read_text("utf-8")
    file.write_text(text.replace("development = true", 'environment = "JP20_TEST_KEY"', 1), "utf-8")

    ran = run(
        "api", "token", server.url, "--out", "token", folder=tmp_path, JP20_TEST_KEY=secret(BROKER)
    )

    assert ran.code == 0, ran.err


@pytest.mark.requirement("S5")
def test_a_key_of_nobody_is_told_so(folder, server, tmp_path):
    ran = token(folder, server.url, tmp_path / "token", KEYS[25].address)

    assert ran.code == 1
    assert KEYS[25].address in ran.err
    assert not (tmp_path / "token").exists()


class Impostor:
    """Answers as a server does, with something else in it."""

    def __init__(self, **fields: Any) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        nonce = {
            "nonce": "0123456789abcdef",
            "domain": self.url[7:],
            "uri": self.url,
            "chain_id": 31337,
        }
        answer = json.dumps(nonce | fields).encode()
        self.asked: list[bytes] = []
        impostor = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                impostor.asked.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", int(self.url.rpartition(":")[2])), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))

    def __enter__(self) -> "Impostor":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.mark.requirement("S5", "G27")
@pytest.mark.parametrize(
    "fields",
    [
        {"domain": "books.example"},
        {"uri": "https://books.example"},
        {"chain_id": 1},
        {"chain_id": "31337"},
        {"nonce": "short"},
        {"nonce": "0123456789\nExpiration Time: 2099-01-01T00:00:00Z"},
        {"nonce": None},
    ],
)
def test_nothing_is_signed_for_who_names_another_server_or_chain(folder, tmp_path, fields):
    with Impostor(**fields) as impostor:
        ran = token(folder, impostor.url, tmp_path / "token")

    assert ran.code == 1
    assert "Nothing was signed" in ran.err
    assert len(impostor.asked) == 1  # for the nonce, and no signature after it


def test_who_answers_otherwise_than_a_server_is_no_server(folder, tmp_path):
    with Impostor() as impostor:  # gives a nonce, and again one in place of the token
        ran = token(folder, impostor.url, tmp_path / "token")

    assert ran.code == 1
    assert not (tmp_path / "token").exists()


@pytest.mark.requirement("G27")
def test_a_server_s_key_is_its_owner_s_alone(folder, tmp_path):
    file = tmp_path / "serve.pem"

    ran = run("api", "key", str(file), "--format", "json", folder=folder)

    assert ran.code == 0, ran.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_serve_key(file).id == ran.json["serve_key"]["id"]
    assert "PRIVATE" not in ran.out + ran.err
