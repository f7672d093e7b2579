"""The scripts that an issuer and its officers run: under Brownie and by themselves, one after the
other on one chain, each with the file that it takes by default. The chain is anvil, which is quick;
those that README names run on Ganache in `test_readme.py`.
"""

import json
import os
import re
import runpy
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pages import blocks
from world import ROOT, investor, make_applicants

from jp20.chain.local import LocalChain
from jp20.chain.rpc.connection import connect
from jp20.chain.rpc.networks import Network
from jp20.operations.governance.platform import load_deployment
from jp20.operations.session import open_session
from jp20.operations.token.transfer import request_transfer

BROWNIE = Path(sys.executable).with_name("brownie")

Run = Callable[..., subprocess.CompletedProcess]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A chain that stays, and folders for the deployment and the outbox."""
    folder = tmp_path_factory.mktemp("settings")
    with LocalChain("anvil") as connection:
        yield {
            **os.environ,
            "JP20_NETWORK": connection.network.url,
            "JP20_CONFIG": str(settings_for(connection.network.url, folder)),
            "SOLCX_BINARY_PATH": str(ROOT / "tools" / "solc"),
            "PATH": f"{BROWNIE.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONIOENCODING": "utf-8",
        }


def settings_for(node: str, folder: Path) -> Path:
    """The settings of the repository, with another node and folders of their own."""
    text = (ROOT / "jp20.toml").read_text("utf-8")
    file = folder / "jp20.toml"
    text = text.replace("http://127.0.0.1:8545", node).replace("= 1337 ", "= 31337 ")
    file.write_text(text, "utf-8")
    return file


@pytest.fixture
def unused_tcp_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def brownie(environment) -> Run:
    def run(script: str, *arguments: str) -> subprocess.CompletedProcess:
        command = [BROWNIE, "run", script, *arguments, "--network", "anvil"]
        return finished(command, environment)

    return run


@pytest.fixture(scope="module")
def python(environment) -> Run:
    def run(script: str, *arguments: str, **changed: str) -> subprocess.CompletedProcess:
        command = [sys.executable, f"scripts/{script}.py", *arguments]
        return finished(command, environment | changed)

    return run


def finished(command: list, environment: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(
        command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )


def succeeded(done: subprocess.CompletedProcess) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def failed(done: subprocess.CompletedProcess, code: int) -> str:
    """Ended with a code and an error of few lines."""
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stderr.strip()
    return done.stderr


# On one chain, in this order.


def test_without_a_deployment_a_script_says_what_to_do_first(python):
    assert "deploy" in failed(python("whitelist"), 1)


@pytest.mark.requirement("G17", "S2")
def test_deploy_platform(brownie):
    told = succeeded(brownie("deploy_platform", "main"))

    assert "ひいらぎ信託銀行" in told
    assert "DIFFERS" not in told


@pytest.mark.requirement("G1")
def test_issue_token(brownie):
    told = succeeded(brownie("issue_token", "main"))

    assert "30,000 × ¥100,000 = ¥3,000,000,000" in told
    assert "港南リアルティ" in told


@pytest.mark.requirement("G7")
def test_whitelist_refuses_twelve_rows_and_says_so(brownie):
    done = brownie("whitelist", "main")

    assert done.returncode == 4, done.stdout + done.stderr  # some rows refused
    assert "1,200" in done.stdout
    assert "12" in done.stdout
    assert "checksum" in done.stdout


@pytest.mark.requirement("G2")
def test_distribute(brownie, python):
    told = succeeded(brownie("distribute", "main"))
    again = succeeded(python("distribute"))

    assert "30,000" in told
    assert "1,200" in again


ACTS = [
    ("lock_up", "15"),
    ("freeze", "つばめAMLセンター"),
    ("forced_transfer", "双葉監査法人"),
    ("reversal", "15"),
    ("recovery", "20"),
    ("split", "60,000"),
    ("redeem", "3,000"),
    ("redistribution", "2"),
    ("halt", "HALTED"),
    ("resume", "稼働中"),
    ("unfreeze", "0x64037B858984400e1a5E6D5033b92a63F1742C70"),
    ("pledge", "番号 / id: "),
    ("release_pledge", "0x33cA8c06fD7c3E2484edb62448FBc25D93FABf54"),
    ("attach", "番号 / id: "),
    ("release_attachment", "0x33cA8c06fD7c3E2484edb62448FBc25D93FABf54"),
    ("record_transfer", "0x42AdD2ebf38555980ED10cbeC047353792604EC1"),
    ("record_date", "2036-03-31 23:59:59"),
    ("documents", "https://issuer.example/prospectus.pdf"),
    ("pause", "実行"),
    ("unpause", "署名"),
]


@pytest.mark.requirement("G4", "G6", "G8", "G9", "G10", "G11", "G12", "G13")
@pytest.mark.parametrize(("act", "told"), ACTS, ids=[act for act, _ in ACTS])
def test_administer(python, act, told):
    assert told in succeeded(python("administer", act))


def test_every_act_of_administer_is_in_this_list_and_has_its_file():
    administer = runpy.run_path(str(ROOT / "scripts" / "administer.py"))
    files = {file.stem.replace("-", "_") for file in (ROOT / "examples" / "administer").iterdir()}

    assert set(administer["ACTS"]) == {act for act, _ in ACTS} | {"consent"}
    assert set(administer["ACTS"]) - {"halt"} == files


def test_the_script_of_the_page_runs(python, environment, tmp_path):
    (page,) = [b.text for b in blocks(ROOT / "docs" / "scripts.md") if b.language == "python"]
    script, file = tmp_path / "record_dates.py", tmp_path / "dates.toml"
    script.write_text(page, "utf-8")
    file.write_text(
        'case = "RC-2037-001"\n[[tokens]]\ntoken = "JP20-RE-0001"\nat = 2037-03-31\n', "utf-8"
    )

    assert "署名" in succeeded(finished([sys.executable, str(script), str(file)], environment))


CONSENT = "JP20-CN-0001"


def test_consent(python, environment, tmp_path):
    sheet = tmp_path / "consent.toml"
    terms = (ROOT / "examples/term-sheets/real-estate.toml").read_text("utf-8")
    terms = (
        terms.replace("JP20-RE-0001", CONSENT)
        .replace("KONAN1", "CONSENT")
        .replace("# consent_required = false", "consent_required = true")
    )
    sheet.write_text(terms, "utf-8")
    first, second = (make_applicants.wallet_of(f"K1-000{n}") for n in (1, 2))
    allotments = tmp_path / "allotments.csv"
    allotments.write_text(f"wallet,units\n{first},10\n", "utf-8")
    succeeded(python("issue_token", str(sheet), "100"))
    succeeded(python("distribute", CONSENT, str(allotments)))
    for units in (4, 3):
        ask_for_consent(environment, "K1-0001", second, units)
    answers = tmp_path / "answers.toml"
    answers.write_text(
        f'token = "{CONSENT}"\ncase = "CS-1"\n[[reject]]\nid = 1\nwhy = "NOT-NOW"\n', "utf-8"
    )

    told = succeeded(python("administer", "consent", str(answers)))

    # The first one, of 4 units, is the transfer; the second is refused, and nothing is open.
    assert re.search(r"│ +0 .*│ +4 │ 承諾済み", told)
    assert re.search(r"│ +1 .*│ +3 │ 拒否", told)
    again = succeeded(python("administer", "consent", str(answers)))
    assert re.search(r"│ +0 .*│ +4 │ 承諾済み", again)


def ask_for_consent(environment: dict[str, str], reference: str, to: str, units: int) -> None:
    connection = connect(Network(environment["JP20_NETWORK"], gas_price=0))
    file = Path(environment["JP20_CONFIG"]).parent / "deployments" / "31337.json"
    with open_session(connection, load_deployment(file), []) as session:
        deadline = session.now() + 86_400
        request_transfer(session, CONSENT, investor(reference), to, units, deadline)


@pytest.mark.requirement("G15")
def test_report(brownie, python, tmp_path):
    told = succeeded(brownie("report", "main"))
    succeeded(python("report", "JP20-RE-0001", str(tmp_path)))

    assert "Reconciles" in told
    # 60,000 after the split − 3,000 redeemed + 2 restored
    assert "57,002" in told
    assert "1,200" in told
    assert json.loads((tmp_path / "report.json").read_text())
    assert len((tmp_path / "holders.csv").read_text("utf-8-sig").splitlines()) == 1 + 1_200


@pytest.mark.requirement("G17")
def test_the_policy_is_shown_and_is_the_chains(brownie, python, tmp_path):
    # A file by which requests live a day less.
    shipped = (ROOT / "jp20" / "data" / "governance.toml").read_text()
    stricter = tmp_path / "stricter.toml"
    stricter.write_text(shipped.replace('lifetime = "7d"', 'lifetime = "6d"', 1))

    matrix = succeeded(python("governance", "matrix"))
    assert "強制移転" in matrix
    assert "強制償還" in matrix
    assert "has the file's policy" in succeeded(brownie("governance", "compare"))
    different = python("governance", "compare", str(stricter))
    assert different.returncode == 1
    assert "issue(uint256)" in different.stdout


@pytest.mark.requirement("G17")
def test_what_was_confirmed_in_time_is_not_overdue(brownie):
    # The freeze of test_administer was confirmed by another organisation.
    assert "Nothing is overdue" in succeeded(brownie("governance", "overdue"))


# By themselves, and with what they cannot use.


def test_a_second_token_without_brownie(python):
    sheet = "examples/term-sheets/qualified-bond.toml"
    folder = "examples/qualified-bond"
    succeeded(python("issue_token", sheet, "200"))
    succeeded(python("whitelist", f"{folder}/investors.csv"))
    files = (f"{folder}/allotments.csv", f"{folder}/investors.csv")
    succeeded(python("distribute", "JP20-BD-0001", *files))

    assert "200" in succeeded(python("report", "JP20-BD-0001"))


def test_an_act_by_name_without_brownie(python, tmp_path):
    file = tmp_path / "split.toml"
    file.write_text('token = "JP20-RE-0001"\ncase = "SP-2"\nratio = 3\n')

    assert "171,006" in succeeded(python("administer", "split", str(file)))  # 57,002 × 3


@pytest.mark.requirement("G14")
def test_trades_of_a_file_are_settled_and_stay_so(python):
    """Two investors with keys of the development chain; the one sells 5 of 20 units."""
    folder = "examples/settlement"
    succeeded(python("whitelist", f"{folder}/investors.csv"))
    succeeded(python("issue_token", "examples/term-sheets/real-estate.toml", "20"))
    files = (f"{folder}/allotments.csv", f"{folder}/investors.csv")
    succeeded(python("distribute", "JP20-RE-0001", *files))

    for _ in range(2):
        assert "決済済み / settled" in succeeded(python("settle"))


BAD = [
    (("whitelist", "no-such-file.csv"), 2, "no-such-file.csv"),
    (("whitelist", "a", "b"), 2, "investors"),
    (("issue_token", "pyproject.toml"), 2, "pyproject.toml"),
    (("issue_token", "examples/term-sheets/real-estate.toml", "-5"), 2, "-5"),
    (("issue_token", "examples/term-sheets/qualified-bond.toml", "1", "TOO-MANY"), 1, "CAP"),
    (("distribute", "NO-SUCH-TOKEN"), 1, "NO-SUCH-TOKEN"),
    (("administer", "dance"), 2, "dance"),
    (("administer", "lock_up", "examples/administer/split.toml"), 2, "holders"),
    (("deploy_platform", "pyproject.toml"), 2, "pyproject.toml"),
    (("report", "NO-SUCH-TOKEN"), 1, "NO-SUCH-TOKEN"),
    (("governance", "shuffle"), 2, "shuffle"),
    (("governance", "matrix", "no-such-policy.toml"), 2, "no-such-policy.toml"),
]


@pytest.mark.parametrize(("arguments", "code", "named"), BAD, ids=[" ".join(a) for a, _, _ in BAD])
def test_bad_input_is_one_clear_message(python, arguments, code, named):
    assert named in failed(python(*arguments), code)


def test_bad_input_under_brownie(brownie):
    assert "dance" in failed(brownie("administer", "main", "dance"), 2)


def test_a_chain_that_would_end_with_the_script_is_refused(environment, unused_tcp_port):
    alone = {**environment, "JP20_NETWORK": f"http://127.0.0.1:{unused_tcp_port}"}

    told = failed(finished([BROWNIE, "run", "report"], alone), 1)

    assert "make chain" in told


def test_brownie_keeps_no_network_in_the_users_home(environment, tmp_path):
    at_home = {**environment, "HOME": str(tmp_path)}

    succeeded(finished([BROWNIE, "run", "report", "--network", "anvil"], at_home))

    kept = (tmp_path / ".brownie" / "network-config.yaml").read_text("utf-8")
    assert "JP20" not in kept


def test_no_chain_is_one_clear_message(python, environment):
    settings = Path(environment["JP20_CONFIG"])
    node = environment["JP20_NETWORK"]
    nobody = settings.with_name("nobody.toml")
    nobody.write_text(settings.read_text("utf-8").replace(node, "http://127.0.0.1:9"), "utf-8")

    assert "No connection" in failed(python("report", JP20_CONFIG=str(nobody)), 1)
