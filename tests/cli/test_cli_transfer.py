"""`jp20 transfer`, `preview`, `consent`, `record-transfer`, on a chain."""

import pytest
from market import ALICE, BOB, CAROL, DAVE, ERIN, FRANK, Market, open_market
from running import Bad

from jp20.chain.sending.outbox import Entry, Intent, open_outbox
from jp20.chain.signing.signers import KeySigner
from jp20.domain.governance.evidence import Evidence
from jp20.operations.governance.acts import carry_out
from jp20.operations.investors.whitelist import reinstate, suspend_at_once
from jp20.operations.token.transfer import transfer_act

A, B = ALICE.address, BOB.address
NOBODY = "0x12"
WRONG = A[:-1] + ("0" if A[-1] != "0" else "1")
"""An address with a digit that was mistyped."""

_CASE = ("--case", "C-1", "--document", "jp20.toml")

BAD = [
    Bad("transfer", ("RE1", NOBODY, "20"), 2, NOBODY),
    Bad("transfer", ("RE1", WRONG, "20"), 2, WRONG),
    Bad("transfer", ("RE1", B, "-1"), 2, "-1"),
    Bad("transfer", ("RE1", B, "1.5"), 2, "UNITS"),
    Bad("transfer", ("RE1", B, "0"), 2, "UNITS"),
    Bad("transfer", ("RE1", B, "20"), 2, "--from"),
    Bad(
        "transfer",
        ("RE1", B, "20", "--from", "0x000000000000000000000000000000000000dEaD"),
        2,
        "dEaD",
    ),
    Bad("transfer", ("NO-SUCH", B, "20", "--from", A, "--yes"), 1, "NO-SUCH"),
    Bad("transfer", ("RE1", B, "20", "--from", A, "--case", "案件"), 2, "案件"),
    Bad("preview", ("RE1", NOBODY, B, "20"), 2, NOBODY),
    Bad("preview", ("RE1", A, B, "20", "--spender", NOBODY), 2, "--spender"),
    Bad("preview", ("NO-SUCH", A, B, "20"), 1, "NO-SUCH"),
    Bad("consent request", ("RE1", B, "20", "--until", "someday", "--from", A), 2, "someday"),
    Bad("consent request", ("RE1", B, "20", "--until", "2020-01-01", "--from", A), 2, "2020-01-01"),
    Bad("consent list", ("NO-SUCH",), 1, "NO-SUCH"),
    Bad("consent approve", ("RE1", "-1", *_CASE), 2, "-1"),
    Bad("consent approve", ("RE1", "0", "--case", "C-1"), 2, "--document"),
    Bad("consent approve", ("NO-SUCH", "0", *_CASE), 1, "NO-SUCH"),
    Bad("consent reject", ("RE1", "0", "--why", "理由", *_CASE), 2, "--why"),
    Bad("consent reject", ("RE1", "0", "--why", "X" * 33, *_CASE), 2, "--why"),
    Bad("consent cancel", ("RE1", "one"), 2, "NUMBER"),
    Bad("record-transfer", ("RE1", A, B, "20", "--cause", "theft", *_CASE), 2, "theft"),
    Bad("record-transfer", ("RE1", A, B, "--cause", "sale", *_CASE), 2, "UNITS"),
    Bad(
        "record-transfer",
        ("RE1", A, B, "5", "--file", "x.csv", "--cause", "sale", *_CASE),
        2,
        "--file",
    ),
    Bad("record-transfer", ("RE1", "--file", "x.csv", "--cause", "sale", *_CASE), 2, "x.csv"),
    Bad(
        "record-transfer",
        ("RE1", A, B, "5", "--cause", "sale", "--case", "C-1", "--document", "no.pdf"),
        2,
        "no.pdf",
    ),
    Bad(
        "record-transfer",
        ("RE1", A, B, "5", "--cause", "sale", "--case", "案件", "--document", "jp20.toml"),
        2,
        "案件",
    ),
]


@pytest.fixture(scope="module")
def market(folder, node) -> Market:
    """Transfers of which need no consent."""
    return open_market(folder, node, "TR-1")


@pytest.fixture(scope="module")
def resumed(folder, node) -> Market:
    """For what an earlier run left."""
    return open_market(folder, node, "TR-3")


@pytest.fixture(scope="module")
def consenting(folder, node) -> Market:
    return open_market(folder, node, "TR-2", holders="consent_required = true")


@pytest.mark.requirement("G3")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_transfers(bad, folder, market):
    arguments = tuple(market.code if each == "RE1" else each for each in bad.arguments)
    Bad(bad.command, arguments, bad.code, bad.named).check(folder)


# ---------------------------------------------------------------- transfer and preview


@pytest.mark.requirement("G3")
def test_a_holder_transfers_with_the_own_key_only(market):
    ran = market.with_key(
        ALICE, "transfer", market.code, DAVE.address, "30", "--yes", "--format", "json"
    )

    assert ran.code == 0, ran.err
    assert (ran.json["transfer"]["from"], ran.json["transfer"]["units"]) == (A, 30)
    assert len(ran.json["transfer"]["transaction"]) == 66
    assert {each["wallet"]: each["balance"] for each in ran.json["positions"]} == {
        A: 70,  # 100 − 30
        DAVE.address: 30,
    }


def left_signed(resumed: Market, to: KeySigner, units: int) -> Entry:
    """What a run of Bob's left that was killed before it had sent his transfer."""
    resumed.with_key(BOB, "status")
    place = resumed.folder.parent / f"alone-{B}"
    chain = resumed.session.connection
    call = resumed.session.token(resumed.code).call("transfer", to.address, units)
    outbox = open_outbox(place / "outbox", chain.chain_id, chain.genesis, B, development=True)
    (entry,) = outbox.intend([Intent(call, 200_000)], chain.gas_price(), chain.next_nonce(B))
    signed = BOB.sign_transaction(entry.unsigned(chain.chain_id))
    (entry,) = outbox.sign([(entry, signed)])
    outbox.close()
    return entry


@pytest.mark.requirement("G2", "G3")
def test_a_transfer_that_an_earlier_run_began_is_told_as_that_one(resumed):
    left_signed(resumed, CAROL, 7)
    arguments = ("transfer", resumed.code, CAROL.address, "7", "--yes")

    first, second = resumed.with_key(BOB, *arguments), resumed.with_key(BOB, *arguments)

    assert (first.code, second.code) == (0, 0)
    assert "NOTHING WAS SENT NOW" in first.err
    assert "NOTHING WAS SENT NOW" not in second.err
    assert resumed.balance(BOB) == 60 - 7 - 7


@pytest.mark.requirement("G2", "G3")
def test_a_transfer_that_was_killed_is_made_once_and_a_second_takes_a_word(resumed):
    # given: what a run left that was killed once it had signed; and that somebody resumed
    before = resumed.balance(BOB)
    arguments = ("transfer", resumed.code, CAROL.address, "3", "--yes", "--format", "json")
    resumed.with_key(BOB, "status")
    place = resumed.folder.parent / f"alone-{B}"
    chain = resumed.session.connection
    act = transfer_act(resumed.session, resumed.code, BOB, CAROL.address, 3)
    outbox = open_outbox(place / "outbox", chain.chain_id, chain.genesis, B, development=True)
    intent = Intent(act.call, 200_000, act.id, reported=True)
    (entry,) = outbox.intend([intent], chain.gas_price(), chain.next_nonce(B))
    signed = BOB.sign_transaction(entry.unsigned(chain.chain_id))
    outbox.sign([(entry, signed)])
    outbox.close()
    assert resumed.with_key(BOB, "resume-sending", "--yes").code == 0
    assert resumed.balance(BOB) == before - 3

    # when: the same is run again, and again, with --again, and under a case
    killed = resumed.with_key(BOB, *arguments)
    repeated = resumed.with_key(BOB, *arguments)
    assert resumed.balance(BOB) == before - 3
    second = resumed.with_key(BOB, *arguments, "--again")
    assert resumed.balance(BOB) == before - 6
    by_case = [resumed.with_key(BOB, *arguments, "--case", "S-1") for _ in range(2)]

    # then
    assert resumed.balance(BOB) == before - 9
    for ran in (killed, repeated, by_case[1]):
        assert ran.code == 0
        assert "NOTHING WAS SENT NOW. Done before" in ran.err
        assert ran.json["transfer"]["sent_before"] is not None
    for ran in (second, by_case[0]):
        assert ran.code == 0
        assert ran.json["transfer"]["sent_before"] is None
        assert "run the very same again" in ran.err
    hashes = {ran.json["transfer"]["transaction"] for ran in (killed, repeated)}
    assert hashes == {f"0x{signed.hash.hex()}"}


@pytest.mark.requirement("G2")
def test_what_was_not_told_is_told_before_another_is_made(resumed):
    # given: a second equal transfer whose process was killed before it told its end
    arguments = ("transfer", resumed.code, DAVE.address, "2", "--yes")
    resumed.with_key(BOB, *arguments)
    place = resumed.folder.parent / f"alone-{B}"
    chain = resumed.session.connection
    act = transfer_act(resumed.session, resumed.code, BOB, DAVE.address, 2)
    outbox = open_outbox(place / "outbox", chain.chain_id, chain.genesis, B, development=True)
    intent = Intent(act.call, 200_000, act.id, again=True, reported=True)
    (entry,) = outbox.intend([intent], chain.gas_price(), chain.next_nonce(B))
    outbox.sign([(entry, BOB.sign_transaction(entry.unsigned(chain.chain_id)))])
    outbox.close()
    # when
    before = resumed.balance(BOB)
    told = resumed.with_key(BOB, *arguments, "--again")
    third = resumed.with_key(BOB, *arguments, "--again")
    # then
    assert "Done before" in told.err
    assert "Done before" not in third.err
    assert resumed.balance(BOB) == before - 2 - 2


@pytest.mark.requirement("G2")
def test_a_transaction_that_is_on_its_way_is_cancelled(resumed):
    before = resumed.balance(BOB)
    entry = left_signed(resumed, DAVE, 9)

    unasked = resumed.with_key(BOB, "tx", "cancel", str(entry.nonce))
    ran = resumed.with_key(BOB, "tx", "cancel", str(entry.nonce), "--yes", "--format", "json")
    again = resumed.with_key(BOB, "tx", "cancel", str(entry.nonce), "--yes")

    assert (unasked.code, ran.code, again.code) == (2, 0, 1)
    assert [each["state"] for each in ran.json["transactions"]] == [
        "replaced",
        "succeeded",
    ]
    assert resumed.balance(BOB) == before


@pytest.mark.requirement("G3")
def test_what_would_be_refused_is_not_sent_and_says_why_in_both_languages(market):
    before = market.session.connection.block_number()
    arguments = ("transfer", market.code, FRANK.address, "5", "--from", B, "--yes")

    english, japanese = market.run(*arguments), market.run(*arguments, "--lang", "ja")

    assert (english.code, japanese.code) == (1, 1)
    assert "RECIPIENT_UNKNOWN (14): The recipient is not a registered" in english.err
    assert f"jp20 whitelist show {FRANK.address}" in english.err
    error = market.run(*arguments, "--format", "json").json["error"]
    assert (error["code"], error["exit_code"]) == ("RECIPIENT_UNKNOWN", 1)
    assert "移転先は登録された投資家のウォレットではありません" in japanese.err
    assert market.session.connection.block_number() == before


@pytest.mark.requirement("G3", "G8")
def test_a_restraint_in_the_way_is_named_with_what_is_free(market):
    market.run(
        "lock", "set", market.code, CAROL.address, "25", "--until", "2034-01-01",
        *market.case("LU"),
    )  # fmt: skip

    ran = market.run("transfer", market.code, A, "16", "--from", CAROL.address, "--yes")

    # 40 units, 25 locked up: 15 are free
    assert ran.code == 1
    assert "16 units would be refused; 15 are free" in ran.err
    assert "LOCKED_UP (28)" in ran.err
    assert f"jp20 position {market.code} {CAROL.address}" in ran.err
    assert market.balance(CAROL) == 40


@pytest.mark.requirement("G3")
def test_without_a_terminal_and_without_yes_nothing_is_transferred(market):
    before = market.balance(BOB)

    ran = market.run("transfer", market.code, A, "1", "--from", B)

    assert ran.code == 2
    assert "--yes" in ran.err
    assert market.balance(BOB) == before


@pytest.mark.requirement("G3", "G7")
def test_a_preview_answers_as_the_transfer_would_by_exit_code_and_reason(market):
    allowed = market.run("preview", market.code, B, A, "60", "--format", "json")
    refused = market.run("preview", market.code, B, A, "61", "--format", "json")

    assert (allowed.code, refused.code) == (0, 1)
    assert allowed.json["preview"] == [
        {
            "way": "transfer",
            "allowed": True,
            "code": "NONE",
            "number": 0,
            "reason": "Nothing prevents it.",
        }
    ]
    assert refused.json["preview"][0]["code"] == "INSUFFICIENT_BALANCE"
    assert refused.json["position"][0]["balance"] == 60
    shown = market.run("preview", market.code, B, A, "61", "--lang", "ja")
    assert "保有数量が不足しています" in shown.out


@pytest.mark.requirement("G3")
def test_a_preview_for_whom_the_holder_did_not_allow(market):
    ran = market.run(
        "preview", market.code, B, A, "1", "--spender", ERIN.address, "--format", "json"
    )

    assert ran.code == 1
    assert ran.json["preview"][0]["code"] == "INSUFFICIENT_ALLOWANCE"


@pytest.mark.requirement("G2", "G3")
def test_a_preview_of_a_delivery_from_the_issuer_s_account(market):
    # 1,000 issued, 200 delivered: 800 are left.
    possible = market.run("preview", market.code, "issuer", ERIN.address, "800")
    too_many = market.run("preview", market.code, "issuer", ERIN.address, "801", "--format", "json")
    unknown = market.run("preview", market.code, "issuer", FRANK.address, "1", "--format", "json")

    assert (possible.code, too_many.code, unknown.code) == (0, 1, 1)
    assert too_many.json["preview"][0]["code"] == "INSUFFICIENT_BALANCE"
    assert unknown.json["preview"][0]["code"] == "RECIPIENT_UNKNOWN"


# ---------------------------------------------------------------- consent


@pytest.mark.requirement("G3")
def test_a_request_is_approved_and_is_the_transfer(consenting):
    refused = consenting.run("transfer", consenting.code, B, "10", "--from", A, "--yes")
    assert refused.code == 1
    assert f"jp20 consent request {consenting.code} {B}" in refused.err
    judged = consenting.run("preview", consenting.code, A, B, "10", "--format", "json")
    assert [(each["way"], each["allowed"]) for each in judged.json["preview"]] == [
        ("transfer", False),
        ("request", True),
    ]

    asked = consenting.with_key(
        ALICE, "consent", "request", consenting.code, B, "10", "--until", "2034-03-31", "--yes",
        "--format", "json",
    )  # fmt: skip
    assert asked.code == 0, asked.err
    number = str(asked.json["request"]["number"])
    assert asked.json["request"]["deadline"] == "2034-04-01T00:00:00+09:00"
    listed = consenting.json("consent", "list", consenting.code)["requests"]
    assert [(each["number"], each["units"], each["status"]) for each in listed] == [
        (int(number), 10, "open")
    ]
    assert consenting.json("position", consenting.code, A)["position"][0]["free"] == 90

    by_broker = consenting.alone(
        "broker", "consent", "approve", consenting.code, number, *consenting.case("ALONE-1")
    )
    assert by_broker.code == 1
    assert "REGISTRAR" in by_broker.err
    approved = consenting.alone(
        "trust bank",
        "consent",
        "approve",
        consenting.code,
        number,
        *consenting.case("ALONE-1"),
        "--format",
        "json",
    )
    assert approved.code == 0, approved.err
    assert approved.json["requests"][0]["status"] == "approved"
    assert (consenting.balance(ALICE), consenting.balance(BOB)) == (90, 70)

    again = consenting.alone(
        "trust bank", "consent", "approve", consenting.code, number, *consenting.case("ALONE-1")
    )
    assert again.code == 1
    assert "closed: approved" in again.err
    assert consenting.json("consent", "list", consenting.code)["requests"] == []
    assert len(consenting.json("consent", "list", consenting.code, "--all")["requests"]) == 1


@pytest.mark.requirement("G3")
def test_requests_are_rejected_and_taken_back_and_the_units_are_free_again(consenting):
    numbers = []
    for units in ("3", "4"):
        asked = consenting.json(
            "consent", "request", consenting.code, B, units, "--until", "2034-03-31",
            "--from", CAROL.address, "--yes",
        )  # fmt: skip
        numbers.append(str(asked["request"]["number"]))
    assert consenting.json("position", consenting.code, CAROL.address)["position"][0]["free"] == 33

    rejected = consenting.json(
        "consent",
        "reject",
        consenting.code,
        numbers[0],
        "--why",
        "DOC-MISSING",
        *consenting.case("ALONE-1"),
    )
    another = consenting.with_key(BOB, "consent", "cancel", consenting.code, numbers[1], "--yes")
    cancelled = consenting.with_key(
        CAROL, "consent", "cancel", consenting.code, numbers[1], "--yes", "--format", "json"
    )

    assert rejected["requests"][0]["status"] == "rejected"
    assert another.code == 2
    assert CAROL.address in another.err
    assert cancelled.json["requests"][0]["status"] == "cancelled"
    assert consenting.json("position", consenting.code, CAROL.address)["position"][0]["free"] == 40


@pytest.mark.requirement("G3")
def test_one_that_is_refused_by_then_stays_open_and_the_others_are_approved(consenting):
    made = [
        consenting.json(
            "consent", "request", consenting.code, to, "1", "--until", "2034-03-31",
            "--from", B, "--yes",
        )["request"]["number"]
        for to in (DAVE.address, ERIN.address)
    ]  # fmt: skip
    session = consenting.session
    carry_out(
        session, suspend_at_once(session, [ERIN.address], Evidence.of("ALONE-1", b"a report"))
    )
    try:
        ran = consenting.run(
            "consent",
            "approve",
            consenting.code,
            *map(str, made),
            *consenting.case("ALONE-1"),
            "--format",
            "json",
        )
    finally:
        carry_out(session, reinstate(session, [ERIN.address], Evidence.of("TR-2-RE", b"cleared")))

    assert ran.code == 4
    assert [each["status"] for each in ran.json["requests"]] == ["approved", "open"]
    assert ran.json["refused"][0]["code"] == "RECIPIENT_SUSPENDED"


def test_a_request_that_there_is_not_is_named(consenting):
    for command, more in (
        ("approve", consenting.case("NONE-1")),
        ("reject", ("--why", "X", *consenting.case("NONE-1"))),
        ("cancel", ("--yes",)),
    ):
        ran = consenting.run("consent", command, consenting.code, "99", *more)

        assert ran.code == 2
        assert "99" in ran.err


# ---------------------------------------------------------------- made elsewhere


@pytest.mark.requirement("G3", "S3")
def test_an_inheritance_is_recorded_by_broker_registrar_and_a_third_organisation_in_turn(market):
    arguments = (
        "record-transfer", market.code, CAROL.address, ERIN.address, "40", "--cause",
        "inheritance", *market.case("RT"),
    )  # fmt: skip

    first = market.alone("broker", *arguments)
    second = market.alone("trust bank", *arguments)
    third = market.alone("auditor", *arguments)
    last = market.alone("trust bank", *arguments, "--format", "json")
    again = market.alone("broker", *arguments)

    assert [first.code, second.code, third.code] == [6, 6, 6]
    assert "REGISTRAR" in first.err
    assert "jp20 requests approve 0x" in first.err
    assert "AUDITOR" in second.err
    assert last.code == 0, last.err
    # The lock-up of 25 goes to the heir with the units.
    heir = next(each for each in last.json["positions"] if each["wallet"] == ERIN.address)
    assert (heir["balance"], heir["locked"], heir["free"]) == (40, 25, 15)
    assert again.code == 0
    assert "all done before" in again.err
    assert market.balance(ERIN) == 40


@pytest.mark.requirement("G3")
def test_a_file_of_transfers_is_recorded_and_its_refused_rows_are_told(market):
    file = market.rows(
        "merger", f"{B},{DAVE.address},10", f"{B},{FRANK.address},5", head="移転元,移転先,数量"
    )

    ran = market.run(
        "record-transfer", market.code, "--file", file, "--cause", "merger", *market.case("MG"),
        "--format", "json",
    )  # fmt: skip

    assert ran.code == 4
    assert [each["code"] for each in ran.json["refused"]] == ["RECIPIENT_UNKNOWN"]
    assert market.balance(BOB) == 50


@pytest.mark.requirement("G3")
def test_a_faulty_file_is_refused_as_a_whole_with_every_line(market):
    file = market.rows(
        "faulty", f"{B},{A},1", f"{WRONG},{A},1", f"{B},{A},1", f"{B},{A},0.5", head="from,to,units"
    )
    before = market.balance(BOB)

    for language in ("en", "ja"):
        ran = market.run(
            "record-transfer", market.code, "--file", file, "--cause", "sale", *market.case("FF"),
            "--lang", language,
        )  # fmt: skip

        assert ran.code == 2
        assert all(f"faulty.csv:{line}" in ran.err for line in (3, 4, 5))
    assert market.balance(BOB) == before


@pytest.mark.requirement("G3")
def test_the_only_row_that_is_refused_is_an_error_with_its_reason(market):
    ran = market.run(
        "record-transfer", market.code, B, FRANK.address, "5", "--cause", "sale",
        *market.case("SA"),
    )  # fmt: skip

    assert ran.code == 1
    assert "RECIPIENT_UNKNOWN" in ran.err
