"""A deployment, as it is recorded: what stands where on which chain, made by which transaction.

It is written step by step while the platform is set up, and read by everything afterwards.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import parse_address
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.faults import FaultyFile
from jp20.domain.base.ids import TxHash
from jp20.domain.base.text import Text
from jp20.domain.files.fields import read_json

MODULES: Final = ("JP20Servicing", "JP20Restraints", "JP20Enforcer", "JP20Terms", "JP20Takeover")
"""What all tokens of a version share, in the order of the contracts' `Modules`."""

CONTRACTS: Final = ("Consortium", "Platform", *MODULES, "JP20Token", "Settlement")
"""In the order in which they are deployed. "JP20Token" is the contract whose code is the token's
creation code, from which the platform makes tokens.
"""

_FORMAT: Final = 1


class NotADeployment(JP20Error):
    """The file is not a deployment file, or of another version."""

    exit_code = ExitCode.USAGE

    what = Text("{file} is not a deployment file.")
    next_step = Text("Name the file that deploy_platform wrote.")

    def __init__(self, file: str, why: Text) -> None:
        super().__init__(why=why, file=file)


class Incomplete(JP20Error):
    """The platform is not set up to the end."""

    what = Text("The platform is not set up to the end: {contract} is missing.")
    next_step = Text("Run deploy_platform again: it continues where it stopped.")

    def __init__(self, contract: str) -> None:
        super().__init__(contract=contract)


@dataclass(frozen=True, slots=True)
class Deployed:
    """A contract: where, by which transaction, from which arguments; keccak-256 of its code."""

    name: str
    address: ChecksumAddress
    transaction: TxHash
    block: int
    nonce: int
    arguments: tuple[str, ...]
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class DeploymentIntent:
    """A deployment that was signed, and perhaps sent: looked for before another one is signed."""

    name: str
    address: ChecksumAddress
    transaction: TxHash
    nonce: int


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is recorded. `intent` is under way; `is_complete` once the Consortium is sealed and the
    whole was compared with the policy.
    """

    chain_id: int
    founder: ChecksumAddress
    contracts: Mapping[str, Deployed] = field(default_factory=lambda: MappingProxyType({}))
    intent: DeploymentIntent | None = None
    is_complete: bool = False

    def contract(self, name: str) -> Deployed:
        """Raises Incomplete where it is not there yet."""
        found = self.contracts.get(name)
        if found is None:
            raise Incomplete(name)
        return found

    @property
    def consortium(self) -> Deployed:
        return self.contract("Consortium")

    @property
    def platform(self) -> Deployed:
        return self.contract("Platform")

    @property
    def modules(self) -> tuple[Deployed, ...]:
        """Those that all tokens share, in the order of the contracts' `Modules`."""
        return tuple(self.contract(name) for name in MODULES)

    @property
    def settlement(self) -> Deployed:
        return self.contract("Settlement")

    @property
    def creation_code(self) -> Deployed:
        return self.contract("JP20Token")


def deployment_to_json(deployment: Deployment) -> str:
    """The deployment file."""
    intent = deployment.intent
    content = {
        "format": _FORMAT,
        "chain_id": deployment.chain_id,
        "founder": deployment.founder,
        "complete": deployment.is_complete,
        "contracts": {
            each.name: {
                "address": each.address,
                "transaction": _hex(each.transaction),
                "block": each.block,
                "nonce": each.nonce,
                "arguments": list(each.arguments),
                "code_hash": _hex(each.code_hash),
            }
            for each in deployment.contracts.values()
        },
        "intent": intent
        and {
            "name": intent.name,
            "address": intent.address,
            "transaction": _hex(intent.transaction),
            "nonce": intent.nonce,
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def deployment_from_json(text: str, file: str) -> Deployment:
    """Reads a deployment file. Raises NotADeployment."""
    try:
        content = read_json(text.encode("utf-8", "replace"), file)
        if content["format"] != _FORMAT:
            raise ValueError(f"format {content['format']}")
        contracts = {name: _deployed(name, each) for name, each in content["contracts"].items()}
        return Deployment(
            int(content["chain_id"]),
            parse_address(content["founder"]),
            MappingProxyType(contracts),
            _intent(content["intent"]),
            content["complete"] is True,
        )
    except FaultyFile as faulty:
        raise NotADeployment(file, faulty.faults[0].text) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        said = f"{type(error).__name__}: {error}"
        raise NotADeployment(file, Text.verbatim(said)) from None


def _deployed(name: str, found: Mapping[str, Any]) -> Deployed:
    return Deployed(
        name,
        parse_address(found["address"]),
        TxHash(_bytes(found["transaction"])),
        int(found["block"]),
        int(found["nonce"]),
        tuple(str(argument) for argument in found["arguments"]),
        _bytes(found["code_hash"]),
    )


def _intent(found: Mapping[str, Any] | None) -> DeploymentIntent | None:
    if found is None:
        return None
    return DeploymentIntent(
        str(found["name"]),
        parse_address(found["address"]),
        TxHash(_bytes(found["transaction"])),
        int(found["nonce"]),
    )


def _hex(value: bytes) -> str:
    return f"0x{value.hex()}"


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
