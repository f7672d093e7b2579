"""The manifest beside an export: what the file is, and by what it can be checked (G15).

A signature is an EIP-191 message ("personal sign") over the manifest's text exactly as it stands,
so that any wallet tool checks it; it stands in a file of its own.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import NotAnAddress, WrongChecksum, parse_address
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo
from jp20.domain.register.answers import Stamp
from jp20.views.sheet import Altered

MANIFEST: Final = ".manifest.json"
"""What stands behind the export's name."""

SIGNATURE: Final = ".manifest.sig.json"

_VERSION: Final = 1


class UnfitManifest(JP20Error):
    """A file is no manifest of an export, or a damaged one."""

    what = Text("{file} is not the manifest of an export.")
    next_step = Text("Name the export's own file; its manifest stands beside it.")

    def __init__(self, file: str, why: Text | None = None) -> None:
        super().__init__(why=why, file=file)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is said of a file. `question` is the command that asks for it; `made_with` has the
    version of each program whose version the bytes depend on; `fonts` and `templates` are SHA-256
    by file name. Times are unix seconds.
    """

    file: str
    sha256: str
    bytes: int
    question: str
    token: str
    chain_id: int
    block: int
    block_hash: str
    time: int
    final: bool
    made_with: Mapping[str, str]
    fonts: Mapping[str, str]
    templates: Mapping[str, str]
    altered: tuple[Altered, ...]

    @property
    def text(self) -> str:
        """As it stands in its file, and as it is signed: no newline at its end."""
        content = {
            "jp20_manifest": _VERSION,
            "file": self.file,
            "sha256": self.sha256,
            "bytes": self.bytes,
            "question": self.question,
            "token": self.token,
            "chain_id": self.chain_id,
            "block": self.block,
            "block_hash": self.block_hash,
            "time": self.time,
            "time_in_japan": in_tokyo(self.time),
            "final": self.final,
            "made_with": dict(self.made_with),
            "fonts": dict(self.fonts),
            "templates": dict(self.templates),
            "altered": [
                {
                    "sheet": each.sheet,
                    "row": each.row,
                    "column": each.column,
                    "was": each.code_points,
                    "written": each.written,
                }
                for each in self.altered
            ],
        }
        return json.dumps(content, ensure_ascii=True, indent=1)


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """Whose key signed a manifest's text, and the signature (r, s, v)."""

    address: ChecksumAddress
    organisation: int
    signature: bytes

    @property
    def text(self) -> str:
        content = {
            "address": self.address,
            "organisation": self.organisation,
            "standard": "EIP-191 personal_sign",
            "sig": f"0x{self.signature.hex()}",
        }
        return json.dumps(content, indent=1) + "\n"


def manifest_of(
    file: str,
    content: bytes,
    subject: str,
    stamp: Stamp,
    question: str,
    parts: Sequence[str] = (),
    altered: tuple[Altered, ...] = (),
    fonts: Mapping[str, str] | None = None,
    templates: Mapping[str, str] | None = None,
) -> Manifest:
    """`parts` are the packages beside JP20 that the bytes come from."""
    return Manifest(
        file,
        hashlib.sha256(content).hexdigest(),
        len(content),
        question,
        subject,
        stamp.chain_id,
        stamp.block,
        f"0x{stamp.hash.hex()}",
        stamp.time,
        stamp.final,
        {each: _version(each) for each in ("jp20", *parts)},
        fonts or {},
        templates or {},
        altered,
    )


def parse_manifest(data: bytes, file: str) -> Manifest:
    """Reads a manifest, as `Manifest.text` writes it and only so. Raises UnfitManifest."""
    try:
        content: dict[str, Any] = json.loads(data)
        altered = tuple(_altered(each) for each in content["altered"])
        found = Manifest(**{name: content[name] for name in _FIELDS}, altered=altered)
        as_written = found.text.encode() == data
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        raise UnfitManifest(file) from None
    if not as_written:
        raise UnfitManifest(file, Text("It was changed after it was written."))
    return found


def parse_signature(data: bytes, file: str) -> SignedManifest:
    """Reads what stands beside a signed manifest; whether it is right is not asked here. Raises
    UnfitManifest.
    """
    try:
        content: dict[str, Any] = json.loads(data)
        return SignedManifest(
            parse_address(str(content["address"])),
            int(content["organisation"]),
            bytes.fromhex(str(content["sig"]).removeprefix("0x")),
        )
    except (
        KeyError, TypeError, ValueError, AttributeError, RecursionError, NotAnAddress, WrongChecksum
    ):  # fmt: skip
        raise UnfitManifest(file) from None


# Inside

_FIELDS: Final = (
    "file", "sha256", "bytes", "question", "token", "chain_id", "block", "block_hash", "time",
    "final", "made_with", "fonts", "templates",
)  # fmt: skip


def _altered(content: Mapping[str, Any]) -> Altered:
    was = "".join(chr(int(each[2:], 16)) for each in content["was"].split())
    return Altered(content["sheet"], content["row"], content["column"], was, content["written"])


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"
