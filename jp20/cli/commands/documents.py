"""`jp20 token document`: the documents of an issue, named on the chain by place and hash."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.endings import Ending
from jp20.cli.frame.language import both, example
from jp20.cli.frame.options import Case, Document, Token, Yes, evidence
from jp20.cli.frame.output import Column, Table, say, show, warn
from jp20.cli.frame.parts import with_rows
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.acting import run, run_rows
from jp20.cli.shared.results import steps_table
from jp20.domain.base.errors import BadArgument, ExitCode, Text

if TYPE_CHECKING:
    from jp20.domain.token.state import TokenState

app = typer.Typer(no_args_is_help=True)

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help=both(
            "Its name on the chain: 1 to 32 bytes, no person's.",
            "チェーン上の書類名(32バイト以内、個人名を含めない)。",
        ),
    ),
]


@app.command(
    "set",
    help=both(
        "Name a document, or put a new one under its name. Its hash is taken from the file; "
        "the file itself stays here.",
        "書類を登録または差し替える。ハッシュはファイルから計算し、ファイル自体は送信しない。",
    ),
    epilog=example(
        "jp20 token document set JP20-RE-0001 prospectus prospectus.pdf "
        "--uri https://issuer.example/prospectus.pdf --case DC-1 --document resolution.pdf"
    ),
)
def document_set(
    token: Token,
    name: Name,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=both("The document.", "登録する書類。"))
    ],
    uri: Annotated[
        str, typer.Option(metavar="URI", help=both("Where others find it.", "閲覧先(URI)。"))
    ],
    case: Case,
    document: Document,
    yes: Yes = False,
) -> None:
    """ERC-1643; the hash is SHA-256 of the file's bytes (G1)."""
    import hashlib

    from jp20.domain.plans.outcomes import Outcome
    from jp20.domain.token.term_sheet import Document as Named
    from jp20.operations.files.inputs import read_document
    from jp20.operations.token.issue import set_documents
    from jp20.operations.token.state import token_state

    named = Named(_name(name), uri, hashlib.sha256(read_document(file)).digest())
    rests_on = evidence(case, document)
    session = workspace().session()
    done = run_rows(session, set_documents(session, token, [named], rests_on), yes)
    if done.of(Outcome.UNCHANGED):
        say(
            Text("It stands there already; nothing was sent.", "登録済みのため、送信していません。")
        )
    show(*with_rows(documents_table(token_state(session, token)), steps_table(session, done.steps)))


@app.command(
    "remove",
    help=both("Take a document's name away.", "書類の登録を削除する。"),
    epilog=example(
        "jp20 token document remove JP20-RE-0001 prospectus --case DC-2 --document resolution.pdf"
    ),
)
def document_remove(
    token: Token, name: Name, case: Case, document: Document, yes: Yes = False
) -> None:
    """What was named stays in the chain's history (G1)."""
    from jp20.operations.token.issue import remove_document
    from jp20.operations.token.state import token_state

    wanted, rests_on = _name(name), evidence(case, document)
    session = workspace().session()
    done = run(session, remove_document(session, token, wanted, rests_on), yes)
    show(*with_rows(documents_table(token_state(session, token)), steps_table(session, done.steps)))


@app.command(
    "show",
    help=both(
        "The documents that are named. With NAME and --file a file is compared with one; "
        "exit code 1 where it is another.",
        "登録された書類を表示する。NAME と --file を指定すると照合し、不一致なら終了コード 1。",
    ),
    epilog=example(
        "jp20 token document show JP20-RE-0001",
        "jp20 token document show JP20-RE-0001 prospectus --file prospectus.pdf",
    ),
)
def document_show(
    token: Token,
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help=both("One of them.", "書類名。")),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=both("The file to compare.", "照合するファイル。")),
    ] = None,
) -> None:
    """Whether what somebody was handed is what the issuer named (G1)."""
    import hashlib

    from jp20.operations.files.inputs import read_document
    from jp20.operations.token.state import token_state

    if file is not None and name is None:
        raise BadArgument(
            Text("--file: with which document?", "--file: 照合する書類名がありません。"),
            next_step=Text("Give its NAME too.", "NAME も指定してください。"),
        )
    content = read_document(file) if file is not None else None
    state = token_state(workspace().view(), token)
    found = [each for each in state.documents if name in (None, each.name)]
    if name is not None and not found:
        raise _no_such_document(name, state)
    show(documents_table(state, name))
    if content is None:
        return
    if hashlib.sha256(content).digest() == found[0].sha256:
        say(Text(f"{file} is that document.", f"{file} は登録された書類と一致します。"))
        return
    warn(Text(f"{file} is NOT that document.", f"{file} は登録された書類と一致しません。"))
    raise Ending(ExitCode.REFUSED)


def documents_table(state: "TokenState", name: str | None = None) -> Table:
    """The documents of a token, or one of them."""
    from jp20.domain.base.times import in_tokyo

    return Table(
        "documents",
        Text("Documents", "書類"),
        (
            Column("name", Text("name", "書類名")),
            Column("uri", Text("place", "閲覧先")),
            Column("sha256", Text("SHA-256", "SHA-256")),
            Column("time", Text("named", "登録日時")),
        ),
        [
            (each.name, each.uri, each.sha256, in_tokyo(each.named_at))
            for each in state.documents
            if name in (None, each.name)
        ],
    )


def _name(name: str) -> str:
    if 1 <= len(name.encode()) <= 32:
        return name
    raise BadArgument(
        Text(f'NAME: "{name}" is too long or empty.', f"NAME: 「{name}」は長さが不適切です。"),
        next_step=Text("Use 1 to 32 bytes.", "1〜32バイトで指定してください。"),
    )


def _no_such_document(name: str, state: "TokenState") -> BadArgument:
    names = ", ".join(each.name for each in state.documents) or "–"
    return BadArgument(
        Text(
            f"{state.terms.code} has no document {name}.",
            f"{state.terms.code} に書類「{name}」は登録されていません。",
        ),
        next_step=Text(f"There are: {names}", f"登録済み: {names}"),
    )
