"""A platform that is being replaced: what is moved, on what decision, and what was deployed for it
(G32).

How far it has come is not recorded: the chain says that.
"""

import json
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import parse_address
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.faults import FaultyFile
from jp20.domain.base.ids import DocumentHash
from jp20.domain.base.text import Text, TextEnum
from jp20.domain.files.fields import read_json
from jp20.domain.governance.deployment import Deployment, deployment_from_json, deployment_to_json
from jp20.domain.governance.evidence import Evidence

_FORMAT: Final = 1


class NotAMigration(JP20Error):
    """The file is not the plan of a migration, or of another version."""

    exit_code = ExitCode.USAGE

    what = Text("{file} is not the plan of a migration.")
    next_step = Text("Name the file that was written by: jp20 {of} migrate plan")

    def __init__(self, file: str, why: Text, of: str = "platform") -> None:
        super().__init__(why=why, file=file, of=of)


class Stage(TextEnum):
    """What is done, in this order."""

    DEPLOY = Text("deploy the new contracts")
    REGISTER = Text("put the new platform under the policy")
    VERSION = Text("approve the token's version there")
    APPOINT = Text("put the new platform in charge")
    CARRY = Text("carry the investors over")
    ADOPT = Text("take the tokens over")


@dataclass(frozen=True, slots=True)
class Migration:
    """`tokens` and `wallets` are those of the old platform when it was planned; `deployment` has
    the contracts that stay and the new ones so far.
    """

    old: ChecksumAddress
    tokens: tuple[ChecksumAddress, ...]
    wallets: int
    evidence: Evidence
    deployment: Deployment


def migration_to_json(migration: Migration) -> str:
    """The plan file."""
    content = {
        "format": _FORMAT,
        "migration": "platform",
        "old": migration.old,
        "tokens": list(migration.tokens),
        "wallets": migration.wallets,
        "case": migration.evidence.case,
        "document": f"0x{migration.evidence.document_hash.hex()}",
        "deployment": json.loads(deployment_to_json(migration.deployment)),
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def migration_from_json(data: bytes, file: str) -> Migration:
    """Reads a plan file. Raises NotAMigration, NotADeployment."""
    try:
        content = read_json(data, file)
        if (content["format"], content["migration"]) != (_FORMAT, "platform"):
            raise ValueError(f"format {content['format']}")
        return Migration(
            parse_address(content["old"]),
            tuple(parse_address(each) for each in content["tokens"]),
            int(content["wallets"]),
            Evidence(
                content["case"], DocumentHash(bytes.fromhex(content["document"].removeprefix("0x")))
            ),
            deployment_from_json(json.dumps(content["deployment"]), file),
        )
    except FaultyFile as faulty:
        raise NotAMigration(file, faulty.faults[0].text) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        said = f"{type(error).__name__}: {error}"
        raise NotAMigration(file, Text.verbatim(said)) from None
