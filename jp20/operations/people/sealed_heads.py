"""Heads of the access log that are kept elsewhere, and on the chain as the hash of a document
(G28).

A sealed head is a file with the head and a random salt. As the `--document` of any act of the
organisation its SHA-256 stands on the chain, with the time of its block; nobody can tell from it
what it is the hash of.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eth_typing import ChecksumAddress

from jp20.access_log.accesses import AccessLog
from jp20.access_log.hash_chain import Head
from jp20.chain.new_files import write_new
from jp20.domain.base.at import At
from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo
from jp20.domain.files.fields import read_json
from jp20.domain.register.events import ActedDirectly, RequestProposed
from jp20.domain.transactions.transactions import signer_of_message
from jp20.operations.files.inputs import read_file
from jp20.operations.session import Session, Signer

_KIND: Final = "jp20 log head"


@dataclass(frozen=True, slots=True)
class SealedHead:
    """A head and the file that has it; `document_hash` is the file's SHA-256, `key` the address
    that signed it, None where nobody did.
    """

    file: str
    head: Head
    document_hash: bytes
    key: ChecksumAddress | None = None


def seal_head(
    log: AccessLog, chain_id: int, file: Path, signer: Signer | None = None
) -> SealedHead:
    """Writes the head of a log that was verified, signed as an EIP-191 message where there is a
    signer. Raises LogTampered, FileExists, CannotWrite, and what signing does.
    """
    head = log.chain.verify()
    said = {
        "kind": _KIND,
        "chain_id": chain_id,
        "lines": head.count,
        "hash": head.hash.hex(),
        "sealed": in_tokyo(int(time.time())),
        "salt": secrets.token_hex(32),
    }
    if signer is not None:
        said["address"] = signer.address
        said["signature"] = f"0x{signer.sign_message(_message(said), chain_id).hex()}"
    content = json.dumps(said, indent=2).encode() + b"\n"
    write_new(file, content)
    key = None if signer is None else signer.address
    return SealedHead(file.name, head, hashlib.sha256(content).digest(), key)


def load_head(file: Path) -> SealedHead:
    """Raises NoFile, FaultyFile."""
    content = read_file(file)
    said = read_json(content, file.name)
    faults = []
    is_object = isinstance(said, dict)
    lines, hashed = (said.get("lines"), said.get("hash")) if is_object else (None, None)
    if not is_object or said.get("kind") != _KIND:
        faults.append(Fault(file.name, None, "kind", _NO_HEAD, _AGAIN))
    if not isinstance(lines, int) or isinstance(lines, bool) or lines < 0:
        faults.append(Fault(file.name, None, "lines", _UNFIT, _AGAIN))
    try:
        hash = bytes.fromhex(str(hashed))
    except ValueError:
        hash = b""
    if len(hash) != 32:
        faults.append(Fault(file.name, None, "hash", _UNFIT, _AGAIN))
    key = _key(said) if is_object else None
    if is_object and {"address", "signature"} & said.keys() and key is None:
        faults.append(Fault(file.name, None, "signature", _OTHER_SIGNATURE, _AGAIN))
    if faults:
        raise FaultyFile(faults)
    digest = hashlib.sha256(content).digest()
    return SealedHead(file.name, Head(int(lines or 0), hash), digest, key)


def organisation_that_signed(session: Session, sealed: SealedHead) -> str | None:
    """The name of the organisation whose key signed, and is in use; None where it is nobody's."""
    for member in session.members():
        if sealed.key is not None and sealed.key in member.keys:
            return member.name
    return None


def _key(said: Mapping[str, Any]) -> ChecksumAddress | None:
    """Who signed; None where the signature is not that of the address which stands there."""
    try:
        signature = bytes.fromhex(str(said["signature"]).removeprefix("0x"))
    except (KeyError, ValueError):
        return None
    unsigned = {name: value for name, value in said.items() if name != "signature"}
    found = signer_of_message(_message(unsigned), signature)
    return found if found == said.get("address") else None


def _message(said: Mapping[str, Any]) -> bytes:
    """What is signed: all fields but the signature, sorted, without blanks."""
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def anchors(session: Session, heads: Sequence[SealedHead]) -> dict[bytes, At]:
    """Where the hash of a sealed head's file first stands on the chain, as the document of an act
    or of a request; nothing where it does not.
    """
    wanted, found = {each.document_hash for each in heads}, dict[bytes, At]()
    for each in session.events(session.consortium.address):
        match each.event:
            case ActedDirectly(document_hash=hash):
                pass
            case RequestProposed(request=request):
                hash = request.document_hash
            case _:
                continue
        if hash in wanted:
            found.setdefault(hash, each.at)
    return found


_NO_HEAD: Final = Text("This is not a sealed head of a log.")
_OTHER_SIGNATURE: Final = Text("The signature is not that of the address beside it.")
_UNFIT: Final = Text("This is missing or unfit.")
_AGAIN: Final = Text("Name a file that jp20 log seal made.")
