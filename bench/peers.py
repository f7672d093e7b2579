"""What the peers use: a plain ERC-20, and T-REX as its own documentation deploys it."""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from bench import rows
from bench.chain import Chain, Contract, account
from bench.rows import Row
from jp20.chain.contracts.abi import Interface
from jp20.chain.contracts.contract import artifact
from jp20.domain.base.addresses import ZERO_ADDRESS

ROOT: Final = Path(__file__).resolve().parent.parent
OWNER: Final = account("peers' owner")
HOLDERS: Final = 25
UNITS: Final = 200

Compiled = tuple[Interface, bytes]


# The plain ERC-20


def measure_plain(chain: Chain) -> list[Row]:
    interface, creation = compiled("PlainToken")
    token = chain.deploy(OWNER, creation, interface)
    holders = [account("plain holder", number) for number in range(HOLDERS)]
    for holder in holders:
        issued = token.send(OWNER, "mint", holder, UNITS).gas
    return [
        Row(rows.TRANSFER, rows.PLAIN, token.send(holders[0], "transfer", holders[1], 5).gas),
        Row(
            rows.TRANSFER_NEW,
            rows.PLAIN,
            token.send(holders[0], "transfer", account("plain newcomer"), 5).gas,
        ),
        Row(rows.ISSUE, rows.PLAIN, issued),
        Row(rows.DEPLOYMENT, rows.PLAIN, token.deployment.gas),
    ]


def compiled(name: str) -> Compiled:
    """A contract of bench/contracts, by the compiler and the settings of JP20's own."""
    compiler = artifact("JP20Token").compiler
    source = f"bench/contracts/{name}.sol"
    request = {
        "language": "Solidity",
        "sources": {source: {"content": (ROOT / source).read_text()}},
        "settings": compiler["settings"]
        | {"outputSelection": {source: {name: ["abi", "evm.bytecode.object"]}}},
    }
    answer = json.loads(
        subprocess.run(
            [ROOT / "tools" / "solc" / f"solc-v{compiler['version']}", "--standard-json"],
            cwd=ROOT,
            input=json.dumps(request),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    contract = answer["contracts"][source][name]
    return Interface(contract["abi"]), bytes.fromhex(contract["evm"]["bytecode"]["object"])


# T-REX


class TREX:
    """The suite behind its proxies: one topic (KYC), one trusted claim issuer, no compliance
    module.
    """

    TOPIC: Final = int.from_bytes(keccak(b"KYC"), "big")
    COUNTRY: Final = 392
    SIGNER: Final = Account.from_key(keccak(b"signing key of the claim issuer"))

    def __init__(self, chain: Chain) -> None:
        self.chain: Final = chain
        self.identity_authority: Final = self._identities()
        self.authority: Final = self._implementations()
        before = chain.used
        topics = self._proxy("ClaimTopicsRegistry")
        issuers = self._proxy("TrustedIssuersRegistry")
        storage = self._proxy("IdentityRegistryStorage")
        compliance = self._proxy("ModularCompliance")
        self.registry: Final = self._proxy(
            "IdentityRegistry", issuers.address, topics.address, storage.address
        )
        identity = self._identity(OWNER)
        self.token: Final = self._proxy(
            "Token",
            self.registry.address,
            compliance.address,
            "T-REX",
            "TREX",
            0,
            identity.address,
        )
        storage.send(OWNER, "bindIdentityRegistry", self.registry.address)
        self.registry.send(OWNER, "addAgent", OWNER)
        self.registry.send(OWNER, "addAgent", self.token.address)
        self.token.send(OWNER, "addAgent", OWNER)
        self.deployment: Final = chain.used - before

        self.issuer: Final = self._claim_issuer()
        topics.send(OWNER, "addClaimTopic", self.TOPIC)
        issuers.send(OWNER, "addTrustedIssuer", self.issuer.address, [self.TOPIC])
        self.token.send(OWNER, "unpause")

    def whitelist(self, wallet: ChecksumAddress) -> int:
        """An identity, the claim on it, and its entry in the registry. Returns the gas of all."""
        before = self.chain.used
        identity = self._identity(wallet)
        data = b"KYC of this investor"
        claim = keccak(
            encode(["address", "uint256", "bytes"], [identity.address, self.TOPIC, data])
        )
        signature = bytes(self.SIGNER.sign_message(encode_defunct(claim)).signature)
        issuer = self.issuer.address
        identity.send(wallet, "addClaim", self.TOPIC, 1, issuer, signature, data, "")
        self.registry.send(OWNER, "registerIdentity", wallet, identity.address, self.COUNTRY)
        return self.chain.used - before

    def _identities(self) -> Contract:
        implementation = self._deploy(_onchain_id("Identity"), OWNER, True)
        return self._deploy(_onchain_id("proxy/ImplementationAuthority"), implementation.address)

    def _identity(self, wallet: ChecksumAddress) -> Contract:
        proxy = self._deploy(
            _onchain_id("proxy/IdentityProxy"), self.identity_authority.address, wallet
        )
        return Contract(self.chain, proxy.address, _onchain_id("Identity")[0], proxy.deployment)

    def _claim_issuer(self) -> Contract:
        issuer = self._deploy(_onchain_id("ClaimIssuer"), OWNER)
        key = keccak(encode(["address"], [self.SIGNER.address]))
        issuer.send(OWNER, "addKey", key, 3, 1)  # a claim signer's key, ECDSA
        return issuer

    def _implementations(self) -> Contract:
        authority = self._deploy(
            _trex("proxy/authority/TREXImplementationAuthority"), True, ZERO_ADDRESS, ZERO_ADDRESS
        )
        deployed = [
            self._deploy(_trex(_IMPLEMENTATIONS[name])).address
            for name in (
                "Token",
                "ClaimTopicsRegistry",
                "IdentityRegistry",
                "IdentityRegistryStorage",
                "TrustedIssuersRegistry",
                "ModularCompliance",
            )
        ]
        authority.send(OWNER, "addAndUseTREXVersion", (4, 0, 0), tuple(deployed))
        return authority

    def _proxy(self, name: str, *arguments: object) -> Contract:
        proxy = self._deploy(_trex(f"proxy/{name}Proxy"), self.authority.address, *arguments)
        interface, _ = _trex(_IMPLEMENTATIONS[name])
        return Contract(self.chain, proxy.address, interface, proxy.deployment)

    def _deploy(self, compiled: Compiled, *arguments: object) -> Contract:
        interface, creation = compiled
        return self.chain.deploy(
            OWNER, creation + interface.encode_constructor(*arguments), interface
        )


_IMPLEMENTATIONS: Final = {
    "Token": "token/Token",
    "ClaimTopicsRegistry": "registry/implementation/ClaimTopicsRegistry",
    "IdentityRegistry": "registry/implementation/IdentityRegistry",
    "IdentityRegistryStorage": "registry/implementation/IdentityRegistryStorage",
    "TrustedIssuersRegistry": "registry/implementation/TrustedIssuersRegistry",
    "ModularCompliance": "compliance/modular/ModularCompliance",
}


def measure_trex(chain: Chain) -> list[Row]:
    trex = TREX(chain)
    holders = [account("T-REX holder", number) for number in range(HOLDERS)]
    newcomer, another, *many = (account("T-REX newcomer", number) for number in range(22))
    for wallet in (*holders, newcomer, another, *many):
        whitelisted = trex.whitelist(wallet)
    token = trex.token
    for holder in holders:
        issued = token.send(OWNER, "mint", holder, UNITS).gas
    batch = token.send(OWNER, "batchMint", many, [UNITS] * len(many)).gas / len(many)
    sender, recipient, *twenty = holders[:22]
    figures = {
        rows.TRANSFER: token.send(sender, "transfer", recipient, 5).gas,
        rows.TRANSFER_NEW: token.send(sender, "transfer", newcomer, 5).gas,
        rows.TWENTY: token.send(sender, "batchTransfer", twenty, [1] * 20).gas,
        rows.WHITELIST: whitelisted,
        rows.ISSUE: issued,
        rows.ISSUE_BATCH: round(batch),
        rows.FORCED: token.send(OWNER, "forcedTransfer", recipient, sender, 5).gas,
        rows.DEPLOYMENT: trex.deployment,
    }
    return [Row(name, rows.TREX, value) for name, value in figures.items()]


def _trex(path: str) -> Compiled:
    return _published("@tokenysolutions/t-rex", path)


def _onchain_id(path: str) -> Compiled:
    return _published("@onchain-id/solidity", path)


def _published(package: str, path: str) -> Compiled:
    """A contract as its makers compiled it."""
    name = Path(path).name
    file = ROOT / "node_modules" / package / "artifacts" / "contracts" / f"{path}.sol"
    content: dict[str, Any] = json.loads((file / f"{name}.json").read_text())
    return Interface(content["abi"]), bytes.fromhex(content["bytecode"].removeprefix("0x"))
