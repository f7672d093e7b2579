"""Who is in the consortium, with which roles and keys, and how that changes (S2, S3, G17).

All changes but one are decided by a request on the Consortium itself. The one: an organisation
takes away a key of its own with any of its keys, at once (G27).

What the Consortium would refuse is asked of it before anybody signs (`acts.judge`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import eth_call, reverted
from jp20.chain.contracts.errors import Reverted
from jp20.chain.rpc.connection import NodeRefused
from jp20.chain.signing.signers import Signer
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import OrganisationId
from jp20.domain.base.roles import Role, bitmap, roles_in
from jp20.domain.base.text import Text
from jp20.domain.governance.consortium_refusals import ChangeRefused, is_known
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.policy import Organisation, Policy, Unmet, unmet
from jp20.domain.governance.requests import Call
from jp20.domain.plans.outcomes import Step
from jp20.operations.governance.acts import Act
from jp20.operations.governance.policy import policy_on_chain
from jp20.operations.session import Member, Session, TokenName, UnknownOrganisation


class NameTaken(JP20Error):
    """An organisation of that name is there: two could not be told apart. Nothing was sent."""

    what = Text("{organisation} is in the consortium already, as number {number}.")
    next_step = Text("Give it a role or a key: jp20 organisation grant, jp20 organisation key add")

    def __init__(self, member: Member) -> None:
        super().__init__(organisation=member.name, number=member.number)


class NotOwnKey(JP20Error):
    """No key of the organisation whose key is to be taken away is at hand. Nothing was sent."""

    what = Text("{key} is a key of {organisation}, and no key of it is here.")
    why = Text("At once an organisation takes away keys of its own only.")
    next_step = Text(
        "By decision of the others: jp20 organisation key revoke {key} --case … --document …"
    )

    def __init__(self, key: ChecksumAddress, owner: Member) -> None:
        super().__init__(key=key, organisation=owner.name)


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A key that was ever added, by its number, with the number of its organisation. `active` is
    False where it was revoked or its organisation removed.
    """

    number: int
    address: ChecksumAddress
    organisation: OrganisationId
    active: bool


@dataclass(frozen=True, slots=True)
class TokenRoles:
    """The roles that an organisation holds for one token, by the token's security code."""

    organisation: Member
    token: ChecksumAddress
    code: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the consortium that a request decides. `after` are the organisations as they
    would be then, None where none loses a role at large.
    """

    act: Act
    after: tuple[Organisation, ...] | None = None


# What there is


def organisation_keys(session: Session) -> tuple[KeyEntry, ...]:
    """All keys, the revoked ones included, in the order in which they were added."""
    numbers = range(1, session.consortium.read(int, "keyCount") + 1)
    found = session.consortium.read_many(
        tuple[ChecksumAddress, OrganisationId, bool], "keyInfo", [(number,) for number in numbers]
    )
    return tuple(KeyEntry(number, *each) for number, each in zip(numbers, found, strict=True))


def token_roles(session: Session, members: Sequence[Member]) -> tuple[TokenRoles, ...]:
    """Who of some organisations holds which roles for which token, by token."""
    infos = session.consortium.read_many(
        tuple[str, bool, int, int], "organisationInfo", [(member.number,) for member in members]
    )
    holders = [member for member, info in zip(members, infos, strict=True) if info[3]]
    tokens = session.tokens() if holders else ()
    rows = [(member, token) for token in tokens for member in holders]
    found = session.consortium.read_many(
        int, "rolesOf", [(member.number, token.address) for member, token in rows]
    )
    return tuple(
        TokenRoles(member, token.address, token.read(str, "code"), frozenset(roles_in(bits)))
        for (member, token), bits in zip(rows, found, strict=True)
        if bits
    )


def member_named(session: Session, name: str) -> Member:
    """An organisation by name or number; one that was removed where no active one has the name.
    Raises UnknownOrganisation.
    """
    wanted = int(name) if name.isascii() and name.isdigit() else name
    found = [each for each in session.members() if wanted in (each.number, each.name)]
    if not found:
        raise UnknownOrganisation(name)
    return next((each for each in found if each.active), found[-1])


# The changes that a request decides


def addition(
    session: Session,
    name: str,
    roles: Iterable[Role],
    keys: Sequence[ChecksumAddress],
    evidence: Evidence,
) -> Change:
    """A new organisation, with roles at large and at least one key that never was one."""
    given = sorted(set(roles))
    named = Text.listing(each.text for each in given) if given else Text("no role yet")
    return _change(
        session,
        session.consortium.call("addOrganisation", name, bitmap(given), list(keys)),
        evidence,
        Text(
            "Let {name} in, with {named} and the keys {keys}?",
            name=name,
            named=named,
            keys=Text.listing(keys),
        ),
    )


def removal(session: Session, member: Member, evidence: Evidence) -> Change:
    """Ends all keys and roles of an organisation, which signs nothing of it."""
    held = [role.text for role in sorted(member.roles)]
    roles = Text.listing(held) if held else Text("–", context="roles")
    return _change(
        session,
        session.consortium.call("removeOrganisation", member.number),
        evidence.excluding(member.number),
        Text(
            "Remove {organisation}, with the roles {roles} and {count} {count:key|keys}? This "
            "cannot be undone.",
            organisation=member.name,
            roles=roles,
            count=len(member.keys),
        ),
        tuple(each for each in _active(session) if each.number != member.number),
    )


def grant(
    session: Session, member: Member, role: Role, token: TokenName | None, evidence: Evidence
) -> Change:
    """Gives a role, at large or for one token. Raises UnknownToken."""
    what = _held(role, token)
    return _change(
        session,
        session.consortium.call("grantRole", member.number, role, _scope(session, token)),
        evidence,
        Text("Give {organisation} the role {what}?", organisation=member.name, what=what),
    )


def revocation(
    session: Session, member: Member, role: Role, token: TokenName | None, evidence: Evidence
) -> Change:
    """Takes a role away, at large or for one token. Raises UnknownToken."""
    what = _held(role, token)
    return _change(
        session,
        session.consortium.call("revokeRole", member.number, role, _scope(session, token)),
        evidence,
        Text("Take the role {what} from {organisation}?", what=what, organisation=member.name),
        after=None if token else _moved(_active(session), role, member, None),
    )


def role_transfer(
    session: Session,
    role: Role,
    giver: Member,
    taker: Member,
    token: TokenName | None,
    evidence: Evidence,
) -> Change:
    """Moves a role, the last one of its kind too, from one organisation to another in one step.
    Raises UnknownToken.
    """
    what, scope = _held(role, token), _scope(session, token)
    return _change(
        session,
        session.consortium.call("transferRole", role, scope, giver.number, taker.number),
        evidence,
        Text(
            "Hand the role {what} from {giver} to {taker}?",
            what=what,
            giver=giver.name,
            taker=taker.name,
        ),
        after=None if token else _moved(_active(session), role, giver, taker),
    )


def key_addition(
    session: Session, member: Member, key: ChecksumAddress, evidence: Evidence
) -> Change:
    """A further key for an organisation."""
    return _change(
        session,
        session.consortium.call("addKey", member.number, key),
        evidence,
        Text("Give {organisation} the key {key}?", organisation=member.name, key=key),
    )


def key_revocation(session: Session, entry: KeyEntry, evidence: Evidence) -> Change:
    """Takes away a key of any organisation, by decision."""
    owner, key = _owner(session, entry), entry.address
    return _change(
        session,
        session.consortium.call("revokeKey", key),
        evidence,
        Text(
            "Take the key {key} from {organisation}? This cannot be undone.",
            key=key,
            organisation=owner,
        ),
    )


def key_replacement(
    session: Session, old: KeyEntry, new: ChecksumAddress, evidence: Evidence
) -> Change:
    """Exchanges a key, an organisation's last one too."""
    call = _replacement(session, old, new)
    return _change(session, call, evidence, _exchange(session, old, new))


def key_rotation(
    session: Session, old: KeyEntry, new: ChecksumAddress, evidence: Evidence
) -> Change:
    """The same where the key's own organisation is among those who sign. Judged as the replacement
    is, but for the signature that only its request can show.
    """
    call = session.consortium.call("rotateKey", old.address, new)
    change = _change(session, call, evidence, _exchange(session, old, new))
    judged = (_replacement(session, old, new),)
    return replace(change, act=replace(change.act, judged=judged))


def require_unlike(session: Session, change: Change) -> None:
    """Raises NameTaken where another active organisation has the name of the one to be added."""
    decoded = session.consortium.interface.decode_call(change.act.calls[0].data)
    if decoded is not None and decoded.name == "addOrganisation":
        for member in session.members():
            if member.active and member.name == decoded.arguments["name"]:
                raise NameTaken(member)


def left_undecidable(session: Session, policy: Policy, change: Change) -> tuple[Unmet, ...]:
    """The acts that could be decided now and never again after a change, by the chain's rules; the
    acts by their names in `policy`.
    """
    if change.after is None:
        return ()
    in_force = policy_on_chain(session, policy)
    before = {each.act.key for each in unmet(in_force, _active(session))}
    return tuple(each for each in unmet(in_force, change.after) if each.act.key not in before)


# What an organisation does alone


def own_signer(session: Session, entry: KeyEntry) -> Signer:
    """The oldest key at hand with which an organisation takes away a key of its own. Raises
    NotOwnKey, or ChangeRefused where the key is its last or older than those here.
    """
    owner = next(each for each in session.members() if each.number == entry.organisation)
    at_hand = [session.signers[key] for key in owner.keys if key in session.signers]
    if not at_hand:
        raise NotOwnKey(entry.address, owner)
    signer = at_hand[0]
    _require_accepted(session, _own_revocation(session, entry), signer.address)
    return signer


def revoke_own_key(session: Session, entry: KeyEntry, signer: Signer) -> Step:
    """Takes away a key of the organisation at once: the first thing to do when one is stolen (G27).
    Raises Reverted where it is refused.
    """
    session.settle()
    call = _own_revocation(session, entry)
    done = session.send(signer, call, key=keccak(b"revokeOwnKey" + call.data))
    return Step("call", entry.organisation, signer.address, done.transaction, done.block)


def key_entry(session: Session, key: ChecksumAddress) -> KeyEntry:
    """A key of any organisation, revoked or not. Raises ChangeRefused where it never was one."""
    for entry in organisation_keys(session):
        if entry.address == key:
            return entry
    raise ChangeRefused("KeyUnknown", {"key": key})


# Inside


def _change(
    session: Session,
    call: Call,
    evidence: Evidence,
    question: Text,
    after: tuple[Organisation, ...] | None = None,
) -> Change:
    act = Act(
        (call,),
        evidence,
        lambda: question,
        Text("The change is not possible."),
        explain=lambda refusal: _refusal(session, refusal),
    )
    return Change(act, after)


def _held(role: Role, token: TokenName | None) -> Text:
    """A role and for what it is held."""
    if token is None:
        return role.text
    return Text("{role} for {token}", role=role.text, token=token)


def _owner(session: Session, entry: KeyEntry) -> str:
    return session.members()[entry.organisation - 1].name


def _replacement(session: Session, old: KeyEntry, new: ChecksumAddress) -> Call:
    return session.consortium.call("replaceKey", old.address, new)


def _exchange(session: Session, old: KeyEntry, new: ChecksumAddress) -> Text:
    owner = _owner(session, old)
    return Text(
        "Exchange the key {old} of {organisation} for {new}?",
        old=old.address,
        organisation=owner,
        new=new,
    )


def _scope(session: Session, token: TokenName | None) -> ChecksumAddress:
    return ZERO_ADDRESS if token is None else session.token(token).address


def _active(session: Session) -> tuple[Organisation, ...]:
    return tuple(member.organisation for member in session.members() if member.active)


def _moved(
    organisations: Sequence[Organisation], role: Role, giver: Member, taker: Member | None
) -> tuple[Organisation, ...]:
    """The organisations once a role at large was taken from one and, perhaps, given to another."""

    def roles(each: Organisation) -> frozenset[Role]:
        kept = each.roles - {role} if each.number == giver.number else each.roles
        return kept | {role} if taker and each.number == taker.number else kept

    return tuple(replace(each, roles=roles(each)) for each in organisations)


def _own_revocation(session: Session, entry: KeyEntry) -> Call:
    return session.consortium.call("revokeOwnKey", entry.address)


def _require_accepted(session: Session, call: Call, sender: ChecksumAddress) -> None:
    """Raises ChangeRefused where the Consortium would refuse a call of a sender now."""
    try:
        session.connection.rpc("eth_call", *eth_call(call, sender, None))
    except NodeRefused as refusal:
        error = reverted(refusal, call)
        raise (_refusal(session, error) if isinstance(error, Reverted) else error) from None


def _refusal(session: Session, error: Reverted) -> JP20Error:
    """A refusal of the Consortium with names and a next step; as it is where none is known."""
    if error.decoded is None or not is_known(error.decoded.name):
        return error
    said = dict(error.decoded.arguments)
    if "organisation" in said:
        said["who"] = next(m.name for m in session.members() if m.number == said["organisation"])
    if "role" in said:
        said["role"] = said["held"] = Role(said["role"]).name
        said["option"] = ""
        if said.get("scope", ZERO_ADDRESS) != ZERO_ADDRESS:
            code = session.token(said["scope"]).read(str, "code")
            said |= {"held": f"{said['role']} ({code})", "option": f" --token {code}"}
    return ChangeRefused(error.decoded.name, said)
