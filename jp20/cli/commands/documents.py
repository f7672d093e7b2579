"""`jp20 token document`: the documents of an issue, named on the chain by place and hash."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.endings import Ending
from jp20.cli.frame.options import Case, Document, Token, Yes, evidence
from jp20.cli.frame.output import Column, Table, say, show, table, warn
from jp20.cli.frame.parts import with_rows
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.acting import run, run_rows
from jp20.cli.shared.results import steps_table
from jp20.domain.base.errors import BadArgument, ExitCode
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo

if TYPE_CHECKING:
    from jp20.domain.token.state import TokenState

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, argument("Its name on the chain: 1 to 32 bytes, no person's.", "NAME")]


@command(
    app,
    "set",
    "Name a document, or put a new one under its name. Its hash is taken from the file; "
    "the file itself stays here.",
    "jp20 token document set JP20-RE-0001 prospectus prospectus.pdf "
    "--uri https://issuer.example/prospectus.pdf --case DC-1 --document resolution.pdf",
)
def document_set(
    token: Token,
    name: Name,
    file: Annotated[Path, argument("The document.", "FILE")],
    uri: Annotated[str, option("Where others find it.", metavar="URI")],
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
        say(Text("It stands there already; nothing was sent."))
    show(*with_rows(documents_table(token_state(session, token)), steps_table(session, done.steps)))


@command(
    app,
    "remove",
    "Take a document's name away.",
    "jp20 token document remove JP20-RE-0001 prospectus --case DC-2 --document resolution.pdf",
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


@command(
    app,
    "show",
    "The documents that are named. With NAME and --file a file is compared with one; exit "
    "code 1 where it is another.",
    "jp20 token document show JP20-RE-0001",
    "jp20 token document show JP20-RE-0001 prospectus --file prospectus.pdf",
)
def document_show(
    token: Token,
    name: Annotated[str | None, argument("One of them.", "NAME")] = None,
    file: Annotated[Path | None, option("The file to compare.", metavar="FILE")] = None,
) -> None:
    """Whether what somebody was handed is what the issuer named (G1)."""
    import hashlib

    from jp20.operations.files.inputs import read_document
    from jp20.operations.token.state import token_state

    if file is not None and name is None:
        raise BadArgument(
            Text("--file: with which document?"), next_step=Text("Give its NAME too.")
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
        say(Text("{file} is that document.", file=file))
        return
    warn(Text("{file} is NOT that document.", file=file))
    raise Ending(ExitCode.REFUSED)


def documents_table(state: "TokenState", name: str | None = None) -> Table:
    """The documents of a token, or one of them."""
    return table(
        "documents",
        Text("Documents"),
        (each for each in state.documents if name in (None, each.name)),
        (Column("name", Text("name", context="document")), lambda each: each.name),
        (Column("uri", Text("place")), lambda each: each.uri),
        (Column("sha256", Text.verbatim("SHA-256")), lambda each: each.sha256),
        (Column("time", Text("named")), lambda each: in_tokyo(each.named_at)),
    )


def _name(name: str) -> str:
    if 1 <= len(name.encode()) <= 32:
        return name
    raise BadArgument(
        Text('NAME: "{name}" is too long or empty.', name=name),
        next_step=Text("Use 1 to 32 bytes."),
    )


def _no_such_document(name: str, state: "TokenState") -> BadArgument:
    names = ", ".join(each.name for each in state.documents) or "–"
    return BadArgument(
        Text("{code} has no document {name}.", code=state.terms.code, name=name),
        next_step=Text("There are: {names}", names=names),
    )
