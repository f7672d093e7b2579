"""`jp20 vault`, `jp20 log`, `jp20 views`: persons behind the ids of a real platform."""

import json
from collections.abc import Iterator

import pytest
from offering import ALICE, BOB, CAROL, FOREIGNER, INVESTORS, Place, place_at
from running import Bad, done, run

from jp20.domain.investors.investors import investor_id

FOR = ("--purpose", "own_request")
REGISTER = ("--purpose", "register")

BAD = [
    Bad("views", ("no-such.toml",), 2, "no-such.toml"),
    Bad("views", ("jp20.toml",), 2, "jp20.toml"),
    Bad("log verify", ("no-such.json",), 2, "no-such.json"),
    Bad("log verify", ("jp20.toml",), 2, "jp20.toml"),
    Bad("log show", ("everything",), 2, "everything"),
    Bad("log seal", (), 2, "FILE"),
    Bad("log seal", ("new.json", "--sign", "me"), 2, "--sign"),
    Bad("vault create", ("--password", "a secret"), 2, "--password"),
    Bad("vault create", ("--password", "file:no-such"), 2, "no-such"),
    Bad("vault fill", ("no-such.csv", *FOR), 2, "no-such.csv"),
    Bad("vault fill", ("investors.csv",), 2, "--purpose"),
    Bad("vault show", ("C-1", "--purpose", "curiosity"), 2, "curiosity"),
    Bad("vault show", ("C-1", *FOR, "--as", "nobody"), 2, "jp20 keys list"),
    Bad("vault correct", ("C-1", "--set", "address", "--case", "K-1", *FOR), 2, "address"),
    Bad("vault correct", ("C-1", "--set", "address=x", *FOR), 2, "--case"),
    Bad("vault disclose", ("C-1",), 2, "FILE"),
    Bad("vault commit", ("new.json",), 2, "--purpose"),
    Bad("vault erase", ("C-1",), 2, "--purpose"),
    Bad("vault due", ("--by", "someday", *REGISTER), 2, "someday"),
    Bad("vault rotate", ("now",), 2, "now"),
]

PEOPLE = {
    "A-1": ("見本 花子", "ミホン ハナコ", "東京都見本区一丁目1番1号"),
    "B-1": ("見本 太郎", "ミホン タロウ", "大阪府見本市二丁目2番2号"),
    "C-1": ("見本信託株式会社", "ミホンシンタク", "福岡県見本市三丁目3番3号"),
}
CODE = "JP20-RE-0001"


@pytest.mark.requirement("G28", "S7")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_the_vault_and_the_log(bad, folder):
    bad.check(folder)


def named() -> str:
    """The offering's file, with names, kana and addresses."""
    head, *rows = INVESTORS.splitlines()
    lines = [f"{head},氏名,フリガナ,住所"]
    lines += [",".join((row, *PEOPLE.get(row[:3], ("", "", "")))) for row in rows]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Alice has 100 units, Bob 60, Carol 40; the vault has what is known of them."""
    with place_at(tmp_path_factory.mktemp("vault") / "work") as found:
        found.issue(CODE, 200)
        found.deliver(CODE)
        for name in ("secret", "new-secret"):
            (found.folder / name).write_text(f"{name} of twelve letters\n")
            (found.folder / name).chmod(0o600)
        settings = found.folder / "jp20.toml"
        settings.write_text(settings.read_text("utf-8") + '\n[vault]\npassword = "file:secret"\n')
        done("vault", "create", folder=found.folder)
        file = found.write("named.csv", named())
        ran = done("vault", "fill", file, *REGISTER, *at("REGISTRAR", found), folder=found.folder)
        assert "A-1" in ran.out
        yield found


def at(role: str, place: Place) -> tuple[str, str]:
    """The option that names the first organisation with a role."""
    listed = done("organisation", "list", "--format", "json", folder=place.folder).json
    name = next(
        each["name"] for each in listed["organisations"] if role in json.dumps(each["roles"])
    )
    return ("--as", name)


def asked(place: Place, *command: str, role: str = "REGISTRAR", **more: str):
    return run(*command, *at(role, place), "--format", "json", folder=place.folder, **more)


@pytest.mark.requirement("G28", "S7")
def test_a_record_is_shown_by_number_or_name_to_who_may_see_it(place):
    shown = asked(place, "vault", "show", "A-1", *REGISTER).json["person"]
    assert shown["name"] == "見本 花子"
    assert shown["investor"] == f"0x{investor_id(ALICE):038x}"
    by_kana = asked(place, "vault", "show", "みほん はなこ", *REGISTER).json["person"]
    assert by_kana == shown

    for role, purpose in (("ISSUER", "register"), ("AUDITOR", "audit"), ("AML", "screening")):
        refused = asked(place, "vault", "show", "A-1", "--purpose", purpose, role=role)
        assert refused.code == 1
        assert refused.json["error"]["kind"] == "NotToBeSeen"
        assert "花子" not in refused.out + refused.err


@pytest.mark.requirement("G28")
def test_a_case_opens_a_name_to_the_auditor(place):
    case = ("--case", f"D-{CODE}")
    ran = asked(place, "vault", "show", "A-1", "--purpose", "audit", *case, role="AUDITOR")
    assert ran.json["person"]["name"] == "見本 花子"


@pytest.mark.requirement("G28")
def test_a_correction_is_a_new_version_with_who_and_why(place):
    setting = ("--set", "address=京都府見本市九丁目", "--set", "country=JP")
    ran = asked(place, "vault", "correct", "C-1", *setting, "--case", "KY-7", *REGISTER)
    assert ran.json["corrected"]["version"] == 2
    found = asked(place, "vault", "show", "C-1", "--versions", *REGISTER).json
    assert found["person"]["address"] == "京都府見本市九丁目"
    assert [each["reason"] for each in found["versions"]] == ["named.csv", "KY-7"]
    again = asked(place, "vault", "correct", "C-1", *setting, "--case", "KY-7", *REGISTER)
    assert again.json["corrected"]["version"] is None


@pytest.mark.requirement("G28")
def test_disclosed_is_what_the_vault_the_register_and_the_log_have(place):
    ran = asked(place, "vault", "disclose", "B-1", "bob.json", *FOR, "--case", "DS-1")
    assert ran.code == 0, ran.err
    found = json.loads((place.folder / "bob.json").read_text("utf-8"))
    assert found["record"]["kana"] == "ミホン タロウ"
    assert [each["units"] for each in found["holdings"]] == [60]
    done("vault", "commit", "c.json", *REGISTER, *at("REGISTRAR", place), folder=place.folder)
    committed = json.loads((place.folder / "c.json").read_text("utf-8"))["records"]
    own = {each["investor"]: each["commitment"] for each in committed}
    assert own[found["investor"]] == found["commitment"]
    assert found["facts"]["wallets"][0]["wallet"] == BOB
    assert [each["use"] for each in found["uses"]] == ["record", "disclose"]
    assert "花子" not in (place.folder / "c.json").read_text("utf-8")
    assert (place.folder / "bob.json").stat().st_mode & 0o777 == 0o600
    again = asked(place, "vault", "disclose", "B-1", "bob.json", *FOR)
    assert again.json["error"]["kind"] == "FileExists"


@pytest.mark.requirement("G28", "S7")
def test_who_holds_units_is_erased_by_a_case_only_and_what_stays_is_said(place):
    refused = asked(place, "vault", "erase", "B-1", *FOR, "--yes")
    assert refused.json["error"]["kind"] == "StillHolds"
    case = ("--case", "ER-1")
    without = asked(place, "vault", "erase", "B-1", *FOR, "--force", "--yes")
    assert without.code == 2
    nobody_said_yes = asked(place, "vault", "erase", "B-1", *FOR, *case, "--force")
    assert nobody_said_yes.json["error"]["kind"] == "NotConfirmed"

    ran = asked(place, "vault", "erase", "B-1", *FOR, *case, "--force", "--yes")

    assert ran.json["erased"]["forced"] is True
    assert ran.json["erased"]["wallets"] == BOB
    assert ran.json["remains"] == [{"token": CODE, "movements": 1}]
    id = f"0x{investor_id(BOB):038x}"
    assert asked(place, "vault", "show", "B-1", *REGISTER).json["error"]["kind"] == "NobodyFound"
    assert asked(place, "vault", "show", id, *REGISTER).json["error"]["kind"] == "PersonErased"
    # The register still adds up, and has him as it always did.
    rows = done("register", "show", CODE, "--format", "json", folder=place.folder).out
    assert "60" in rows


@pytest.mark.requirement("G28")
def test_due_is_who_has_no_units_and_nobody_before_the_retention_is_over(place):
    """F-1 never had units: ten years after the record was written. The others hold some."""
    assert asked(place, "vault", "due", *REGISTER).json == {"due": []}
    (due,) = asked(place, "vault", "due", "--by", "2199-01-01", *REGISTER).json["due"]
    assert due["investor"] == f"0x{investor_id(FOREIGNER):038x}"
    assert int(due["due"][:4]) == int(due["ended"][:4]) + 10


@pytest.mark.requirement("G28")
def test_a_new_password_opens_and_the_old_one_says_what_is_wrong(place):
    ran = run("vault", "rotate", "--password", "file:secret", folder=place.folder)
    assert ran.code == 2
    assert "old one" in ran.err
    new = ("--password", "file:new-secret", "--format", "json")
    assert done("vault", "rotate", *new, folder=place.folder).json["vault"]["epoch"] == 2
    refused = asked(place, "vault", "show", "A-1", *REGISTER)
    assert refused.json["error"]["kind"] == "WrongStorePassword"
    assert "twelve letters" not in refused.out + refused.err
    settings = place.folder / "jp20.toml"
    settings.write_text(settings.read_text("utf-8").replace("file:secret", "file:new-secret"))
    assert asked(place, "vault", "show", "A-1", *REGISTER).code == 0


@pytest.mark.requirement("G28")
def test_the_log_says_who_used_whose_data_and_shows_tampering(place):
    id = f"0x{investor_id(CAROL):038x}"
    asked(place, "vault", "show", "C-1", *REGISTER)
    asked(place, "vault", "show", "C-1", "--purpose", "audit", role="AUDITOR")
    shown = done("log", "show", "--investor", id, "--format", "json", folder=place.folder).json
    last, refused = shown["log"][-2:]
    assert (last["use"], last["purpose"], last["result"]) == ("read", "register", "allowed")
    assert refused["result"].startswith("The roles of who asks see")
    whole = done("log", "verify", "--format", "json", folder=place.folder).json["log"]
    assert whole["lines"] >= len(shown["log"])

    log = place.folder / "log" / "access.log"
    before = log.read_bytes()
    lines = before.splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:3] + lines[4:]))
    found = run("log", "verify", folder=place.folder)
    assert found.code == 1
    assert "line 4" in found.err
    # An end that was cut off is noticed by whoever adds a line: nothing is shown then.
    log.write_bytes(b"".join(lines[:-1]))
    stopped = asked(place, "vault", "show", "A-1", *REGISTER)
    log.write_bytes(before)
    assert stopped.json["error"]["kind"] == "LogTampered"
    done("log", "verify", folder=place.folder)


@pytest.mark.requirement("G28")
def test_a_sealed_head_is_found_on_the_chain_where_an_act_names_it(place):
    listed = done("organisation", "list", "--format", "json", folder=place.folder).json
    name, key = next(
        (each["organisation"], each["key"]) for each in listed["keys"] if each["active"]
    )
    done("log", "seal", "head.json", "--sign", key, folder=place.folder)
    unknown = done("log", "verify", "head.json", "--format", "json", folder=place.folder).json
    assert [(each["signed_by"], each["block"]) for each in unknown["heads"]] == [(name, None)]

    evidence = ("--case", "LOG-1", "--document", "head.json", "--yes")
    done("freeze", "now", CODE, CAROL, "1", *evidence, folder=place.folder)

    found = done("log", "verify", "head.json", "--format", "json", folder=place.folder).json
    assert isinstance(found["heads"][0]["block"], int)
    said = json.loads((place.folder / "head.json").read_text("utf-8"))
    said["hash"] = "00" * 32
    place.write("forged.json", json.dumps(said))
    # Changed, the signature does not fit; without one it is another head than the log's.
    assert run("log", "verify", "forged.json", folder=place.folder).code == 2
    del said["address"], said["signature"]
    place.write("forged.json", json.dumps(said))
    assert run("log", "verify", "forged.json", folder=place.folder).code == 1
    said["lines"] = "many"
    place.write("forged.json", json.dumps(said))
    assert run("log", "verify", "forged.json", folder=place.folder).code == 2


@pytest.mark.requirement("S5", "G17")
def test_the_matrix_is_shown_without_a_folder_in_both_languages(tmp_path):
    english = done("views", folder=tmp_path).out
    japanese = done("views", "--lang", "ja", folder=tmp_path).out
    assert "own clients" in english
    assert "自社の顧客" in japanese
    found = done("views", "--format", "json", folder=tmp_path).json
    assert len(found["views"]) == 12


@pytest.mark.requirement("S5", "G17")
def test_a_folder_s_own_views_count(place):
    from jp20.operations.files.inputs import SHIPPED_VIEWS

    text = SHIPPED_VIEWS.read_text("utf-8")
    head, _, tail = text.partition("[roles.REGISTRAR]")
    place.write("views.toml", f"{head}[roles.REGISTRAR]{tail.replace('own_tokens', 'none', 5)}")
    settings = place.folder / "jp20.toml"
    before = settings.read_text("utf-8")
    settings.write_text(before.replace("[governance]\n", '[governance]\nviews = "views.toml"\n'))
    refused = asked(place, "vault", "show", "A-1", *REGISTER)
    settings.write_text(before)
    assert refused.json["error"]["kind"] == "NotToBeSeen"
