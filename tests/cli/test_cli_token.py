"""`jp20 token`: from the term sheet to the redemption, on a chain."""

import hashlib
import shutil
from collections.abc import Iterator

import pytest
from market import DESKS, KEYS, secret
from offering import ALICE, BOB, CAROL, Place, place_at, refused
from running import Bad, done, run

from jp20.domain.base.times import in_tokyo
from jp20.domain.files.dates import parse_time

BOBS_KEY = bytes([12]) * 32  # see offering.py
CASE = ("--case", "X-1", "--document", "term-sheet.toml", "--yes")
NO_FILE = ("--case", "X-1", "--document", "no-such.pdf", "--yes")
NO_CASE = ("--case", "案件1", "--document", "term-sheet.toml", "--yes")

EMPTY = ("--case", "X-1", "--document", "/dev/null", "--yes")

BAD = [
    Bad("token issue", ("no-such.toml", "100", *CASE), 2, "no-such.toml"),
    Bad("token issue", ("allotments.csv", "100", *CASE), 2, "allotments.csv"),
    Bad("token issue", ("term-sheet.toml", "0", *CASE), 2, "UNITS"),
    Bad("token issue", ("term-sheet.toml", "1.5", *CASE), 2, "1.5"),
    Bad("token issue", ("term-sheet.toml", "100", *NO_FILE), 2, "no-such.pdf"),
    Bad("token issue", ("term-sheet.toml", "100", *NO_CASE), 2, "案件1"),
    Bad("token issue", ("term-sheet.toml", "100", *CASE, "--issuer", "みなと証券"), 2, "--issuer"),
    Bad("token issue", ("term-sheet.toml", "60001", *CASE), 1, "CAP_EXCEEDED"),
    Bad("token issue", ("term-sheet.toml", "100", "--document", "x"), 2, "--case"),
    Bad("token more", ("NONE", "100", *CASE), 1, "NONE"),
    Bad("token more", ("NONE", "-5", *CASE), 2, "-5"),
    Bad("token list", ("ALL",), 2, "ALL"),
    Bad("token show", ("NONE",), 1, "NONE"),
    Bad("token show", ("NONE", "--term-sheet", "no-such.toml"), 2, "no-such.toml"),
    Bad("token pause", ("NONE", *CASE), 1, "NONE"),
    Bad("token unpause", ("NONE", *CASE), 1, "NONE"),
    Bad("token unpause", ("NONE", *NO_CASE), 2, "案件1"),
    Bad("token split", ("NONE", "two", *CASE), 2, "two"),
    Bad("token split", ("NONE", "2", *CASE), 1, "NONE"),
    Bad("token document set", ("NONE", "x", "term-sheet.toml", "--uri", "u", *CASE), 1, "NONE"),
    Bad("token document set", ("NONE", "x", "no.pdf", "--uri", "u", *CASE), 2, "no.pdf"),
    Bad("token document set", ("NONE", "目" * 11, "x", "--uri", "u", *CASE), 2, "NAME"),
    Bad("token document set", ("NONE", "x", "/dev/null", "--uri", "u", *CASE), 2, "/dev/null"),
    Bad("token issue", ("term-sheet.toml", "100", *EMPTY), 2, "/dev/null"),
    Bad("token document remove", ("NONE", "x", *CASE), 1, "NONE"),
    Bad("token document show", ("NONE", "x", "--file", "no.pdf"), 2, "no.pdf"),
    Bad("token document show", ("NONE", "--file", "term-sheet.toml"), 2, "--file"),
    Bad("token record-date set", ("NONE", "2027-02-30", *CASE), 2, "2027-02-30"),
    Bad("token record-date set", ("NONE", "2035-03-31", *CASE), 1, "NONE"),
    Bad("token record-date withdraw", ("NONE", "0", *CASE), 1, "NONE"),
    Bad("token record-date withdraw", ("NONE", "first", *CASE), 2, "NUMBER"),
    Bad("token record-date show", ("NONE", "--number", "-1"), 2, "--number"),
    Bad("token record-date show", ("NONE",), 1, "NONE"),
    Bad("token terms show", ("NONE",), 1, "NONE"),
    Bad("token terms show", ("NONE", "--block", "1", "--time", "2027-03-31"), 2, "--block"),
    Bad("token terms change", ("NONE", "cap", "100", *CASE), 1, "NONE"),
    Bad("token terms change", ("NONE", "colour", "red", *CASE), 2, "holder-cap"),
    Bad("token terms change", ("NONE", "decimals", "2", *CASE), 1, "decimals"),
    Bad("token terms change", ("NONE", "right", "another", *CASE), 1, "right"),
    Bad("token terms change", ("NONE", "cap", "many", *CASE), 2, "many"),
    Bad("token terms change", ("NONE", "classes", "general,rich", *CASE), 2, "rich"),
    Bad("token terms change", ("NONE", "residencies", "general", *CASE), 2, "general"),
    Bad("token terms change", ("NONE", "consent", "maybe", *CASE), 2, "maybe"),
    Bad("token terms change", ("NONE", "maturity", "2036-02-30", *CASE), 2, "2036-02-30"),
    Bad("token terms change", ("NONE", "cap", "100", *NO_FILE), 2, "no-such.pdf"),
    Bad("token redeem preview", ("NONE", "0"), 2, "UNITS"),
    Bad("token redeem preview", ("NONE",), 1, "NONE"),
    Bad("token redeem maturity", ("NONE", *CASE), 1, "NONE"),
    Bad("token redeem maturity", ("NONE", *CASE, "--result", "x.pdf"), 2, "x.pdf"),
    Bad("token redeem early", ("NONE", *CASE), 1, "NONE"),
    Bad("token redeem early", ("NONE", *NO_FILE), 2, "no-such.pdf"),
    Bad("token redeem part", ("NONE", "many", *CASE), 2, "many"),
    Bad("token redeem part", ("NONE", "10", *CASE), 1, "NONE"),
    Bad("token redeem allow", ("NONE", "10", "--from", "0x12", "--yes"), 2, "0x12"),
    Bad("token redeem allow", ("NONE", "some", "--yes"), 2, "UNITS"),
    Bad("token redeem holder", ("NONE", "0x12", "10", *CASE), 2, "0x12"),
    Bad("token redeem holder", ("NONE", ALICE.lower()[:-1], "10", *CASE), 2, "WALLET"),
]


@pytest.mark.requirement("G1", "G17")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_token(bad, folder):
    bad.check(folder)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_at(tmp_path_factory.mktemp("token") / "work") as found:
        yield found


def token(place: Place, *arguments: str, case: str = "") -> dict:
    """A command of the group that must end well; with a case where it decides something."""
    decided = ("--case", case, "--document", "term-sheet.toml", "--yes") if case else ()
    return done("token", *arguments, *decided, "--format", "json", folder=place.folder).json


def as_bob(place: Place, *arguments: str) -> dict:
    """A holder's own command, on a machine that has only the holder's key."""
    folder = place.folder.parent / "bob"
    shutil.copytree(place.folder, folder, ignore=shutil.ignore_patterns("outbox"))
    file = folder / "jp20.toml"
    settings = file.read_text("utf-8")
    assert "development = true" in settings
    file.write_text(settings.replace("development = true", 'environment = "HOLDER"', 1), "utf-8")
    return done(*arguments, folder=folder, HOLDER=f"0x{BOBS_KEY.hex()}").json


def status(place: Place, code: str) -> str:
    return token(place, "show", code)["token"]["status"]


# Issue


@pytest.mark.requirement("G1", "S3")
def test_a_token_is_made_and_its_units_issued_by_the_issuer_with_the_registrars_signature(place):
    sheet = place.sheet("TK-1")

    issued = token(place, "issue", sheet, "1,000", case="IS-1")

    assert issued["issued"]["units"] == 1_000
    assert issued["issued"]["yen"] == 100_000_000  # 1,000 × ¥100,000
    assert issued["issued"]["tranche"] == 1
    who = [(each["step"], each["organisation"]) for each in issued["steps"]]
    one = [
        ("proposed", "港南リアルティ"),
        ("signed", "ひいらぎ信託銀行"),
        ("executed", "港南リアルティ"),
    ]
    assert who == one + one
    shown = token(place, "show", "TK-1", "--term-sheet", sheet)
    assert shown["differences"] == []
    assert (shown["token"]["supply"], shown["token"]["undistributed"]) == (1_000, 1_000)
    assert shown["token"]["issuer"] == "港南リアルティ"
    assert shown["token"]["registrar"] == "ひいらぎ信託銀行"
    assert "TK-1" in [each["code"] for each in token(place, "list")["tokens"]]


@pytest.mark.requirement("G1")
def test_the_same_issue_again_sends_nothing_and_another_case_is_pointed_to_more(place):
    place.issue("TK-2", 1_000)
    before = place.blocks()

    again = run(
        "token", "issue", "TK-2.toml", "1000", *("--case", "IS-TK-2", "--document", "TK-2.toml"),
        "--yes", folder=place.folder,
    )  # fmt: skip
    said = refused("token", "issue", "TK-2.toml", "1000", *CASE, folder=place.folder)
    other = refused("token", "issue", "TK-2.toml", "999", *CASE, folder=place.folder)

    assert again.code == 0
    assert "Nothing was sent" in again.err
    assert "jp20 token more TK-2" in said
    assert "jp20 token more TK-2" in other
    assert place.blocks() == before
    assert token(place, "show", "TK-2")["token"]["supply"] == 1_000


@pytest.mark.requirement("G1")
def test_a_code_that_another_token_has_is_refused_before_anything_is_sent(place):
    place.issue("TK-3", 10)
    other = place.sheet("TK-3", ("unit_price = 100000", "unit_price = 200000"))
    before = place.blocks()

    said = refused("token", "issue", other, "10", *CASE, folder=place.folder)

    assert "TK-3 is taken" in said
    assert place.blocks() == before
    differs = run(
        "token", "show", "TK-3", "--term-sheet", other, "--format", "json", folder=place.folder
    )
    assert differs.code == 1
    fields = {each["field"]: each for each in differs.json["differences"]}
    assert fields.keys() == {"unit_price", "term_sheet_hash"}
    assert (fields["unit_price"]["file"], fields["unit_price"]["chain"]) == ("200000", "100000")


@pytest.mark.requirement("G1")
def test_the_issuers_account_may_not_be_an_investors_wallet(place):
    place.register()
    account = '"0x40Fc963A729c542424cD800349a7E4Ecc4896624"'
    sheet = place.sheet("TK-4", (account, f'"{ALICE}"'))

    said = refused("token", "issue", sheet, "10", *CASE, folder=place.folder)

    assert ALICE in said
    assert "issue.issuer_account" in said


@pytest.mark.requirement("G5")
def test_more_is_the_next_tranche_and_never_more_than_the_cap(place):
    place.issue("TK-5", 59_000)

    more = token(place, "more", "TK-5", "600", case="IS-6")
    before = place.blocks()
    again = token(place, "more", "TK-5", "600", case="IS-6")
    too_many = ("--case", "IS-7", "--document", "term-sheet.toml", "--yes")
    said = refused("token", "more", "TK-5", "401", *too_many, folder=place.folder)

    assert (more["issued"]["tranche"], more["issued"]["supply"]) == (2, 59_600)
    assert (again["issued"]["tranche"], again["issued"]["supply"]) == (2, 59_600)
    assert again["steps"] == []
    assert "CAP_EXCEEDED" in said
    assert "400 are left" in said  # 60,000 − 59,600
    assert place.blocks() == before
    tranches = token(place, "show", "TK-5")["tranches"]
    assert [each["units"] for each in tranches] == [59_000, 600]


@pytest.mark.requirement("G17")
def test_without_a_terminal_and_without_yes_nothing_is_issued(place):
    sheet = place.sheet("TK-6")
    before = place.blocks()

    said = refused("token", "issue", sheet, "10", *CASE[:-1], folder=place.folder, code=2)

    assert "--yes" in said
    assert place.blocks() == before


@pytest.mark.requirement("G17", "S3")
def test_issuer_and_registrar_issue_in_turn_with_their_own_keys(place, tmp_path):
    sheet = place.folder / place.sheet("TK-7")
    issuer, issuers_key = place.session_of("ISSUER", tmp_path / "issuer")
    registrar, registrars_key = place.session_of("REGISTRAR", tmp_path / "registrar")
    command = ("token", "issue", str(sheet), "500", "--case", "IS-8", "--document", str(sheet))

    def turn(folder, key):
        return run(*command, "--yes", folder=folder, **key)

    # The issuer proposes the token; the registrar signs; the issuer makes it and proposes the
    # issue; the registrar signs; the issuer issues.
    codes = [turn(issuer, issuers_key).code, turn(registrar, registrars_key).code]
    waiting = turn(issuer, issuers_key)
    codes += [waiting.code, turn(registrar, registrars_key).code, turn(issuer, issuers_key).code]

    assert codes == [6, 6, 6, 6, 0]
    assert "REGISTRAR" in waiting.err
    assert "jp20 requests approve 0x" in waiting.err
    assert token(place, "show", "TK-7")["token"]["supply"] == 500


# Documents


@pytest.mark.requirement("G1")
def test_a_document_is_named_by_the_hash_of_its_file_and_a_file_is_compared_with_it(place):
    place.issue("TK-8", 10)
    file = place.write("prospectus.pdf", "目論見書")
    other = place.write("other.pdf", "別の文書")
    command = ("document", "set", "TK-8", "prospectus", file, "--uri", "https://issuer.example/p")

    named = token(place, *command, case="DC-1")
    again = token(place, *command, case="DC-2")
    same = run("token", "document", "show", "TK-8", "prospectus", "--file", file,
               folder=place.folder)  # fmt: skip
    differs = run("token", "document", "show", "TK-8", "prospectus", "--file", other,
                  folder=place.folder)  # fmt: skip
    removed = token(place, "document", "remove", "TK-8", "prospectus", case="DC-3")

    (document,) = named["documents"]
    assert document["sha256"] == f"0x{hashlib.sha256('目論見書'.encode()).hexdigest()}"
    assert document["uri"] == "https://issuer.example/p"
    assert len(named["steps"]) == 3  # proposed, signed, executed
    assert again["steps"] == []
    assert (same.code, differs.code) == (0, 1)
    assert removed["documents"] == []
    said = refused("token", "document", "remove", "TK-8", "prospectus", *CASE, folder=place.folder)
    assert "prospectus cannot be removed" in said
    assert "no document of that name" in said
    # and under its own case it is done
    again = run("token", "document", "remove", "TK-8", "prospectus", "--case", "DC-3", *CASE[2:],
                folder=place.folder)  # fmt: skip
    assert again.code == 0
    assert "all done before" in again.err


# Terms


WEEK = 7 * 86_400


@pytest.mark.requirement("G32", "G15")
def test_a_term_is_changed_by_three_organisations_after_a_week_and_was_another_before(place):
    with place.afterwards_as_before():
        place.issue("TK-20", 100)
        made = place.blocks()
        change = ("token", "terms", "change", "TK-20", "cap", "70,000", "--case", "TC-1",
                  "--document", "term-sheet.toml", "--yes")  # fmt: skip
        waits = run(*change, folder=place.folder)
        assert waits.code == 6
        place.pass_to(place.chain.block().time + WEEK)

        changed = token(place, *change[1:])
        again = token(place, *change[1:])
        then = token(place, "terms", "show", "TK-20", "--block", str(made))
        shown = token(place, "show", "TK-20")

    assert (changed["terms"]["cap"], again["terms"]["cap"]) == (70_000, 70_000)
    assert again["steps"] == []
    (row,) = changed["changes"]
    assert (row["term"], row["from"], row["to"]) == ("cap", 60_000, 70_000)
    assert (then["terms"]["cap"], then["changes"]) == (60_000, [])
    assert shown["token"]["cap"] == 70_000


@pytest.mark.requirement("G32")
def test_classes_are_changed_by_name_in_both_languages(place):
    with place.afterwards_as_before():
        place.issue("TK-21", 100)
        change = ("token", "terms", "change", "TK-21", "classes", "適格機関投資家、professional",
                  "--case", "TC-2", "--document", "term-sheet.toml", "--yes")  # fmt: skip
        assert run(*change, folder=place.folder).code == 6
        place.pass_to(place.chain.block().time + WEEK)

        changed = token(place, *change[1:])
        shown = token(place, "show", "TK-21")

    assert changed["terms"]["classes"] == ["professional", "qualified_institution"]
    assert shown["token"]["classes"] == ["professional", "qualified_institution"]


@pytest.mark.requirement("G32")
def test_what_the_contract_refuses_is_refused_before_anybody_signs(place):
    place.issue("TK-22", 100)
    before = place.blocks()

    below = refused("token", "terms", "change", "TK-22", "cap", "99", *CASE, folder=place.folder)
    same = refused("token", "terms", "change", "TK-22", "cap", "60000", *CASE, folder=place.folder)

    assert "100 units are in issue" in below
    assert "already" in same
    assert place.blocks() == before


@pytest.mark.requirement("G32")
def test_before_it_was_made_a_token_had_no_terms(place):
    place.issue("TK-23", 100)

    said = refused("token", "terms", "show", "TK-23", "--block", "0", folder=place.folder)

    assert "not made yet" in said


# Pause, split


@pytest.mark.requirement("G12")
def test_a_paused_token_takes_no_units_until_it_goes_on(place):
    place.issue("TK-9", 10)

    paused = token(place, "pause", "TK-9", *CASE, "--yes")
    before = place.blocks()
    said = refused("token", "more", "TK-9", "10", *CASE, folder=place.folder)
    again = run("token", "pause", "TK-9", *CASE, "--yes", folder=place.folder)

    assert paused["token"]["status"] == "paused"
    assert len(paused["steps"]) == 1  # one key, at once
    assert "TOKEN_PAUSED" in said
    assert (again.code, place.blocks()) == (0, before)
    going_on = token(place, "unpause", "TK-9", case="PA-1")
    assert going_on["token"]["status"] == "open"
    assert [each["step"] for each in going_on["steps"]].count("signed") >= 1
    assert token(place, "more", "TK-9", "10", case="IS-10")["issued"]["supply"] == 20


@pytest.mark.requirement("G6")
def test_a_split_multiplies_units_cap_and_the_units_of_the_price(place):
    place.issue("TK-10", 200)
    place.deliver("TK-10")

    split = token(place, "split", "TK-10", "3", case="SP-1")
    again = token(place, "split", "TK-10", "3", case="SP-1")
    said = refused("token", "split", "TK-10", "1", *CASE, folder=place.folder)

    assert (split["split"]["supply"], split["split"]["cap"]) == (600, 180_000)
    assert split["split"]["price"] == {"yen": 100_000, "units": 3}
    assert again["split"]["supply"] == 600
    assert again["steps"] == []
    assert place.units("TK-10", ALICE) == 300  # 100 × 3
    assert "split by 1" in said


@pytest.mark.requirement("G6")
def test_what_was_placed_with_a_small_number_is_not_split_and_nobody_is_asked_to_sign(place):
    place.issue("TK-11", 10, ('placement = "public"', 'placement = "small_number"'))
    before = place.blocks()

    said = refused("token", "split", "TK-11", "2", *CASE, folder=place.folder)

    assert "SPLIT_FORBIDDEN" in said
    assert place.blocks() == before


# Record dates


@pytest.mark.requirement("G5", "G21")
def test_a_record_date_is_the_end_of_the_day_in_japan_and_keeps_who_held(place):
    with place.afterwards_as_before():
        place.issue("TK-12", 200)
        place.deliver("TK-12")

        dates = token(place, "record-date", "set", "TK-12", "2030-03-31", case="RD-1")
        early = run("token", "record-date", "show", "TK-12", "--number", "0", folder=place.folder)
        place.pass_to(parse_time("2030-04-01"))
        token(place, "split", "TK-12", "2", case="SP-2")
        shown = token(place, "record-date", "show", "TK-12", "--number", "0")
        past = refused("token", "record-date", "set", "TK-12", "2030-03-31", *CASE,
                       folder=place.folder)  # fmt: skip

    last = parse_time("2030-04-01") - 1
    assert [each["time"] for each in dates["record_dates"]] == [in_tokyo(last)]
    assert not dates["record_dates"][0]["has_come"]
    assert early.code == 2
    assert {each["wallet"]: each["units"] for each in shown["holders"]} == {
        ALICE: 100,  # as of the date: not doubled
        BOB: 60,
        CAROL: 40,
    }
    assert shown["record_dates"][0]["supply"] == 200
    assert (shown["restraints"], shown["frozen"]) == ([], [])
    assert "jp20 token record-date show TK-12" in past


# Redemption


@pytest.mark.requirement("G5")
def test_the_last_record_date_is_withdrawn_before_it_comes_and_no_other(place):
    place.issue("TK-17", 250)
    for day, case in (("2030-03-31", "WD-1"), ("2030-09-30", "WD-2")):
        token(place, "record-date", "set", "TK-17", day, case=case)

    words = ("token", "record-date", "withdraw", "TK-17")
    first = refused(*words, "0", *CASE, folder=place.folder)
    japanese = run(*words, "0", *CASE, "--lang", "ja", folder=place.folder)
    after = token(place, "record-date", "withdraw", "TK-17", "1", case="WD-3")
    again = run(*words, "1", "--case", "WD-3", *CASE[2:], folder=place.folder)

    assert "Record date 0 of TK-17 cannot be withdrawn" in first
    assert japanese.code == 1
    assert "基準日 0 は取り消せません" in japanese.err
    assert [each["number"] for each in after["record_dates"]] == [0]
    assert len({each["organisation"] for each in after["steps"]}) > 1
    assert again.code == 0, again.err
    assert "all done before" in again.err


@pytest.mark.requirement("G4")
def test_a_part_is_redeemed_as_the_preview_said(place):
    place.issue("TK-13", 200)
    place.deliver("TK-13")

    seen = token(place, "redeem", "preview", "TK-13", "33")
    redeemed = token(place, "redeem", "part", "TK-13", "33", case="RD-2")
    again = token(place, "redeem", "part", "TK-13", "33", case="RD-2")

    # 33 of 200: 16.5, 9.9, 6.6 → 16, 9, 6, and one more for the two largest remainders
    expected = {ALICE: 16, BOB: 10, CAROL: 7}
    assert {each["wallet"]: each["redeemed"] for each in seen["rows"]} == expected
    assert seen["sums"] == {"accounts": 3, "redeemed": 33, "refused": 0, "odd": 0}
    assert redeemed["outcomes"] == [{"outcome": "done", "rows": 3, "units": 33}]
    assert again["outcomes"] == [{"outcome": "already_done", "rows": 3, "units": 33}]
    assert again["steps"] == []
    held = [place.units("TK-13", each) for each in (ALICE, BOB, CAROL)]
    assert held == [84, 50, 33]  # 100 − 16, 60 − 10, 40 − 7


@pytest.mark.requirement("G4")
def test_the_preview_of_a_part_names_who_is_left_with_an_odd_lot(place):
    place.issue("TK-31", 200, ("# lot_size = 1 ", "lot_size = 10 "))
    place.deliver("TK-31")

    seen = token(place, "redeem", "preview", "TK-31", "33")
    whole = token(place, "redeem", "preview", "TK-31")

    # 100 − 16, 60 − 10, 40 − 7 in lots of 10
    assert {each["wallet"]: each["odd"] for each in seen["rows"]} == {ALICE: 4, BOB: 0, CAROL: 3}
    assert seen["sums"] == {"accounts": 3, "redeemed": 33, "refused": 0, "odd": 2}
    assert whole["sums"]["odd"] == 0


@pytest.mark.requirement("G4")
def test_the_whole_issue_is_redeemed_early_and_once(place):
    place.issue("TK-14", 250)
    place.deliver("TK-14")  # 50 are left undistributed

    redeemed = token(place, "redeem", "early", "TK-14", "--result", "early.csv", case="RD-3")
    again = run("token", "redeem", "early", "TK-14", *CASE, folder=place.folder)

    # three holders and the issuer's account
    assert redeemed["outcomes"] == [{"outcome": "done", "rows": 4, "units": 250}]
    assert status(place, "TK-14") == "redeemed"
    rows = (place.folder / "early.csv").read_text("utf-8-sig").splitlines()
    assert len(rows) == 1 + 4
    assert again.code == 0
    assert "nothing was sent" in again.err
    history = done("register", "history", "TK-14", "--format", "json", folder=place.folder).json
    assert [each["why"] for each in history["history"]].count("redeemed") == 4


@pytest.mark.requirement("G4")
def test_each_way_of_redemption_only_as_the_terms_allow_it(place):
    place.issue(
        "TK-15", 200, ("early = true", "early = false"), ("holder = false", "holder = true")
    )
    place.deliver("TK-15")
    before = place.blocks()

    too_soon = refused("token", "redeem", "maturity", "TK-15", *CASE, folder=place.folder)
    never = refused("token", "redeem", "early", "TK-15", *CASE, folder=place.folder)
    too_many = refused("token", "redeem", "part", "TK-15", "201", *CASE, folder=place.folder)
    assert place.blocks() == before
    unasked = refused("token", "redeem", "holder", "TK-15", BOB, "25", *CASE, folder=place.folder)
    allow = ("token", "redeem", "allow", "TK-15", "25", "--yes", "--format", "json")
    allowed = as_bob(place, *allow)
    one = token(place, "redeem", "holder", "TK-15", BOB, "25", case="RD-4")

    assert "INSUFFICIENT_ALLOWANCE" in unasked
    assert (allowed["allowed"]["wallet"], allowed["allowed"]["units"]) == (BOB, 25)
    assert "REDEMPTION_NOT_ALLOWED" in too_soon
    assert "REDEMPTION_NOT_ALLOWED" in never
    assert "holders have 200" in too_many
    assert one["redeemed"] == [{"wallet": BOB, "units": 25, "left": 35}]  # 60 − 25


@pytest.mark.requirement("G4")
def test_at_maturity_everything_is_redeemed(place):
    with place.afterwards_as_before():
        place.issue("TK-16", 200)
        place.deliver("TK-16")
        place.pass_to(parse_time("2036-03-31"))

        redeemed = token(place, "redeem", "maturity", "TK-16", case="RD-5")

        assert redeemed["outcomes"] == [{"outcome": "done", "rows": 3, "units": 200}]
        shown = token(place, "show", "TK-16")["token"]
        assert (shown["supply"], shown["status"]) == (0, "redeemed")


@pytest.mark.requirement("G1", "G17")
def test_an_issue_says_of_which_of_its_two_decisions_it_waits(place):
    """Issuer and registrar, each with its own key: the token first, then its units."""
    sheet = place.sheet("TK-30")
    case = ("--case", "IS-TK-30", "--document", sheet, "--yes", "--format", "json")

    def alone(name: str):
        key = KEYS[DESKS[name]]
        folder = place.folder.parent / f"alone-{name}"
        if not folder.exists():
            shutil.copytree(place.folder, folder, ignore=shutil.ignore_patterns("outbox"))
            settings = folder / "jp20.toml"
            text = settings.read_text("utf-8")
            text = text.replace("development = true", 'environment = "JP20_TEST_KEY"', 1)
            settings.write_text(text, "utf-8")
        named = ("--issuer", "港南リアルティ", "--registrar", "ひいらぎ信託銀行")
        command = ("token", "issue", sheet, "100", *case, *named)
        return run(*command, folder=folder, JP20_TEST_KEY=secret(key))

    created = alone("issuer")
    signed = alone("trust bank")
    issued = alone("issuer")

    assert created.code == signed.code == issued.code == 6
    assert "1 of 2, the token: " in created.err
    assert "sent now: proposed" in created.err
    assert "1 of 2: the token stands at 0x" not in created.err
    assert "2 of 2, the issue of the units: " in issued.err
    assert "1 of 2: the token stands at 0x" in issued.err
