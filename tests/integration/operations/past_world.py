"""A chain's past compared with what its contracts answer, at every block."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract, eth_call, token_at
from jp20.chain.rpc.connection import Connection
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.roles import bitmap
from jp20.domain.governance.requests import Call
from jp20.domain.register.answers import Stamp, WalletHolding
from jp20.domain.register.books import (
    ARRIVING,
    BALANCES,
    CONSENTS,
    EXECUTED,
    EXECUTIONS,
    FACTORS,
    FACTS,
    FROZEN,
    HALTED,
    KEYS,
    ORGANISATIONS,
    PAUSED,
    RECORD_DATES,
    REQUESTS,
    RESTRAINTS,
    ROLES,
    RULES,
    SUPPLY,
    SUSPENSIONS,
    TARGETS,
    TERMS,
)
from jp20.domain.register.explain_token import UNSPLIT
from jp20.domain.register.journal import Journal
from jp20.domain.register.ledger import Ledger
from jp20.domain.token.consent_status import ConsentStatus
from jp20.domain.token.terms import Terms
from jp20.operations.register.asking import ask
from jp20.operations.session import Session
from jp20.register.questions import Questions

NO_RESTRAINT = (ZERO_ADDRESS, (0, 0, 0, 0, 0, 0, bytes(32)))


@dataclass(frozen=True)
class Question:
    """What is asked of a contract, and what it answers if the ledger is right."""

    contract: Contract
    function: str
    arguments: tuple[object, ...]
    expected: object

    @property
    def words(self) -> tuple[object, ...]:
        """What is asked of whom."""
        return (self.contract.address, self.function, self.arguments)


def whole_past(session: Session, block: int | None = None) -> Journal:
    """The past of all contracts, one event after the other."""
    tokens = [token.address for token in session.tokens()]
    settlement = session.settlement.address
    addresses = (session.consortium.address, session.platform.address, settlement, *tokens)
    return session.history.journal(addresses, block)


def require_agreement(session: Session, first: int) -> int:
    """Takes the past back to block `first`, block by block, and compares at each what the contracts
    answer about everything that changed since then. Returns how many answers were compared.
    """
    connection, journal = session.connection, whole_past(session)
    comparison = _Comparison(connection)
    keys: dict[str, set] = defaultdict(set)
    for entry in journal.entries:
        if entry.logged.at.block >= first:
            for change in entry.changes:
                keys[change.book.name].add(change.key)
    for number in range(connection.block_number(), first - 1, -1):
        journal.back_to(number)
        now = connection.block(number).time
        asked = [
            *_about_tokens(session, journal.ledger, keys, now, number),
            *_about_platform(session, journal.ledger, keys),
            *_about_consortium(session, journal.ledger, keys),
        ]
        comparison.compare(asked, number)
    return comparison.compared


class _Comparison:
    """What contracts answer, compared block by block. What is asked again is encoded once, and
    decoded where the answer or what is expected is another.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._calls: dict[tuple, Call] = {}
        self._agreed: dict[tuple, tuple[str, object]] = {}
        self.compared = 0

    def compare(self, asked: list[Question], number: int) -> None:
        """As of a block."""
        for each in asked:
            if each.words not in self._calls:
                self._calls[each.words] = each.contract.call(each.function, *each.arguments)
        answers = self._connection.batch(
            ("eth_call", eth_call(self._calls[each.words], ZERO_ADDRESS, number)) for each in asked
        )
        for question, answer in zip(asked, answers, strict=True):
            if self._agreed.get(question.words) == (answer, question.expected):
                continue
            interface = question.contract.interface
            found = interface.decode_result(
                question.function, bytes.fromhex(answer[2:]), len(question.arguments)
            )
            assert _plain(found) == question.expected, (number, question)
            self._agreed[question.words] = (answer, question.expected)
        self.compared += len(asked)


def require_same_answers(session: Session, first: int) -> int:
    """Asks the register about every block from `first` on, the latest first, and compares what it
    says of every investor's wallets with what the tokens answer there, and what it says of lots and
    histories with what it says of holdings. Returns how many answers were compared.
    """
    register, comparison = ask(session), _Comparison(session.connection)
    histories: dict[tuple, int] = {}
    for number in range(session.connection.block_number(), first - 1, -1):
        at = register.stamp(number)
        assert at.hash == session.connection.block(number).hash
        tokens = [each.address for each in register.tokens(at)]
        asked = [each for token in tokens for each in _about_holders(session, register, at, token)]
        comparison.compare(asked, number)
        for key, units in _units(register, at, tokens):
            if histories.get(key) != units:
                require_a_history_of(register, at, *key, units)
                histories[key] = units
    return comparison.compared


def require_a_history_of(
    register: Questions, at: Stamp, token: ChecksumAddress, investor: int, units: int
) -> None:
    """Lots and history of an investor add up to the units."""
    assert sum(lot.units for lot in register.lots(at, token, investor)) == units
    *_, last = (None, *register.history(at, token, investor=investor))
    assert (last.balance if last else 0) == units


def _units(
    register: Questions, at: Stamp, tokens: list[ChecksumAddress]
) -> Iterator[tuple[tuple[ChecksumAddress, int], int]]:
    for token in tokens:
        if register.token(at, token).factors[-1] == 0:
            continue  # what came over to it is there, and counts from when it takes over
        for investor in register.investors(at):
            holding = register.holding(at, token, investor.investor)
            yield (token, investor.investor), holding.units


def _about_holders(
    session: Session, register: Questions, at: Stamp, address: ChecksumAddress
) -> Iterator[Question]:
    found, token = register.token(at, address), token_at(session.connection, address)
    holdings = register.holdings(at, address)
    assert sum(each.units for each in holdings) + found.undistributed == found.supply
    assert sum(each.outstanding for each in register.tranches(at, address)) == found.supply
    assert len({each.investor for each in holdings}) == len(holdings) == found.holders
    if found.factors[-1] == 0:
        assert (found.supply, holdings) == (0, ())
        return
    yield Question(token, "totalSupply", (), found.supply)
    yield Question(token, "balanceOf", (found.terms.terms.issuer_account,), found.undistributed)
    if found.terms.terms.holder_cap:  # the contract counts investors where it caps them
        yield Question(token, "holderCount", (), found.holders)
    for investor in register.investors(at):
        holding = register.holding(at, address, investor.investor)
        assert (holding in holdings) == (holding.units > 0)
        seen = {each.wallet: _position(each) for each in holding.wallets}
        for each in investor.wallets:
            yield Question(token, "positionOf", (each.wallet,), seen.get(each.wallet, (0,) * 7))


def _position(found: WalletHolding) -> tuple[int, ...]:
    """As `positionOf` answers."""
    kept = found.restrained
    kinds = (kept.committed, kept.locked, kept.frozen, kept.pledged, kept.attached)
    return (found.units, *kinds, found.free)


def _about_tokens(
    session: Session, ledger: Ledger, keys: dict[str, set], now: int, block: int
) -> Iterator[Question]:
    tokens = {token.address: token for token in session.tokens(block)}
    for address, token in list(tokens.items()):
        yield Question(token, "totalSupply", (), ledger.get(SUPPLY, address) or 0)
        if ledger.get(ARRIVING, address) is not None:
            # Until it has taken over, it says no more than that nobody has units.
            for _, account in (key for key in keys[BALANCES.name] if key[0] == address):
                yield Question(token, "balanceOf", (account,), 0)
            del tokens[address]
            continue
        yield Question(token, "paused", (), ledger.get(PAUSED, address) or False)
        terms = ledger.get(TERMS, address)
        yield Question(token, "cap", (), terms.cap)
        yield Question(token, "maturity", (), terms.maturity)
        yield Question(token, "lockedUntil", (), terms.locked_until)
        is_retired = (ledger.get(FACTORS, address) or UNSPLIT)[-1] == 0
        if not is_retired:  # of no units there are no lots
            yield Question(token, "lotSize", (), max(terms.terms.lot_size, 1))
        yield Question(token, "rules", (), _rules(terms.terms))
        dates = {n: at for (each, n), at in ledger.rows(RECORD_DATES).items() if each == address}
        yield Question(token, "recordDates", (), tuple(dates[n] for n in sorted(dates)))
    for book, function in ((BALANCES, "balanceOf"), (FROZEN, "getFrozenTokens")):
        for token, account in keys[book.name]:
            if token in tokens:
                quantity = ledger.get(book, (token, account))
                factors = ledger.get(FACTORS, token) or UNSPLIT
                units = quantity.saturated_at(factors) if quantity else 0
                yield Question(tokens[token], function, (account,), units)
    for token, id in keys[RESTRAINTS.name]:
        if token in tokens:
            expected = _restraint(ledger, token, id, now)
            yield Question(tokens[token], "restraintOf", (id,), expected)
    for token, id in keys[CONSENTS.name]:
        if token in tokens:
            expected = _consent(ledger, token, id)
            yield Question(tokens[token], "consentTransfer", (id,), expected)


def _rules(terms: Terms) -> tuple:
    mays = (terms.whole_position_only, terms.consent_required, terms.expired_may_dispose)
    return (terms.classes, terms.residencies, terms.holder_cap, terms.placement, *mays)


def _restraint(ledger: Ledger, token: str, id: int, now: int) -> tuple:
    record = ledger.get(RESTRAINTS, (token, id))
    if record is None or not record.holds(now):
        return NO_RESTRAINT
    factors = ledger.get(FACTORS, token) or UNSPLIT
    units, splits = record.quantity.saturated_at(factors), len(factors) - 1
    described = (id, record.rank, record.kind, units, splits, record.until, record.claimant)
    return (record.holder, described)


def _consent(ledger: Ledger, token: str, id: int) -> tuple:
    record = ledger.get(CONSENTS, (token, id))
    if record is None:
        return (ZERO_ADDRESS, ZERO_ADDRESS, 0, 0, ConsentStatus.NONE)
    units = record.quantity.at(ledger.get(FACTORS, token) or UNSPLIT)
    return (record.from_, record.to, units, record.deadline, record.status)


def _about_platform(session: Session, ledger: Ledger, keys: dict[str, set]) -> Iterator[Question]:
    platform = session.platform
    yield Question(platform, "haltedSince", (), ledger.get(HALTED, platform.address) or 0)
    for _, wallet in keys[FACTS.name]:
        facts = ledger.get(FACTS, (platform.address, wallet)) or 0
        yield Question(platform, "factsOf", (wallet,), facts)
        known = ledger.get(SUSPENSIONS, (platform.address, facts >> 104))
        expected = (0, 0, 0, 0)
        if known is not None:
            expected = (
                known.organisation,
                known.since,
                known.confirmed_by,
                known.confirmed_at,
            )
        yield Question(platform, "suspension", (wallet,), expected)


def _about_consortium(session: Session, ledger: Ledger, keys: dict[str, set]) -> Iterator[Question]:
    consortium = session.consortium
    for organisation, scope in keys[ROLES.name]:
        roles = bitmap(ledger.get(ROLES, (organisation, scope)) or ())
        yield Question(consortium, "rolesOf", (organisation, scope), roles)
    for key in keys[KEYS.name]:
        known = ledger.get(KEYS, key)
        number = known.organisation if known and known.active else 0
        yield Question(consortium, "organisationOf", (key,), number)
    for number in keys[ORGANISATIONS.name]:
        known = ledger.get(ORGANISATIONS, number)
        scopes = (
            r
            for (n, s), r in ledger.rows(ROLES).items()
            if (n, s != ZERO_ADDRESS) == (number, True)
        )
        described = (known.name, known.active, len(known.keys)) if known else ("", False, 0)
        expected = (*described, sum(map(len, scopes)))
        yield Question(consortium, "organisationInfo", (number,), expected)
    for kind, selector in keys[RULES.name]:
        word = ledger.get(RULES, (kind, selector)) or 0
        yield Question(consortium, "rule", (kind, selector), word)
    for target in keys[TARGETS.name]:
        known = ledger.get(TARGETS, target)
        yield Question(consortium, "kindOf", (target,), known.kind if known else 0)
    for id in keys[REQUESTS.name]:
        yield Question(consortium, "requestState", (id,), _request_state(ledger, id))
        yield Question(consortium, "signaturesOf", (id,), _signatures(ledger, id))
    for case, root in keys[EXECUTED.name]:
        count = ledger.get(EXECUTED, (case, root)) or 0
        yield Question(consortium, "executedCount", (case, root), count)
    for key in keys[EXECUTIONS.name]:
        done = ledger.get(EXECUTIONS, key) is not None
        yield Question(consortium, "isExecuted", key, done)


def _request_state(ledger: Ledger, id: bytes) -> tuple[int, int, int]:
    known = ledger.get(REQUESTS, id)
    if known is None or known.cancelled:
        return (0, 0, 0)
    return (ledger.get(KEYS, known.key).number, known.at.time, known.signed_at)


def _signatures(ledger: Ledger, id: bytes) -> tuple[int, ...]:
    known = ledger.get(REQUESTS, id)
    slots = [0] * 7
    if known is not None and not known.cancelled:
        for each in known.signatures:
            slots[each.slot] = ledger.get(KEYS, each.key).number
    return tuple(slots)


def _plain(value: object) -> object:
    """Structs and arrays as tuples."""
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value
