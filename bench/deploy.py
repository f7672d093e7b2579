"""JP20 as it is run: consortium with the shipped policy, platform, a token made by the platform."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from bench.chain import Chain, Contract, Sent, account
from jp20.chain.contracts.contract import artifact, token_interface
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.roles import Role, bitmap
from jp20.domain.governance.deployment import MODULES
from jp20.domain.governance.policy import Kind, Policy, Rule
from jp20.domain.governance.policy_file import parse_governance
from jp20.domain.governance.requests import Call, Decision, compose
from jp20.domain.investors.investors import NEVER, InvestorClass, Residency
from jp20.domain.token.terms import Placement, Terms

DAY: Final = 86_400
FOUNDER: Final = account("founder")
NO_SLOT: Final = 255


@dataclass(frozen=True, slots=True)
class Decided:
    """What a request used: one number a transaction, and of the execution what the executed call
    itself used.
    """

    proposed: Sent
    signed: tuple[Sent, ...]
    executed: Sent
    inside: int

    @property
    def beyond(self) -> int:
        return self.executed.gas - self.inside

    @property
    def total(self) -> int:
        return self.proposed.gas + sum(each.gas for each in self.signed) + self.executed.gas


@dataclass(frozen=True, slots=True)
class _Agreed:
    """A request that is signed, and who may execute it."""

    decision: Decision
    executor: ChecksumAddress
    proposed: Sent
    signed: tuple[Sent, ...]


class JP20:
    """A sealed consortium with an organisation for each role, a platform, and tokens."""

    def __init__(self, chain: Chain) -> None:
        self.chain: Final = chain
        self._cases = 0
        self._policy: Final = _shipped_policy()
        self.consortium: Final = self._deploy("Consortium")
        self._organisations: Final = {role: number for number, role in enumerate(Role, start=1)}
        for role in Role:
            members = (role.name, bitmap([role]), [key(role)])
            self.consortium.send(FOUNDER, "addOrganisation", *members)
        self.platform: Final = self._deploy("Platform", self.consortium.address)
        self.consortium.send(
            FOUNDER, "registerTarget", self.platform.address, int(Kind.PLATFORM), ZERO_ADDRESS
        )
        self.settlement: Final = self._deploy("Settlement", self.consortium.address)
        self.consortium.send(
            FOUNDER, "registerTarget", self.settlement.address, int(Kind.SETTLEMENT), ZERO_ADDRESS
        )
        self.consortium.send(FOUNDER, "setRules", [act.fields for act in self._policy.acts])
        self._approve_version()
        self.consortium.send(FOUNDER, "seal")

    def create_token(self, symbol: str, **terms: object) -> tuple[Contract, Decided]:
        """A token of the version, and what its creation used."""
        issue = _terms(self.chain.now(), symbol, **terms)
        organisations = self._organisations[Role.ISSUER], self._organisations[Role.REGISTRAR]
        decided = self.decide(self.platform, "createToken", 1, issue, *organisations)
        address = self.platform.read("tokenByCode", issue.code)
        return Contract(self.chain, address, token_interface(), decided.executed), decided

    def decide(self, contract: Contract, function: str, *arguments: object) -> Decided:
        """Proposes a call, signs it in each slot by the first role that may, and executes it."""
        agreed = self._agree(contract, [contract.call(function, *arguments)])
        executed = self.chain.send(agreed.executor, self._execution(agreed, 0))
        inside = self.chain.gas_inside(executed, contract.address)
        return Decided(agreed.proposed, agreed.signed, executed, inside)

    def decide_all(self, contract: Contract, calls: Sequence[Call]) -> None:
        """The same for many calls under one request."""
        agreed = self._agree(contract, calls)
        executions = [self._execution(agreed, index) for index in range(len(calls))]
        self.chain.send_all([(agreed.executor, each) for each in executions])

    def ready(
        self, contract: Contract, function: str, *arguments: object
    ) -> tuple[ChecksumAddress, Call]:
        """Who sends what so that a call is done: itself where one signature is enough, else the
        execution of a request that is signed by now.
        """
        call = contract.call(function, *arguments)
        rule = self._rule(self._kind(contract), call)
        if len(rule.slots) == 1:
            return key(min(rule.executors)), self._direct(call)
        agreed = self._agree(contract, [call])
        return agreed.executor, self._execution(agreed, 0)

    def act(self, contract: Contract, function: str, *arguments: object) -> Sent:
        """A call that one signature is enough for."""
        call = contract.call(function, *arguments)
        executors = self._rule(self._kind(contract), call).executors
        return self.chain.send(key(min(executors)), self._direct(call))

    def whitelist(self, wallets: Sequence[ChecksumAddress]) -> Decided:
        until = self.chain.now() + 365 * DAY
        return self.decide(self.platform, "register", [registration(w, until) for w in wallets])

    def _agree(self, contract: Contract, calls: Sequence[Call]) -> _Agreed:
        kind = self._kind(contract)
        rule = self._rule(kind, calls[0])
        word = self.consortium.read("rule", int(kind), calls[0].selector)
        self._cases += 1
        decision = compose(calls, keccak(f"case {self._cases}".encode()), keccak(b"document"), word)
        request, signers = decision.request.fields, _signers(rule)
        proposer = min(rule.proposers)
        own = signers.index(proposer) if proposer in signers else NO_SLOT
        proposed = self.consortium.send(
            key(proposer), "propose", request, own, decision.published_data
        )
        signed = tuple(
            self.consortium.send(key(role), "sign", request, slot)
            for slot, role in enumerate(signers)
            if slot != own
        )
        return _Agreed(decision, key(min(rule.executors)), proposed, signed)

    def _direct(self, call: Call) -> Call:
        """Through the Consortium, under a case of its own."""
        self._cases += 1
        evidence = keccak(f"case {self._cases}".encode()), keccak(b"document")
        return self.consortium.call("act", call.target, call.data, *evidence)

    def _execution(self, agreed: _Agreed, index: int) -> Call:
        return self.consortium.call("execute", *agreed.decision.execution(index))

    def _kind(self, contract: Contract) -> Kind:
        kinds = {self.platform.address: Kind.PLATFORM, self.settlement.address: Kind.SETTLEMENT}
        return kinds.get(contract.address, Kind.TOKEN)

    def _rule(self, kind: Kind, call: Call) -> Rule:
        return next(
            act.rule
            for act in self._policy.acts
            if act.kind == kind and call.selector in act.selectors
        )

    def _approve_version(self) -> None:
        platform = self.platform.address
        modules = [self._deploy(name, platform) for name in MODULES]
        stored = self.chain.deploy(
            FOUNDER, _as_code(artifact("JP20Token").bytecode), modules[0].interface
        )
        version = stored.address, tuple(module.address for module in modules)
        hashed = self.platform.read("codeHashOf", *version)
        self.platform.send(FOUNDER, "approveVersion", *version, hashed)

    def _deploy(self, name: str, *arguments: object) -> Contract:
        found = artifact(name)
        return self.chain.deploy(FOUNDER, found.creation(*arguments), found.interface)


def key(role: Role) -> ChecksumAddress:
    """The key of the organisation that holds a role."""
    return account(f"key of {role.name}")


def registration(wallet: ChecksumAddress, kyc_expiry: int) -> int:
    """A row of a whitelist; see `Registration` in contracts/types/Facts.sol."""
    facts = kyc_expiry << 56 | NEVER << 16 | InvestorClass.GENERAL << 8 | Residency.RESIDENT
    return int(wallet, 16) << 96 | facts


def _terms(now: int, symbol: str, **others: Any) -> Terms:
    """A public offering to resident retail investors, as an issue of a fund has it."""
    usual: dict[str, Any] = {
        "name": f"JP20 Residential Fund {symbol}",
        "symbol": symbol,
        "code": f"JP3000{symbol}",
        "product": "Beneficiary interest in a real estate trust",
        "right": "One unit of the beneficiary interest",
        "perfection": "Entry in the register of beneficiary interests kept by the registrar",
        "decimals": 0,
        "cap": 1_000_000,
        "lot_size": 1,
        "unit_price": 100_000,
        "issuer_account": account(f"issuer's account {symbol}"),
        "maturity": now + 10 * 365 * DAY,
        "locked_until": now + DAY,
        "holder_cap": 0,
        "placement": Placement.PUBLIC,
        "classes": 1 << InvestorClass.GENERAL | 1 << InvestorClass.PROFESSIONAL,
        "residencies": 1 << Residency.RESIDENT | 1 << Residency.NON_RESIDENT,
        "whole_position_only": False,
        "consent_required": False,
        "expired_may_dispose": False,
        "early_redemption": True,
        "partial_redemption": True,
        "holder_redemption": False,
        "term_sheet_hash": keccak(b"term sheet"),
    }
    return Terms(**(usual | others))


def _signers(rule: Rule) -> list[Role]:
    """A role for each slot, each of another organisation."""
    chosen: list[Role] = []
    for slot in rule.slots:
        chosen.append(min(slot - set(chosen)))
    return chosen


def _shipped_policy() -> Policy:
    interfaces = {
        Kind.CONSORTIUM: artifact("Consortium").interface,
        Kind.PLATFORM: artifact("Platform").interface,
        Kind.TOKEN: token_interface(),
        Kind.SETTLEMENT: artifact("Settlement").interface,
    }
    functions = {
        kind: tuple(f.signature for f in interface.functions.values() if f.changes_state)
        for kind, interface in interfaces.items()
    }
    data = resources.files("jp20").joinpath("data", "governance.toml").read_bytes()
    return parse_governance(data, "governance.toml", functions)


def _as_code(creation: bytes) -> bytes:
    """What creates a contract whose code is the byte 0x00 and then `creation`."""
    size = len(creation) + 1
    # PUSH2 size, DUP1, PUSH1 10, RETURNDATASIZE (0), CODECOPY, RETURNDATASIZE (0), RETURN
    copy = b"\x61" + size.to_bytes(2, "big") + b"\x80\x60\x0a\x3d\x39\x3d\xf3"
    return copy + b"\x00" + creation
