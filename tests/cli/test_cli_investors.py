"""`jp20 investors`: who is registered, who lapses, who is missing in a file, who is suspended."""

from collections.abc import Iterator

import pytest
from offering import ALICE, BOB, CAROL, FOREIGNER, INVESTORS, Place, place_at
from running import Bad, done, run

CASE = ("--case", "WL-1", "--document", "term-sheet.toml")

BAD = [
    Bad("investors list", ("--lapses-by", "someday"), 2, "someday"),
    Bad("investors list", ("--investors", "no-such.csv"), 2, "no-such.csv"),
    Bad("investors missing", ("no-such.csv",), 2, "no-such.csv"),
    Bad("investors suspended", ("--investors", "no-such.csv"), 2, "no-such.csv"),
]


@pytest.mark.requirement("G7", "G19")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_investors(bad, folder):
    bad.check(folder)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_at(tmp_path_factory.mktemp("investors") / "work") as found:
        yield found


@pytest.fixture
def place(shared: Place) -> Iterator[Place]:
    """Nobody is registered when a test begins."""
    with shared.afterwards_as_before():
        yield shared


@pytest.mark.requirement("G7", "G19")
def test_officers_list_investors_who_lapses_who_is_missing_and_who_is_suspended(place):
    place.register()
    file = place.write("investors.csv", INVESTORS)
    fewer = place.write("fewer.csv", "\n".join(INVESTORS.splitlines()[:3]) + "\n")
    done("whitelist", "suspend", ALICE, "--at-once", *CASE, "--yes", folder=place.folder)

    def listed(*command: str) -> list[dict]:
        ran = done("investors", *command, "--format", "json", folder=place.folder)
        (rows,) = ran.json.values()
        return rows

    everybody = listed("list", "--investors", file)
    lapsing = listed("list", "--lapses-by", "2034-03-31")
    missing = listed("missing", fewer)
    (suspended,) = listed("suspended", "--investors", file)

    assert [each["customer"] for each in everybody] == ["A-1", "B-1", "C-1", "F-1"]
    assert everybody[0]["kyc_expiry"] == "2035-03-31"
    assert [each["wallets"] for each in lapsing] == [BOB]  # whose class lapses on that very day
    assert listed("list", "--lapses-by", "2034-03-30") == []
    assert [each["wallets"] for each in missing] == [CAROL, FOREIGNER]
    assert (suspended["customer"], suspended["organisation"]) == ("A-1", "つばめAMLセンター")
    assert suspended["confirmation"] == "awaited"
    assert suspended["confirm_by"] > suspended["since"]


@pytest.mark.requirement("G7", "G18")
def test_a_customer_number_stands_for_a_wallet(place):
    """Before or after the command; what only the chain can judge (a date that has passed) is no
    matter here.
    """
    place.register()
    file = place.write(
        "customers.csv", INVESTORS.replace("B-1", "B-1 ").replace("2034-03-31", "2020-01-01")
    )

    shown = done("whitelist", "show", "A-1", "--investors", file, "--format", "json",
                 folder=place.folder)  # fmt: skip
    other = done("--investors", file, "whitelist", "show", "B-1", "--format", "json",
                 folder=place.folder)  # fmt: skip
    unknown = run("whitelist", "show", "Z-9", "--investors", file, folder=place.folder)
    without = run("whitelist", "show", "A-1", folder=place.folder)

    assert shown.json["wallets"][0]["wallet"] == ALICE
    assert other.json["wallets"][0]["wallet"] == BOB
    assert (unknown.code, without.code) == (2, 2)
    assert "Z-9" in unknown.err
    assert "--investors" in without.err
