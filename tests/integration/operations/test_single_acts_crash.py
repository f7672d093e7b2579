"""Single acts of the command line and of the scripts, killed at every step and begun again in the
same words: none is made twice (issue 11).
"""

import contextlib
import io
import runpy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from crashing import killed_at
from example_world import EXAMPLES, KYC, alice, bob, dave

from jp20.cli.main import main
from jp20.domain.governance.deployment import deployment_to_json
from jp20.operations.investors.whitelist import investor
from jp20.operations.token.restraints import freezes, position, restraints_of

SCRIPTS = Path(__file__).parents[3] / "scripts"


@pytest.fixture
def place(world, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Path]:
    """A working folder of its own for each point at which a process is killed."""

    def made(point: int) -> Path:
        folder = tmp_path / str(point)
        (folder / "deployments").mkdir(parents=True)
        settings = (SCRIPTS.parent / "jp20.toml").read_text("utf-8")
        node = world.session.connection.network.url
        settings = settings.replace("http://127.0.0.1:8545", node).replace("= 1337 ", "= 31337 ")
        (folder / "jp20.toml").write_text(settings, "utf-8")
        file = folder / "deployments" / "31337.json"
        file.write_text(deployment_to_json(world.deployment), "utf-8")
        (folder / "case.pdf").write_bytes(b"the document of this case")
        monkeypatch.setenv("JP20_CONFIG", str(folder / "jp20.toml"))
        return folder

    return made


@contextmanager
def undone(world) -> Iterator[None]:
    connection = world.session.connection
    snapshot = connection.rpc("evm_snapshot")
    yield
    connection.rpc("evm_revert", snapshot)


def jp20(folder: Path, *arguments: str) -> str:
    """The command as its users call it: what it said; it must end well."""
    said = io.StringIO()
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
    ):
        code = main([*arguments, "--lang", "en"])
    assert code == 0, said.getvalue()
    return said.getvalue()


def nonce(world, address: str) -> int:
    return world.session.connection.next_nonce(address)


@pytest.mark.requirement("G3")
def test_a_transfer_of_the_command_line_that_is_killed_is_made_once(world, place):
    # given: alice has 100 units
    words = ("transfer", "JP20-TEST", bob.address, "5", "--from", alice.address, "--yes")
    point, killed = 0, True
    while killed:
        point += 1
        folder = place(point)
        with undone(world):
            # when: it is killed, and the same is asked for again
            count = nonce(world, alice.address)
            killed = killed_at(point, lambda folder=folder: jp20(folder, *words))
            said = jp20(folder, *words)

            # then: it is made once, and who asks a further time is told when
            assert (world.balance(alice), nonce(world, alice.address)) == (95, count + 1), point
            assert "Done before" in jp20(folder, *words)
            assert killed or "Done before" in said
    assert point == 11  # five transitions with two points each


@pytest.mark.requirement("G7", "G17")
def test_an_act_of_one_organisation_s_key_that_is_killed_is_made_once(world, place):
    # given: by the shipped policy KYC renews alone; nothing but case and content says which it is
    words = (
        "whitelist", "renew", dave.address, "--until", "2040-03-31",
        "--case", "KY-1", "--document", "case.pdf", "--yes",
    )  # fmt: skip
    key = world.key(KYC).address
    point, killed = 0, True
    while killed:
        point += 1
        folder = place(point)
        with undone(world):
            count = nonce(world, key)
            killed = killed_at(point, lambda folder=folder: jp20(folder, *words))
            jp20(folder, *words)
            again = jp20(folder, *words)

            assert nonce(world, key) == count + 1, point
            assert "all done before" in again
            # 2040-03-31 in Japan ends at 15:00 UTC: 25,657 × 86,400 + 54,000
            assert investor(world.session, dave.address).kyc_expiry == 2_216_818_800
    assert point == 11


@pytest.mark.requirement("G8", "G17")
@pytest.mark.parametrize("point", range(2, 31, 4))
def test_a_script_that_is_killed_between_its_decisions_is_made_once(world, place, point):
    """A lock-up adds to those that there are: proposed, signed, executed by three keys."""
    # given: a file by which 20 of alice's 100 units are locked up
    folder = place(point)
    file = folder / "lock-up.toml"
    file.write_text(
        'token = "JP20-TEST"\ncase = "LU-1"\nuntil = 2034-03-31\n'
        f'[[holders]]\nwallet = "{alice.address}"\nunits = 20\n',
        "utf-8",
    )
    lock_up = runpy.run_path(str(SCRIPTS / "administer.py"))["ACTS"]["lock_up"]

    # when: the script is killed, and run again twice
    assert killed_at(point, lambda: lock_up(str(file)))
    lock_up(str(file))
    lock_up(str(file))

    # then: 20 units are locked up, by one lock-up
    assert position(world.session, world.token, alice.address).locked == 20
    assert len(restraints_of(world.session, world.token, alice.address)) == 1


@pytest.mark.requirement("G19")
def test_a_script_that_freezes_and_is_killed_freezes_once(world, place):
    """What stops something has no key in the outbox: where it stands it is not sent again."""
    file = EXAMPLES / "administer" / "freeze.toml"
    text = file.read_text("utf-8").replace("JP20-RE-0001", "JP20-TEST")
    freeze = runpy.run_path(str(SCRIPTS / "administer.py"))["ACTS"]["freeze"]
    for point in (3, 6, 8):
        folder = place(point)
        mine = folder / "freeze.toml"
        lines = [line for line in text.splitlines() if not line.startswith(("wallet", "units"))]
        mine.write_text("\n".join([*lines, f'wallet = "{bob.address}"', "units = 7"]), "utf-8")
        with undone(world):
            assert killed_at(point, lambda mine=mine: freeze(str(mine)))
            freeze(str(mine))
            freeze(str(mine))
            (found,) = freezes(world.session, world.token)
            assert (found.position.frozen, found.unconfirmed) == (7, ()), point
