"""A key's outbox, made again from the chain after the file was damaged or lost (G2, G17)."""

from collections.abc import Iterable
from pathlib import Path

from eth_typing import ChecksumAddress

from jp20.chain.rpc.blocks import Blocks
from jp20.chain.rpc.connection import Connection
from jp20.chain.sending.rebuild import (
    NameOf,
    SignedElsewhere,
    outbox_from_chain,
    replace_outbox,
)
from jp20.chain.sending.rebuild import Rebuilt as Rebuilt
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.requests import Call
from jp20.domain.transactions.transaction_file import SignedFile
from jp20.operations.governance.decide import case_key
from jp20.operations.plans.distribute import delivery_call_key
from jp20.operations.session import Session
from jp20.operations.transactions.sending import NotExported


def plan_rebuild(
    connection: Connection,
    session: Session | None,
    folder: Path,
    signer: ChecksumAddress,
    signed: Iterable[SignedFile] = (),
) -> Rebuilt:
    """What the outbox of a key would have, made again from what the chain has of the key, from what
    of the damaged file can be read, and from files of transactions signed elsewhere. Changes
    nothing. `session` None: no platform is known here, and calls have no names.

    Raises NotExported where a signed file is of another chain or key, OutboxIsSound, NotFinalYet,
    UnknownUnderWay, SignedDiffers, TransactionsPruned.
    """
    elsewhere = _elsewhere(connection, signer, signed)
    return outbox_from_chain(connection, folder, signer, elsewhere, _names(session))


def rebuild(
    connection: Connection,
    session: Session | None,
    folder: Path,
    signer: ChecksumAddress,
    signed: Iterable[SignedFile] = (),
) -> Rebuilt:
    """Makes it, and keeps the damaged file beside it. Sends nothing. Raises the same, and
    SignerBusy; then nothing was changed.
    """
    return replace_outbox(
        connection,
        folder,
        signer,
        _elsewhere(connection, signer, signed),
        _names(session),
        development=Blocks(connection).has_development_node,
    )


def _elsewhere(
    connection: Connection, signer: ChecksumAddress, files: Iterable[SignedFile]
) -> list[SignedElsewhere]:
    found = []
    for file in files:
        if (file.chain_id, file.address) != (connection.chain_id, signer):
            raise NotExported(file.transactions[0].transaction.nonce)
        found += [
            SignedElsewhere(each.key, each.signed.hash, each.transaction)
            for each in file.transactions
        ]
    return found


def _names(session: Session | None) -> NameOf:
    """How the outbox knew a call. What a key does alone under a case says so itself, and its key is
    computed from that. What the Consortium refuses a second time needs none. Anything else is
    recognised by what it says: asked for again, it is reported as done before.
    """

    def named(call: Call, before: int) -> tuple[bytes | None, str, bool]:
        if session is None:
            return None, "", True
        label = session.function_of(call)
        if call.target != session.consortium.address:
            return None, label, True
        decoded = session.consortium.interface.decode_call(call.data)
        if decoded is None or decoded.name != "act":
            return None, label, False
        target, data, case, document = decoded.arguments.values()
        made = Call(target, data)
        evidence = Evidence(case.rstrip(b"\0").decode("ascii", "replace"), document)
        if session.function_of(made) == "deliver":
            return delivery_call_key(made, evidence), session.function_of(made), False
        return case_key(session, made, evidence, before), session.function_of(made), False

    return named
