"""Whether a document is the one on which a decision rests, for who is asked to sign it."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from jp20.cli.frame.language import both
from jp20.domain.base.errors import JP20Error, Text

DocumentToCompare = Annotated[
    Path | None,
    typer.Option(
        "--document",
        metavar="FILE",
        help=both(
            "Compare this document with the one that it rests on.",
            "根拠文書と照合するファイル。",
        ),
    ),
]


class AnotherDocument(JP20Error):
    """The document is not the one on which the decision rests."""

    def __init__(self, document: Path, found: bytes, named: bytes) -> None:
        super().__init__(
            Text(
                f"{document} is NOT the document on which this rests.",
                f"{document} は、この手続の根拠文書ではありません。",
            ),
            Text(
                f"Its SHA-256 is {found.hex()}, named is {named.hex()}.",
                f"SHA-256 は {found.hex()}、記録された値は {named.hex()} です。",
            ),
            Text(
                "Ask the proposing organisation for the right one; do not sign.",
                "署名せずに、提案した組織に正しい文書を確認してください。",
            ),
        )


def require_document(document: Path | None, named: bytes) -> None:
    """Compares a document with the SHA-256 that is named. Raises NoFile, AnotherDocument. Nothing
    where there is none.
    """
    from jp20.operations.files.inputs import read_document

    if document is not None:
        found = hashlib.sha256(read_document(document)).digest()
        if found != named:
            raise AnotherDocument(document, found, named)
