"""What JP20 uses, with all checks on: halt, pause, both wallets' status, KYC, class, residency,
lock-up, freeze, pledge.

The token is made by the platform from a request, under the shipped policy. Figures are
`receipt.gasUsed` of whole transactions; the names say where they are not. A call inside a request
is measured by the call tracer, without the 21,000 and the calldata of the transaction. A batch is
the execution of a request with 250 rows, by row. Where peers are compared, a single act that the
policy wants decided is its whole request: propose, sign, execute.
"""

from collections.abc import Sequence
from typing import Final

from eth_typing import ChecksumAddress

from bench import rows
from bench.chain import Chain, Contract, account, intrinsic_gas
from bench.deploy import DAY, JP20
from bench.rows import Row

BATCH: Final = 250
HOLDERS: Final = 1_000
FEW: Final = 10
UNITS: Final = 200  # of each holder
SLOPE: Final = 50  # rows of the longer batch, for what each further row costs

PLEDGEE: Final = b"\x01" * 32


def measure(chain: Chain) -> list[Row]:
    jp20 = JP20(chain)
    holders = [account("holder", number) for number in range(HOLDERS)]
    others = [account("newcomer", number) for number in range(BATCH)]
    token, created = jp20.create_token("MANY", locked_until=chain.now() + DAY)
    token_of_few, _ = jp20.create_token("FEW", locked_until=chain.now() + DAY)

    measured = [_row(rows.DEPLOYMENT, created.executed.gas, 4_600_000)]
    measured += _whitelist(jp20, holders, others)
    measured += _issue(jp20, token, token_of_few, holders)
    chain.wait_until(chain.now() + 2 * DAY)  # past the token's own lock-up
    measured += _transfers(token, holders, others)
    measured += _listed_transfer(jp20, token, holders)
    measured += _restraints(jp20, token, holders)
    measured += _forced_transfer(jp20, token, holders)
    measured += _settlement(jp20, token, token_of_few, holders)
    measured += _split(jp20, token, token_of_few, holders)
    measured += _record_date(jp20, token, holders)
    return measured


def _whitelist(
    jp20: JP20, holders: Sequence[ChecksumAddress], others: Sequence[ChecksumAddress]
) -> list[Row]:
    """The first request warms what only the first of all writes."""
    for start in range(0, HOLDERS, BATCH):
        jp20.whitelist(holders[start : start + BATCH])
    batch = jp20.whitelist(others)
    one = jp20.whitelist([account("single")])
    return [
        _row(rows.WHITELIST_BATCH, batch.executed.gas / BATCH, 25_500),
        _row(f"{rows.WHITELIST_BATCH}, with propose and sign", batch.total / BATCH),
        _row(rows.WHITELIST, one.total),
    ]


def _issue(
    jp20: JP20, token: Contract, token_of_few: Contract, holders: Sequence[ChecksumAddress]
) -> list[Row]:
    jp20.decide(token, "issue(uint256)", 2 * UNITS * HOLDERS)
    jp20.decide(token_of_few, "issue(uint256)", UNITS * HOLDERS)
    for start in range(0, HOLDERS, BATCH):
        batch = jp20.decide(token, "deliver", holders[start : start + BATCH], [UNITS] * BATCH)
    jp20.decide(token_of_few, "deliver", holders[:FEW], [UNITS] * FEW)
    one = jp20.decide(token_of_few, "deliver", holders[FEW : FEW + 1], [UNITS])
    return [
        _row(rows.ISSUE_BATCH, batch.executed.gas / BATCH, 29_800),
        _row(f"{rows.ISSUE_BATCH}, with propose and sign", batch.total / BATCH),
        _row(rows.ISSUE, one.total),
    ]


def _transfers(
    token: Contract, holders: Sequence[ChecksumAddress], others: Sequence[ChecksumAddress]
) -> list[Row]:
    sender, recipient, *existing = holders
    first, *new = others
    plain = token.send(sender, "transfer", recipient, 5).gas
    to_new = token.send(sender, "transfer", first, 5).gas
    twenty = token.send(sender, "batchTransfer", existing[:20], [1] * 20).gas
    return [
        _row(rows.TRANSFER, plain, 47_000),
        _row(rows.TRANSFER_NEW, to_new, 64_300),
        _row("batch transfer, each further existing", _slope(token, sender, existing), 12_100),
        _row("batch transfer, each further new", _slope(token, sender, new), 29_200),
        _row(rows.TWENTY, twenty),
    ]


def _listed_transfer(jp20: JP20, token: Contract, holders: Sequence[ChecksumAddress]) -> list[Row]:
    """The same transfer without and with an access list (EIP-2930): the platform and the three
    words that it is asked for. A list costs 2,400 an address and 1,900 a word, and makes each 100
    cheaper to read than it costs listed. The sender uses none: docs/decisions/0147.
    """
    sender, recipient = holders[120:122]
    call = token.call("transfer", recipient, 5)
    with jp20.chain.undone():
        plain = jp20.chain.send(sender, call).gas
    listed = jp20.chain.send_listed(sender, call, jp20.platform.address).gas
    saved = plain - listed
    return [
        _row("transfer with an access list of the platform and its words", listed),
        _row("the same: saved by the list", saved),
    ]


def _slope(
    token: Contract, sender: ChecksumAddress, recipients: Sequence[ChecksumAddress]
) -> float:
    """What each further row costs."""
    one = token.send(sender, "batchTransfer", recipients[:1], [1]).gas
    recipients = recipients[1:][:SLOPE]
    many = token.send(sender, "batchTransfer", recipients, [1] * SLOPE).gas
    return (many - one) / (SLOPE - 1)


def _restraints(jp20: JP20, token: Contract, holders: Sequence[ChecksumAddress]) -> list[Row]:
    """Each on another holder; then what they cost a transfer that they do not stop."""
    locked, frozen, pledged, recipient = holders[100:104]
    until = jp20.chain.now() + DAY
    jp20.decide(token, "lockUp", [locked], [UNITS - 20], until)
    jp20.act(token, "freezeAtOnce", [frozen], [UNITS - 20])
    jp20.decide(token, "pledge", pledged, UNITS - 20, PLEDGEE)
    below = token.send(locked, "transfer", recipient, 5).gas
    jp20.chain.wait_until(until + 1)
    run_out = token.send(locked, "transfer", recipient, UNITS - 10).gas
    return [
        _row("transfer, sender has a lock-up, enough is free", below),
        _row("transfer, sender's lock-up has run out", run_out),
    ]


def _forced_transfer(jp20: JP20, token: Contract, holders: Sequence[ChecksumAddress]) -> list[Row]:
    sender, recipient = holders[110:112]
    decided = jp20.decide(token, "forcedTransfer", sender, recipient, 5)
    signed = max(each.gas for each in decided.signed)
    return [
        _row("forced transfer: the call inside the request", decided.inside, 47_000),
        _row("request: propose, signing a slot, data published", decided.proposed.gas, 150_000),
        _row("request: sign", signed, 55_000),
        _row("request: execute beyond the call", decided.beyond, 80_000),
        _row(rows.FORCED, decided.total),
    ]


def _settlement(
    jp20: JP20, token: Contract, token_of_few: Contract, holders: Sequence[ChecksumAddress]
) -> list[Row]:
    """Units of one token for units of another, both parties holders of both; each commits before
    and agrees, and anybody settles.
    """
    seller, buyer, anybody = holders[:3]
    deadline = jp20.chain.now() + DAY
    trade = (
        *(PLEDGEE, token.address, seller, buyer, 10),
        *(token_of_few.address, 20, deadline, 0, 0),
    )
    agent, used = jp20.settlement, 0
    legs = ((seller, buyer, token, 10), (buyer, seller, token_of_few, 20))
    for side, to, leg, units in legs:
        committed = leg.send(side, "commitTransfer", agent.address, to, units, deadline)
        agreed = agent.send(side, "agree", trade, 0)
        used += committed.gas + agreed.gas
    settled = agent.send(anybody, "settle", trade)
    return [
        _row("delivery versus payment of two tokens, one transaction", settled.gas, 150_000),
        _row("what both sides did before: commit and agree, twice", used),
    ]


def _split(
    jp20: JP20, token: Contract, token_of_few: Contract, holders: Sequence[ChecksumAddress]
) -> list[Row]:
    """The call inside the execution, and what a transaction of its own would cost beside."""
    split = []
    for each in (token_of_few, token):
        inside = jp20.decide(each, "split", 10).inside
        split.append(inside + intrinsic_gas(each.call("split", 10)))
    sender, recipient = holders[120:122]
    first = token.send(sender, "transfer", recipient, 5).gas
    return [
        _row(f"split, {FEW + 1} holders: the call, 21,000, calldata", split[0], 75_000),
        _row(f"split, {HOLDERS:,} holders: the call, 21,000, calldata", split[1], 75_000),
        _row("first transfer after a split, both holders", first, 53_000),
    ]


def _record_date(jp20: JP20, token: Contract, holders: Sequence[ChecksumAddress]) -> list[Row]:
    """The two are up to date with the split, so that it is the record date alone that is seen."""
    sender, recipient = holders[130:132]
    next_sender, next_recipient = holders[132:134]
    for each in (recipient, next_sender, next_recipient):
        token.send(sender, "transfer", each, 5)
    at = jp20.chain.now() + DAY
    jp20.decide(token, "setRecordDate", at)
    jp20.chain.wait_until(at + 1)
    first = token.send(sender, "transfer", recipient, 5).gas
    following = token.send(next_sender, "transfer", next_recipient, 5).gas
    return [
        _row("first transfer after a record date, both written down", first, 105_000),
        _row("a later one after it, both written down", following),
    ]


def _row(name: str, value: float, mark: int | None = None) -> Row:
    return Row(name, rows.JP20, round(value), mark)
