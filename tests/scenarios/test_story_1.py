"""Story 1: a real-estate token, 30,000 units at ¥100,000, from the file of applicants to a register
that reconciles. One story, told in the order of its tests on one chain.
"""

from collections import Counter

import pytest
from world import EXAMPLES, World, case, investor

from jp20.chain.contracts.errors import Refused, Restrained
from jp20.chain.rpc.connection import octets
from jp20.domain.base.addresses import parse_address
from jp20.domain.files.dates import parse_time
from jp20.domain.governance.assignment import NotEnoughOrganisations
from jp20.domain.register.movements import Movement, Split, Why
from jp20.domain.token.reasons import Reason
from jp20.operations.files.inputs import (
    evidence_of,
    load_allotments,
    load_investors,
    load_term_sheet,
)
from jp20.operations.governance import emergency
from jp20.operations.governance.acts import carry_out
from jp20.operations.plans.plan import distribute, enrol
from jp20.operations.register.report import read_register, report
from jp20.operations.token import enforce, lifecycle, restraints
from jp20.operations.token.enforce import reversal_of
from jp20.operations.token.issue import create_token, issue_units, term_sheet_differences
from jp20.operations.token.transfer import preview, transfer

SHEET = EXAMPLES / "term-sheets" / "real-estate.toml"
INVESTORS = EXAMPLES / "real-estate" / "investors.csv"
ALLOTMENTS = EXAMPLES / "real-estate" / "allotments.csv"
TOKEN = "JP20-RE-0001"
ISSUER, TRUST_BANK, BROKER = "港南リアルティ", "ひいらぎ信託銀行", "みなと証券"
AUDITOR, OPERATOR = "双葉監査法人", "いぶきシステム"


def balance(world: World, reference: str) -> int:
    return world.session().token(TOKEN).read(int, "balanceOf", investor(reference).address)


def organisations(world: World, steps) -> dict[str, list[str]]:
    """Who did what: the names of the organisations by step."""
    names = {each.number: each.name for each in world.session().members()}
    done: dict[str, list[str]] = {}
    for step in steps:
        done.setdefault(step.what, []).append(names[step.organisation])
    return done


@pytest.mark.requirement("G7", "G18")
def test_1200_applicants_are_whitelisted_and_12_refused_with_their_reasons(world):
    outcomes = enrol(world.session(), load_investors(INVESTORS), evidence_of("WL-1", INVESTORS))

    assert len(outcomes.done) == 1_200
    assert len(outcomes.refused) == 12
    assert len({row.line for row in outcomes.refused}) == 12
    assert all(row.reason.en and row.reason.ja for row in outcomes.refused)


@pytest.mark.requirement("G1", "S3")
def test_30000_units_are_issued_to_the_issuer_with_the_registrars_approval(world):
    sheet = load_term_sheet(SHEET)

    created = create_token(world.session(), sheet, ISSUER, TRUST_BANK, evidence_of("CR-1", SHEET))
    issued = issue_units(world.session(), TOKEN, 30_000, evidence_of("IS-1", SHEET))

    assert organisations(world, issued.decided.steps)["execute"] == [ISSUER]
    assert organisations(world, issued.decided.steps)["sign"] == [TRUST_BANK]
    token = world.session().token(TOKEN)
    assert token.address == created.token
    assert term_sheet_differences(world.session(), TOKEN, sheet) == ()
    assert token.read(int, "totalSupply") == 30_000
    assert token.read(int, "balanceOf", sheet.terms.issuer_account) == 30_000
    assert token.read(int, "undistributed") == 30_000
    assert 30_000 * sheet.terms.unit_price == 3_000_000_000


@pytest.mark.requirement("G2", "S1")
def test_all_units_are_delivered_to_1200_holders(world):
    allotments = load_allotments(ALLOTMENTS, load_investors(INVESTORS))

    outcomes = distribute(world.session(), TOKEN, allotments, evidence_of("AL-1", ALLOTMENTS))

    assert outcomes.refused == ()
    assert len(outcomes.done) == 1_200
    found = report(world.session(), TOKEN)
    # 1,100 × 20 + 80 × 50 + 20 × 200 = 22,000 + 4,000 + 4,000 = 30,000
    assert Counter(found.register.holders().values()) == {20: 1_100, 50: 80, 200: 20}
    assert sum(found.register.holders().values()) == found.register.supply == 30_000
    assert found.register.undistributed == 0
    assert found.reconciled


@pytest.mark.requirement("G2")
def test_the_distribution_run_again_delivers_nothing_twice(world):
    allotments = load_allotments(ALLOTMENTS, load_investors(INVESTORS))

    outcomes = distribute(world.session(), TOKEN, allotments, evidence_of("AL-1", ALLOTMENTS))

    assert outcomes.done == ()
    assert len(outcomes.already) == 1_200
    assert world.session().token(TOKEN).read(int, "undistributed") == 0


@pytest.mark.requirement("G3", "G10", "S4")
def test_a_transfer_and_its_chargeback(world):
    session = world.session()
    sold = transfer(session, TOKEN, investor("K1-0001"), investor("K1-0002").address, 5)
    assert (balance(world, "K1-0001"), balance(world, "K1-0002")) == (15, 25)  # 20 − 5, 20 + 5
    original = enforce.find_original(session, TOKEN, sold.transaction).original
    party = session.organisation(BROKER).number

    with pytest.raises(NotEnoughOrganisations):
        reversal_of(
            carry_out(
                world.session(AUDITOR),
                enforce.reverse(
                    world.session(AUDITOR), TOKEN, original, case("CB-1").excluding(party)
                ),
            )
        )
    assert (balance(world, "K1-0001"), balance(world, "K1-0002")) == (15, 25)
    done = reversal_of(
        carry_out(session, enforce.reverse(session, TOKEN, original, case("CB-1").excluding(party)))
    )

    assert (done.taken, done.shortfall) == (5, 0)
    assert (balance(world, "K1-0001"), balance(world, "K1-0002")) == (20, 20)
    who = organisations(world, done.decided.steps)
    assert BROKER not in {name for names in who.values() for name in names}


@pytest.mark.requirement("G8", "G11")
def test_a_lock_up_refuses_the_holder_and_not_the_court(world):
    holder, to = investor("K1-0003"), investor("K1-0004").address
    session = world.session()
    carry_out(
        session,
        restraints.lock_up(
            session, TOKEN, [(holder.address, 20)], parse_time("2034-03-31"), case("LU-1")
        ),
    )

    found = preview(session, TOKEN, holder.address, to, 1)
    with pytest.raises(Restrained) as refusal:
        transfer(session, TOKEN, holder, to, 1)
    carry_out(session, enforce.force_transfer(session, TOKEN, holder.address, to, 15, case("FT-1")))

    assert (found.allowed, found.reason) == (False, Reason.LOCKED_UP)
    assert refusal.value.free == 0
    assert "ロックアップ" in refusal.value.why.ja
    assert "lock-up" in refusal.value.why.en
    assert (balance(world, "K1-0003"), balance(world, "K1-0004")) == (5, 35)  # 20 − 15, 20 + 15


@pytest.mark.requirement("G12")
def test_a_halt_and_a_resumption(world):
    session = world.session()
    seller, to = investor("K1-0001"), investor("K1-0002").address
    carry_out(session, emergency.halt(session))

    with pytest.raises(Refused) as refusal:
        transfer(session, TOKEN, seller, to, 1)
    with pytest.raises(NotEnoughOrganisations):
        carry_out(
            world.session(OPERATOR, AUDITOR),
            emergency.resume(world.session(OPERATOR, AUDITOR), case("EM-1")),
        )
    carry_out(
        world.session(OPERATOR, AUDITOR, TRUST_BANK, BROKER),
        emergency.resume(world.session(OPERATOR, AUDITOR, TRUST_BANK, BROKER), case("EM-1")),
    )
    transfer(session, TOKEN, seller, to, 1)

    assert refusal.value.reason == Reason.PLATFORM_HALTED
    assert (balance(world, "K1-0001"), balance(world, "K1-0002")) == (19, 21)  # 20 − 1, 20 + 1


@pytest.mark.requirement("G6")
def test_a_split_doubles_every_holding(world):
    carry_out(world.session(), lifecycle.split(world.session(), TOKEN, 2, case("SP-1")))

    # 19, 21, 5, 35 doubled
    found = [balance(world, f"K1-000{n}") for n in (1, 2, 3, 4)]
    assert found == [38, 42, 10, 70]
    assert world.session().token(TOKEN).read(int, "totalSupply") == 60_000
    position = restraints.position(world.session(), TOKEN, investor("K1-0003").address)
    assert (position.locked, position.free) == (40, 0)  # the lock-up doubles too: 20 × 2


@pytest.mark.requirement("G15", "S1")
def test_the_register_reconciles_and_says_why_units_moved(world):
    found = report(world.session(), TOKEN)

    assert found.reconciled
    assert len(found.register.holders()) == 1_200  # nobody sold all
    assert found.register.supply == 60_000
    reasons = Counter(e.why for e in found.register.history if isinstance(e, Movement))
    assert reasons == {
        Why.ISSUED: 1,
        Why.DELIVERED: 1_200,
        Why.TRANSFERRED: 2,
        Why.FORCED: 1,
        Why.REVERSED: 1,
    }
    assert [e.ratio for e in found.register.history if isinstance(e, Split)] == [2]
    first = next(e for e in found.register.history if isinstance(e, Movement))
    issued = read_register(world.session(), TOKEN, block=first.at.block)
    assert (issued.supply, issued.holders()) == (30_000, {})  # any past block can be asked for


@pytest.mark.requirement("S5")
def test_no_name_and_no_customer_number_is_on_the_chain(world):
    people = load_investors(INVESTORS).investors
    secrets = [word.encode() for each in people for word in (each.name, each.reference)]
    connection = world.connection

    written = b"".join(
        octets(transaction["input"])
        for number in range(1, connection.block_number() + 1)
        for transaction in connection.rpc("eth_getBlockByNumber", hex(number), True)["transactions"]
    )

    assert people[0].wallets[0].lower()[2:] in written.hex()  # it does look at what was written
    assert [secret for secret in secrets if secret in written] == []
    assert parse_address(people[0].wallets[0])
