"""`jp20 register export`, `statement` and `templates`: files that other programs open, a manifest
beside each, and the same bytes for the same question.
"""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from offering import (
    ACCOUNTS,
    ALICE,
    BOB,
    CAROL,
    INVESTORS,
    STRANGER,
    Place,
    place_at,
    refused,
)
from openpyxl import load_workbook
from pypdf import PdfReader
from running import Bad, done, run

from jp20.chain.signing.signers import development_signers
from jp20.domain.investors.investors import investor_id

FONTS = Path(__file__).parents[2] / "node_modules" / "@expo-google-fonts" / "biz-udpgothic"

BAD = [
    Bad("register export", ("NONE", "register.pdf"), 2, "register.pdf"),
    Bad("register export", ("NONE", "register.csv", "--content", "register"), 2, "--content"),
    Bad("register export", ("NONE", "register.csv", "--content", "all"), 2, "--content"),
    Bad("register export", ("NONE", "register.csv", "--encoding", "sjis"), 2, "--encoding"),
    Bad("register export", ("NONE", "register.csv"), 1, "NONE"),
    Bad("register export", ("NONE", "register.csv", "--of", "0x12"), 2, "HOLDER"),
    Bad("register export", ("NONE", "d.csv", "--content", "differences"), 1, "NONE"),
    Bad("register export", ("NONE", "register.csv", "--sign", STRANGER), 2, STRANGER),
    Bad("register export", ("NONE", "register.csv", "--names", "curiosity"), 2, "curiosity"),
    Bad("register statement", ("entries", "NONE", "entries.xlsx"), 2, "entries.xlsx"),
    Bad("register statement", ("sworn", "NONE", "entries.pdf"), 2, "sworn"),
    Bad("register statement", ("irregular", "NONE", "i.pdf", "--transaction", "0x12"), 2, "0x12"),
    Bad("register statement", ("entries", "NONE", "entries.pdf"), 2, "jp20.toml"),
    Bad("register templates", ("jp20.toml",), 2, "jp20.toml"),
]


@pytest.mark.requirement("G15")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_exports(bad, folder):
    bad.check(folder)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """EX-1: 250 units issued; alice 100, bob 60, carol 40. Split 1 to 2. Then 20 of bob's 120 go to
    carol by force: alice 200, bob 100, carol 100, of 500.
    """
    with place_at(tmp_path_factory.mktemp("exports") / "work") as found:
        settings = found.folder / "jp20.toml"
        written = settings.read_text("utf-8") + f'\n[statements]\nfonts = ["{FONTS}"]\n'
        settings.write_text(written, "utf-8")
        found.issue("EX-1", 250)
        found.deliver("EX-1")
        case = ("--case", "SP-1", "--document", "EX-1.toml", "--yes")
        done("token", "split", "EX-1", "2", *case, folder=found.folder)
        case = ("--case", "FT-1", "--document", "EX-1.toml", "--yes")
        done("force-transfer", "EX-1", BOB, CAROL, "20", *case, folder=found.folder)
        yield found


def export(place: Place, file: str, *options: str, token: str = "EX-1") -> Path:
    done("register", "export", token, file, *options, folder=place.folder)
    return place.folder / file


def manifest_of(file: Path) -> dict:
    return json.loads(file.with_name(f"{file.name}.manifest.json").read_text("utf-8"))


def moved(place: Place, why: str) -> dict:
    shown = done("register", "history", "EX-1", "--format", "json", folder=place.folder).json
    return next(each for each in shown["history"] if each["why"] == why)


def rows_of(file: Path, codec: str = "utf-8-sig") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_bytes().decode(codec), newline="")))


@pytest.mark.requirement("G15")
@pytest.mark.parametrize(
    ("encoding", "codec"), [("utf-8", "utf-8-sig"), ("cp932", "cp932")], ids=["utf-8", "cp932"]
)
def test_holders_are_exported_by_investor_and_each_row_names_the_block(place, encoding, codec):
    before = str(moved(place, "forced")["block"] - 1)

    file = export(
        place, f"holders-{encoding}.csv", "--encoding", encoding, "--lang", "ja", "--block", before
    )

    rows = rows_of(file, codec)
    assert [(row["ウォレット"], row["口数"]) for row in rows] == [
        (ALICE, "200"),
        (BOB, "120"),
        (CAROL, "80"),
    ]
    assert rows[1]["発行数量に対する割合(%)"] == "24.0000"  # 120 of 500
    assert rows[1]["投資家"] == f"0x{investor_id(BOB):038x}"
    assert {row["基準ブロック"] for row in rows} == {before}


@pytest.mark.requirement("G15")
def test_a_manifest_says_what_the_file_is_and_by_what_it_is_checked(place):
    file = export(place, "checked.csv", "--content", "wallets")

    found = manifest_of(file)
    block = place.chain.block(place.blocks())
    assert found["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (found["file"], found["bytes"]) == ("checked.csv", file.stat().st_size)
    assert (found["chain_id"], found["block"], found["final"]) == (31337, block.number, True)
    assert (found["block_hash"], found["time"]) == (f"0x{block.hash.hex()}", block.time)
    assert found["question"] == (
        f"jp20 register export {found['token']} FILE.csv --block {block.number}"
        " --content wallets --lang en"
    )
    assert found["altered"] == []


@pytest.mark.requirement("G15")
def test_the_history_of_an_investor_has_the_case_and_what_was_left(place):
    file = export(place, "bob.csv", "--content", "history", "--of", BOB)

    assert [(row["why"], row["change"], row["balance after it"]) for row in rows_of(file)] == [
        ("delivery", "60", "60"),
        ("split", "60", "120"),
        ("forced transfer", "-20", "100"),
    ]
    assert [row["case"] for row in rows_of(file)] == ["D-EX-1", "SP-1", "FT-1"]


@pytest.mark.requirement("G15")
def test_differences_between_two_blocks_are_exported(place):
    block = moved(place, "forced")["block"]

    file = export(place, "diff.csv", "--content", "differences", "--since-block", str(block - 1))
    unasked = refused(
        "register", "export", "EX-1", "d.csv", "--content", "differences", folder=place.folder,
        code=2,
    )  # fmt: skip

    assert {row["wallets"]: row["change"] for row in rows_of(file)} == {BOB: "-20", CAROL: "20"}
    assert "--since" in unasked
    assert not (place.folder / "d.csv").exists()


@pytest.mark.requirement("G15")
def test_the_whole_register_is_exported_as_xlsx_and_json(place):
    xlsx, written = export(place, "register.xlsx"), export(place, "register.json")

    book = load_workbook(xlsx)
    assert book.sheetnames == [
        "register", "holders", "wallets", "restraints", "history", "tranches", "acquisitions"
    ]  # fmt: skip
    summary = {row[0]: row[1] for row in book["register"].iter_rows(values_only=True)}
    assert (summary["as of block"], summary["units in issue"]) == (place.blocks(), 500)
    units = [cell.value for cell in book["holders"]["B"]]
    assert units == ["units", 200, 100, 100]
    content = json.loads(written.read_text("utf-8"))
    assert (content["as_of"]["block"], content["supply"]) == (place.blocks(), 500)
    assert [each["units"] for each in content["holders"]] == [200, 100, 100]
    assert [each["why"] for each in content["history"]] == [
        "issued", "delivered", "delivered", "delivered", "split", "forced"
    ]  # fmt: skip
    # Carol's 80 came with the delivery, 20 by force; first in, first out
    carol = f"0x{investor_id(CAROL):038x}"
    lots = [each for each in content["lots"] if each["investor"] == carol]
    assert [(each["why"], each["units"]) for each in lots] == [("delivered", 80), ("forced", 20)]


@pytest.mark.requirement("G15")
def test_tranches_are_exported_as_parquet_for_another_program(place):
    file = export(place, "tranches.parquet", "--content", "tranches")

    found = duckdb.sql(f"SELECT tranche, issued, outstanding FROM '{file}'").fetchall()

    assert [tuple(int(each) for each in row) for row in found] == [(1, 500, 500)]


@pytest.mark.requirement("G15")
@pytest.mark.parametrize("kept", ["kept.csv", "kept.csv.manifest.json"])
def test_an_export_is_not_written_over_another(place, kept):
    file = place.folder / kept
    file.write_text("kept", "utf-8")

    said = refused("register", "export", "EX-1", "kept.csv", folder=place.folder, code=2)

    assert kept in said
    assert file.read_text("utf-8") == "kept"
    assert len(list(place.folder.glob("kept*"))) == 1
    file.unlink()


@pytest.mark.requirement("G13", "G15")
def test_nothing_is_exported_where_register_and_chain_differ(place):
    with place.afterwards_as_before():
        place.take_one_unit_from(ALICE, "EX-1")

        said = refused("register", "export", "EX-1", "differing.xlsx", folder=place.folder)
        statement = refused(
            "register", "statement", "entries", "EX-1", "differing.pdf", folder=place.folder
        )

    assert ALICE in said
    assert ALICE in statement
    assert list(place.folder.glob("differing*")) == []


@pytest.mark.requirement("G15", "G17")
def test_a_manifest_is_signed_so_that_any_wallet_tool_checks_it(place):
    key = development_signers(3)[ACCOUNTS["REGISTRAR"]].address

    file = export(place, "signed.csv", "--sign", key)
    stranger = refused(
        "register", "export", "EX-1", "unsigned.csv", "--sign",
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", folder=place.folder,
    )  # fmt: skip

    signature = json.loads((place.folder / "signed.csv.manifest.sig.json").read_text("utf-8"))
    text = file.with_name("signed.csv.manifest.json").read_text("utf-8")
    signer = Account.recover_message(encode_defunct(text=text), signature=signature["sig"])
    assert signer == signature["address"] == key
    assert "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266" in stranger  # a key of nobody
    assert list(place.folder.glob("unsigned*")) == []


@pytest.mark.requirement("G15")
def test_a_balance_report_is_pdf_a_with_its_fonts_in_the_manifest(place):
    block = str(moved(place, "issued")["block"])
    options = ("--of", BOB, "--since-block", block)

    done("register", "statement", "balance", "EX-1", "bob.pdf", *options, folder=place.folder)

    reader = PdfReader(place.folder / "bob.pdf")
    text = "".join(page.extract_text() for page in reader.pages)
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>U</pdfaid:conformance>" in xmp
    for said in ("取引残高報告書", BOB, "強制", "-20", "100", "0x" + place_hash(place)):
        assert said in text.replace(" ", ""), said
    found = manifest_of(place.folder / "bob.pdf")
    assert (
        found["fonts"]["BIZUDPGothic_400Regular.ttf"]
        == hashlib.sha256(
            (FONTS / "400Regular" / "BIZUDPGothic_400Regular.ttf").read_bytes()
        ).hexdigest()
    )
    assert set(found["templates"]) == {
        "balance.typ", "common.typ", "entries.typ", "irregular.typ"
    }  # fmt: skip


def place_hash(place: Place) -> str:
    return place.chain.block(place.blocks()).hash.hex()


@pytest.mark.requirement("G15")
def test_a_certificate_has_every_investor_with_the_dates_of_acquisition(place):
    done("register", "statement", "entries", "EX-1", "entries.pdf", folder=place.folder)

    text = "".join(
        page.extract_text() for page in PdfReader(place.folder / "entries.pdf").pages
    ).replace(" ", "")
    assert "原簿記載事項証明書" in text
    for wallet in (ALICE, BOB, CAROL):
        assert wallet in text
    assert "40.0000" in text  # alice's 200 of 500


@pytest.mark.requirement("G15", "G17")
def test_a_report_of_a_forced_transfer_names_case_document_and_signers(place):
    transaction = moved(place, "forced")["transaction"]
    own = moved(place, "delivered")["transaction"]
    report = ("register", "statement", "irregular", "EX-1")

    done(*report, "forced.pdf", "--transaction", transaction, folder=place.folder)
    consented = refused(*report, "own.pdf", "--transaction", own, folder=place.folder)
    unnamed = refused(*report, "own.pdf", folder=place.folder, code=2)

    text = PdfReader(place.folder / "forced.pdf").pages[0].extract_text().replace(" ", "")
    document = hashlib.sha256((place.folder / "EX-1.toml").read_bytes()).hexdigest()
    decided = done(
        "register", "decision", "EX-1", transaction, "--format", "json", folder=place.folder
    ).json["movements"][0]
    assert "異例処理報告" in text
    assert "FT-1" in text
    assert document in text
    for signer in decided["signed_by"].split(", "):
        assert signer in text
    assert own in consented
    assert "--transaction" in unnamed
    assert not (place.folder / "own.pdf").exists()


@pytest.mark.requirement("G15")
def test_the_same_question_gives_the_same_bytes_on_another_machine(place, tmp_path):
    """In other processes, elsewhere, with other settings of the system."""
    block = str(place.blocks())
    forms = {
        "same.xlsx": ("export", "EX-1"),
        "same.parquet": ("export", "EX-1"),
        "same.pdf": ("statement", "entries", "EX-1"),
    }

    def made(folder: Path, **environment: str) -> dict[str, bytes]:
        folder.mkdir()
        for file, command in forms.items():
            options = ("--block", block, "--config", str(place.folder / "jp20.toml"))
            subprocess.run(
                [sys.executable, "-m", "jp20", "--lang", "ja", "register", *command,
                 str(folder / file), *options],
                cwd=folder, check=True, capture_output=True, env={**os.environ, **environment},
            )  # fmt: skip
        return {each.name: each.read_bytes() for each in sorted(folder.iterdir())}

    here = made(tmp_path / "here", TZ="Asia/Tokyo", LANG="ja_JP.UTF-8", PYTHONHASHSEED="1")
    there = made(tmp_path / "there", TZ="America/New_York", LC_ALL="C", PYTHONHASHSEED="2")

    assert len(here) == 6  # each with its manifest
    assert here == there


@pytest.mark.requirement("G15")
def test_what_is_not_final_says_so(place):
    settings = place.folder / "jp20.toml"
    text = settings.read_text("utf-8")
    deep = place.folder / "deep.toml"
    deep.write_text(text.replace("[signer]", 'finality = "depth:1000"\n[signer]', 1), "utf-8")

    ran = done(
        "register", "export", "EX-1", "young.csv", "--config", str(deep), folder=place.folder
    )

    assert {row["finality"] for row in rows_of(place.folder / "young.csv")} == {"not final"}
    assert manifest_of(place.folder / "young.csv")["final"] is False
    assert "not final" in ran.err


@pytest.mark.requirement("G15")
def test_an_office_sets_statements_from_templates_of_its_own(place):
    done("register", "templates", "own-templates", folder=place.folder)
    again = refused("register", "templates", "own-templates", folder=place.folder, code=2)
    template = place.folder / "own-templates" / "entries.typ"
    template.write_text(
        template.read_text("utf-8").replace("下記のとおり、", "当社は、下記のとおり、"), "utf-8"
    )
    settings = (place.folder / "jp20.toml").read_text("utf-8")
    own = place.folder / "own.toml"
    own.write_text(settings + 'templates = "own-templates"\n', "utf-8")
    command = ("register", "statement", "entries", "EX-1")

    done(*command, "own.pdf", "--config", str(own), folder=place.folder)
    template.write_text('#import "@preview/cetz:0.4.0"\n', "utf-8")
    loading = run(*command, "no.pdf", "--config", str(own), folder=place.folder)
    template.write_text("#let statement(data) = data.nothing\n", "utf-8")
    broken = run(*command, "no.pdf", "--config", str(own), folder=place.folder)
    template.unlink()
    missing = run(*command, "no.pdf", "--config", str(own), folder=place.folder)

    assert "entries.typ" in again or "exists" in again
    assert "当社は" in PdfReader(place.folder / "own.pdf").pages[0].extract_text().replace(" ", "")
    assert (loading.code, broken.code, missing.code) == (2, 2, 2)
    assert "package" in loading.err
    assert "entries.typ" in broken.err
    assert "jp20 register templates" in missing.err
    assert not (place.folder / "no.pdf").exists()


@pytest.fixture(scope="module")
def vault(place: Place) -> Place:
    """The vault has alice's name, with a variant that CP932 lacks, and bob's, a formula."""
    (place.folder / "secret").write_text("a secret of twelve letters\n", "utf-8")
    (place.folder / "secret").chmod(0o600)
    settings = place.folder / "jp20.toml"
    settings.write_text(f"{settings.read_text('utf-8')}\n{VAULT}", "utf-8")
    head, alice, bob, *_ = INVESTORS.splitlines()
    rows = (
        f"{head},氏名,フリガナ,住所",
        f"{alice},見本 𠮷子,ミホン ヨシコ,東京都見本区1-1",
        f"{bob},=見本(1),ミホン,東京都見本区2-2",
    )
    file = place.write("named.csv", "\n".join(rows) + "\n")
    done("vault", "create", folder=place.folder)
    done("vault", "fill", file, "--purpose", "register", *REGISTRAR, folder=place.folder)
    return place


VAULT = '[vault]\npassword = "file:secret"\n'
REGISTRAR = ("--as", "ひいらぎ信託銀行")
NAMED = ("--names", "notice", *REGISTRAR)


@pytest.mark.requirement("G15", "G28")
def test_names_out_of_the_vault_are_marked_where_cp932_lacks_a_character(vault):
    file = export(vault, "named-cp932.csv", "--encoding", "cp932", *NAMED)
    refusal = refused(
        "register", "export", "EX-1", "strict.csv", "--encoding", "cp932", "--strict", *NAMED,
        folder=vault.folder,
    )  # fmt: skip

    # bob and carol have 100 units each; carol's id is the smaller one
    assert [row["name"] for row in rows_of(file, "cp932")] == ["見本 〓子", "", "'=見本(1)"]
    altered = manifest_of(file)["altered"]
    assert {(each["row"], each["column"], each["was"], each["written"]) for each in altered} == {
        (2, "name", "U+20BB7", "〓"),
        (4, "name", "U+003D", "'="),
    }
    assert "U+20BB7" in refusal
    assert not (vault.folder / "strict.csv").exists()


@pytest.mark.requirement("G15", "G28")
def test_the_register_without_names_has_none(vault):
    file = export(vault, "unnamed.json")

    assert "見本" not in file.read_text("utf-8")
    assert "name" not in json.loads(file.read_text("utf-8"))["holders"][0]


@pytest.mark.requirement("G15", "G28")
def test_a_statement_with_a_name_that_no_font_has_is_refused(vault):
    alice = refused(
        "register", "statement", "entries", "EX-1", "alice.pdf", "--of", ALICE, *NAMED,
        folder=vault.folder,
    )  # fmt: skip
    done(
        "register", "statement", "entries", "EX-1", "bob-named.pdf", "--of", BOB, *NAMED,
        folder=vault.folder,
    )  # fmt: skip

    assert "U+20BB7" in alice
    assert "name" in alice
    assert not (vault.folder / "alice.pdf").exists()
    text = PdfReader(vault.folder / "bob-named.pdf").pages[0].extract_text().replace(" ", "")
    assert "=見本(1)様" in text
    assert "東京都見本区2-2" in text


@pytest.mark.requirement("G17", "G28")
def test_who_may_not_see_names_exports_none_and_it_is_logged(vault):
    issuer = ("--names", "notice", "--as", "港南リアルティ")

    file = export(vault, "issuer.csv", *issuer)

    assert "見本" not in file.read_text("utf-8-sig")
    logged = done("log", "show", "--format", "json", folder=vault.folder).json
    assert "export" in json.dumps(logged)
