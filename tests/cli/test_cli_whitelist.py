"""`jp20 whitelist`: from a file of investors to the chain, and single investors after that."""

import json
from collections.abc import Iterator

import openpyxl
import pytest
from offering import ALICE, BOB, CAROL, FOREIGNER, INVESTORS, STRANGER, Place, place_at, refused
from running import Bad, done, run

CASE = ("--case", "WL-1", "--document", "term-sheet.toml")
NO_FILE = ("--case", "WL-1", "--document", "no-such.pdf")

GENERAL, RESIDENT = ("--class", "general"), ("--residency", "resident")
BAD = [
    Bad("whitelist plan", ("no-such.csv", *CASE), 2, "no-such.csv"),
    Bad("whitelist plan", ("allotments.csv", *CASE), 2, "allotments.csv"),
    Bad("whitelist plan", ("investors.csv", *NO_FILE), 2, "no-such.pdf"),
    Bad("whitelist plan", ("investors.csv", "--document", "x"), 2, "--case"),
    Bad("whitelist plan", ("investors.csv", *CASE, "--out", "no/such/plan.json"), 2, "plan.json"),
    Bad("whitelist apply", ("no-such.json", "--yes"), 2, "no-such.json"),
    Bad("whitelist apply", ("term-sheet.toml", "--yes"), 2, "term-sheet.toml"),
    Bad("whitelist show", ("0x12",), 2, "0x12"),
    Bad("whitelist show", (STRANGER,), 1, STRANGER),
    Bad("whitelist renew", (ALICE, "--until", "2035-13-01", *CASE), 2, "2035-13-01"),
    Bad("whitelist renew", (STRANGER, "--until", "2035-01-01", *CASE, "--yes"), 1, STRANGER),
    Bad("whitelist renew", (ALICE, ALICE, "--until", "2035-01-01", *CASE), 2, ALICE),
    Bad("whitelist renew", (ALICE, "--until", "2035-01-01", "--case", "X"), 2, "--document"),
    Bad("whitelist reclassify", (ALICE, "--class", "rich", *RESIDENT, *CASE), 2, "rich"),
    Bad("whitelist reclassify", (ALICE, *GENERAL, "--residency", "?", *CASE), 2, "?"),
    Bad("whitelist suspend", (ALICE, "--yes"), 2, "--case"),
    Bad("whitelist suspend", (ALICE, "--at-once", "--yes"), 2, "--case"),
    Bad("whitelist suspend", (STRANGER, "--at-once", *CASE, "--yes"), 1, STRANGER),
    Bad("whitelist suspend", ("--at-once", *CASE, "--yes"), 2, "--file"),
    Bad("whitelist suspend", (ALICE, "--file", "investors.csv", *CASE, "--yes"), 2, "--file"),
    Bad("whitelist suspend", ("--file", "no-such.csv", *CASE, "--yes"), 2, "no-such.csv"),
    Bad("whitelist suspend", (ALICE, "--result", "r.doc", *CASE, "--yes"), 2, "r.doc"),
    Bad("whitelist confirm", ("0x12", *CASE), 2, "0x12"),
    Bad("whitelist confirm", (STRANGER, *CASE, "--yes"), 1, STRANGER),
    Bad("whitelist reinstate", (STRANGER, *CASE, "--yes"), 1, STRANGER),
    Bad("whitelist reinstate", (STRANGER, *NO_FILE, "--yes"), 2, "no-such.pdf"),
    Bad("whitelist wallet add", (STRANGER, ALICE, *CASE, "--yes"), 1, STRANGER),
    Bad("whitelist wallet add", (STRANGER, "0x12", *CASE, "--yes"), 2, "NEW"),
    Bad("whitelist wallet retire", (STRANGER, *CASE, "--yes"), 1, STRANGER),
    Bad("whitelist wallet retire", (STRANGER, STRANGER, *CASE), 2, STRANGER),
]


@pytest.mark.requirement("G7", "G17")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_whitelist(bad, folder):
    bad.check(folder)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_at(tmp_path_factory.mktemp("whitelist") / "work") as found:
        yield found


@pytest.fixture
def place(shared: Place) -> Iterator[Place]:
    """Nobody is registered when a test begins."""
    with shared.afterwards_as_before():
        yield shared


def plan(place: Place, text: str, *more: str, encoding: str = "utf-8"):
    file = place.write("people.csv", text, encoding)
    (place.folder / "plan.json").unlink(missing_ok=True)
    options = ("--case", "WL-7", "--document", file, "--out", "plan.json", "--format", "json")
    return run("whitelist", "plan", file, *options, *more, folder=place.folder)


def apply(place: Place, *more: str, file: str = "plan.json"):
    return run("whitelist", "apply", file, "--yes", "--format", "json", *more, folder=place.folder)


def facts(place: Place, wallet: str) -> dict:
    shown = done("whitelist", "show", wallet, "--format", "json", folder=place.folder).json
    return next(each for each in shown["wallets"] if each["wallet"] == wallet)


def one(place: Place, *arguments: str, decided: str = "ONE-1") -> dict:
    case = ("--case", decided, "--document", "term-sheet.toml")
    command = ("whitelist", *arguments, *case, "--yes", "--format", "json")
    return done(*command, folder=place.folder).json


# Plan and apply


@pytest.mark.requirement("G7", "G18", "S3")
def test_what_is_planned_is_what_happens(place):
    planned = plan(place, INVESTORS)
    before = place.blocks()
    applied = apply(place, "--result", "result.csv")

    assert (planned.code, applied.code) == (0, 0)
    assert planned.json["plan"]["planned"] == 4
    assert planned.json["plan"]["transactions"] == 3  # proposed, signed, one call of 4 rows
    assert planned.json["approvals"] == [
        {
            "act": "register",
            "rows": 4,
            "proposes": "KYC",
            "signs": "KYC + AML",
            "executes": "KYC",
            "delay": None,
        }
    ]
    assert [each["wallet"] for each in planned.json["rows"]] == [ALICE, BOB, CAROL, FOREIGNER]
    assert planned.json["rows"][1]["after"] == {
        "class": "professional",
        "residency": "resident",
        "kyc_expiry": "2035-03-31",
        "class_expiry": "2034-03-31",
    }
    assert applied.json["outcomes"] == [{"outcome": "done", "rows": 4, "units": None}]
    assert len(applied.json["steps"]) == place.blocks() - before == 3
    assert [each["step"] for each in applied.json["steps"]] == ["proposed", "signed", "executed"]
    assert (facts(place, BOB)["class"], facts(place, BOB)["kyc_expiry"]) == (
        "professional",
        "2035-03-31",
    )
    rows = (place.folder / "result.csv").read_text("utf-8-sig").splitlines()
    assert rows[0] == "line,wallet,units,outcome,code,reason,transaction,block"
    assert [row.split(",")[:2] for row in rows[1:]] == [
        ["2", ALICE],
        ["3", BOB],
        ["4", CAROL],
        ["5", FOREIGNER],
    ]


@pytest.mark.requirement("G7", "G17")
def test_applied_again_nothing_is_sent_and_an_unchanged_file_is_said_to_be(place):
    plan(place, INVESTORS)
    apply(place)
    before = place.blocks()

    again = apply(place)
    unasked = run("whitelist", "apply", "plan.json", folder=place.folder)
    unchanged = plan(place, INVESTORS)

    assert again.code == unasked.code == 0  # where nothing is left nobody is asked
    assert again.json["outcomes"] == [{"outcome": "already_done", "rows": 4, "units": None}]
    assert again.json["steps"] == []
    assert "Nothing was sent" in again.err
    assert unchanged.code == 0
    assert "the chain is as the file says" in unchanged.err
    assert unchanged.json["plan"]["settled"] == 4
    assert place.blocks() == before


@pytest.mark.requirement("G7", "G18")
def test_faulty_rows_are_refused_by_line_and_field_and_the_others_are_registered(place):
    faulty = INVESTORS + (
        f"A-2,{ALICE},general,resident,2035-03-31,\n"  # line 6: the wallet is on line 2
        f"X-1,0x12,general,resident,2035-03-31,\n"
        f"X-2,{STRANGER},rich,resident,2020-03-31,\n"  # two faults
    )

    planned = plan(place, faulty)
    applied = apply(place)

    found = {(each["line"], each["field"]) for each in planned.json["refused"]}
    assert found == {(6, "wallet"), (7, "wallet"), (8, "class"), (8, "kyc_expiry")}
    assert planned.code == 4
    assert planned.json["plan"]["refused"] == 3
    assert applied.code == 4
    assert {each["outcome"]: each["rows"] for each in applied.json["outcomes"]}["done"] == 4
    assert {each["line"] for each in applied.json["refused"]} == {6, 7, 8}


@pytest.mark.requirement("G7", "G18")
def test_a_file_in_japanese_and_cp932_is_read(place):
    text = (
        "顧客番号,氏名又は名称,ウォレットアドレス,投資家区分,居住区分,KYC有効期限,区分有効期限\n"
        f"A-1,見本 太郎,{ALICE},一般投資家,居住者,2035年3月31日,\n"
    )

    planned = plan(place, text, "--lang", "ja", encoding="cp932")
    apply(place)

    assert planned.code == 0
    assert "保存先: plan.json" in planned.err
    assert facts(place, ALICE)["kyc_expiry"] == "2035-03-31"
    assert "見本" not in (place.folder / "plan.json").read_text("utf-8")


@pytest.mark.requirement("G7")
def test_a_changed_file_renews_and_reclassifies_only_what_differs(place):
    place.register()
    changed = INVESTORS.replace(
        f"{ALICE},general,resident,2035-03-31", f"{ALICE},general,resident,2036-03-31"
    ).replace(f"{CAROL},qualified_institution", f"{CAROL},professional")

    planned = plan(place, changed)
    applied = apply(place)

    rows = {each["wallet"]: each for each in planned.json["rows"] if each["after"]}
    assert (rows[ALICE]["outcome"], rows[CAROL]["outcome"]) == ("renew", "reclassify")
    assert rows[ALICE]["before"]["kyc_expiry"] == "2035-03-31"
    assert rows[ALICE]["after"] == {**rows[ALICE]["before"], "kyc_expiry": "2036-03-31"}
    assert planned.json["plan"]["settled"] == 2
    assert applied.code == 0
    assert facts(place, ALICE)["kyc_expiry"] == "2036-03-31"
    assert facts(place, CAROL)["class"] == "professional"


@pytest.mark.requirement("G17")
def test_a_plan_whose_ground_moved_is_refused_with_3_and_nothing_is_sent(place):
    place.register()
    longer = INVESTORS.replace(f"{ALICE},general,resident,2035", f"{ALICE},general,resident,2036")
    plan(place, longer)
    one(place, "renew", ALICE, "--until", "2033-03-31")
    before = place.blocks()

    moved = apply(place)
    japanese = apply(place, "--lang", "ja")
    unasked = run("whitelist", "apply", "plan.json", folder=place.folder)

    assert moved.code == unasked.code == 3  # before anybody is asked
    assert ALICE in moved.err
    assert "Make a new plan" in moved.err
    assert "適用できません" in japanese.err
    assert place.blocks() == before
    assert facts(place, ALICE)["kyc_expiry"] == "2033-03-31"


@pytest.mark.requirement("G17")
def test_a_plan_that_was_changed_by_hand_is_refused(place):
    plan(place, INVESTORS)
    file = place.folder / "plan.json"
    file.write_text(file.read_text("utf-8").replace(ALICE, STRANGER), "utf-8")

    tampered = apply(place)

    assert tampered.code == 2
    assert "plan.json" in tampered.err
    assert "checksum" in tampered.err


@pytest.mark.requirement("G17")
def test_a_plan_for_another_chain_is_refused(place, tmp_path):
    plan(place, INVESTORS)
    with place_at(tmp_path / "elsewhere") as elsewhere:
        plan_file = str(place.folder / "plan.json")
        ran = run("whitelist", "apply", plan_file, "--yes", folder=elsewhere.folder)
        whitelisted = run("whitelist", "show", ALICE, folder=elsewhere.folder)

    assert ran.code == 1
    assert "another" in ran.err
    assert whitelisted.code == 1


@pytest.mark.requirement("G17", "S3")
def test_kyc_and_aml_apply_the_same_plan_in_turn(place, tmp_path):
    plan(place, INVESTORS)
    file = str(place.folder / "plan.json")
    kyc, kyc_key = place.session_of("KYC", tmp_path / "kyc")
    aml, aml_key = place.session_of("AML", tmp_path / "aml")
    command = ("whitelist", "apply", file, "--yes", "--format", "json")

    proposed = run(*command, folder=kyc, **kyc_key)
    signed = run(*command, folder=aml, **aml_key)
    executed = run(*command, folder=kyc, **kyc_key)

    assert [proposed.code, signed.code, executed.code] == [6, 6, 0]
    assert "AML" in proposed.err
    assert "apply the same plan" in proposed.err
    assert proposed.json["outcomes"] == [{"outcome": "pending", "rows": 4, "units": None}]
    assert executed.json["outcomes"] == [{"outcome": "done", "rows": 4, "units": None}]
    assert facts(place, ALICE)["class"] == "general"


@pytest.mark.requirement("G17")
def test_a_plan_is_not_sent_without_being_confirmed(place):
    plan(place, INVESTORS)
    before = place.blocks()

    ran = run("whitelist", "apply", "plan.json", folder=place.folder)

    assert ran.code == 2
    assert "--yes" in ran.err
    assert place.blocks() == before


@pytest.mark.requirement("G7", "S3")
def test_who_has_the_file_compares_it_with_the_plan_before_signing(place):
    place.register()
    renewed = INVESTORS.replace(f"{ALICE},general,resident,2035", f"{ALICE},general,resident,2036")
    plan(place, renewed)
    place.write("more.csv", renewed.replace(f"{CAROL},qualified_institution", f"{CAROL},general"))
    place.write("less.csv", INVESTORS)
    before = place.blocks()

    more = apply(place, "--file", "more.csv")
    less = apply(place, "--file", "less.csv")
    document = apply(place, "--document", "term-sheet.toml")
    refused_before = place.blocks()
    same = apply(place, "--file", "people.csv", "--document", "people.csv")
    again = apply(place, "--file", "people.csv")

    assert (more.code, less.code, document.code, refused_before) == (1, 1, 1, before)
    # Line 4 is Carol's: the plan does not change what the copy would.
    assert f"Line 4: the plan: no such row; the file: reclassify {CAROL}" in more.err
    assert f"Line 2: the plan: renew {ALICE}" in less.err
    assert "NOT the document" in document.err
    assert same.code == again.code == 0
    assert facts(place, ALICE)["kyc_expiry"] == "2036-03-31"


@pytest.mark.requirement("G7", "S3")
def test_organisations_that_are_party_to_it_stand_in_the_plan_and_sign_nothing(place):
    planned = plan(place, INVESTORS, "--party", "つばめAMLセンター")

    ran = apply(place)

    assert planned.json["plan"]["parties"] == "つばめAMLセンター"
    assert ran.code == 1
    assert "AML" in ran.err


# Single investors


@pytest.mark.requirement("G7")
def test_kyc_is_renewed_through_the_end_of_a_day_in_japan(place):
    place.register()

    renewed = one(place, "renew", ALICE, BOB, "--until", "2036-03-31")

    assert [each["kyc_expiry"] for each in renewed["wallets"]] == ["2036-03-31", "2036-03-31"]
    assert len(renewed["steps"]) == 1  # KYC alone, one call
    said = refused("whitelist", "renew", ALICE, "--until", "2020-03-31", *CASE,
                   "--yes", folder=place.folder)  # fmt: skip
    assert ALICE in said


@pytest.mark.requirement("G7")
def test_an_investor_is_reclassified_until_a_day(place):
    place.register()
    options = ("--class", "特定投資家", "--residency", "居住者", "--class-until", "2030-06-30")

    changed = one(place, "reclassify", ALICE, *options)

    (row,) = changed["wallets"]
    assert (row["class"], row["residency"], row["class_expiry"]) == (
        "professional",
        "resident",
        "2030-06-30",
    )


@pytest.mark.requirement("G19")
def test_a_suspension_at_once_is_confirmed_by_another_and_lifted_by_decision(place):
    place.register()

    suspended = one(place, "suspend", ALICE, "--at-once")
    confirmed = one(place, "confirm", ALICE)
    again = run("whitelist", "confirm", ALICE, *CASE, "--yes", folder=place.folder)
    reinstated = one(place, "reinstate", ALICE, decided="AM-1")

    assert suspended["wallets"][0]["suspended"]
    assert suspended["steps"][0]["organisation"] == "つばめAMLセンター"
    assert confirmed["steps"][0]["organisation"] != "つばめAMLセンター"
    assert again.code == 1
    assert "ALREADY_CONFIRMED" in again.err
    assert not reinstated["wallets"][0]["suspended"]


@pytest.mark.requirement("G19")
def test_a_suspension_by_decision_reports_whom_it_could_not_suspend(place):
    place.register()
    one(place, "suspend", ALICE, decided="AM-2")

    ran = run(
        "whitelist", "suspend", ALICE, BOB, "--case", "AM-3", "--document", "term-sheet.toml",
        "--yes", "--format", "json", folder=place.folder,
    )  # fmt: skip

    assert ran.code == 4
    assert [(each["wallet"], each["code"]) for each in ran.json["refused"]] == [
        (ALICE, "ALREADY_SUSPENDED")
    ]
    assert facts(place, BOB)["suspended"]


@pytest.mark.requirement("G13")
def test_a_further_wallet_is_the_same_investors_and_a_retired_one_is_for_ever(place):
    place.register()

    added = one(place, "wallet", "add", ALICE, STRANGER, decided="WA-1")
    retired = one(place, "wallet", "retire", ALICE)
    again = run("whitelist", "wallet", "retire", ALICE, *CASE, "--yes", folder=place.folder)

    ids = {each["wallet"]: each["investor"] for each in added["wallets"]}
    assert ids[ALICE] == ids[STRANGER]
    assert retired["wallets"][0]["retired"]
    assert again.code == 1
    assert "ALREADY_RETIRED" in again.err
    shown = done("whitelist", "show", STRANGER, "--format", "json", folder=place.folder).json
    assert [(each["wallet"], each["retired"]) for each in shown["wallets"]] == [
        (STRANGER, False),
        (ALICE, True),
    ]


@pytest.mark.requirement("G7", "G19", "S3")
def test_many_are_suspended_confirmed_and_reinstated_by_a_file_of_customer_numbers(place):
    place.register()
    hits = place.write("hits.csv", f"顧客番号,ウォレット\nA-1,\nX-9,\n,{BOB}\n,{STRANGER}\nA-1,\n")
    by_file = ("--file", hits, "--investors", "investors.csv", "--format", "json", "--yes")

    def act(command: str, case: str, code: int = 4) -> tuple[dict, list[str]]:
        rests_on = ("--case", case, "--document", "term-sheet.toml")
        result = (place.folder / "people-result.csv").unlink(missing_ok=True) or "people-result.csv"
        more = ("--at-once",) if command == "suspend" else ()
        arguments = (*by_file, *rests_on, "--result", result, *more)
        ran = run("whitelist", command, *arguments, folder=place.folder)
        assert ran.code == code, ran.out + ran.err
        rows = (place.folder / result).read_text("utf-8-sig").splitlines()
        return ran.json, rows

    shown, rows = act("suspend", "AM-1")
    # Five rows: Alice and Bob done; X-9, the stranger and Alice's second row refused.
    counts = {each["outcome"]: each["rows"] for each in shown["outcomes"]}
    assert counts == {"done": 2, "refused": 3}
    assert len(rows) == 1 + 5
    assert [each["line"] for each in shown["refused"]] == [3, 5, 6]
    assert (facts(place, ALICE)["suspended"], facts(place, BOB)["suspended"]) == (True, True)
    assert not facts(place, CAROL)["suspended"]

    shown, rows = act("suspend", "AM-1")  # run again: who is suspended stands, nothing is sent
    counts = {each["outcome"]: each["rows"] for each in shown["outcomes"]}
    assert (counts, shown["steps"], len(rows)) == ({"unchanged": 2, "refused": 3}, [], 1 + 5)

    assert {each["outcome"] for each in act("confirm", "AM-2")[0]["outcomes"]} == {
        "done",
        "refused",
    }
    act("reinstate", "AM-3")
    assert (facts(place, ALICE)["suspended"], facts(place, BOB)["suspended"]) == (False, False)

    shown, rows = act("reinstate", "AM-3")  # what was lifted under this case is not asked for again
    counts = {each["outcome"]: each["rows"] for each in shown["outcomes"]}
    assert (counts, shown["steps"], len(rows)) == ({"already_done": 2, "refused": 3}, [], 1 + 5)


@pytest.mark.requirement("G7")
def test_a_file_renews_and_reclassifies_those_who_are_not_so_yet(place):
    place.register()
    place.write("two.csv", f"wallet\n{ALICE}\n{BOB}\n")
    case = ("--case", "KY-1", "--document", "term-sheet.toml", "--format", "json", "--yes")
    done("whitelist", "renew", ALICE, "--until", "2037-03-31", *case, folder=place.folder)
    shown = done(
        *("whitelist", "renew", "--file", "two.csv", "--until", "2037-03-31", *case),
        folder=place.folder,
    ).json
    assert {each["outcome"]: each["rows"] for each in shown["outcomes"]} == {
        "done": 1,
        "unchanged": 1,
    }
    assert facts(place, BOB)["kyc_expiry"] == "2037-03-31"

    shown = done(
        *("whitelist", "reclassify", "--file", "two.csv", *GENERAL, *RESIDENT, *case),
        folder=place.folder,
    ).json
    # Alice is general and resident already.
    assert {each["outcome"]: each["rows"] for each in shown["outcomes"]} == {
        "done": 1,
        "unchanged": 1,
    }


@pytest.mark.parametrize(("more", "code"), [((), 4), (("--visible-only",), 0)])
def test_rows_that_nobody_sees_are_told_by_the_exit_code(place, more, code):
    book = openpyxl.Workbook()
    for line in INVESTORS.splitlines():
        book.active.append(line.split(","))
    book.active.row_dimensions[3].hidden = True
    book.save(place.folder / "hidden.xlsx")
    case = ("--case", "WL-9", "--document", "term-sheet.toml", "--format", "json")

    ran = run("whitelist", "plan", "hidden.xlsx", *case, *more, folder=place.folder)

    # Four investors, one of them hidden.
    assert (ran.code, ran.json["plan"]["planned"]) == (code, 3 if more else 4)
    assert ("--visible-only" in ran.err) is not bool(more)


def test_a_plan_is_json_that_names_its_block(place):
    plan(place, INVESTORS)

    content = json.loads((place.folder / "plan.json").read_text("utf-8"))

    assert content["case"] == "WL-7"
    assert content["block"] == place.blocks()


@pytest.mark.requirement("G7", "G18", "S5")
def test_who_made_a_plan_sees_cell_customer_and_next_step_and_nobody_else(place):
    faulty = INVESTORS.replace(f"{ALICE},general", f"{ALICE},大口客")

    planned = plan(place, faulty)
    shown = run(
        "whitelist", "plan", "people.csv", "--case", "WL-7", "--document", "people.csv",
        "--lang", "ja", folder=place.folder,
    )  # fmt: skip

    (refused,) = planned.json["refused"]
    assert (refused["line"], refused["customer"], refused["field"]) == (2, "A-1", "class")
    assert '"大口客"' in refused["reason"]
    assert "general" in refused["next_step"]
    assert "「大口客」は使用できない値です" in shown.out
    assert "投資家区分" in shown.out
    assert "一般投資家" in shown.out
    kept = (place.folder / "plan.json").read_text("utf-8")
    assert "大口客" not in kept
    assert "A-1" not in kept


@pytest.mark.requirement("G7")
def test_columns_of_one_s_own_are_read_as_the_settings_say(place):
    text = INVESTORS.replace("investor,", "顧客コード,備考,", 1).replace("\nA-1,", "\nA-1,至急,")
    text = "\n".join(
        line if "," not in line or "備考" in line or "至急" in line else line.replace(",", ",,", 1)
        for line in text.splitlines()
    )
    refused = plan(place, text)
    settings = place.folder / "jp20.toml"
    before = settings.read_text("utf-8")
    settings.write_text(before + '\n[columns]\n"顧客コード" = "investor"\n"備考" = ""\n', "utf-8")

    read = plan(place, text)
    settings.write_text(before, "utf-8")

    assert refused.code == 2
    assert '[columns] "顧客コード" = "investor"' in refused.err
    assert (read.code, read.json["plan"]["planned"]) == (0, 4)


@pytest.mark.requirement("G2", "G7")
def test_rows_done_standing_and_refused_are_the_rows_of_the_file(place):
    place.register()
    twice = INVESTORS + INVESTORS.splitlines()[1] + "\n" + "X-1,0x12,general,resident,2035-03-31,\n"

    planned = plan(place, twice).json["plan"]

    # 4 rows of INVESTORS stand, one is there twice, one has no wallet.
    assert (planned["planned"], planned["settled"], planned["refused"]) == (0, 4, 2)
