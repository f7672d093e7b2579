"""A token that is being replaced: what takes its register over, on what decision (G32).

How far it has come is not recorded: the chain says that.
"""

import json
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import parse_address
from jp20.domain.base.faults import FaultyFile
from jp20.domain.base.ids import DocumentHash
from jp20.domain.base.text import Text, TextEnum
from jp20.domain.files.fields import read_json
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.migration import NotAMigration

_FORMAT: Final = 1


class TakeoverStage(TextEnum):
    """What is done, in this order."""

    CREATE = Text("create the new token")
    CLOSE = Text("close the old token")
    HOLDERS = Text("carry the positions over")
    WORDS = Text("carry records over")
    OPEN = Text("put the new token in force")


@dataclass(frozen=True, slots=True)
class Replacement:
    """The token `old` is replaced by one that differs from it in its version only. `number` tells
    the new one from those that were broken off; `issuer` and `registrar` are organisations.
    """

    old: ChecksumAddress
    number: int
    version: int
    issuer: int
    registrar: int
    evidence: Evidence

    @property
    def extra(self) -> bytes:
        """By this the new token's terms name the old one."""
        return bytes.fromhex(self.old[2:]).rjust(32, b"\0") + self.number.to_bytes(32, "big")


def replacement_to_json(replacement: Replacement) -> str:
    """The plan file."""
    content = {
        "format": _FORMAT,
        "migration": "token",
        "old": replacement.old,
        "number": replacement.number,
        "version": replacement.version,
        "issuer": replacement.issuer,
        "registrar": replacement.registrar,
        "case": replacement.evidence.case,
        "document": f"0x{replacement.evidence.document_hash.hex()}",
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def replacement_from_json(data: bytes, file: str) -> Replacement:
    """Reads a plan file. Raises NotAMigration."""
    try:
        content = read_json(data, file)
        if (content["format"], content["migration"]) != (_FORMAT, "token"):
            raise ValueError(f"format {content['format']}")
        return Replacement(
            parse_address(content["old"]),
            int(content["number"]),
            int(content["version"]),
            int(content["issuer"]),
            int(content["registrar"]),
            Evidence(
                content["case"], DocumentHash(bytes.fromhex(content["document"].removeprefix("0x")))
            ),
        )
    except FaultyFile as faulty:
        raise NotAMigration(file, faulty.faults[0].text, "token") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        said = f"{type(error).__name__}: {error}"
        raise NotAMigration(file, Text.verbatim(said), "token") from None
