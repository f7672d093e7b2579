"""An export is checked by somebody who has a file, its manifest and a node."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from acting import PLEDGEE, Acting, fresh
from example_world import ISSUER, World, alice, bob, carol, frank

from jp20.domain.files.export_forms import Content, Encoding
from jp20.domain.investors.investors import investor_id
from jp20.domain.register.answers import Stamp
from jp20.operations.register.asking import ask
from jp20.operations.register.exports import Ask, Office, export_register
from jp20.operations.register.verify import Check, CheckOutcome, verify_export
from jp20.operations.session import Session
from jp20.register.questions import Questions
from jp20.views.manifest import MANIFEST, SIGNATURE


class Case:
    """A past with a pledge, a freeze, a split and an investor of two wallets; and its register as
    of two blocks before the last one.
    """

    def __init__(self, world: World) -> None:
        acting = Acting(world)
        self.world, self.token = world, acting.token.address
        self.founded = acting.session.connection.block_number()
        acting.act("pledge", alice.address, 30, PLEDGEE)
        acting.act("setFrozenTokens", bob.address, 5)
        acting.act("split", 2)
        acting.decide(acting.session.platform, "addWallets", [(carol.address, frank.address)])
        acting.own(carol, "transfer", frank.address, 30)
        acting.act("forcedTransfer", bob.address, carol.address, 20)
        self.session: Session = fresh(world)
        self.register: Questions = ask(self.session)
        self.at: Stamp = self.register.stamp(acting.session.connection.block_number())
        acting.own(alice, "transfer", bob.address, 7)

    def export(
        self,
        file: Path,
        content: Content,
        encoding: Encoding = Encoding.UTF_8,
        *,
        signed: bool = False,
        of: int | None = None,
    ) -> Path:
        signer = self.world.key(ISSUER) if signed else None
        office = Office(self.session, self.register, signer=signer)
        since = None
        if content is Content.DIFFERENCES:
            since = self.register.stamp(self.founded)
        asked = Ask(content, of, since)
        export_register(office, file, self.token, self.at, asked, encoding)
        return file

    def outcomes(self, file: Path) -> dict[Check, CheckOutcome]:
        found = verify_export(self.session.connection, file)
        return {each.check: each.outcome for each in found}


@pytest.fixture(scope="module")
def case(founded: World) -> Iterator[Case]:
    rpc = founded.session.connection.rpc
    snapshot = rpc("evm_snapshot")
    yield Case(founded)
    rpc("evm_revert", snapshot)


RIGHT = {
    Check.BYTES: CheckOutcome.RIGHT,
    Check.BLOCK: CheckOutcome.RIGHT,
    Check.SIGNATURE: CheckOutcome.NOT_CHECKED,
    Check.CONTENT: CheckOutcome.RIGHT,
}


@pytest.mark.requirement("G15", "G31")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("holders.csv", Content.HOLDERS),
        ("register.json", Content.REGISTER),
        ("register.xlsx", Content.REGISTER),
        ("wallets.parquet", Content.WALLETS),
        ("history.csv", Content.HISTORY),
        ("differences.json", Content.DIFFERENCES),
    ],
)
def test_an_export_is_made_once_more_from_calls_with_the_same_bytes(case, tmp_path, name, content):
    file = case.export(tmp_path / name, content)

    assert case.outcomes(file) == RIGHT


@pytest.mark.requirement("G15")
def test_the_question_s_options_are_asked_again(case, tmp_path):
    file = case.export(
        tmp_path / "h.csv", Content.HOLDERS, Encoding.CP932, of=investor_id(carol.address)
    )

    assert case.outcomes(file) == RIGHT


@pytest.mark.requirement("G15")
def test_the_signature_is_that_of_the_organisation_s_key(case, tmp_path):
    file = case.export(tmp_path / "signed.json", Content.HOLDERS, signed=True)
    signature = file.with_name(file.name + SIGNATURE)

    assert case.outcomes(file) == RIGHT | {Check.SIGNATURE: CheckOutcome.RIGHT}
    said = signature.read_text()
    signature.write_text(said.replace(f'"organisation": {ISSUER}', '"organisation": 1'))
    assert case.outcomes(file)[Check.SIGNATURE] is CheckOutcome.WRONG
    signature.write_text(said.replace('"sig": "0x', '"sig": "0x00').replace('"\n}', '"\n}'))
    assert case.outcomes(file)[Check.SIGNATURE] is CheckOutcome.WRONG


@pytest.mark.requirement("G15")
def test_a_figure_that_was_changed_is_found_though_the_manifest_was_made_to_fit(case, tmp_path):
    """Alice has 200: who says 201 has to change the manifest too, and the chain says 200."""
    file = case.export(tmp_path / "holders.json", Content.HOLDERS)
    beside = file.with_name(file.name + MANIFEST)
    honest, content = beside.read_text(), file.read_bytes()
    lie = content.replace(b'"units": 200', b'"units": 201')
    assert lie != content

    file.write_bytes(lie)
    as_changed = case.outcomes(file)
    digest, false = (hashlib.sha256(each).hexdigest() for each in (content, lie))
    beside.write_text(honest.replace(digest, false))
    made_to_fit = case.outcomes(file)

    assert as_changed[Check.BYTES] is CheckOutcome.WRONG
    assert made_to_fit == RIGHT | {Check.CONTENT: CheckOutcome.WRONG}


@pytest.mark.requirement("G15")
def test_another_block_is_found(case, tmp_path):
    file = case.export(tmp_path / "holders.json", Content.HOLDERS)
    beside = file.with_name(file.name + MANIFEST)
    beside.write_text(beside.read_text().replace(case.at.hash.hex(), "ab" * 32))

    found = case.outcomes(file)
    assert (found[Check.BLOCK], found[Check.CONTENT]) == (
        CheckOutcome.WRONG,
        CheckOutcome.NOT_CHECKED,
    )
