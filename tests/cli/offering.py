"""A small offering on a chain of its own: three investors who may hold and one who may not, a term
sheet to vary, and a working folder for each organisation alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eth_account.hdaccount import key_from_seed, seed_from_mnemonic
from eth_utils import keccak
from running import done, run, settle

from jp20.chain.local import LocalChain
from jp20.chain.rpc.connection import Connection
from jp20.chain.signing.signers import DEVELOPMENT_MNEMONIC, KeySigner
from jp20.cli.commands.init import EXAMPLES

ALICE, BOB, CAROL, FOREIGNER, STRANGER = (
    KeySigner(bytes([number]) * 32).address for number in range(11, 16)
)

INVESTORS = f"""investor,wallet,class,residency,kyc_expiry,class_expiry
A-1,{ALICE},general,resident,2035-03-31,
B-1,{BOB},professional,resident,2035-03-31,2034-03-31
C-1,{CAROL},qualified_institution,resident,2035-03-31,
F-1,{FOREIGNER},general,non_resident,2035-03-31,
"""

ALLOTMENTS = "investor,units\nA-1,100\nB-1,60\nC-1,40\n"

_SHEET = (EXAMPLES / "term-sheets" / "real-estate.toml").read_text("utf-8")

# Accounts of the development mnemonic, as examples/consortium.toml has them.
ACCOUNTS = {"REGISTRAR": 2, "BROKER": 3, "ISSUER": 5, "KYC": 7, "AML": 8, "PAYING_AGENT": 11}


@dataclass(frozen=True)
class Place:
    """A working folder with all organisations' keys, and its chain."""

    folder: Path
    node: str
    chain: Connection

    def write(self, name: str, text: str, encoding: str = "utf-8") -> str:
        """A file in the folder, named as it is given on the command line."""
        (self.folder / name).write_text(text, encoding)
        return name

    def sheet(self, code: str, *changes: tuple[str, str]) -> str:
        """The term sheet of the example under a code of its own, with changes."""
        text = _SHEET.replace("JP20-RE-0001", code).replace("KONAN1", code.replace("-", ""))
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        return self.write(f"{code}.toml", text)

    def issue(self, code: str, units: int, *changes: tuple[str, str]) -> None:
        """A token of which so many units are issued."""
        sheet = self.sheet(code, *changes)
        case = ("--case", f"IS-{code}", "--document", sheet, "--yes")
        done("token", "issue", sheet, str(units), *case, folder=self.folder)

    def deliver(self, code: str, allotments: str = ALLOTMENTS) -> None:
        """Units for the investors, who are registered where they are not."""
        self.register()
        file = self.write(f"{code}.csv", allotments)
        (self.folder / f"{code}.json").unlink(missing_ok=True)
        case = ("--case", f"D-{code}", "--document", file, "--out", f"{code}.json")
        options = ("--token", code, "--investors", "investors.csv")
        done("distribute", "plan", file, *options, *case, folder=self.folder)
        done("distribute", "apply", f"{code}.json", "--yes", folder=self.folder)

    def register(self) -> None:
        """The investors of the offering."""
        file = self.write("investors.csv", INVESTORS)
        (self.folder / "wl.json").unlink(missing_ok=True)
        case = ("--case", "WL-1", "--document", file, "--out", "wl.json")
        planned = done("whitelist", "plan", file, *case, "--format", "json", folder=self.folder)
        if planned.json["rows"] and planned.json["plan"]["planned"]:
            done("whitelist", "apply", "wl.json", "--yes", folder=self.folder)

    def units(self, code: str, wallet: str) -> int:
        """What a wallet holds, by the register."""
        read = ("register", "show", code, "--wallets", "--format", "json")
        shown = done(*read, folder=self.folder).json
        held = {each["wallet"]: each["units"] for each in shown["holders"]}
        return held.get(wallet, 0)

    def take_one_unit_from(self, holder: str, code: str) -> None:
        """Changes the chain's state behind the contracts' back: the slot of a holder who was
        delivered 100 units has one less, as no event says.
        """
        shown = run("register", "show", code, "--format", "json", folder=self.folder).json
        token = shown["register"]["token"]
        for number in range(64):
            place_of = keccak(int(holder, 16).to_bytes(32) + number.to_bytes(32))
            slot = f"0x{place_of.hex()}"
            word = int(self.chain.rpc("eth_getStorageAt", token, slot, "latest"), 16)
            if word & (2**104 - 1) == 100:
                self.chain.rpc("anvil_setStorageAt", token, slot, f"0x{word - 1:064x}")
                self.chain.rpc("evm_mine")
                return
        raise AssertionError("the holder's slot was not found")

    def blocks(self) -> int:
        return self.chain.block_number()

    def pass_to(self, seconds: int) -> None:
        """The next block has this time."""
        self.chain.rpc("evm_setNextBlockTimestamp", seconds)
        self.chain.rpc("evm_mine")

    @contextmanager
    def afterwards_as_before(self) -> Iterator[None]:
        """What happens on the chain inside is undone."""
        snapshot = self.chain.rpc("evm_snapshot")
        try:
            yield
        finally:
            self.chain.rpc("evm_revert", snapshot)

    def session_of(self, role: str, folder: Path) -> tuple[Path, dict[str, str]]:
        """A folder of one organisation alone, and the environment that has its key."""
        folder.mkdir()
        for name in ("consortium.toml", "governance.toml"):
            (folder / name).write_bytes((self.folder / name).read_bytes())
        settings = (self.folder / "jp20.toml").read_text("utf-8")
        settings = settings.replace("development = true", 'environment = "JP20_TEST_KEY"')
        (folder / "jp20.toml").write_text(settings, "utf-8")
        (folder / "deployments").symlink_to(self.folder / "deployments")
        seed = seed_from_mnemonic(DEVELOPMENT_MNEMONIC, "")
        key = key_from_seed(seed, f"m/44'/60'/0'/0/{ACCOUNTS[role]}")
        return folder, {"JP20_TEST_KEY": f"0x{key.hex()}"}


@contextmanager
def place_at(folder: Path) -> Iterator[Place]:
    """A working folder, and a chain of its own with the platform."""
    with LocalChain("anvil") as connection:
        done("init", str(folder), "--example", "real-estate")
        settle(folder, connection.network.url)
        done("platform", "deploy", "--yes", folder=folder)
        yield Place(folder, connection.network.url, connection)


def refused(*arguments: str, folder: Path, code: int = 1) -> str:
    """What a command says that is refused; nothing comes on stdout."""
    ran = run(*arguments, folder=folder)
    assert ran.code == code, ran.out + ran.err
    return ran.err
