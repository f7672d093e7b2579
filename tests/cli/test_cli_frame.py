"""What holds for all of `jp20`: languages, forms of output, exit codes, settings."""

import contextlib
import csv
import io
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from running import Bad, done, run, settle

from jp20.chain.local import PATIENCE
from jp20.cli.commands import version
from jp20.cli.frame import endings, output
from jp20.cli.frame.invocation import begin
from jp20.cli.frame.language import language_of
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text

BAD = [
    Bad("version", ("1",), 2, "1"),
    Bad("version", ("--quiet",), 2, "--quiet"),
    Bad("completion", (), 2, "SHELL"),
    Bad("completion", ("tcsh",), 2, "tcsh"),
]


def test_the_version_is_a_line_in_every_language(tmp_path):
    for language in ("en", "ja"):
        ran = done("--lang", language, "--version", folder=tmp_path)
        assert ran.out == f"jp20 {metadata.version('jp20')}\n"
        assert ran.err == ""


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_version_and_completion(bad, tmp_path):
    bad.check(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        (["--lang", "ja"], {"JP20_LANG": "en"}, "ja"),
        (["status", "--lang=en"], {"JP20_LANG": "ja"}, "en"),
        ([], {"JP20_LANG": "ja", "LANG": "en_US.UTF-8"}, "ja"),
        ([], {"LANG": "ja_JP.UTF-8"}, "ja"),
        ([], {"LC_ALL": "C", "LANG": "ja_JP.UTF-8"}, "en"),
        ([], {"LANG": "fr_FR.UTF-8"}, "en"),
        (["--lang", "fr"], {"LANG": "ja_JP.UTF-8"}, "ja"),
    ],
)
def test_the_language_is_the_options_then_the_variables_then_the_locales(
    arguments, environment, language
):
    assert language_of(arguments, environment) == language


def completed(shell, line):
    """What a shell offers at the end of a line, by the variables of its script."""
    words = line.split(" ")
    return subprocess.run(
        [sys.executable, "-m", "jp20"],
        env={
            **os.environ,
            "_JP20_COMPLETE": f"complete_{shell}",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(words) - 1),
            "_TYPER_COMPLETE_ARGS": line,
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            "JP20_LANG": "en",
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_and_options(shell):
    script = done("completion", shell).out
    assert f"_JP20_COMPLETE=complete_{shell}" in script

    assert "reinstate" in completed(shell, "jp20 whitelist rein")
    assert "status" in completed(shell, "jp20 st")
    assert "--state" in completed(shell, "jp20 requests list --st")
    assert completed(shell, "jp20 whitelist xyz").strip() in ("", "_files")


def test_bash_runs_the_script_of_its_completion():
    asked = (
        f'PATH={Path(sys.executable).parent}:$PATH; eval "$(jp20 completion bash)"; '
        "COMP_WORDS=(jp20 whitelist rein) COMP_CWORD=2; _jp20_completion jp20; "
        'echo "${COMPREPLY[@]}"'
    )
    ran = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("reinstate\n", "")


ASKED = {
    "jp20 whitelist reins": "reinstate",
    "jp20 requests list --st": "--state",
    "jp20 distribute plan al": "allotments.csv",
}
"""What ends each of these lines, in a folder with allotments.csv."""


@pytest.fixture
def completing(tmp_path: Path) -> dict[str, str]:
    """Files in which shells look for a script of completion, and a folder to complete in."""
    (tmp_path / "fish" / "completions").mkdir(parents=True)
    (tmp_path / "fish" / "completions" / "jp20.fish").write_text(done("completion", "fish").out)
    (tmp_path / "_jp20").write_text(done("completion", "zsh").out)
    (tmp_path / "allotments.csv").touch()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    home = str(tmp_path)
    return {**os.environ, "PATH": path, "XDG_CONFIG_HOME": home, "HOME": home, "JP20_LANG": "en"}


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
@pytest.mark.parametrize(("line", "end"), ASKED.items())
def test_fish_completes_by_the_file(completing, tmp_path, line, end):
    ran = subprocess.run(
        ["fish", "-c", f"complete -C '{line}'"],
        cwd=tmp_path,
        env=completing,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [each.split("\t")[0] for each in ran.stdout.splitlines()] == [end]


IN_ZSH = """
zmodload zsh/zpty
zpty z 'zsh -f -i'
zpty -w z 'PROMPT="> "; fpath=($HOME $fpath); autoload -U compinit; compinit -u -D'
zpty -w z 'echo READY $((1+1))'
zpty -r -m z said '*READY 2*'
zpty -w -n z $ASKED$'\t'
zpty -r -m z said "*$END *"
print found
zpty -d z
"""


@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs zsh")
@pytest.mark.parametrize(("line", "end"), ASKED.items())
def test_zsh_completes_by_the_file_from_the_first_time_on(completing, tmp_path, line, end):
    ran = subprocess.run(
        ["zsh", "-f", "-c", IN_ZSH],
        cwd=tmp_path,
        env=completing | {"ASKED": line, "END": end, "TERM": "dumb"},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    assert ran.stdout == "found\n"


def test_what_an_option_may_be_is_said_in_the_readers_language():
    english, japanese = run("completion", "tcsh"), run("completion", "tcsh", "--lang", "ja")
    assert "Value error" not in english.err + japanese.err
    assert "「tcsh」は指定できません。指定できる値: bash、zsh、fish" in japanese.err


def test_the_line_of_usage_is_in_the_readers_language():
    assert done("completion", "--help").out.startswith("Usage: jp20 completion [OPTIONS] SHELL")
    assert done("completion", "--help", "--lang", "ja").out.startswith("使い方: jp20 completion")


def test_an_unknown_language_or_form_is_a_usage_error():
    assert run("--lang", "fr", "version").code == 2
    assert run("version", "--format", "xml").code == 2
    assert run("version", "--format").code == 2


def test_no_command_shows_the_help_and_is_a_usage_error():
    ran = run()

    assert ran.code == 2
    assert "platform" in ran.out + ran.err


def test_an_unknown_command_names_the_one_that_may_have_been_meant():
    assert "platform" in run("platfrom").err
    ran = run("platfrom", "--lang", "ja")
    assert "platform" in ran.err
    assert "コマンドはありません" in ran.err


def test_global_options_stand_before_or_after_the_command():
    assert done("--format", "json", "version").json == done("version", "--format=json").json


def test_json_has_stable_keys_whatever_the_language():
    english, japanese = (
        done("version", "--format", "json", "--lang", language).json for language in ("en", "ja")
    )

    assert english == japanese
    assert set(english["version"]) == {"jp20", "web3", "eth_account", "typer", "python"}


def test_csv_is_one_table_with_its_heads():
    rows = list(csv.reader(io.StringIO(done("version", "--format", "csv").out)))

    assert rows[0][:2] == ["jp20", "web3"]
    assert len(rows) == 2


@pytest.mark.requirement("G26")
def test_what_others_wrote_cannot_draw_over_what_is_shown(capsys):
    begin("en")
    evil = "\x1b[2J\x9b2Jall\u202e is well\nsecond line"
    text = Text.verbatim(evil)

    column = output.Column("a", text, prose=True)
    output.show(output.Table("t", Text.verbatim("t"), (column,), [(evil,), (text,)]))
    output.say(text)
    output.warn(text)
    code = endings.told(JP20Error(text, text, text))

    shown = capsys.readouterr()
    assert code == 1
    assert not {"\x1b", "\x9b", "\u202e"} & {*shown.out, *shown.err}
    assert shown.err.count("second line") == 5
    assert "all� is well" in shown.out


@pytest.mark.requirement("G26")
def test_an_error_is_json_where_the_result_would_be(tmp_path):
    refused = run("platform", "show", "--format", "json", folder=tmp_path)
    misused = run("platform", "show", "--nope", "--format", "json", folder=tmp_path)

    assert (refused.code, misused.code) == (2, 2)
    error = refused.json["error"]
    assert (error["kind"], error["exit_code"]) == ("NoWorkspace", 2)
    assert "jp20 init" in error["next_step"]
    assert "作業フォルダ" in error["ja"]["next_step"]
    assert "--nope" in misused.json["error"]["what"]
    assert (error["code"], error["faults"]) == (None, [])


def test_faults_of_a_file_are_json_with_line_and_field(tmp_path):
    (tmp_path / "jp20.toml").write_text('[network]\nrpc = "ftp://x"\n[signer]\nkeystores = "k"\n')
    error = run("network", "list", "--format", "json", folder=tmp_path).json["error"]

    assert (error["kind"], error["exit_code"]) == ("FaultyFile", 2)
    assert {each["file"] for each in error["faults"]} == {"jp20.toml"}
    assert "network.rpc" in {each["field"] for each in error["faults"]}
    assert all(each["what"] and each["ja"] for each in error["faults"])


@pytest.mark.parametrize("asked", [("-h",), ("help",), ("--help",)])
def test_help_is_found_however_it_is_asked_for(asked):
    ran = done(*asked)
    assert "whitelist" in ran.out
    assert ran.err == ""


def test_the_help_of_a_command_is_found_from_both_sides():
    assert done("help", "investors", "list").out == done("investors", "list", "-h").out


def test_without_settings_the_next_command_is_named(tmp_path):
    ran = run("platform", "show", folder=tmp_path)

    assert ran.code == 2
    assert "jp20 init" in ran.err


def test_settings_are_found_in_a_folder_above(folder):
    below = folder / "a" / "b"
    below.mkdir(parents=True)

    assert done("network", "list", "--format", "json", folder=below).json["nodes"]


def test_settings_with_faults_name_every_one(tmp_path):
    (tmp_path / "jp20.toml").write_text('[network]\nrpc = "ftp://x"\n[signer]\nkeystores = "k"\n')

    ran = run("network", "list", folder=tmp_path)

    assert ran.code == 2
    for field in ("network.rpc", "network.chain_id", "[signer]"):
        assert field in ran.err


def test_a_platform_that_is_not_there_is_named(node, tmp_path):
    done("init", "work", folder=tmp_path)
    settle(tmp_path / "work", node)

    ran = run("platform", "show", folder=tmp_path / "work")

    assert ran.code == 1
    assert "jp20 platform deploy" in ran.err


def test_a_chain_that_is_not_the_settings_is_refused_before_anything_is_signed(node, tmp_path):
    done("init", "work", folder=tmp_path)
    file = tmp_path / "work" / "jp20.toml"
    file.write_text(file.read_text("utf-8").replace("http://127.0.0.1:8545", node), "utf-8")

    ran = run("platform", "deploy", "--yes", folder=tmp_path / "work")

    assert ran.code == 2
    assert "31337" in ran.err
    assert "1337" in ran.err


def test_a_node_that_does_not_answer_is_one_clear_message(tmp_path):
    done("init", "work", folder=tmp_path)
    file = tmp_path / "work" / "jp20.toml"
    file.write_text(file.read_text("utf-8").replace(":8545", ":9"), "utf-8")

    ran = run("platform", "deploy", "--yes", folder=tmp_path / "work")

    assert ran.code == 1
    assert "127.0.0.1:9" in ran.err


def test_development_keys_sign_for_no_other_chain(tmp_path):
    from jp20.chain.local import LocalChain

    done("init", "work", folder=tmp_path)
    file = tmp_path / "work" / "jp20.toml"
    with LocalChain("anvil", chain_id=20_260_401) as connection:
        text = file.read_text("utf-8").replace("http://127.0.0.1:8545", connection.network.url)
        file.write_text(text.replace("chain_id = 1337", "chain_id = 20260401"), "utf-8")

        ran = run("platform", "deploy", "--yes", folder=tmp_path / "work")

    assert ran.code == 2
    assert "[signer]" in ran.err


def test_what_nobody_expected_is_a_short_message_and_a_file_for_its_owner(tmp_path, monkeypatch):
    def broken(*parts: object) -> None:
        raise ZeroDivisionError("nobody expected this")

    monkeypatch.setattr(version, "show", broken)

    ran = run("version", XDG_STATE_HOME=str(tmp_path))

    (log,) = (tmp_path / "jp20").iterdir()
    assert ran.code == 1
    assert "nobody expected this" in ran.err
    assert str(log) in ran.err
    assert "Traceback" in log.read_text("utf-8")
    assert log.stat().st_mode & 0o077 == 0


def test_a_developer_sees_the_traceback(tmp_path):
    broken = "import jp20.cli.commands.version as v; v.show = None; from jp20.cli.main import main"
    ran = subprocess.run(
        [sys.executable, "-c", f"{broken}; raise SystemExit(main(['version']))"],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "JP20_DEBUG": "1"},
    )

    assert ran.returncode == 1
    assert "Traceback" in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_command_is_installed_and_so_is_the_module():
    command = subprocess.run(
        [Path(sys.executable).with_name("jp20"), "version", "--format", "json"],
        check=True,
        capture_output=True,
    )
    module = subprocess.run(
        [sys.executable, "-m", "jp20", "version", "--format", "json"],
        check=True,
        capture_output=True,
    )

    assert command.stdout == module.stdout
    assert command.stderr == b""


@pytest.mark.parametrize("arguments", ["--help", "version"])
def test_output_that_nobody_reads_any_more_is_no_traceback(arguments):
    ran = subprocess.run(
        f"{sys.executable} -m jp20 {arguments} | true",
        shell=True,
        check=True,
        capture_output=True,
        text=True,
    )

    assert ran.stderr == ""


def test_help_imports_nothing_heavy():
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from jp20.cli.main import main; main(['--help']);"
            "print(sorted(m for m in ('web3', 'eth_account', 'sqlite3', 'requests', 'openpyxl',"
            "'eth_typing', 'jp20.chain.rpc.connection') if m in sys.modules), file=sys.stderr)",
        ],
        check=True,
        capture_output=True,
        text=True,
    )

    assert loaded.stderr.strip() == "[]"


def test_a_question_on_a_terminal_is_answered_there(node, tmp_path):
    done("init", "work", folder=tmp_path)
    settle(tmp_path / "work", node)

    said, code = at_a_terminal(["platform", "deploy"], tmp_path / "work", b"n\n")

    assert "Deploy the platform" in said
    assert "Nothing was sent" in said
    assert code == 1
    assert not (tmp_path / "work" / "deployments").exists()


def test_an_interruption_says_what_is_under_way(node, tmp_path):
    done("init", "work", folder=tmp_path)
    settle(tmp_path / "work", node)

    said, code = at_a_terminal(["platform", "deploy"], tmp_path / "work", None)

    assert code == 130
    assert "jp20 status" in said


def at_a_terminal(arguments: list[str], folder: Path, answer: bytes | None) -> tuple[str, int]:
    """Calls `jp20` on a terminal of its own, and answers its first question, or presses Ctrl-C."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.environ["JP20_LANG"] = "en"
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # who runs the tests may ignore it
        os.execv(sys.executable, [sys.executable, "-m", "jp20", *arguments])
    said = b""
    heard = select.poll()  # unlike select.select, it takes any number of open files
    heard.register(terminal, select.POLLIN)
    try:
        while b"[y/N]" not in said:
            said += os.read(terminal, 4096)
        for _ in range(30):
            if answer is not None:
                os.write(terminal, answer)
            else:
                os.kill(process, signal.SIGINT)
            while heard.poll(2000):  # else it came before it was waited for
                said += os.read(terminal, 4096)
        os.kill(process, signal.SIGKILL)
    except OSError:  # the terminal is closed: the process has ended
        pass
    os.close(terminal)
    return said.decode(), os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def test_who_waits_for_a_node_is_told(folder, monkeypatch):
    monkeypatch.setattr("jp20.operations.workspace.Vigil", Impatient)
    for language, said in (("en", "The node has not answered"), ("ja", "応答を待っています")):
        assert said in done("status", "--lang", language, folder=folder).err


class Impatient:
    """A vigil that tells of each question at once."""

    def __init__(self, tell):
        self.tell = tell

    @contextlib.contextmanager
    def over(self, method):
        self.tell(method, 4.0)
        yield

    def close(self):
        pass
