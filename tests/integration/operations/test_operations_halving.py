"""A batch that one key may send: a row that is refused does not take the others with it."""

import pytest
from example_world import AML, KYC, alice, bob, carol, dave, erin, evidence, frank

from jp20.chain.contracts.errors import Reverted
from jp20.operations.governance import batches, emergency
from jp20.operations.governance.acts import carry_out
from jp20.operations.investors.whitelist import confirm_suspension, investor, renew, suspend_at_once

NOBODY = "0x000000000000000000000000000000000000dEaD"


@pytest.mark.requirement("G7")
@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_the_row_in_the_way_is_named_and_the_others_go_through(world, place, at_once):
    later = world.year_from_now + 1
    wallets = [each.address for each in (alice, bob, carol, dave)]
    given = [*wallets[:place], NOBODY, *wallets[place:]]
    done = batches.execute_batch(
        world.session_of(KYC),
        [batches.BatchRow((wallet, later), wallet, line=n) for n, wallet in enumerate(given)],
        lambda part: world.session.platform.call("renew", part),
        evidence("ALONE-1"),
        at_once=at_once,
    )
    assert [row.line for row in done.rows] == [0, 1, 2, 3, 4]
    assert [row.line for row in done.refused] == [place]
    assert "nobody" in done.refused[0].reason.en
    assert done.refused[0].reason.ja
    assert all(investor(world.session, wallet).kyc_expiry == later for wallet in wallets)


@pytest.mark.requirement("G7")
def test_every_row_in_the_way_is_named(world):
    later = world.year_from_now + 1
    given = [(NOBODY, later), (alice.address, 1), (bob.address, later), (erin.address, later)]
    done = carry_out(
        world.session_of(KYC), renew(world.session_of(KYC), given, evidence("ALONE-1"))
    )
    assert [row.outcome.text.en for row in done.rows] == ["refused", "refused", "done", "refused"]
    assert "not in the future" in done.rows[1].reason.en


@pytest.mark.requirement("G7")
def test_the_refusal_of_an_only_row_is_raised(world):
    with pytest.raises(Reverted, match="not in the future"):
        carry_out(
            world.session_of(KYC),
            renew(world.session_of(KYC), [(alice.address, 1)], evidence("ALONE-1")),
        )


@pytest.mark.requirement("G12")
def test_what_stops_all_rows_is_not_looked_for_in_each(world, monkeypatch):
    carry_out(world.session, emergency.halt(world.session))
    decisions = []
    decide = batches.decide
    monkeypatch.setattr(
        batches, "decide", lambda *a, **k: (decisions.append(a), decide(*a, **k))[1]
    )
    with pytest.raises(Reverted, match="emergency stop"):
        carry_out(
            world.session_of(KYC),
            renew(
                world.session_of(KYC),
                [(each.address, world.year_from_now) for each in (alice, bob)],
                evidence("ALONE-1"),
            ),
        )
    assert len(decisions) == 1


@pytest.mark.requirement("G19")
def test_confirmations_of_what_is_not_suspended_do_not_stop_the_others(world):
    carry_out(
        world.session_of(AML),
        suspend_at_once(world.session_of(AML), [alice.address, carol.address], evidence("ALONE-1")),
    )
    done = carry_out(
        world.session,
        confirm_suspension(
            world.session,
            [alice.address, bob.address, carol.address, dave.address],
            evidence("ALONE-1"),
        ),
    )
    assert [row.outcome.text.en for row in done.rows] == ["done", "refused", "done", "refused"]
    assert frank.address not in {row.account for row in done.rows}
