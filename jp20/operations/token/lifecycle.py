"""Split, record dates, redemption, and the pause of one token (G4, G6, G12)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract
from jp20.chain.signing.signers import Signer
from jp20.domain.base import times
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.merkle import MerkleTree
from jp20.domain.governance.requests import Call, leaf
from jp20.domain.plans.outcomes import Done, Outcomes
from jp20.domain.register.pro_rata import pro_rata
from jp20.domain.register.register import Register, register_of
from jp20.domain.token.state import Redemption
from jp20.operations.governance.acts import Act, RowsAct, carry_out
from jp20.operations.governance.batches import BATCH_SIZE, BatchRow
from jp20.operations.governance.requests import proposals
from jp20.operations.register.report import read_register
from jp20.operations.session import Session, TokenName

_SEARCHED = 50
"""Blocks before a proposal in which the holdings are looked for that it was made from."""

Part = tuple[ChecksumAddress, int]
"""A holder, and the units that are redeemed."""


class TooManyUnits(JP20Error):
    """More units are to be redeemed than holders have, or none."""

    what = Text(
        "{units:,} {units:unit|units} {units:is|are} to be redeemed, and holders have {held:,}."
    )
    next_step = Text("Correct the number.")

    def __init__(self, units: int, held: int) -> None:
        super().__init__(units=units, held=held)


class OtherRedemption(JP20Error):
    """Under this case a redemption of other amounts was begun."""

    what = Text("Under case {case} another redemption was begun.")
    next_step = Text("Continue with the same number of units, or use another case.")

    def __init__(self, case: str) -> None:
        super().__init__(case=case)


def split(session: Session, token: TokenName, ratio: int, evidence: Evidence) -> Act:
    """1 unit becomes `ratio`, for everybody at once (G6)."""
    contract = session.token(token)
    code = contract.read(str, "code")

    def question() -> Text:
        supply = contract.read(int, "totalSupply")
        return Text(
            "Split {code} 1 to {ratio}, from {supply:,} to {after:,} {after:unit|units}? "
            "This cannot be undone.",
            code=code,
            ratio=ratio,
            supply=supply,
            after=supply * ratio,
        )

    return Act(
        (contract.call("split", ratio),),
        evidence,
        question,
        Text("{code} cannot be split.", code=code),
        Text("See: jp20 token show {code}", code=code),
    )


def set_record_date(session: Session, token: TokenName, at: int, evidence: Evidence) -> Act:
    """Whoever holds when the second `at` ends is a holder (G5)."""
    contract = session.token(token)
    code, end = contract.read(str, "code"), times.until(at)
    return Act(
        (contract.call("setRecordDate", at),),
        evidence,
        lambda: Text("Set a record date of {code} at {end}?", code=code, end=end),
        Text("The record date cannot be set."),
        Text("See those that there are: jp20 token record-date show {code}", code=code),
    )


def withdraw_record_date(session: Session, token: TokenName, index: int, evidence: Evidence) -> Act:
    """Takes back the last record date while it has not come (G5)."""
    contract = session.token(token)
    code = contract.read(str, "code")
    return Act(
        (contract.call("withdrawRecordDate", index),),
        evidence,
        lambda: Text("Withdraw record date {index} of {code}?", index=index, code=code),
        Text("Record date {index} of {code} cannot be withdrawn.", index=index, code=code),
        Text(
            "Only the last one, and before it comes: jp20 token record-date show {code}", code=code
        ),
    )


def pause(session: Session, token: TokenName, evidence: Evidence) -> Act:
    """Stops one token, with one key of ISSUER, REGISTRAR, AUDITOR or EMERGENCY."""
    contract = session.token(token)

    def question() -> Text:
        code, holders = contract.read(str, "code"), len(read_register(session, contract).holders())
        return Text(
            "Stop {code}, which {holders:,} {holders:holder|holders} {holders:has|have}?",
            code=code,
            holders=holders,
        )

    return Act(
        (contract.call("pause"),),
        evidence,
        question,
        Text("The token cannot be paused."),
        stops=True,
        stands=lambda: contract.read(bool, "paused"),
    )


def unpause(session: Session, token: TokenName, evidence: Evidence) -> Act:
    """Lets one token go on."""
    contract = session.token(token)
    code = contract.read(str, "code")
    return Act(
        (contract.call("unpause"),),
        evidence,
        lambda: Text("Unpause {code}?", code=code),
        Text("{code} cannot be unpaused.", code=code),
        stands=lambda: not contract.read(bool, "paused"),
    )


def redeem_at_maturity(
    session: Session, token: TokenName, evidence: Evidence
) -> RowsAct[ChecksumAddress]:
    """Redeems every whole position, undistributed units too. Run again it redeems what is left."""
    return _redeem_whole(session, token, Redemption.MATURITY, evidence)


def redeem_early(session: Session, token: TokenName, evidence: Evidence) -> Outcomes:
    """The same before maturity, where the terms allow it: maturity is brought forward to now, for
    everybody, and then every whole position is redeemed. Run again it redeems what is left.
    """
    brought_forward = carry_out(session, bring_forward(session, token, evidence))
    whole = _redeem_whole(session, token, Redemption.EARLY, evidence)
    done = carry_out(session, whole)
    return replace(done, decided=(brought_forward, *done.decided))


def bring_forward(session: Session, token: TokenName, evidence: Evidence) -> Act:
    """Brings maturity forward to now, for everybody; `question` is that of the redemption which
    follows.
    """
    contract = session.token(token)
    return Act(
        (contract.call("redeemEarly"),),
        evidence,
        _redeem_whole(session, contract, Redemption.EARLY, evidence).question,
        _not_redeemable(Redemption.EARLY),
        _see_terms(contract),
    )


def redeem_part(
    session: Session, token: TokenName, units: int, evidence: Evidence
) -> RowsAct[Part]:
    """Redeems so many units in all, of each holder in proportion (largest remainder). Pledged,
    attached and frozen units are refused row by row.

    Under one case this is done once: run again, it goes on with the shares that were decided on.
    Raises TooManyUnits, OtherRedemption.
    """
    contract = session.token(token)
    shares = _shares(session, contract, units, evidence)
    code = contract.read(str, "code")
    return RowsAct(
        tuple(BatchRow((holder, share), holder, share) for holder, share in shares.items()),
        lambda part: _redemption(contract, part),
        evidence,
        lambda: Text(
            "Redeem {units:,} {units:unit|units} of {code}, of all holders in proportion? See who, "
            "and who is left with an odd lot: jp20 token redeem preview {code} {units}",
            units=units,
            code=code,
        ),
        BATCH_SIZE,
        refused=_not_redeemable(Redemption.PART),
        next_step=_see_terms(contract),
    )


def allow_redemption(session: Session, token: TokenName, holder: Signer, units: int) -> Done:
    """The holder lets the organisations redeem so many of the own units, and no more."""
    consortium = session.consortium.address
    return session.send(holder, session.token(token).call("approve", consortium, units))


def redeem_holder(
    session: Session, token: TokenName, holder: ChecksumAddress, units: int, evidence: Evidence
) -> Act:
    """Redeems units of one holder, where the terms allow it, out of the allowance that the holder
    gave the Consortium (ERC-20's `approve`).
    """
    contract = session.token(token)

    def question() -> Text:
        held = contract.read(int, "balanceOf", holder)
        return Text(
            "Redeem {units:,} of the {held:,} {held:unit|units} of {holder}?",
            units=units,
            held=held,
            holder=holder,
        )

    return Act(
        (contract.call("redeemFrom", holder, units, b""),),
        evidence,
        question,
        _not_redeemable(Redemption.HOLDER),
        _see_terms(contract),
    )


def in_proportion(register: Register, units: int) -> dict[ChecksumAddress, int]:
    """Each holder's share of so many units (largest remainder). Raises TooManyUnits."""
    holders = register.holders()
    held = sum(holders.values())
    if not 0 < units <= held:
        raise TooManyUnits(units, held)
    shares = pro_rata(units, holders)
    return {holder: shares[holder] for holder in sorted(shares)}


# Inside


def _redeem_whole(
    session: Session, token: TokenName, way: Redemption, evidence: Evidence
) -> RowsAct[ChecksumAddress]:
    contract = session.token(token)
    balances = read_register(session, contract).balances()
    code, total = contract.read(str, "code"), sum(balances.values())
    return RowsAct(
        tuple(BatchRow(account, account, balances[account]) for account in sorted(balances)),
        lambda part: contract.call("redeemAtMaturity", part),
        evidence,
        lambda: Text(
            "Redeem {code} {way}: {total:,} {total:unit|units} of {count:,} "
            "{count:account|accounts}, undistributed ones included? This cannot be "
            "undone.",
            code=code,
            way=way.text,
            total=total,
            count=len(balances),
        ),
        refused=_not_redeemable(way),
        next_step=_see_terms(contract),
    )


def _not_redeemable(way: Redemption) -> Text:
    return Text("A redemption {way} is not possible now.", way=way.text)


def _see_terms(contract: Contract) -> Text:
    code = contract.read(str, "code")
    return Text("What the terms allow: jp20 token show {code}", code=code)


def _shares(
    session: Session, token: Contract, units: int, evidence: Evidence
) -> Mapping[ChecksumAddress, int]:
    """Of what holders have now, or, where the case was proposed before, of what they had then."""
    selector = token.interface.function("redeemPart").selector
    asked = proposals(session, target=token.address, selector=selector, case_id=evidence.case_id)
    before = list(asked.values())
    if not before:
        return in_proportion(read_register(session, token), units)
    last = before[0].at.block - 1
    journal = session.history.journal((token.address,), last)
    for block in range(last, max(last - _SEARCHED, 0), -1):
        journal.back_to(block)
        try:
            shares = in_proportion(register_of(journal, token.address, block), units)
        except TooManyUnits:
            continue
        if _root(token, list(shares.items())) == before[0].request.root:
            return shares
    raise OtherRedemption(evidence.case)


def _root(token: Contract, rows: Sequence[Part]) -> bytes:
    parts = [rows[start : start + BATCH_SIZE] for start in range(0, len(rows), BATCH_SIZE)]
    calls = [_redemption(token, part) for part in parts]
    return MerkleTree([leaf(index, call) for index, call in enumerate(calls)]).root


def _redemption(token: Contract, rows: Sequence[Part]) -> Call:
    return token.call("redeemPart", [holder for holder, _ in rows], [units for _, units in rows])
