"""Split, record dates, redemption, and the pause of one token (G4, G6, G12)."""

from collections.abc import Iterable, Mapping, Sequence

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract
from jp20.domain.base.errors import JP20Error, Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.merkle import MerkleTree
from jp20.domain.governance.requests import Call, leaf
from jp20.domain.plans.outcomes import Decided, Outcomes
from jp20.domain.register.pro_rata import pro_rata
from jp20.domain.register.register import Register, fold
from jp20.operations.governance.decide import decide
from jp20.operations.governance.requests import proposals
from jp20.operations.governance.rows import AT_ONCE, FEW_AT_ONCE, Row, carry_out
from jp20.operations.register.report import read_register
from jp20.operations.session import Desk, TokenName

_SEARCHED = 50
"""Blocks before a proposal in which the holdings are looked for that it was made from."""

_Part = tuple[ChecksumAddress, int]


class TooManyUnits(JP20Error):
    """More units are to be redeemed than holders have, or none."""

    def __init__(self, units: int, held: int) -> None:
        super().__init__(
            Text(
                f"{units:,} units are to be redeemed, and holders have {held:,}.",
                f"償還数量 {units:,} 口に対し、保有数量は {held:,} 口です。",
            ),
            next_step=Text("Correct the number.", "数量を修正してください。"),
        )


class OtherRedemption(JP20Error):
    """Under this case a redemption of other amounts was begun."""

    def __init__(self, case: str) -> None:
        super().__init__(
            Text(
                f"Under case {case} another redemption was begun.",
                f"案件 {case} では別の内容の償還が開始されています。",
            ),
            next_step=Text(
                "Go on with the same number of units, or use another case.",
                "同じ数量で続行するか、別の案件番号を使用してください。",
            ),
        )


def split(
    desk: Desk, token: TokenName, ratio: int, evidence: Evidence, *, parties: Iterable[int] = ()
) -> Decided:
    """1 unit becomes `ratio`, for everybody at once. Raises Refused (SPLIT_FORBIDDEN), Reverted."""
    return decide(desk, [desk.token(token).call("split", ratio)], evidence, parties)


def set_record_date(
    desk: Desk, token: TokenName, at: int, evidence: Evidence, *, parties: Iterable[int] = ()
) -> Decided:
    """Whoever holds when the second `at` (unix) ends is a holder at that record date."""
    return decide(desk, [desk.token(token).call("setRecordDate", at)], evidence, parties)


def pause(desk: Desk, token: TokenName, evidence: Evidence) -> Decided:
    """Stops one token, with one key of ISSUER, REGISTRAR, AUDITOR or EMERGENCY."""
    return decide(desk, [desk.token(token).call("pause")], evidence, stops=True)


def unpause(
    desk: Desk, token: TokenName, evidence: Evidence, *, parties: Iterable[int] = ()
) -> Decided:
    """Lets one token go on."""
    return decide(desk, [desk.token(token).call("unpause")], evidence, parties)


def redeem_at_maturity(
    desk: Desk, token: TokenName, evidence: Evidence, *, parties: Iterable[int] = ()
) -> Outcomes:
    """Redeems every whole position, undistributed units too. Run again it redeems what is left."""
    return _redeem_all(desk, token, "redeemAtMaturity", evidence, parties)


def redeem_early(
    desk: Desk, token: TokenName, evidence: Evidence, *, parties: Iterable[int] = ()
) -> Outcomes:
    """The same before maturity, where the terms allow it."""
    return _redeem_all(desk, token, "redeemEarly", evidence, parties)


def redeem_part(
    desk: Desk,
    token: TokenName,
    units: int,
    evidence: Evidence,
    *,
    parties: Iterable[int] = (),
) -> Outcomes:
    """Redeems so many units in all, of each holder in proportion (largest remainder). Pledged,
    attached and frozen units are refused row by row.

    Under one case this is done once: run again, it goes on with the shares that were decided on.
    Raises TooManyUnits, OtherRedemption.
    """
    contract = desk.token(token)
    shares = _shares(desk, contract, units, evidence)
    return carry_out(
        desk,
        [Row((holder, share), holder, share) for holder, share in shares.items()],
        lambda part: _redemption(contract, part),
        evidence,
        parties,
        AT_ONCE,
    )


def redeem_holder(
    desk: Desk,
    token: TokenName,
    holder: ChecksumAddress,
    units: int,
    evidence: Evidence,
    *,
    parties: Iterable[int] = (),
) -> Decided:
    """Redeems units of one holder, where the terms allow it. Raises Refused."""
    call = desk.token(token).call("redeemFrom", holder, units, b"")
    return decide(desk, [call], evidence, parties)


def in_proportion(register: Register, units: int) -> dict[ChecksumAddress, int]:
    """Each holder's share of so many units (largest remainder). Raises TooManyUnits."""
    holders = register.holders()
    held = sum(holders.values())
    if not 0 < units <= held:
        raise TooManyUnits(units, held)
    shares = pro_rata(units, holders)
    return {holder: shares[holder] for holder in sorted(shares)}


# Inside


def _redeem_all(
    desk: Desk, token: TokenName, function: str, evidence: Evidence, parties: Iterable[int]
) -> Outcomes:
    contract = desk.token(token)
    balances = read_register(desk, contract).balances()
    return carry_out(
        desk,
        [Row(account, account, balances[account]) for account in sorted(balances)],
        lambda part: contract.call(function, part),
        evidence,
        parties,
        FEW_AT_ONCE,
    )


def _shares(
    desk: Desk, token: Contract, units: int, evidence: Evidence
) -> Mapping[ChecksumAddress, int]:
    """Of what holders have now, or, where the case was proposed before, of what they had then."""
    selector = token.interface.function("redeemPart").selector
    before = [
        each
        for each in proposals(desk).values()
        if (each.request.target, each.request.selector, each.request.case_id)
        == (token.address, selector, evidence.case_id)
    ]
    if not before:
        return in_proportion(read_register(desk, token), units)
    events = desk.events(token.address)
    last = before[0].at.block - 1
    for block in range(last, max(last - _SEARCHED, 0), -1):
        try:
            shares = in_proportion(fold(events, block=block), units)
        except TooManyUnits:
            continue
        if _root(token, list(shares.items())) == before[0].request.root:
            return shares
    raise OtherRedemption(evidence.case)


def _root(token: Contract, rows: Sequence[_Part]) -> bytes:
    parts = [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]
    calls = [_redemption(token, part) for part in parts]
    return MerkleTree([leaf(index, call) for index, call in enumerate(calls)]).root


def _redemption(token: Contract, rows: Sequence[_Part]) -> Call:
    return token.call("redeemPart", [holder for holder, _ in rows], [units for _, units in rows])
