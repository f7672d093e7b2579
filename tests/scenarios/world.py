"""What the stories share: a platform with all keys of the example consortium, and investors."""

import sys
from dataclasses import dataclass
from pathlib import Path

from jp20.chain.rpc.connection import Connection
from jp20.chain.signing.signers import KeySigner, development_signers
from jp20.domain.governance.consortium_file import OrganisationEntry
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.policy import Kind
from jp20.operations.files.inputs import load_policy
from jp20.operations.session import Session, open_session

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"

sys.path.insert(0, str(EXAMPLES))
import make_applicants  # noqa: E402

POLICY = load_policy(EXAMPLES / "governance.toml")
KEYS = {key.address: key for key in development_signers(30)}


@dataclass(frozen=True)
class World:
    """A chain with a platform, all organisations' keys, and all investors'."""

    connection: Connection
    deployment: object
    organisations: tuple[OrganisationEntry, ...]

    def session(self, *names: str) -> Session:
        """With the keys of these organisations; without names, of all."""
        mine = {
            key
            for each in self.organisations
            if each.name in names or not names
            for key in each.keys
        }
        signers = [key for address, key in KEYS.items() if address in mine]
        return open_session(self.connection, self.deployment, signers)

    def desk_with(self, *addresses: str) -> Session:
        """With these keys only."""
        return open_session(self.connection, self.deployment, [KEYS[each] for each in addresses])

    def key(self, name: str) -> KeySigner:
        """An organisation's first key."""
        return next(KEYS[each.keys[0]] for each in self.organisations if each.name == name)

    def policy_leaves_open(self, function: str) -> bool:
        """Whether a token's function is nobody's permission but the holder's."""
        return POLICY.act(Kind.TOKEN, function) is None

    def move_time_to(self, seconds: int) -> None:
        self.connection.rpc("evm_setNextBlockTimestamp", seconds)
        self.connection.rpc("evm_mine")


def investor(reference: str) -> KeySigner:
    """An applicant's own key."""
    return KeySigner(make_applicants.key_of(reference))


def case(number: str) -> Evidence:
    """A case with a document of its own."""
    return Evidence.of(number, f"The document of {number}".encode())
