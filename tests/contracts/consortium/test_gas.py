"""What a request costs, in whole transactions: the marks of `performance.md`, on Berlin."""

from seven_organisations import AML, AUDITOR, CASE, DOCUMENT, FORCED, ISSUER, REGISTRAR


def test_a_request_of_three_signatures_costs_no_more_than_the_marks(
    consortium, vault, draft, approved, key
):
    call = vault.add.encode_input(5)
    first = approved(vault, call, by=FORCED, case=b"\x01" * 32)
    consortium.execute(*first.execution(0), key(REGISTRAR))  # whatever is paid once, is paid
    decision = draft(vault, call)
    fields = decision.request.fields

    proposed = consortium.propose(fields, 0, decision.published_data, key(REGISTRAR)).gas_used
    signed = [
        consortium.sign(fields, 1, key(AUDITOR)).gas_used,
        consortium.sign(fields, 2, key(ISSUER)).gas_used,
    ]
    executed = consortium.execute(*decision.execution(0), key(REGISTRAR)).gas_used

    # The call itself, at least: an account never touched 2,600, its authority and its counter
    # 2,100 each, the counter's change 2,900, one event 1,007.
    inside = 2_600 + 2 * 2_100 + 2_900 + 1_007
    print(f"propose {proposed}, sign {signed}, execute {executed - inside} beyond the call")
    assert proposed <= 150_000
    assert max(signed) <= 55_000
    assert executed - inside <= 80_000


def test_an_act_of_one_key_costs_no_more_than_the_mark(consortium, vault, key):
    touch = vault.touch.encode_input()
    consortium.act(vault, touch, CASE, DOCUMENT, key(AML))  # whatever is paid once, is paid

    acted = consortium.act(vault, touch, CASE, DOCUMENT, key(AML)).gas_used

    # As above, but without the event, and with a second slot, read and written with the value it
    # has, 2,200.
    inside = 2_600 + 2 * 2_100 + 2_900 + 2_200
    print(f"act {acted - inside} beyond the call")
    assert acted - inside <= 52_000
