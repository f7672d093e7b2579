"""Setting up a node of a chain of several organisations, each on its own machine (S3, S8).

Every organisation has the same `network.toml`. `init_node` makes the keys of one node where they
will be used, and says their public part, which goes into the file; once the file has the public
parts of all nodes, the same call writes what the node needs. Keys are made once and never written
over; a secret of another organisation is never here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coincurve import PrivateKey
from eth_typing import ChecksumAddress

from jp20.chain.new_files import PRIVATE, write_new, write_over
from jp20.chain.signing.keystores import create_keystore, keystores, parse_key
from jp20.chain.signing.passwords import Password
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.faults import FaultyFile
from jp20.domain.base.text import Text, WordEnum
from jp20.domain.files.fields import read_json
from jp20.network.genesis import genesis, genesis_hash
from jp20.network.network_file import (
    Consensus,
    NetworkFile,
    NetworkNode,
    parse_network,
    validator_of,
)
from jp20.network.node_files import COMMON, KEYSTORE, NODE_KEY, common_files, node_files
from jp20.operations.files.inputs import read_file

GENESIS: Final = "genesis.json"


class UnknownNode(JP20Error):
    """The network file has no node of that name."""

    what = Text("{file} has no node {name}.")
    next_step = Text("Nodes: {names}.")

    def __init__(self, name: str, network: NetworkFile) -> None:
        names = [node.name for node in network.nodes]
        super().__init__(file=network.file, name=name, names=Text.listing(names))


class AnotherKey(JP20Error):
    """The network file has another public part than the keys that are here."""

    what = Text("{node}: the file's {field} is not that of the key that is here.")
    why = Text("File: {listed}. Key: {found}.")
    next_step = Text(
        "Correct the file on every organisation's machine, or bring the right key back. "
        "Keys are not overwritten."
    )

    def __init__(self, node: NetworkNode, field: str, listed: str, found: str) -> None:
        super().__init__(node=node.name, field=field, listed=listed, found=found)


class BadKeyFile(JP20Error):
    """What stands where a key should be is none, or there are several."""

    what = Text("{file} does not hold one key.")
    next_step = Text("Restore it from a copy; if there is none, see docs/network.md, lost keys.")

    def __init__(self, file: Path) -> None:
        super().__init__(file=file)


class AnotherGenesis(JP20Error):
    """The first block that is here is not the chain's."""

    what = Text("{file} is not the first block of this chain.")
    why = Text("There: {shown}. By the network file: 0x{wanted}.")
    next_step = Text(
        "If the chain runs already, write its first block's hash into network.toml "
        "(genesis) and copy the common folder from another organisation. If it never ran, "
        "remove this file."
    )

    def __init__(self, file: Path, found: bytes | None, wanted: bytes) -> None:
        shown = "-" if found is None else f"0x{found.hex()}"
        super().__init__(file=file, shown=shown, wanted=wanted.hex())


class GenesisMissing(JP20Error):
    """The chain has begun, and its first block is not here."""

    what = Text("{file} is missing.")
    why = Text(
        "network.toml says that the chain has begun; its first block cannot be made again "
        "from today's validators."
    )
    next_step = Text("Copy the common folder from another organisation; its hash is checked.")

    def __init__(self, file: Path) -> None:
        super().__init__(file=file)


class FileChange(WordEnum):
    """What became of a file."""

    CREATED = "created", Text("created")
    UPDATED = "updated", Text("updated")
    UNCHANGED = "unchanged", Text("unchanged")


@dataclass(frozen=True, slots=True)
class PublicPart:
    """What the other organisations must know of a node."""

    node: str
    node_id: bytes
    validator: ChecksumAddress | None

    @property
    def toml(self) -> str:
        """The lines for the node's table in network.toml."""
        lines = [f'node_id = "{self.node_id.hex()}"']
        if self.validator is not None:
            lines.append(f'validator = "{self.validator}"')
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Initialised:
    """A node's folder. `files` are by path what became of them; `is_complete` once all that the
    node needs is there, with `genesis` the hash of the first block.
    """

    folder: Path
    public: PublicPart
    files: Mapping[Path, FileChange]
    genesis: bytes | None

    @property
    def is_complete(self) -> bool:
        return self.genesis is not None


def load_network(file: Path) -> NetworkFile:
    """Reads network.toml. Raises NoFile, FaultyFile."""
    return parse_network(read_file(file), file.name)


def node_named(network: NetworkFile, name: str) -> NetworkNode:
    """Raises UnknownNode."""
    try:
        return network.node(name)
    except KeyError:
        raise UnknownNode(name, network) from None


def init_node(network: NetworkFile, name: str, folder: Path, password: Password) -> Initialised:
    """Makes the keys of a node in `folder`/`name` where they are missing, and its files once every
    public part is in the network file. Done again it changes nothing, and brings files up to date
    after a change of the network file. `password` encrypts the key of a Clique validator and is
    asked only when that is made.

    Raises UnknownNode, AnotherKey, BadKeyFile, AnotherGenesis, GenesisMissing, and what a password
    raises.
    """
    node = node_named(network, name)
    place = folder / name
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    files: dict[Path, FileChange] = {}
    public = _keys(network, node, place, password, files)
    _require_same(node, public)
    if network.unknown:
        return Initialised(place, public, files, None)
    common = folder / COMMON
    common.mkdir(exist_ok=True)
    first = _genesis(network, common / GENESIS, files)
    for file, content in common_files(network).items():
        if file != GENESIS:
            _write(common / file, content, files)
    for file, content in node_files(network, node).items():
        _write(place / file, content, files)
    return Initialised(place, public, files, first)


def expected_genesis(network: NetworkFile, folder: Path) -> bytes | None:
    """The hash of the chain's first block: by the network file, else by the common folder, else by
    the first block that the file would give; None where it cannot be known yet.
    """
    if network.genesis is not None:
        return network.genesis
    found = _hash_in(folder / COMMON / GENESIS)
    if found is None and not network.unknown:
        return genesis_hash(genesis(network))
    return found


def outdated_files(network: NetworkFile, node: NetworkNode, folder: Path) -> list[Path]:
    """The files in a node's folder that are not as the network file would have them."""
    wanted = node_files(network, node)
    place = folder / node.name
    return [place / file for file, content in wanted.items() if _text(place / file) != content]


# Inside


def _keys(
    network: NetworkFile,
    node: NetworkNode,
    place: Path,
    password: Password,
    files: dict[Path, FileChange],
) -> PublicPart:
    node_key = _node_key(place / NODE_KEY, files)
    node_id = node_key.public_key.format(compressed=False)[1:]
    if not node.validates:
        return PublicPart(node.name, node_id, None)
    if network.consensus is Consensus.CLIQUE:
        return PublicPart(node.name, node_id, _validator(place / KEYSTORE, password, files))
    return PublicPart(node.name, node_id, validator_of(node_id))


def _node_key(file: Path, files: dict[Path, FileChange]) -> PrivateKey:
    if file.exists():
        key = parse_key(_text(file) or "")
        if key is None:
            raise BadKeyFile(file)
        file.chmod(PRIVATE)
        files[file] = FileChange.UNCHANGED
        return key
    key = PrivateKey()
    write_new(file, key.to_hex().encode(), PRIVATE)
    files[file] = FileChange.CREATED
    return key


def _validator(folder: Path, password: Password, files: dict[Path, FileChange]) -> ChecksumAddress:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = keystores(folder)
    if len(found) > 1 or (found and found[0].address is None):
        raise BadKeyFile(folder)
    for keystore in found:
        if keystore.address is not None:
            files[keystore.file] = FileChange.UNCHANGED
            return keystore.address
    file = folder / "validator.json"
    address = create_keystore(file, password)
    files[file] = FileChange.CREATED
    return address


def _require_same(node: NetworkNode, public: PublicPart) -> None:
    if node.node_id is not None and node.node_id != public.node_id:
        raise AnotherKey(node, "node_id", node.node_id.hex(), public.node_id.hex())
    if node.validator is not None and node.validator != public.validator:
        raise AnotherKey(node, "validator", node.validator, str(public.validator))


def _genesis(network: NetworkFile, file: Path, files: dict[Path, FileChange]) -> bytes:
    """The first block is written once; afterwards it is what it was, or nothing goes on."""
    content = genesis(network)
    wanted = network.genesis or genesis_hash(content)
    if file.exists():
        found = _hash_in(file)
        if found != wanted:
            raise AnotherGenesis(file, found, wanted)
        files[file] = FileChange.UNCHANGED
        return wanted
    if network.genesis not in (None, genesis_hash(content)):
        raise GenesisMissing(file)
    _write(file, common_files(network)[GENESIS], files)
    return wanted


def _hash_in(file: Path) -> bytes | None:
    try:
        return genesis_hash(read_json(file.read_bytes(), file.name))
    except (OSError, FaultyFile, ValueError, TypeError):
        return None


def _write(file: Path, content: str, files: dict[Path, FileChange]) -> None:
    if not file.exists():
        write_new(file, content.encode())
        files[file] = FileChange.CREATED
    elif _text(file) != content:
        write_over(file, content.encode())
        files[file] = FileChange.UPDATED
    else:
        files[file] = FileChange.UNCHANGED


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
