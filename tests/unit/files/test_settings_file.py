"""`jp20.toml`, read: what it may say, and every fault by its field."""

import re
from pathlib import Path

import pytest

from jp20.domain.base.faults import FaultyFile
from jp20.domain.base.finality import Finality
from jp20.domain.files.settings import (
    AccessSettings,
    Development,
    Environment,
    Folders,
    Keystores,
    LogSettings,
    Offline,
    RemoteSigner,
    SecretPlace,
    ServeSettings,
    StatementSettings,
    VaultSettings,
    WebhookSettings,
    parse_settings,
)

ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
NETWORK = '[network]\nrpc = "http://127.0.0.1:8545"\nchain_id = 1337\n'
SIGNER = "[signer]\ndevelopment = true\n"


def settings(network: str = NETWORK, signer: str = SIGNER, more: str = ""):
    return parse_settings((network + signer + more).encode(), "jp20.toml")


def faults(**parts: str) -> dict[str, str]:
    """The faults by field."""
    with pytest.raises(FaultyFile) as caught:
        settings(**parts)
    return {fault.field: fault.text.en for fault in caught.value.faults}


def test_the_example_is_in_order():
    file = Path(__file__).parents[3] / "examples" / "jp20.toml"

    found = parse_settings(file.read_bytes(), file.name)

    assert found.network.rpc == ("http://127.0.0.1:8545",)
    assert found.signer == Development()
    assert (found.policy, found.consortium) == ("governance.toml", "consortium.toml")


def test_the_sections_that_the_example_has_as_comments_are_settings():
    example = (Path(__file__).parents[3] / "examples" / "jp20.toml").read_text("utf-8")
    shown = example.partition("[folders]")[2]
    shown = re.sub(r'^# (?=\[|"|[a-z]+ = )', "", shown, flags=re.MULTILINE)

    found = settings(
        more="[folders]" + shown.replace('"register.db" ', '"postgresql://jp20@db.example/jp20" ')
    )

    assert found.views == "views.toml"
    assert found.index.database == "postgresql://jp20@db.example/jp20"
    assert found.vault.password is not None
    assert found.log.heads == "/mnt/elsewhere/jp20"
    assert (found.statements.fonts, found.statements.templates) == (("fonts",), "templates")
    assert found.serve.url == "https://books.example"
    assert [hook.organisation for hook in found.serve.webhooks] == ["みなと証券"]
    assert found.columns == {"顧客コード": "investor", "備考": ""}


def test_what_is_left_out_has_its_usual_value():
    found = settings()

    assert found.network.gas_price is None
    assert found.network.genesis is None
    assert found.network.finality == Finality(0)
    assert found.network.access == (AccessSettings(),)
    assert found.folders == Folders("deployments", "outbox", "plans", "results", "serve")
    assert found.serve == ServeSettings("http://127.0.0.1:8020", ("127.0.0.1", 8020), None, 600)
    assert (found.policy, found.consortium) == (None, None)


@pytest.mark.requirement("S8")
def test_a_network_of_several_nodes_with_its_genesis_finality_and_access():
    found = settings(
        network='[network]\nrpc = ["https://a.example", "https://b.example:8545"]\nchain_id = 7\n'
        f'genesis = "0x{"ab" * 32}"\ngas_price = 0\nfinality = "depth:6"\n'
        "[[network.access]]\nbearer = 'env:TOKEN_A'\nca = 'ca.pem'\n"
        "[[network.access]]\nuser = 'jp20'\npassword = 'file:secrets/b'\n"
        "certificate = 'c.pem'\nkey = 'c.key'\nkey_password = 'env:KEY'\n"
    ).network

    assert found.rpc == ("https://a.example", "https://b.example:8545")
    assert found.genesis == bytes.fromhex("ab" * 32)
    assert found.gas_price == 0
    assert found.finality == Finality(6)
    assert found.access == (
        AccessSettings(bearer=SecretPlace("env", "TOKEN_A"), ca="ca.pem"),
        AccessSettings(
            user="jp20",
            password=SecretPlace("file", "secrets/b"),
            certificate="c.pem",
            key="c.key",
            key_password=SecretPlace("env", "KEY"),
        ),
    )


@pytest.mark.requirement("G13", "G27")
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("development = true", Development()),
        ("keystore = 'keys'", Keystores("keys", None)),
        (
            "keystore = 'keys'\npassword = 'file:p'",
            Keystores("keys", SecretPlace("file", "p")),
        ),
        (
            "keystore = 'keys'\npassword = 'env:JP20_PASSWORD'",
            Keystores("keys", SecretPlace("env", "JP20_PASSWORD")),
        ),
        ("environment = 'JP20_KEY'", Environment("JP20_KEY")),
        (f"offline = '{ADDRESS}'", Offline(ADDRESS)),
        (
            f"web3signer = 'https://s.example:9000'\naddresses = ['{ADDRESS}']\n"
            "[signer.access]\nca = 'ca.pem'",
            RemoteSigner("https://s.example:9000", (ADDRESS,), AccessSettings(ca="ca.pem")),
        ),
    ],
)
def test_each_kind_of_signer(written, meant):
    assert settings(signer=f"[signer]\n{written}\n").signer == meant


def test_folders_and_files_of_ones_own():
    found = settings(
        more="[folders]\noutbox = '../sent'\n"
        "[governance]\npolicy = 'p.toml'\nconsortium = 'c.toml'\n"
    )

    assert found.folders == Folders("deployments", "../sent", "plans", "results")
    assert (found.policy, found.consortium) == ("p.toml", "c.toml")


@pytest.mark.parametrize(
    ("network", "field"),
    [
        ("", "network"),
        ("network = 3\n", "network"),
        ("[network]\nchain_id = 7\n", "network.rpc"),
        ("[network]\nrpc = []\nchain_id = 7\n", "network.rpc"),
        ("[network]\nrpc = 'ftp://a'\nchain_id = 7\n", "network.rpc"),
        ("[network]\nrpc = 'http://a'\n", "network.chain_id"),
        ("[network]\nrpc = 'http://a'\nchain_id = 0\n", "network.chain_id"),
        ("[network]\nrpc = 'http://a'\nchain_id = '7'\n", "network.chain_id"),
        (f"{NETWORK}gas_price = -1\n", "network.gas_price"),
        (f"{NETWORK}genesis = '0x12'\n", "network.genesis"),
        (f"{NETWORK}finality = 'soon'\n", "network.finality"),
        (f"{NETWORK}finality = 'depth:0'\n", "network.finality"),
        (f"{NETWORK}chainid = 7\n", "network.chainid"),
        (f"{NETWORK}access = 'open'\n", "network.access"),
        (f"{NETWORK}[[network.access]]\n[[network.access]]\n", "network.access"),
        (f"{NETWORK}[network.access]\nbearer = 'env:'\n", "network.access.bearer"),
        (f"{NETWORK}[network.access]\ntoken = 'env:A'\n", "network.access.token"),
        (f"{NETWORK}[network.access]\nca = ''\n", "network.access.ca"),
    ],
)
def test_a_fault_of_the_network_names_its_field(network, field):
    assert field in faults(network=network)


@pytest.mark.parametrize(
    ("signer", "field"),
    [
        ("", "signer"),
        ("[signer]\n", "signer"),
        (f"[signer]\ndevelopment = true\noffline = '{ADDRESS}'\n", "signer"),
        ("[signer]\ndevelopment = false\n", "signer.development"),
        ("[signer]\nkeystore = ''\n", "signer.keystore"),
        ("[signer]\nkeystore = 'k'\npassword = 'hunter2'\n", "signer.password"),
        ("[signer]\nkeystore = 'k'\naddresses = []\n", "signer.addresses"),
        ("[signer]\nenvironment = 'A KEY'\n", "signer.environment"),
        ("[signer]\noffline = '0x12'\n", "signer.offline"),
        (f"[signer]\noffline = '{ADDRESS.replace('C', 'c', 1)}'\n", "signer.offline"),
        (f"[signer]\nweb3signer = 's.example'\naddresses = ['{ADDRESS}']\n", "signer.web3signer"),
        ("[signer]\nweb3signer = 'https://s'\n", "signer.addresses"),
        ("[signer]\nweb3signer = 'https://s'\naddresses = ['0x12']\n", "signer.addresses"),
    ],
)
def test_a_fault_of_the_signer_names_its_field(signer, field):
    assert field in faults(signer=signer)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ("[folders]\nplan = 'p'\n", "folders.plan"),
        ("[folders]\nplans = 3\n", "folders.plans"),
        ("[governance]\nfile = 'g.toml'\n", "governance.file"),
        ("[governance]\npolicy = ''\n", "governance.policy"),
        ("[colours]\nred = 1\n", "colours"),
    ],
)
def test_a_fault_elsewhere_names_its_field(more, field):
    assert field in faults(more=more)


@pytest.mark.requirement("G27")
def test_a_secret_that_is_written_where_its_place_belongs_is_not_repeated():
    found = faults(signer="[signer]\nkeystore = 'k'\npassword = 'hunter2'\n")

    assert "hunter2" not in " ".join(found.values())


def test_all_faults_are_named_at_once():
    found = faults(network="[network]\nrpc = 3\n", signer="[signer]\n", more="[x]\n")

    assert set(found) == {"network.rpc", "network.chain_id", "signer", "x"}


def test_what_is_no_toml_is_named_with_its_line():
    with pytest.raises(FaultyFile) as caught:
        parse_settings(b"[network]\nrpc = \n", "jp20.toml")

    assert caught.value.faults[0].line == 2


def test_what_is_no_utf8_is_no_toml():
    with pytest.raises(FaultyFile):
        parse_settings(b"\xff\xfe", "jp20.toml")


@pytest.mark.requirement("G34")
def test_what_is_served_to_others_and_where_its_feed_is_sent():
    found = settings(
        more="[serve]\nurl = 'https://books.example/jp20'\nlisten = '10.0.0.7:8443'\n"
        "key = 'keys/serve.pem'\nrate = 60\n[folders]\nserve = 'state'\n"
        "[[serve.webhooks]]\nname = 'core'\nurl = 'https://bank.example:8443/in?from=jp20'\n"
        "organisation = 'ひいらぎ信託銀行'\npurpose = 'audit'\naccess.ca = 'bank.pem'\n"
        "[[serve.webhooks]]\nname = 'here'\nurl = 'http://localhost:9000/'\n"
        "organisation = 'みなと証券'\n"
    )

    assert found.folders.serve == "state"
    assert found.serve == ServeSettings(
        "https://books.example/jp20",
        ("10.0.0.7", 8443),
        "keys/serve.pem",
        60,
        (
            WebhookSettings(
                "core",
                "https://bank.example:8443/in?from=jp20",
                "ひいらぎ信託銀行",
                "audit",
                AccessSettings(ca="bank.pem"),
            ),
            WebhookSettings(
                "here", "http://localhost:9000/", "みなと証券", "register", AccessSettings()
            ),
        ),
    )


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("url = 'http://books.example'", "serve.url"),
        ("url = 'https://clerk@books.example'", "serve.url"),
        ("url = 'https://books.example/'", "serve.url"),
        ("url = 'https://books.example?x=1'", "serve.url"),
        ("url = 'https://books.example#x'", "serve.url"),
        ("url = 'https://books example'", "serve.url"),
        ("url = 'https://books.example:99999'", "serve.url"),
        ("url = 7", "serve.url"),
        ("listen = '8020'", "serve.listen"),
        ("listen = '127.0.0.1:65536'", "serve.listen"),
        ("key = ''", "serve.key"),
        ("rate = 0", "serve.rate"),
        ("colour = 'blue'", "serve.colour"),
        ("webhooks = 'all'", "serve.webhooks"),
        ("key = 'k'\nwebhooks = [{name = 'a', url = 'http://bank.example', organisation = 'b'}]",
         "serve.webhooks.1.url"),
        ("key = 'k'\nwebhooks = [{url = 'https://bank.example', organisation = 'b'}]",
         "serve.webhooks.1.name"),
        ("key = 'k'\nwebhooks = [{name = 'a', url = 'https://bank.example'}]",
         "serve.webhooks.1.organisation"),
        ("webhooks = [{name = 'a', url = 'https://bank.example', organisation = 'b'}]",
         "serve.key"),
        ("key = 'k'\nwebhooks = [{name = 'a', url = 'https://x.example', organisation = 'b'},"
         "{name = 'a', url = 'https://y.example', organisation = 'b'}]", "serve.webhooks"),
    ],
)  # fmt: skip
def test_what_cannot_be_served_is_a_fault_by_its_field(line, field):
    assert list(faults(more=f"[serve]\n{line}\n")) == [field]


def test_statements_have_their_fonts_in_order_and_templates():
    found = settings(
        more="[statements]\nfonts = ['gothic', 'ipamj']\ntemplates = 'own'\n"
    ).statements

    assert found == StatementSettings(("gothic", "ipamj"), "own")
    assert settings(more="[statements]\nfonts = 'fonts'\n").statements == StatementSettings(
        ("fonts",)
    )
    assert settings().statements == StatementSettings()


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("fonts = 7", "statements.fonts"),
        ("fonts = ['']", "statements.fonts"),
        ("fonts = [7]", "statements.fonts"),
        ("templates = ''", "statements.templates"),
        ("font = 'a'", "statements.font"),
    ],
)
def test_unfit_settings_of_statements_are_named(line, field):
    assert list(faults(more=f"[statements]\n{line}\n")) == [field]


@pytest.mark.requirement("G28", "S7")
def test_where_personal_data_its_log_and_the_views_are():
    more = (
        "[vault]\nfolder = 'people'\npassword = 'env:VAULT'\n"
        "[log]\nfolder = 'audit'\nheads = '/elsewhere'\n"
        "[governance]\nviews = 'views.toml'\n"
    )
    found = settings(more=more)
    assert found.vault == VaultSettings("people", SecretPlace("env", "VAULT"))
    assert found.log == LogSettings("audit", "/elsewhere")
    assert found.views == "views.toml"

    usual = settings()
    assert usual.vault == VaultSettings("vault", None)
    assert usual.log == LogSettings("log", "log")
    assert usual.views is None
    # Without a word about the head it lies beside the log.
    assert settings(more="[log]\nfolder = 'audit'\n").log.heads == "audit"


@pytest.mark.requirement("G28", "G27")
def test_a_password_of_the_vault_in_the_settings_is_a_fault_and_not_repeated():
    found = faults(more="[vault]\npassword = 'correct horse battery'\nbackup = true\n")
    assert found.keys() == {"vault.password", "vault.backup"}
    assert "horse" not in "".join(found.values())
    assert faults(more="[log]\nhead = 1\nfolder = 2\n").keys() >= {"log.head", "log.folder"}
