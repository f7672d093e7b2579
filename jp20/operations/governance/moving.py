"""What a platform that is replaced and a token that is replaced have in common (G12, G32): how far
it has come, what differs, and how a step is made and told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from eth_typing import ChecksumAddress

from jp20.chain.contracts.errors import Reverted
from jp20.chain.rpc.receipts import Receipt
from jp20.chain.signing.signers import Signer
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.ids import NOBODY
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text, TextEnum
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.requests import Call
from jp20.domain.plans.outcomes import Step
from jp20.operations.governance.decide import decide
from jp20.operations.session import NoOrganisationKey, Session

_S = TypeVar("_S", bound=TextEnum)


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a stage has come: so many of so many."""

    stage: TextEnum
    done: int
    all: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not in the new one what it is in the old one."""

    what: Text
    account: ChecksumAddress
    old: str
    new: str


class Mover(Generic[_S]):
    """Makes steps under one case. `progress` is told of each that was made, and of each stage that
    is done (None).
    """

    def __init__(
        self, session: Session, progress: Callable[[_S, Step | None], None] | None = None
    ) -> None:
        self._session = session
        self._progress = progress

    def decide(self, stage: _S, calls: Sequence[Call], evidence: Evidence) -> None:
        """Raises what `decide` raises, and the refusal of a call."""
        decided = decide(self._session, calls, evidence)
        for step in decided.steps:
            self.tell(stage, step)
        for each in decided.calls:
            if each.refusal is not None:
                raise each.refusal

    def carry(self, stage: _S, calls: Sequence[Call]) -> None:
        """Sends calls that take no power, with any key. Raises Reverted, NoOrganisationKey."""
        if not calls:
            return
        signer = any_signer(self._session)
        labels = ["carry"] * len(calls)
        for receipt in self._session.sender(signer).send_all(calls, labels=labels):
            if isinstance(receipt, Reverted):
                raise receipt
            self.sent(stage, "carry", signer, receipt)

    def sent(self, stage: _S, what: str, signer: Signer, receipt: Receipt) -> None:
        self.tell(stage, Step(what, NOBODY, signer.address, receipt.transaction, receipt.block))

    def tell(self, stage: _S, step: Step | None = None) -> None:
        if self._progress is not None:
            self._progress(stage, step)


def any_signer(session: Session) -> Signer:
    """A key of the operator where there is one, else any organisation's: to deploy and to carry
    takes no power. Raises NoOrganisationKey.
    """
    members = [each for each in session.members() if each.active]
    for member in sorted(members, key=lambda each: Role.OPERATOR not in each.roles):
        for key in member.keys:
            if key in session.signers:
                return session.signers[key]
    raise NoOrganisationKey(next(iter(session.signers), ZERO_ADDRESS))


def write_whole(file: Path, text: str) -> None:
    """Writes a file so that it is whole or as it was before."""
    written = file.with_suffix(".tmp")
    written.write_text(text, encoding="utf-8")
    written.replace(file)
