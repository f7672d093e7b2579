"""Personal data filled from a whitelist file, read, corrected, disclosed, erased, due."""

import json

import pytest
from people_world import ALICE, BOB, CAROL, IDS, KEYS, register

from jp20.access_log.accesses import AccessLog, DataUse
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.times import years_after
from jp20.domain.governance.views import Purpose
from jp20.domain.investors.investors import parse_investors
from jp20.operations.files.inputs import load_views
from jp20.operations.people.keeping import NobodyFound, PeopleDesk, SeveralFound, StillHolds
from jp20.operations.people.viewed import NotToBeSeen, ViewedQuestions, viewer_of
from jp20.vault.errors import PersonErased, PersonUnknown
from jp20.vault.vault import create_vault, open_vault

pytestmark = pytest.mark.requirement("S7", "G28")

REGISTRAR, BROKER, KYC, AUDITOR = 3, 4, 6, 8
FILE = f"""顧客番号,氏名,フリガナ,住所,ウォレット,投資家区分,居住区分,KYC有効期限
C-001,見本 花子,ミホン ハナコ,東京都見本区一丁目1番1号,{ALICE},general,resident,2036-03-31
C-002,見本 太郎,ミホン タロウ,大阪府見本市二丁目2番2号,{BOB},general,resident,2036-03-31
C-003,見本 太郎,ミホン タロウ,福岡県見本市三丁目3番3号,{CAROL},general,resident,2036-03-31
"""
NOW = 2_000_000_000
"""2033-05-18 in Japan."""


@pytest.fixture(scope="module")
def whole():
    return register()


@pytest.fixture
def vault(tmp_path):
    create_vault(tmp_path / "vault", "correct horse battery", 2**4)
    with open_vault(tmp_path / "vault", lambda: "correct horse battery", lambda: NOW) as found:
        yield found


@pytest.fixture
def log(tmp_path):
    return AccessLog(tmp_path / "log")


@pytest.fixture
def desk(whole, vault, log):
    def at_desk(who=REGISTRAR, purpose=Purpose.REGISTER, case=""):
        viewer = viewer_of(whole, whole.stamp(), KEYS.get(who, who), "officer")
        viewed = ViewedQuestions(whole, viewer, load_views(), log, purpose, case)
        return PeopleDesk(vault, whole, viewed, whole.stamp())

    at_desk().fill(parse_investors(FILE.encode(), "f.csv", NOW - 10**9).sound(), "f.csv")
    return at_desk


def test_a_whitelist_file_fills_the_vault(vault, desk):
    assert vault.record(IDS["A"]).fields == {
        "customer": "C-001",
        "name": "見本 花子",
        "kana": "ミホン ハナコ",
        "address": "東京都見本区一丁目1番1号",
    }
    assert vault.record(IDS["A"]).author.reason == "f.csv"


def test_filled_again_only_what_changed_is_a_new_version(vault, desk):
    moved = (
        FILE.replace("一丁目1番1号", "九丁目9番9号")
        .replace(",フリガナ", "")
        .replace(",ミホン ハナコ", "")
    )
    moved = moved.replace(",ミホン タロウ", "")
    filled = desk().fill(parse_investors(moved.encode(), "g.csv", NOW - 10**9).sound(), "g.csv")
    assert (filled.added, filled.changed, filled.unchanged) == ((), ("C-001",), ("C-002", "C-003"))
    # The file has no kana: what was there stays.
    assert vault.record(IDS["A"]).fields["kana"] == "ミホン ハナコ"
    assert vault.record(IDS["A"]).fields["address"].endswith("九丁目9番9号")


def test_a_person_is_named_by_number_name_wallet_or_id(desk):
    ask = desk().person
    named = ("C-001", "みほんはなこ", ALICE, f"0x{IDS['A']:038x}")
    assert {ask(each) for each in named} == {IDS["A"]}
    with pytest.raises(SeveralFound) as several:
        ask("見本太郎")
    assert "2 persons" in several.value.what.en
    for nobody in ("C-009", "0x12", "0xzz", ALICE[:-1] + "z"):
        with pytest.raises(NobodyFound):
            ask(nobody)


def test_names_are_read_by_who_may_and_each_reading_names_whose(desk, log):
    persons = [*IDS.values()]
    assert {*desk().names(persons)} == {IDS["A"], IDS["B"]}  # holders of the registrar's token
    assert {*desk(BROKER).names(persons)} == {IDS["A"]}
    assert desk(AUDITOR, Purpose.AUDIT).names(persons) == {}
    noted = [each for each in log.accesses() if each.asked == "names"]
    assert [each.subjects for each in noted] == [(IDS["A"], IDS["B"]), (IDS["A"],), ()]
    assert desk(AUDITOR, Purpose.AUDIT, "D-1").names(persons)[IDS["A"]]["name"] == "見本 花子"


def test_who_may_not_reads_no_record_and_the_refusal_is_noted(desk, log):
    for ask in ("record", "versions"):
        with pytest.raises(NotToBeSeen):
            getattr(desk(BROKER), ask)(IDS["B"])
    with pytest.raises(NotToBeSeen):
        desk(BROKER).disclose(IDS["B"], log, str)
    refused = [each for each in log.accesses() if each.result != "allowed"]
    assert [(each.organisation, each.subjects) for each in refused] == [(BROKER, (IDS["B"],))] * 3


def test_a_correction_keeps_who_and_why(vault, desk, log):
    changed = desk(KYC, Purpose.OWN_REQUEST, "KY-7").correct(
        IDS["A"], {"address": "移転先", "kana": ""}
    )
    assert changed == 2
    last = vault.record(IDS["A"])
    assert last.fields == {"customer": "C-001", "name": "見本 花子", "address": "移転先"}
    assert (last.author.organisation, last.author.reason) == (KYC, "KY-7")
    assert [*log.accesses()][-1].use is DataUse.CORRECT


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("shoe_size", "24", "no field"),
        ("birth_date", "yesterday", "birth_date"),
        ("corporate_number", "1234567890123", "corporate_number"),
        # 12345678901 has the check digit 8: 1·6+2·5+3·4+4·3+5·2+6·7+7·6+8·5+9·4+0·3+1·2 = 212,
        # 212 mod 11 = 3, 11 - 3 = 8
        ("address", "1234-5678-9018", "My Number"),
    ],
)
def test_a_correction_that_cannot_be_changes_nothing(vault, desk, field, value, said):
    with pytest.raises(BadArgument, match=said):
        desk().correct(IDS["A"], {field: value})
    assert vault.record(IDS["A"]).number == 1


def test_nobody_is_corrected_into_the_vault(desk):
    with pytest.raises(PersonUnknown):
        desk().correct(999, {"address": "どこか"})


def test_who_names_a_purpose_that_is_not_theirs_writes_nothing(vault, desk, log):
    with pytest.raises(NotToBeSeen):
        desk(AUDITOR, Purpose.REGISTER).correct(IDS["A"], {"address": "移転先"})
    assert vault.record(IDS["A"]).number == 1
    assert [*log.accesses()][-1].organisation == AUDITOR


def test_who_holds_units_is_not_erased(vault, desk, log):
    with pytest.raises(StillHolds) as refused:
        desk().erase(IDS["A"])
    assert "AAA 70" in refused.value.what.en
    assert vault.record(IDS["A"]).number == 1
    assert [*log.accesses()][-1].result == "still holds units"


def test_a_case_forces_it_and_what_stays_is_said(vault, desk, log):
    with pytest.raises(BadArgument):
        desk().erase(IDS["A"], force=True)
    remains = desk(case="ER-1").erase(IDS["A"], force=True)
    assert remains.forced
    assert remains.wallets == (ALICE,)
    # Token A: the delivery to Alice and the forced transfer.
    assert remains.movements == (("AAA", 2),)
    with pytest.raises(PersonErased):
        vault.record(IDS["A"])
    last = [*log.accesses()][-1]
    assert (last.use, last.asked, last.case) == (DataUse.ERASE, "erase, forced", "ER-1")
    filled = desk().fill(parse_investors(FILE.encode(), "f.csv", NOW - 10**9).sound(), "f.csv")
    assert filled.erased == ("C-001",)


def test_the_log_never_has_a_name(desk, log):
    desk().record(IDS["A"])
    desk(case="ER-1").erase(IDS["A"], force=True)
    content = log.chain.file.read_text("utf-8")
    for word in ("花子", "ハナコ", "C-001", "東京都", json.dumps("花子").strip('"')):
        assert word not in content


def test_disclosed_is_all_that_is_known_and_who_used_it(desk, log):
    desk(KYC, Purpose.OWN_REQUEST, "KY-7").correct(IDS["A"], {"address": "移転先"})
    found = desk(ALICE, Purpose.OWN_REQUEST).disclose(IDS["A"], log, lambda number: f"no. {number}")
    json.dumps(found)
    assert found["record"]["address"] == "移転先"
    assert [each["reason"] for each in found["versions"]] == ["f.csv", "KY-7"]
    assert found["facts"]["wallets"][0]["wallet"] == ALICE
    (token,) = found["holdings"]
    assert (token["token"], token["units"]) == ("AAA", 70)
    assert [each["change"] for each in token["movements"]] == [60, 10]
    assert [each["use"] for each in found["uses"]] == ["record", "correct", "disclose"]
    assert found["uses"][1]["by"] == f"no. {KYC}"


def test_due_is_who_has_no_units_for_as_long_as_the_retention(whole, vault, desk):
    """Nobody but a person without units is due. A person who never had any: ten years after the
    record was written.
    """
    vault.put(777, {"customer": "C-777", "name": "見本 四郎"}, vault.record(IDS["A"]).author)
    ten_years = years_after(NOW, 10)
    assert desk().due(load_views(), ten_years - 1) == ()
    (due,) = desk().due(load_views(), ten_years)
    assert (due.person, due.ended, due.due) == (777, NOW, ten_years)


def test_years_are_those_of_the_calendar():
    # 2028-02-29 00:00 in Japan; ten years later there is no such day: 2038-03-01 00:00.
    assert years_after(1_835_362_800, 10) == 2_150_982_000
    assert years_after(0, 1) == 365 * 86_400


def test_the_register_is_asked_of_all_tokens_whoever_erases(desk):
    """Carol's token B is none of the registrar's; that she holds units of it still counts."""
    with pytest.raises(StillHolds, match="BBB 30"):
        desk(REGISTRAR).erase(IDS["C"])
