"""`jp20 distribute`: allotments planned, applied, applied again, and what is wrong with them."""

import contextlib
import errno
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from offering import ALICE, ALLOTMENTS, BOB, CAROL, FOREIGNER, Place, place_at
from running import Bad, done, run

from jp20.chain.new_files import CannotWrite
from jp20.cli.frame.endings import Ending
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.ending_rows import ResultFile, finish
from jp20.domain.base.text import Text
from jp20.domain.plans.outcomes import Outcome, Outcomes, RowOutcome
from jp20.domain.plans.plan import Source, plan_to_json
from jp20.operations.plans.plan import load_plan

TOKEN = ("--token", "NONE")
CASE = ("--case", "D-1", "--document", "term-sheet.toml")
NO_FILE = ("--case", "D-1", "--document", "no-such.pdf")

BAD = [
    Bad("distribute plan", ("no-such.csv", *TOKEN, *CASE), 2, "no-such.csv"),
    Bad("distribute plan", ("term-sheet.toml", *TOKEN, *CASE), 2, "term-sheet.toml"),
    Bad("distribute plan", ("allotments.csv", *CASE), 2, "--token"),
    Bad("distribute plan", ("allotments.csv", *TOKEN, *CASE), 2, "--investors"),
    Bad("distribute plan", ("allotments.csv", *TOKEN, *NO_FILE), 2, "no-such.pdf"),
    Bad("distribute plan", ("allotments.csv", *TOKEN, *CASE, "--total", "all"), 2, "--total"),
    Bad("distribute plan", ("allotments.csv", *TOKEN, *CASE, "--investors", "x"), 2, "x"),
    Bad(
        "distribute plan",
        ("allotments.csv", *TOKEN, *CASE, "--investors", "investors.csv"),
        1,
        "NONE",
    ),
    Bad("distribute apply", ("no-such.json", "--yes"), 2, "no-such.json"),
    Bad("distribute apply", ("investors.csv", "--yes"), 2, "investors.csv"),
    Bad("distribute apply", (), 2, "PLAN"),
    Bad("distribute apply", ("no-such.json", "--investors", "investors.csv"), 2, "--file"),
]


@pytest.mark.requirement("G2", "G17")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_distribute(bad, folder):
    bad.check(folder)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_at(tmp_path_factory.mktemp("distribute") / "work") as found:
        found.register()
        yield found


def plan(place: Place, code: str, allotments: str = ALLOTMENTS, *more: str, case: str = "D-1"):
    file = place.write(f"{code}.csv", allotments)
    (place.folder / f"{code}.json").unlink(missing_ok=True)
    options = ("--token", code, "--case", case, "--document", file, "--out", f"{code}.json")
    command = ("distribute", "plan", file, "--investors", "investors.csv", *options, *more)
    return run(*command, "--format", "json", folder=place.folder)


def apply(place: Place, code: str, *more: str):
    command = ("distribute", "apply", f"{code}.json", "--yes", "--format", "json", *more)
    return run(*command, folder=place.folder)


def held(place: Place, code: str) -> list[int]:
    return [place.units(code, each) for each in (ALICE, BOB, CAROL)]


@pytest.mark.requirement("G2", "S3")
def test_what_is_planned_is_what_happens(place):
    place.issue("DI-1", 200)

    planned = plan(place, "DI-1", ALLOTMENTS, "--total", "200")
    before = place.blocks()
    applied = apply(place, "DI-1", "--result", "DI-1-result.csv")

    assert (planned.code, applied.code) == (0, 0)
    assert planned.json["plan"]["total"] == 200  # 100 + 60 + 40
    assert planned.json["plan"]["undistributed"] == 200
    assert planned.json["plan"]["transactions"] == 3  # proposed, signed, one call of 3 rows
    (approval,) = planned.json["approvals"]
    assert (approval["proposes"], approval["signs"], approval["executes"]) == (
        "BROKER",
        "BROKER + ISSUER",
        "REGISTRAR",
    )
    assert [(each["wallet"], each["units"]) for each in planned.json["rows"]] == [
        (ALICE, 100),
        (BOB, 60),
        (CAROL, 40),
    ]
    assert applied.json["outcomes"] == [{"outcome": "done", "rows": 3, "units": 200}]
    assert len(applied.json["steps"]) == place.blocks() - before == 3
    assert applied.json["steps"][2]["organisation"] == "ひいらぎ信託銀行"
    assert held(place, "DI-1") == [100, 60, 40]
    rows = (place.folder / "DI-1-result.csv").read_text("utf-8-sig").splitlines()
    assert [row.split(",")[:4] for row in rows[1:]] == [
        ["2", ALICE, "100", "done"],
        ["3", BOB, "60", "done"],
        ["4", CAROL, "40", "done"],
    ]


@pytest.mark.requirement("G2", "G17")
def test_applied_again_and_planned_again_nothing_is_delivered_twice(place):
    place.issue("DI-2", 400)
    plan(place, "DI-2")
    apply(place, "DI-2")
    before = place.blocks()

    again = apply(place, "DI-2")
    planned = plan(place, "DI-2")

    assert again.code == 0
    assert again.json["outcomes"] == [{"outcome": "already_done", "rows": 3, "units": 200}]
    assert "Nothing was sent" in again.err
    assert planned.code == 0
    assert planned.json["plan"]["planned"] == 0
    assert "Nothing is to be done" in planned.err
    assert place.blocks() == before
    assert held(place, "DI-2") == [100, 60, 40]


@pytest.mark.requirement("G2")
def test_refused_rows_are_named_and_are_planned_anew_from_the_result_file(place):
    place.issue("DI-3", 300)
    rows = ALLOTMENTS + "F-1,30\nZ-9,10\nF-2,5①\n"  # a non-resident, nobody, no number

    planned = plan(place, "DI-3", rows)
    applied = apply(place, "DI-3", "--result", "DI-3-result.csv")

    reasons = {each["line"]: each["code"] for each in planned.json["refused"]}
    assert reasons == {5: "RECIPIENT_RESIDENCY", 6: "FILE", 7: "FILE"}
    assert planned.code == applied.code == 4
    assert planned.json["plan"]["total"] == 200
    assert {each["outcome"]: each["rows"] for each in applied.json["outcomes"]} == {
        "done": 3,
        "refused": 3,
    }
    assert held(place, "DI-3") == [100, 60, 40]
    result = (place.folder / "DI-3-result.csv").read_text("utf-8-sig")
    assert "RECIPIENT_RESIDENCY" in result


@pytest.mark.requirement("G2")
def test_what_the_chain_refused_is_delivered_later_from_the_result_file(place):
    place.issue("DI-11", 230)
    plan(place, "DI-11", ALLOTMENTS + "F-1,30\n")
    apply(place, "DI-11", "--result", "DI-11-result.csv")
    with place.afterwards_as_before():
        resident = ("--class", "general", "--residency", "resident", *CASE, "--yes")
        done("whitelist", "reclassify", FOREIGNER, *resident, folder=place.folder)
        case = ("--case", "D-1", "--document", "term-sheet.toml", "--out", "rest.json")
        command = ("distribute", "plan", "DI-11-result.csv", "--token", "DI-11", *case)

        planned = run(*command, "--format", "json", folder=place.folder)
        done("distribute", "apply", "rest.json", "--yes", folder=place.folder)
        delivered = place.units("DI-11", FOREIGNER)

    assert planned.code == 0
    assert [(each["wallet"], each["units"]) for each in planned.json["rows"]] == [(FOREIGNER, 30)]
    assert delivered == 30


@pytest.mark.requirement("G2")
def test_an_allotment_of_more_than_there_is_cannot_be_applied_and_is_not_saved(place):
    place.issue("DI-4", 199)

    planned = plan(place, "DI-4")

    assert planned.code == 1
    assert "200" in planned.err
    assert "199" in planned.err
    assert not (place.folder / "DI-4.json").exists()


@pytest.mark.requirement("G2")
def test_a_sum_that_is_not_the_total_asked_for_cannot_be_applied(place):
    place.issue("DI-5", 300)

    planned = plan(place, "DI-5", ALLOTMENTS, "--total", "300")
    japanese = plan(place, "DI-5", ALLOTMENTS, "--total", "300", "--lang", "ja")

    assert planned.code == japanese.code == 1
    assert "300" in planned.err
    assert "保存していません" in japanese.err
    assert not (place.folder / "DI-5.json").exists()


@pytest.mark.requirement("G2", "G17")
def test_a_plan_whose_ground_moved_is_refused_with_3_and_nothing_is_sent(place):
    place.issue("DI-6", 200)
    plan(place, "DI-6")
    case = ("--case", "SP-1", "--document", "term-sheet.toml", "--yes")
    done("token", "split", "DI-6", "2", *case, folder=place.folder)
    before = place.blocks()

    moved = apply(place, "DI-6")

    assert moved.code == 3
    assert "split" in moved.err
    assert place.blocks() == before
    assert held(place, "DI-6") == [0, 0, 0]


@pytest.mark.requirement("G2", "G17")
def test_other_rows_under_a_case_that_delivered_are_refused(place):
    place.issue("DI-7", 400)
    plan(place, "DI-7")
    apply(place, "DI-7")

    planned = plan(place, "DI-7", ALLOTMENTS.replace("A-1,100", "A-1,120"))

    assert planned.code == 4
    assert [(each["line"], each["code"]) for each in planned.json["refused"]] == [
        (2, "FILE_CHANGED")
    ]
    assert held(place, "DI-7") == [100, 60, 40]


@pytest.mark.requirement("G17")
def test_a_plan_that_was_changed_by_hand_or_is_of_the_other_kind_is_refused(place):
    place.issue("DI-8", 200)
    plan(place, "DI-8")
    file = place.folder / "DI-8.json"
    other = run("whitelist", "apply", "DI-8.json", "--yes", folder=place.folder)
    file.write_text(file.read_text("utf-8").replace('"units": 100', '"units": 101'), "utf-8")

    tampered = apply(place, "DI-8")

    assert tampered.code == 2
    assert "checksum" in tampered.err
    assert other.code == 2
    assert "jp20 distribute apply DI-8.json" in other.err


@pytest.mark.requirement("G12", "G17")
def test_while_a_token_is_paused_a_plan_waits_and_is_applied_afterwards(place):
    place.issue("DI-9", 200)
    plan(place, "DI-9")
    done("token", "pause", "DI-9", *CASE, "--yes", folder=place.folder)
    before = place.blocks()
    paused = apply(place, "DI-9")
    stopped = place.blocks()
    case = ("--case", "PA-1", "--document", "term-sheet.toml", "--yes")
    done("token", "unpause", "DI-9", *case, folder=place.folder)

    assert paused.code == 1
    assert stopped == before
    assert apply(place, "DI-9").code == 0
    assert held(place, "DI-9") == [100, 60, 40]


@pytest.mark.requirement("G2", "G17", "S3")
def test_what_a_plan_only_says_is_read_here_or_marked_as_its_makers_word(place):
    # given: a plan whose maker wrote what its id does not bind as it pleased
    place.issue("DI-15", 200)
    plan(place, "DI-15")
    file = place.folder / "DI-15.json"
    made = load_plan(file)
    false = replace(made, undistributed=987_654, time=1, source=Source("board.csv", bytes(32)))
    file.write_text(plan_to_json(false), "utf-8")
    # when: it is looked at before it is applied
    command = ("distribute", "apply", "DI-15.json")
    ran = run(*command, folder=place.folder)
    # then
    assert ran.code == 2
    assert "987,654" not in ran.err
    assert "1970-01" not in ran.err
    assert "file (its maker's word)" in ran.err
    assert "gas price (wei)" in ran.err
    japanese = run(*command, "--lang", "ja", folder=place.folder)
    assert "ファイル(作成者の申告)" in japanese.err
    assert (
        "申告"
        not in run(
            *(*command, "--lang", "ja", "--file", "DI-15.csv", "--investors", "investors.csv"),
            folder=place.folder,
        ).err
    )


@pytest.mark.requirement("G2", "G17")
def test_broker_issuer_and_registrar_apply_the_same_plan_in_turn(place, tmp_path):
    place.issue("DI-10", 200)
    plan(place, "DI-10")
    file = str(place.folder / "DI-10.json")
    command = ("distribute", "apply", file, "--yes", "--format", "json")
    ran = []
    for role in ("BROKER", "ISSUER", "REGISTRAR", "BROKER"):
        folder = tmp_path / f"{role}-{len(ran)}"
        folder, key = place.session_of(role, folder)
        ran.append(run(*command, folder=folder, **key))

    assert [each.code for each in ran] == [6, 6, 0, 0]
    assert "ISSUER" in ran[0].err
    assert "REGISTRAR" in ran[1].err
    assert ran[0].json["outcomes"] == [{"outcome": "pending", "rows": 3, "units": 200}]
    assert ran[2].json["outcomes"] == [{"outcome": "done", "rows": 3, "units": 200}]
    assert ran[3].json["outcomes"] == [{"outcome": "already_done", "rows": 3, "units": 200}]
    assert held(place, "DI-10") == [100, 60, 40]


@pytest.mark.requirement("G2", "S3")
def test_what_is_signed_is_shown_on_stderr_before_it_is_asked(place):
    place.issue("DI-12", 200)
    planned = plan(place, "DI-12").json["plan"]
    before = place.blocks()

    asked = run("distribute", "apply", "DI-12.json", folder=place.folder)
    japanese = run("distribute", "apply", "DI-12.json", "--lang", "ja", folder=place.folder)

    assert (asked.code, japanese.code, place.blocks()) == (2, 2, before)  # nobody confirmed it
    assert asked.out == japanese.out == ""
    for shown in (asked.err, japanese.err):
        for wallet in (ALICE, BOB, CAROL):
            assert wallet in shown
        assert shown.count(planned["id"]) == 2  # in the table, and in the sentence about it
        assert planned["source_sha256"] in shown
        assert planned["document_sha256"] in shown
        assert "BROKER + ISSUER" in shown
    assert "Not compared with: the document (--document FILE), your own copy" in asked.err
    assert "未照合: 根拠文書(--document)、手元のファイル(--file)" in japanese.err


@pytest.mark.requirement("G2", "S3")
def test_who_has_the_file_and_the_document_compares_them_before_signing(place):
    place.issue("DI-13", 200)
    plan(place, "DI-13")
    own = ("--file", "DI-13.csv", "--investors", "investors.csv", "--document", "DI-13.csv")
    swapped = ALLOTMENTS.replace("A-1,100", "A-1,60").replace("B-1,60", "B-1,100")
    place.write("swapped.csv", swapped)
    before = place.blocks()

    other = apply(place, "DI-13", *own[2:4], "--file", "swapped.csv")
    unnamed = apply(place, "DI-13", "--file", "DI-13.csv")
    document = apply(place, "DI-13", "--document", "swapped.csv")
    refused_before = place.blocks()
    same = apply(place, "DI-13", *own)
    again = apply(place, "DI-13", *own)

    assert (other.code, unnamed.code, document.code, refused_before) == (1, 2, 1, before)
    assert f"Line 2: the plan: 100 units to {ALICE}; the file: 60 units to {ALICE}" in other.err
    assert f"Line 3: the plan: 60 units to {BOB}; the file: 100 units to {BOB}" in other.err
    assert "Line 4" not in other.err
    assert "--investors" in unnamed.err
    assert "swapped.csv is NOT the document" in document.err
    assert same.code == again.code == 0
    assert "DI-13.csv says, all of it" in same.err
    assert "Not compared" not in same.err
    assert held(place, "DI-13") == [100, 60, 40]


@pytest.mark.requirement("G2", "G17")
def test_rows_of_unknown_outcome_end_with_5_and_are_in_the_result_file(place, capsys):
    """As an apply ends whose transaction is in no block yet."""
    rows = (
        RowOutcome(2, ALICE, 100, Outcome.DONE, block=1),
        RowOutcome(3, BOB, 60, Outcome.UNKNOWN),
        RowOutcome(4, CAROL, 40, Outcome.REFUSED, Text.both("no", "不可"), "RECIPIENT_UNKNOWN"),
    )
    file = place.folder / "unknown.csv"
    title = Text.both("Delivery", "配布")
    with contextlib.chdir(place.folder), pytest.raises(Ending) as ending:
        finish(workspace().view(), title, Outcomes((), rows), ResultFile(file, "x"))

    assert ending.value.code == 5
    assert "jp20 status" in capsys.readouterr().err
    written = file.read_text("utf-8-sig").splitlines()
    assert [row.split(",")[3] for row in written[1:]] == ["done", "unknown", "refused"]


@pytest.mark.requirement("G2", "G26")
def test_nothing_is_overwritten(place):
    """Neither a plan that others may have, nor a file that `--result` names by mistake."""
    place.issue("DI-20", 200)
    first = plan(place, "DI-20", ALLOTMENTS)
    kept = (place.folder / "DI-20.json").read_bytes()
    command = ("distribute", "plan", "DI-20.csv", "--token", "DI-20", "--investors",
               "investors.csv", "--case", "D-1", "--document", "DI-20.csv")  # fmt: skip
    (place.folder / "precious.xlsx").write_bytes(b"precious")
    before = place.blocks()

    again = run(*command, "--out", "DI-20.json", folder=place.folder)
    applied = apply(place, "DI-20", "--result", "precious.xlsx")

    assert (first.code, again.code, applied.code) == (0, 2, 2)
    assert "DI-20.json exists already" in again.err
    assert "precious.xlsx exists already" in applied.err
    assert (place.folder / "DI-20.json").read_bytes() == kept
    assert (place.folder / "precious.xlsx").read_bytes() == b"precious"
    assert place.blocks() == before


@pytest.mark.requirement("G2", "G26")
def test_where_the_result_cannot_be_written_nothing_is_sent(place):
    place.issue("DI-21", 200)
    plan(place, "DI-21", ALLOTMENTS)
    before = place.blocks()

    applied = apply(place, "DI-21", "--result", "nofolder/x.csv")

    assert applied.code == 2
    assert "x.csv cannot be written" in applied.err
    assert place.blocks() == before


@pytest.mark.requirement("G2", "G26")
def test_what_was_delivered_is_said_though_the_disk_is_full_by_then(place, monkeypatch):
    place.issue("DI-22", 200)
    plan(place, "DI-22", ALLOTMENTS)

    def full(file: Path, content: bytes, mode: int = 0) -> None:
        raise CannotWrite(file, OSError(errno.ENOSPC, "No space left on device"))

    monkeypatch.setattr("jp20.operations.plans.results.write_new", full)
    applied = apply(place, "DI-22")

    assert applied.code == 0
    assert applied.json["outcomes"] == [{"outcome": "done", "rows": 3, "units": 200}]
    assert "The disk is full" in applied.err
    assert "The result file is missing" in applied.err
    assert held(place, "DI-22") == [100, 60, 40]
