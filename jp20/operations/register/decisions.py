"""Who decided that units moved, and on which document (G15, G17)."""

from collections.abc import Mapping
from dataclasses import dataclass

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import OrganisationId, TxHash
from jp20.domain.base.text import Text
from jp20.domain.register.movements import Grounds, Movement
from jp20.operations.session import Session, TokenName


class NothingMoved(JP20Error):
    """No units of the token moved in the transaction."""

    what = Text("No units of {code} moved in transaction 0x{transaction}.")
    next_step = Text("Find the transaction: jp20 register history {code} --format json")

    def __init__(self, code: str, transaction: TxHash) -> None:
        super().__init__(code=code, transaction=transaction.hex())


@dataclass(frozen=True, slots=True)
class DecidedMovement:
    """A movement, and the names of those who decided it; of a holder's own act there are none.
    `case` is the case number, `signers` come in the order of the policy's slots.
    """

    movement: Movement
    case: str | None
    proposer: str | None
    signers: tuple[str, ...]
    executor: str | None

    @property
    def grounds(self) -> Grounds | None:
        return self.movement.grounds


def decisions_of(
    session: Session, token: TokenName, transaction: TxHash
) -> tuple[DecidedMovement, ...]:
    """The movements of a transaction with the decision that each rests on. Raises UnknownToken,
    NothingMoved.
    """
    contract = session.token(token)
    moved = session.history.movements(contract.address, session.consortium.address, transaction)
    if not moved:
        raise NothingMoved(contract.read(str, "code"), transaction)
    names = {member.number: member.name for member in session.members()}
    return tuple(_decided(each, names) for each in moved)


def _decided(movement: Movement, names: Mapping[OrganisationId, str]) -> DecidedMovement:
    grounds = movement.grounds
    if grounds is None:
        return DecidedMovement(movement, None, None, (), None)
    return DecidedMovement(
        movement,
        grounds.case_id.rstrip(b"\0").decode("ascii", "replace"),
        names[grounds.proposer],
        tuple(names[number] for number in grounds.signers),
        names[grounds.executor],
    )
