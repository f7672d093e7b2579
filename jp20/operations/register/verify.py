"""An export checked by somebody who trusts nobody: a file, its manifest and a node (G15).

The file is made once more from the chain, by the same question and software, on another path: what
contracts can be asked is asked of them at the block (`by_calls`). Equal bytes show that every
figure in it is the chain's. Consortium and platform are found from the token itself.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from pathlib import Path

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import consortium_at, token_at
from jp20.chain.rpc.connection import Connection, connect
from jp20.domain.base.addresses import ZERO_ADDRESS, parse_address
from jp20.domain.base.ids import TxHash
from jp20.domain.base.text import Language, Text
from jp20.domain.files.export_forms import Content, Encoding
from jp20.domain.governance.deployment import Deployed, Deployment
from jp20.domain.governance.policy import Kind
from jp20.domain.investors.investors import parse_investor_id
from jp20.domain.register.events import TargetRegistered
from jp20.domain.transactions.transactions import signer_of_message
from jp20.operations.files.inputs import read_file
from jp20.operations.register.asking import ask
from jp20.operations.register.by_calls import ByCalls, SomebodyIsMissing
from jp20.operations.register.exports import Ask, Office, export_of, in_form
from jp20.operations.register.reconciliation import NotReconciled, require_reconciled
from jp20.operations.session import Session
from jp20.views.manifest import MANIFEST, SIGNATURE, Manifest, parse_manifest, parse_signature


class Check(Enum):
    """What is checked of an export."""

    BYTES = Text("the file is the one that the manifest names")
    BLOCK = Text("the node has the block that the manifest names")
    SIGNATURE = Text("the manifest's signature is that of a key of the organisation")
    CONTENT = Text("the file made once more from the chain has the same bytes")

    @property
    def text(self) -> Text:
        return self.value


class CheckOutcome(Enum):
    """How a check went. What could not be checked is not right, and not wrong."""

    RIGHT = Text("right")
    WRONG = Text("wrong")
    NOT_CHECKED = Text("not checked")

    @property
    def text(self) -> Text:
        return self.value


@dataclass(frozen=True, slots=True)
class Verified:
    """A check and its outcome, with what was found."""

    check: Check
    outcome: CheckOutcome
    found: Text


def verify_with_node(file: Path, url: str) -> tuple[Verified, ...]:
    """The same with a node by its address. Raises FaultyNetwork and CannotConnect as well."""
    return verify_export(connect(url), file)


def verify_export(connection: Connection, file: Path) -> tuple[Verified, ...]:
    """All checks of a file whose manifest stands beside it. Raises NoFile, UnfitManifest, and what
    reading the chain does.
    """
    content = read_file(file)
    beside = file.with_name(file.name + MANIFEST)
    manifest = parse_manifest(read_file(beside), beside.name)
    return tuple(_checks(connection, file, content, manifest))


# Inside


@dataclass(frozen=True, slots=True)
class _Question:
    """The command that a manifest names, taken apart."""

    ask: Ask
    since_block: int | None
    ending: str
    encoding: Encoding
    strict: bool
    named: bool
    language: Language


def _checks(
    connection: Connection, file: Path, content: bytes, manifest: Manifest
) -> Iterator[Verified]:
    digest = hashlib.sha256(content).hexdigest()
    same = (digest, len(content)) == (manifest.sha256, manifest.bytes)
    yield _verified(Check.BYTES, same, Text("SHA-256 {digest}", digest=digest))
    there = _block(connection, manifest)
    yield there
    yield _signature(connection, file, manifest)
    if there.outcome is not CheckOutcome.RIGHT:
        yield Verified(
            Check.CONTENT, CheckOutcome.NOT_CHECKED, Text("The node has another chain or block.")
        )
        return
    yield _content(connection, content, manifest)


def _block(connection: Connection, manifest: Manifest) -> Verified:
    if connection.chain_id != manifest.chain_id:
        found = Text("The node is on chain {chain_id}.", chain_id=connection.chain_id)
        return Verified(Check.BLOCK, CheckOutcome.WRONG, found)
    latest = connection.block_number()
    if manifest.block > latest:
        found = Text("The node's latest block is {latest}.", latest=latest)
        return Verified(Check.BLOCK, CheckOutcome.WRONG, found)
    block = connection.block(manifest.block)
    same = (f"0x{block.hash.hex()}", block.time) == (manifest.block_hash, manifest.time)
    return _verified(
        Check.BLOCK,
        same,
        Text("block {block}: 0x{hash}", block=block.number, hash=block.hash.hex()),
    )


def _signature(connection: Connection, file: Path, manifest: Manifest) -> Verified:
    beside = file.with_name(file.name + SIGNATURE)
    if not beside.exists():
        return Verified(Check.SIGNATURE, CheckOutcome.NOT_CHECKED, Text("It is not signed."))
    said = parse_signature(read_file(beside), beside.name)
    if signer_of_message(manifest.text.encode(), said.signature) != said.address:
        found = Text("The signature on this manifest was not made by {key}.", key=said.address)
        return Verified(Check.SIGNATURE, CheckOutcome.WRONG, found)
    consortium = consortium_at(connection, _authority(connection, manifest))
    number = consortium.read(int, "organisationOf", said.address, block=manifest.block)
    if number == 0 or number != said.organisation:
        found = Text("{key} was no key of organisation {number} as of the block.",
                     key=said.address, number=said.organisation)  # fmt: skip
        return Verified(Check.SIGNATURE, CheckOutcome.WRONG, found)
    name = consortium.read(tuple[str, bool, int, int], "organisationInfo", number)[0]
    return Verified(
        Check.SIGNATURE, CheckOutcome.RIGHT, Text("{name}, key {key}", name=name, key=said.address)
    )


def _content(connection: Connection, content: bytes, manifest: Manifest) -> Verified:
    question = _question(manifest.question)
    if question is None or question.named:
        why = Text("A statement, or an export with names, is made from more than the chain.")
        return Verified(Check.CONTENT, CheckOutcome.NOT_CHECKED, why)
    token = parse_address(manifest.token)
    with _session(connection, token) as session:
        register = ByCalls(connection, ask(session))
        at = register.stamp(manifest.block)
        since = question.since_block
        asked = Ask(
            question.ask.content,
            question.ask.investor,
            None if since is None else register.stamp(since),
        )
        office = Office(session, register, language=question.language)
        ending, encoding, strict = question.ending, question.encoding, question.strict
        try:
            require_reconciled(session, register, at, token)
            export = export_of(office, at, token, asked, ending, encoding, strict=strict)
            again, _ = in_form(export, ending, encoding, question.language, strict=strict)
        except SomebodyIsMissing as missing:
            return Verified(Check.CONTENT, CheckOutcome.WRONG, missing.why or missing.what)
        except NotReconciled as differing:
            return Verified(Check.CONTENT, CheckOutcome.WRONG, differing.why or differing.what)
    if again == content:
        found = Text("{bytes:,} bytes, from calls at block {block}",
                     bytes=len(again), block=at.block)  # fmt: skip
        return Verified(Check.CONTENT, CheckOutcome.RIGHT, found)
    parts = ", ".join(f"{name} {number}" for name, number in manifest.made_with.items())
    return Verified(
        Check.CONTENT,
        CheckOutcome.WRONG,
        Text("SHA-256 {digest}. It was made with {parts}: other versions may write other bytes.",
             digest=hashlib.sha256(again).hexdigest(), parts=parts),
    )  # fmt: skip


def _question(said: str) -> _Question | None:
    """None where it is not an export's."""
    words = said.split()
    if words[:3] != ["jp20", "register", "export"]:
        return None
    options = dict(pairwise(words))
    investor = options.get("--of")
    since = options.get("--since-block")
    language: Language = "en" if options.get("--lang") == "en" else "ja"
    return _Question(
        Ask(Content(options["--content"]), parse_investor_id(investor) if investor else None),
        None if since is None else int(since),
        words[4].removeprefix("FILE"),
        Encoding(options.get("--encoding", Encoding.UTF_8.value)),
        "--strict" in words,
        "--names" in words,
        language,
    )


def _authority(connection: Connection, manifest: Manifest) -> ChecksumAddress:
    token = token_at(connection, parse_address(manifest.token))
    return token.read(ChecksumAddress, "authority", block=manifest.block)


def _session(connection: Connection, token: ChecksumAddress) -> Session:
    """Of the platform that a token belongs to now, with nobody's keys."""
    contract = token_at(connection, token)
    found = {
        "Consortium": contract.read(ChecksumAddress, "authority"),
        "Platform": contract.read(ChecksumAddress, "platform"),
    }
    with _opened(connection, found) as session:
        registered = [
            each.event.target
            for each in session.events(session.consortium.address)
            if isinstance(each.event, TargetRegistered) and each.event.kind == Kind.SETTLEMENT
        ]
    if registered:
        found["Settlement"] = registered[0]
    return _opened(connection, found)


def _opened(connection: Connection, found: Mapping[str, ChecksumAddress]) -> Session:
    """A session that knows no more than addresses."""
    contracts = {
        name: Deployed(name, address, TxHash(bytes(32)), 0, 0, (), b"")
        for name, address in found.items()
    }
    return Session(connection, Deployment(connection.chain_id, ZERO_ADDRESS, contracts), ())


def _verified(check: Check, right: bool, found: Text) -> Verified:
    return Verified(check, CheckOutcome.RIGHT if right else CheckOutcome.WRONG, found)
