"""`jp20 organisation`: who is in the consortium, changed by its own policy."""

from collections.abc import Iterator
from itertools import count

import pytest
from market import ISSUER, KEYS, TRUST_BANK, Market, open_market
from running import Bad, done, settle

from jp20.chain.local import LocalChain
from jp20.domain.base.addresses import ZERO_ADDRESS

DAY = 24 * 3600
WEEK = 7 * DAY
BROKER, OTHER_BROKER, OPERATOR = "みなと証券", "あおば台証券", "いぶきシステム"
KYC, AML, EMERGENCY = "かがみ本人確認", "つばめAMLセンター", "あかし危機管理"
BANK, CLOUD, NEW = "しらかば銀行", "西嶺クラウド", "かえで情報"
TOKEN = "ORG-1"
STRANGER = KEYS[29].address

CASE = ("--case", "C-1", "--document", "jp20.toml")
BAD = [
    Bad("organisation list", (BROKER,), 2, BROKER),
    Bad("organisation add", (NEW, *CASE), 2, "--key"),
    Bad("organisation add", (NEW, "--key", "0x12", *CASE), 2, "0x12"),
    Bad("organisation add", (NEW, "--key", ZERO_ADDRESS, *CASE), 2, ZERO_ADDRESS),
    Bad("organisation add", (NEW, "--key", STRANGER, "--role", "SEALER", *CASE), 2, "SEALER"),
    Bad("organisation add", ("15", "--key", STRANGER, *CASE), 2, "15"),
    Bad("organisation add", (" ", "--key", STRANGER, *CASE), 2, "NAME"),
    Bad("organisation add", (NEW, "--key", STRANGER), 2, "--case"),
    Bad("organisation grant", (BROKER, "broker", *CASE), 2, "broker"),
    Bad("organisation grant", ("ひのき物産", "VALIDATOR", *CASE), 1, "ひのき物産"),
    Bad("organisation grant", ("99", "VALIDATOR", *CASE), 1, "99"),
    Bad("organisation grant", (BROKER, "BROKER", "--token", "NO-SUCH", *CASE), 1, "NO-SUCH"),
    Bad("organisation grant", (BROKER, "VALIDATOR", "--case", "C-1"), 2, "--document"),
    Bad("organisation revoke", (BROKER, "BROKERS", *CASE), 2, "BROKERS"),
    Bad("organisation revoke", (BROKER, *CASE), 2, "ROLE"),
    Bad("organisation transfer-role", ("KYC", KYC, KYC, *CASE), 2, KYC),
    Bad("organisation transfer-role", ("KYC", KYC, "ひのき物産", *CASE), 1, "ひのき物産"),
    Bad("organisation remove", ("ひのき物産", *CASE), 1, "ひのき物産"),
    Bad("organisation remove", (BROKER, "--case", "C-1", "--document", "no.pdf"), 2, "no.pdf"),
    Bad("organisation remove", (BROKER, "--case", "案件", "--document", "jp20.toml"), 2, "案件"),
    Bad("organisation key add", (BROKER, "0x12", *CASE), 2, "0x12"),
    Bad("organisation key add", ("ひのき物産", STRANGER, *CASE), 1, "ひのき物産"),
    Bad("organisation key revoke", ("0x12",), 2, "0x12"),
    Bad("organisation key revoke", (STRANGER,), 1, STRANGER),
    Bad("organisation key revoke", (STRANGER, "--case", "C-1"), 2, "--document"),
    Bad("organisation key replace", (STRANGER, ZERO_ADDRESS, *CASE), 2, ZERO_ADDRESS),
    Bad("organisation key rotate", (STRANGER, ZERO_ADDRESS, *CASE), 2, ZERO_ADDRESS),
    Bad("organisation key rotate", (STRANGER, KEYS[28].address, *CASE), 1, STRANGER),
    Bad("organisation key replace", (STRANGER, KEYS[28].address, *CASE), 1, STRANGER),
]

_CASES = count(1)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """A consortium of fourteen organisations, and a token of one issuer and one registrar. What a
    test changes here concerns no other test.
    """
    with LocalChain("anvil") as connection:
        folder = tmp_path_factory.mktemp("organisation") / "work"
        done("init", str(folder), "--example", "minimal")
        settle(folder, connection.network.url)
        done("platform", "deploy", "--yes", folder=folder)
        yield open_market(folder, connection.network.url, TOKEN)


@pytest.fixture
def case(market: Market) -> tuple[str, ...]:
    """A case and a document of the test's own."""
    return market.case(f"ORG-{next(_CASES)}")


def organisation(market: Market, name: str) -> dict:
    """A row of the list."""
    rows = market.json("organisation", "list")["organisations"]
    return next(row for row in rows if row["name"] == name)


def active_keys(market: Market, name: str) -> list[str]:
    rows = market.json("organisation", "list")["keys"]
    return [row["key"] for row in rows if row["organisation"] == name and row["active"]]


def given_after(market: Market, seconds: int, *arguments: str) -> dict:
    """What a change shows that all sign at once and that is carried out after a delay."""
    waits = market.run(*arguments)
    assert waits.code == 6, waits.err
    market.pass_time(seconds)
    return market.json(*arguments)


# ---------------------------------------------------------------- bad input, refusals


@pytest.mark.requirement("S2", "G17")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_the_organisation_commands(bad, market):
    before = market.session.connection.block_number()

    bad.check(market.folder)

    assert market.session.connection.block_number() == before


REFUSED = [
    (("add", BROKER, "--key", STRANGER), "already", "jp20 organisation grant"),
    (("add", NEW, "--key", KEYS[3].address), KEYS[3].address, "jp20 keys create"),
    (("grant", BROKER, "BROKER"), "BROKER already", "jp20 organisation list"),
    (("grant", BROKER, "AML", "--token", TOKEN), "AML is not held", "--token"),
    (("grant", ISSUER, "ISSUER", "--token", TOKEN), f"ISSUER ({TOKEN}) already", "list"),
    (("revoke", BROKER, "KYC"), f"{BROKER} does not hold KYC", "jp20 organisation list"),
    (("revoke", TRUST_BANK, "BROKER", "--token", TOKEN), f"BROKER ({TOKEN})", "list"),
    (
        ("revoke", OPERATOR, "OPERATOR"),
        f"{OPERATOR} is the last holder of OPERATOR",
        f'jp20 organisation transfer-role OPERATOR "{OPERATOR}" ORGANISATION',
    ),
    (
        ("revoke", ISSUER, "ISSUER", "--token", TOKEN),
        f"last holder of ISSUER ({TOKEN})",
        f'transfer-role ISSUER "{ISSUER}" ORGANISATION --token {TOKEN}',
    ),
    (("transfer-role", "KYC", AML, KYC), f"{AML} does not hold KYC", "jp20 organisation list"),
    (("transfer-role", "BROKER", BROKER, OTHER_BROKER), "BROKER already", "list"),
    (("remove", TRUST_BANK), "roles for single tokens: 1", "jp20 organisation revoke"),
    (("remove", AML), f"{AML} is the last holder of AML", "jp20 organisation transfer-role AML"),
    (("key", "add", BROKER, KEYS[4].address), "never returns", "jp20 keys create"),
    (("grant", CLOUD, "KYC"), "cannot hold KYC", "jp20 organisation list"),
    (("key", "replace", KEYS[7].address, KEYS[8].address), "never returns", "jp20 keys create"),
]  # fmt: skip


@pytest.mark.requirement("S2", "G17")
@pytest.mark.parametrize(("arguments", "said", "next_step"), REFUSED, ids=lambda each: str(each))
def test_what_the_consortium_would_refuse_is_said_before_anybody_signs(
    market, case, arguments, said, next_step
):
    before = market.session.connection.block_number()

    english = market.run("organisation", *arguments, *case)
    japanese = market.run("organisation", *arguments, *case, "--lang", "ja")

    assert (english.code, japanese.code) == (1, 1)
    assert said in english.err
    assert next_step in english.err
    assert english.err != japanese.err
    assert market.session.connection.block_number() == before


@pytest.mark.requirement("G17")
def test_it_says_whose_signatures_it_takes_and_sends_nothing_without_yes(market):
    before = market.session.connection.block_number()
    arguments = ("organisation", "grant", BROKER, "CUSTODIAN", "--case", "ASK", *market.who)

    english, japanese = market.run(*arguments), market.run(*arguments, "--lang", "ja")

    assert (english.code, japanese.code) == (2, 2)
    slots = "OPERATOR + AUDITOR + REGISTRAR + BROKER | CUSTODIAN"
    assert f"{slots}; carried out 7d after the last" in english.err
    assert f"{slots}(最後の署名から 7d 後に実行)" in japanese.err
    assert "--yes" in english.err
    assert market.session.connection.block_number() == before


@pytest.mark.requirement("G17", "S3")
def test_a_change_after_which_nobody_could_decide_is_warned_of(market):
    # To register an investor takes KYC and AML of two organisations; here one would have both.
    arguments = ("organisation", "transfer-role", "AML", AML, KYC, "--case", "W", *market.who)

    english, japanese = market.run(*arguments), market.run(*arguments, "--lang", "ja")

    assert (english.code, japanese.code) == (2, 2)
    assert "NOBODY could decide" in english.err
    assert "2 signatures (KYC + AML)" in english.err
    assert "決定できなくなります" in japanese.err
    # What does no such harm is not warned of.
    harmless = ("organisation", "revoke", OTHER_BROKER, "BROKER", "--case", "W", *market.who)
    assert "NOBODY" not in market.run(*harmless).err


# ---------------------------------------------------------------- what there is


@pytest.mark.requirement("S2")
def test_the_list_has_roles_at_large_and_for_tokens_and_keys(market):
    shown = market.json("organisation", "list")

    assert shown["organisations"][0] == {
        "number": 1, "name": TRUST_BANK, "active": True, "roles": "REGISTRAR, CUSTODIAN",
    }  # fmt: skip
    token = str(market.session.token(TOKEN).address)
    by_name = {row["organisation"]: row for row in shown["token_roles"] if row["code"] == TOKEN}
    assert by_name[ISSUER] == {
        "code": TOKEN, "number": 4, "organisation": ISSUER, "roles": "ISSUER", "token": token,
    }  # fmt: skip
    assert by_name[TRUST_BANK]["roles"] == "REGISTRAR"
    assert shown["keys"][0] == {
        "key": KEYS[2].address, "number": 1, "organisation": TRUST_BANK, "active": True,
    }  # fmt: skip
    japanese = market.run("organisation", "list", "--lang", "ja").out
    assert "個別トークンの役割" in japanese


# ---------------------------------------------------------------- organisations


@pytest.mark.requirement("S2", "S3", "G17")
def test_four_organisations_let_one_in_and_it_has_no_power_for_a_week(market, case):
    add = ("organisation", "add", NEW, "--role", "VALIDATOR", "--key", KEYS[22].address, *case)

    names = ("operator", "auditor", "trust bank", "broker", "operator")
    ran = [market.alone(name, *add) for name in names]

    assert [each.code for each in ran] == [6] * 5
    assert "AUDITOR" in ran[0].err
    assert "REGISTRAR" in ran[1].err
    assert "BROKER" in ran[2].err
    assert "OPERATOR" in ran[3].err  # who executes
    assert "can be executed from" in ran[4].err
    assert NEW not in market.run("organisation", "list").out

    market.pass_time(WEEK)
    added = market.alone("operator", *add, "--format", "json")

    assert added.code == 0, added.err
    assert [(step["step"], step["organisation"]) for step in added.json["steps"]] == [
        ("executed", OPERATOR)
    ]
    assert added.json["organisations"] == [
        {"number": 15, "name": NEW, "active": True, "roles": "VALIDATOR"}
    ]
    assert [key["key"] for key in added.json["keys"]] == [KEYS[22].address]
    again = market.run(*add)
    assert again.code == 0
    assert "Nothing was sent" in again.err


@pytest.mark.requirement("S2", "S3", "G17")
def test_who_is_removed_signs_nothing_and_has_no_power_any_more(market, case):
    # given: a third broker
    third = "ぽぷら証券"
    add = ("organisation", "add", third, "--role", "BROKER", "--key", KEYS[23].address)
    given_after(market, WEEK, *add, *case)
    remove = ("organisation", "remove", third, *market.case("OUT"))

    # when: it would be the third signature itself
    ran = [market.alone(name, *remove) for name in ("operator", "auditor")]
    own = market.with_key(KEYS[23], *remove)

    # then: the other two wait for another one, and then it is immediate
    assert [each.code for each in ran] == [6, 6]
    assert own.code == 6
    assert "done here: nothing" in own.err
    assert market.alone("broker", *remove).code == 6
    gone = market.alone("operator", *remove, "--format", "json")
    assert gone.code == 0, gone.err
    (row,) = gone.json["organisations"]
    assert (row["active"], row["roles"]) == (False, "")
    assert [key["active"] for key in gone.json["keys"]] == [False]
    assert "Nothing was sent" in done(*remove, folder=market.folder).err
    late = market.run("organisation", "grant", third, "BROKER", *market.case("LATE"))
    assert late.code == 1
    assert "not in the consortium any more" in late.err


# ---------------------------------------------------------------- roles


@pytest.mark.requirement("S3", "G17")
def test_a_role_is_taken_at_once_and_given_after_a_week(market, case):
    taken = market.json("organisation", "revoke", CLOUD, "VALIDATOR", *case)
    assert taken["organisations"][0]["roles"] == ""
    assert [step["step"] for step in taken["steps"]] == ["proposed", "signed", "signed", "executed"]
    assert len({step["organisation"] for step in taken["steps"]}) == 3

    grant = ("organisation", "grant", CLOUD, "VALIDATOR", *market.case("BACK"))
    assert market.run(*grant).code == 6
    # Who signs sees what it would do, by names.
    request = market.json("requests", "list", "--state", "waiting")["requests"][0]
    arguments = market.json("requests", "show", request["id"])["arguments"]
    assert [each["value"] for each in arguments] == [
        f"14 {CLOUD}", "VALIDATOR", "at_large",
    ]  # fmt: skip
    assert organisation(market, CLOUD)["roles"] == ""
    market.pass_time(WEEK)

    assert market.json(*grant)["organisations"][0]["roles"] == "VALIDATOR"


@pytest.mark.requirement("S3", "G17")
def test_a_role_for_one_token_is_given_and_taken(market, case):
    role = (OTHER_BROKER, "REGISTRAR", "--token", TOKEN)

    given = given_after(market, WEEK, "organisation", "grant", *role, *case)
    assert [(row["code"], row["roles"]) for row in given["token_roles"]] == [(TOKEN, "REGISTRAR")]
    assert given["organisations"][0]["roles"] == "BROKER"

    taken = market.json("organisation", "revoke", *role, *market.case("TAKEN"))
    assert taken["token_roles"] == []
    assert taken["organisations"][0]["roles"] == "BROKER"


@pytest.mark.requirement("S3", "G17")
def test_the_last_holder_hands_a_role_over_with_four_signatures_after_a_week(market, case):
    hand_over = ("organisation", "transfer-role", "PAYING_AGENT", BANK, "3", *case)
    names = ("auditor", "broker", "trust bank", "kyc")
    codes = [market.alone(name, *hand_over).code for name in names]
    assert codes == [6, 6, 6, 6]
    market.pass_time(WEEK - DAY)
    assert market.alone("operator", *hand_over).code == 6
    assert organisation(market, BANK)["roles"] == "PAYING_AGENT"

    market.pass_time(DAY)
    moved = market.alone("operator", *hand_over, "--format", "json")

    assert moved.code == 0, moved.err
    roles = {row["name"]: row["roles"] for row in moved.json["organisations"]}
    assert roles[BANK] == ""
    assert "PAYING_AGENT" in roles[OTHER_BROKER]  # number 3


# ---------------------------------------------------------------- keys


@pytest.mark.requirement("G27", "S3")
def test_a_stolen_key_is_taken_away_at_once_by_its_organisation_alone(market):
    stolen, other = KEYS[10], KEYS[9]
    assert active_keys(market, EMERGENCY) == [other.address, stolen.address]
    revoke = ("organisation", "key", "revoke", stolen.address, "--yes")

    # Nobody else does it at once.
    foreign = market.alone("operator", *revoke)
    assert foreign.code == 1
    assert f"jp20 organisation key revoke {stolen.address} --case" in foreign.err

    ran = market.with_key(other, *revoke, "--format", "json")
    assert ran.code == 0, ran.err
    assert [(step["step"], step["key"]) for step in ran.json["steps"]] == [
        ("called", other.address)
    ]
    assert [(key["key"], key["active"]) for key in ran.json["keys"]] == [
        (other.address, True),
        (stolen.address, False),
    ]
    # It halts nothing any more; and once more is no mistake.
    assert market.with_key(stolen, "halt", "--yes").code == 1
    assert "revoked already" in done(*revoke, folder=market.folder).err
    # The other one is the last now, and stays.
    last = market.with_key(other, "organisation", "key", "revoke", other.address, "--yes")
    assert last.code == 1
    assert f"jp20 organisation key rotate {other.address}" in last.err
    assert active_keys(market, EMERGENCY) == [other.address]


@pytest.mark.requirement("G27")
def test_without_yes_no_key_is_taken_away(market):
    ran = market.run("organisation", "key", "revoke", KEYS[4].address)
    assert ran.code == 1  # the last one: it does not come to the question

    given_after(market, WEEK, "organisation", "key", "add", BROKER, KEYS[24].address,
                *market.case("FURTHER"))  # fmt: skip
    asked = market.run("organisation", "key", "revoke", KEYS[24].address)

    assert asked.code == 2
    assert KEYS[24].address in active_keys(market, BROKER)


@pytest.mark.requirement("G27", "S3")
def test_a_further_key_counts_after_a_week_and_is_taken_away_by_decision(market, case):
    key = KEYS[25].address
    added = given_after(market, WEEK, "organisation", "key", "add", KYC, key, *case)
    assert [row["key"] for row in added["keys"]] == [KEYS[7].address, key]

    revoke = ("organisation", "key", "revoke", key, *market.case("TAKEN-KEY"))
    codes = [market.alone(name, *revoke).code for name in ("operator", "auditor", "trust bank")]
    assert codes == [6, 6, 6]
    assert key in active_keys(market, KYC)
    ran = market.alone("operator", *revoke, "--format", "json")

    assert ran.code == 0, ran.err
    assert active_keys(market, KYC) == [KEYS[7].address]
    never = market.run("organisation", "key", "add", KYC, key, *market.case("NEVER"))
    assert never.code == 1
    assert "never returns" in never.err


@pytest.mark.requirement("G27")
def test_an_organisation_exchanges_its_own_key_with_its_own_signature_after_a_day(market, case):
    old, new = KEYS[8], KEYS[27]
    rotate = ("organisation", "key", "rotate", old.address, new.address, *case)

    # Operator and auditor alone are not enough, though they would fill both slots.
    others = [market.alone(name, *rotate) for name in ("operator", "auditor")]
    own = market.with_key(old, *rotate)
    signed = market.alone("operator", *rotate)
    market.pass_time(DAY)
    made = market.json(*rotate)

    assert [ran.code for ran in (*others, own, signed)] == [6, 6, 6, 6]
    assert [(row["key"], row["active"]) for row in made["keys"]] == [
        (old.address, False),
        (new.address, True),
    ]


@pytest.mark.requirement("G27")
def test_the_last_key_is_exchanged_in_one_step_after_a_week(market, case):
    old, new = KEYS[15], KEYS[26]
    replace = ("organisation", "key", "replace", old.address, new.address, *case)

    shown = given_after(market, WEEK, *replace)

    assert [(row["key"], row["active"]) for row in shown["keys"]] == [
        (old.address, False),
        (new.address, True),
    ]
    assert "Nothing was sent" in done(*replace, folder=market.folder).err
