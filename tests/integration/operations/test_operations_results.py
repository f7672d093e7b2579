"""Result files, and what is planned from them."""

import csv
import json

import openpyxl
import pytest
from example_world import alice, allotments, bob, dave, erin, evidence, frank

from jp20.chain.new_files import CannotWrite, FileExists
from jp20.domain.base.text import Text
from jp20.domain.plans.outcomes import Outcome, Outcomes, RowOutcome
from jp20.operations.files.inputs import load_allotments
from jp20.operations.plans.plan import apply_plan, enrol, prepare_distribution
from jp20.operations.plans.results import UnknownFormat, write_results

ROWS = Outcomes(
    (),
    (
        RowOutcome(2, dave.address, 7, Outcome.DONE, transaction=b"\1" * 32, block=9),
        RowOutcome(
            3, erin.address, 5, Outcome.REFUSED, Text.both("No.", "不可。"), "RECIPIENT_UNKNOWN"
        ),
        RowOutcome(4, None, None, Outcome.REFUSED, Text.both("=1+1", "+危険"), "FILE"),
        RowOutcome(5, bob.address, 10**20, Outcome.UNKNOWN),
    ),
)


@pytest.mark.requirement("G2")
def test_as_csv_for_excel(tmp_path):
    file = tmp_path / "r.csv"
    write_results(file, ROWS)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    assert rows == [
        ["line", "wallet", "units", "outcome", "code", "reason", "transaction", "block"],
        ["2", dave.address, "7", "done", "", "", "0x" + "01" * 32, "9"],
        ["3", erin.address, "5", "refused", "RECIPIENT_UNKNOWN", "No.", "", ""],
        ["4", "", "", "refused", "FILE", "'=1+1", "", ""],
        ["5", bob.address, "1" + "0" * 20, "unknown", "", "", "", ""],
    ]


@pytest.mark.requirement("G2")
def test_as_a_workbook_in_japanese(tmp_path):
    file = tmp_path / "r.XLSX"
    write_results(file, ROWS, "ja")
    rows = list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))
    assert rows[0][:4] == ("行", "ウォレット", "数量", "結果")
    assert rows[1][:4] == (2, dave.address, 7, "実行")
    assert rows[3][5] == "'+危険"
    assert rows[4][2] == "1" + "0" * 20  # a number would have lost digits in Excel


@pytest.mark.requirement("G26")
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(tmp_path, start):
    text = f"{start}cmd|' /C calc'!A0"
    row = RowOutcome(2, None, None, Outcome.REFUSED, Text.verbatim(text), text)
    for name in ("r.csv", "r.xlsx"):
        write_results(tmp_path / name, Outcomes((), (row,)))
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as lines:
        _, written = csv.reader(lines)
    assert written[4:6] == [f"'{text}", f"'{text}"]
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx").active
    assert [sheet["E2"].data_type, sheet["F2"].data_type] == ["s", "s"]


@pytest.mark.requirement("G2")
def test_as_json_in_both_languages(tmp_path):
    file = tmp_path / "r.json"
    write_results(file, ROWS)
    rows = json.loads(file.read_text())
    assert rows[1] == {
        "line": 3,
        "wallet": erin.address,
        "units": 5,
        "outcome": "refused",
        "code": "RECIPIENT_UNKNOWN",
        "reason": {"en": "No.", "ja": "不可。"},
        "transaction": None,
        "block": None,
    }
    assert rows[3]["units"] == 10**20
    write_results(tmp_path / "none.json", Outcomes((), ()))
    assert json.loads((tmp_path / "none.json").read_text()) == []


def test_a_format_that_is_not_written_is_refused(tmp_path):
    with pytest.raises(UnknownFormat, match=r"r\.txt"):
        write_results(tmp_path / "r.txt", ROWS)
    assert list(tmp_path.iterdir()) == []


def test_a_result_that_cannot_be_written_leaves_nothing(tmp_path):
    with pytest.raises(CannotWrite):
        write_results(tmp_path / "there is no such folder" / "r.csv", ROWS)
    (tmp_path / "r.csv").mkdir()
    with pytest.raises(FileExists):
        write_results(tmp_path / "r.csv", ROWS)
    assert [file.name for file in tmp_path.iterdir()] == ["r.csv"]


@pytest.mark.requirement("G2", "G17")
@pytest.mark.parametrize("name", ["result.csv", "result.xlsx"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_of_a_result_the_rows_that_were_skipped_are_planned_anew(world, tmp_path, name, language):
    given = allotments((dave, 7), (erin, 5), ("0x12", 3), (alice, 3))
    plan = prepare_distribution(world.session, world.token, given, evidence("C-1"))
    write_results(tmp_path / name, apply_plan(world.session, plan), language)
    enrol(world.session, world.investors(world.row("K-4", erin)), evidence("WL-1"))

    left = load_allotments(tmp_path / name)
    again = prepare_distribution(world.session, world.token, left, evidence("C-1"))
    assert again.source.name == name
    (decision,) = again.decisions
    assert [(row.account, row.units) for row in decision.rows] == [(erin.address, 5)]
    assert [(row.line, row.field, row.code) for row in again.refused] == [(4, "wallet", "FILE")]
    apply_plan(world.session, again)
    assert (world.balance(dave), world.balance(erin), world.balance(alice)) == (7, 5, 103)


@pytest.mark.requirement("G2")
def test_of_a_result_what_is_not_known_is_not_planned(world, tmp_path):
    rows = (
        RowOutcome(2, dave.address, 7, Outcome.UNKNOWN),
        RowOutcome(3, bob.address, 4, Outcome.PENDING),
        RowOutcome(4, frank.address, 3, Outcome.ALREADY_DONE),
    )
    write_results(tmp_path / "r.csv", Outcomes((), rows))
    plan = prepare_distribution(
        world.session, world.token, load_allotments(tmp_path / "r.csv"), evidence("C-1")
    )
    assert plan.is_empty
    assert [(row.line, row.field) for row in plan.refused] == [(2, "outcome"), (3, "outcome")]
