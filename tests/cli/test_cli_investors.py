"""`jp20 investors`: who is registered, who lapses, who is missing in a file, who is suspended."""

from collections.abc import Iterator

import pytest
from offering import ALICE, BOB, CAROL, FOREIGNER, INVESTORS, Place, place_at
from running import Bad, done

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
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_at(tmp_path_factory.mktemp("investors") / "work") as found:
        yield found


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
    assert "to be confirmed until" in suspended["confirmation"]
