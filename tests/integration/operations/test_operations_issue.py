"""A token from its term sheet, units, tranches, documents."""

from dataclasses import replace

import pytest
from example_world import ISSUER, TRUST_BANK, evidence

from jp20.chain.contracts.errors import Refused
from jp20.domain.base.addresses import address_of
from jp20.operations.governance.acts import carry_out
from jp20.operations.governance.decide import decide
from jp20.operations.session import UnknownOrganisation, UnknownToken
from jp20.operations.token.issue import (
    CodeTaken,
    NoVersion,
    create_token,
    issue_units,
    remove_document,
    set_documents,
    term_sheet_differences,
)


def other_sheet(sheet, **changes):
    names = {"code": "JP20-B", "symbol": "B", "issuer_account": address_of(0x15E6 << 100)}
    return replace(sheet, terms=replace(sheet.terms, **(names | changes)))


@pytest.mark.requirement("G1")
def test_a_token_is_what_its_term_sheet_says(world):
    sheet = other_sheet(world.sheet)
    created = create_token(world.session, sheet, "港南リアルティ", TRUST_BANK, evidence("C-1"))
    token = world.session.token("JP20-B")
    assert token.address == world.session.token("B").address == created.token
    assert token.read(int, "totalSupply") == 0
    differences = term_sheet_differences(world.session, "B", sheet)
    assert [each.field for each in differences] == ["documents.目論見書"]
    issuer = world.session.members(created.token)[ISSUER - 1]
    assert issuer.roles == issuer.own_roles
    other = replace(sheet, terms=replace(sheet.terms, unit_price=7), documents=())
    (price,) = term_sheet_differences(world.session, "B", other)
    assert (price.field, price.file, price.chain) == ("unit_price", 7, 100_000)


@pytest.mark.requirement("G1")
def test_run_again_it_makes_no_second_one_and_other_terms_are_refused(world):
    again = create_token(world.session, world.sheet, ISSUER, TRUST_BANK, evidence("C-9"))
    assert (again.token, again.decided.steps) == (world.token, ())
    with pytest.raises(CodeTaken, match="JP20-TEST"):
        create_token(
            world.session,
            other_sheet(world.sheet, code="JP20-TEST"),
            ISSUER,
            TRUST_BANK,
            evidence("C-1"),
        )
    with pytest.raises(CodeTaken, match="TEST is taken"):
        create_token(
            world.session,
            other_sheet(world.sheet, symbol="TEST"),
            ISSUER,
            TRUST_BANK,
            evidence("C-1"),
        )


@pytest.mark.requirement("G1")
@pytest.mark.parametrize(
    "code",
    [
        "JP2O-TEST",  # the letter O
        "jp20-test ",
        "JP20–TEST",
        "ＪＰ２０－ＴＥＳＴ",
        "JP20-TЕST",  # a Cyrillic E
        "JΡ20-ΤESΤ",  # a Greek Rho, and Taus
        "JP20-TÉST",
        "JP20\u200b-TEST",
    ],
)
def test_a_code_that_looks_like_one_on_the_chain_is_refused(world, code):
    with pytest.raises(CodeTaken, match="JP20-TEST"):
        create_token(
            world.session, other_sheet(world.sheet, code=code), ISSUER, TRUST_BANK, evidence("C-1")
        )


@pytest.mark.requirement("G1")
def test_a_code_that_looks_otherwise_is_not(world):
    sheet = other_sheet(world.sheet, code="JP20-TESS", symbol="T3ST")
    made = create_token(world.session, sheet, ISSUER, TRUST_BANK, evidence("C-1"))
    assert world.session.token("JP20-TESS").address == made.token


@pytest.mark.requirement("G1", "S2")
def test_an_unknown_organisation_token_or_version_is_said_so(world):
    sheet = other_sheet(world.sheet)
    with pytest.raises(UnknownOrganisation, match="だれか"):
        create_token(world.session, sheet, "だれか", TRUST_BANK, evidence("C-1"))
    for name in ("NOPE", world.deployment.platform.address):
        with pytest.raises(UnknownToken):
            world.session.token(name)
    decide(world.session, [world.session.platform.call("retireVersion", 1)], evidence("C-2"))
    with pytest.raises(NoVersion):
        create_token(world.session, sheet, ISSUER, TRUST_BANK, evidence("C-1"))


@pytest.mark.requirement("G1", "G5")
def test_units_are_issued_to_the_issuer_as_numbered_tranches(world):
    issued = issue_units(world.session, world.token, 50, evidence("C-1"))
    assert (issued.tranche, issued.units) == (2, 50)
    assert issue_units(world.session, world.token, 50, evidence("C-1")).decided.earlier
    token = world.session.token(world.token)
    # 1,000 issued, 200 delivered, and 50 more
    assert (token.read(int, "totalSupply"), token.read(int, "undistributed")) == (1_050, 850)
    with pytest.raises(Refused, match="CAP_EXCEEDED"):
        issue_units(world.session, world.token, 8_951, evidence("C-2"))
    assert issue_units(world.session, world.token, 8_950, evidence("C-3")).tranche == 3


@pytest.mark.requirement("G1")
def test_documents_are_named_once_and_removed(world):
    documents = world.sheet.documents
    first = carry_out(
        world.session, set_documents(world.session, world.token, documents, evidence("C-1"))
    )
    assert len(first.done) == 1
    assert term_sheet_differences(world.session, world.token, world.sheet) == ()
    again = carry_out(
        world.session, set_documents(world.session, world.token, documents, evidence("C-1"))
    )
    assert ([row.code for row in again.unchanged], again.steps) == (["目論見書"], ())
    carry_out(
        world.session, remove_document(world.session, world.token, "目論見書", evidence("C-2"))
    )
    assert len(term_sheet_differences(world.session, world.token, world.sheet)) == 1
