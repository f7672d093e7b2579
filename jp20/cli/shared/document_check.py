"""Whether a document is the one on which a decision rests, for who is asked to sign it."""

import hashlib
from pathlib import Path
from typing import Annotated

from jp20.cli.frame.declare import option
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text

DocumentToCompare = Annotated[
    Path | None,
    option("Compare this document with the one that it rests on.", "--document", metavar="FILE"),
]


class AnotherDocument(JP20Error):
    """The document is not the one on which the decision rests."""

    what = Text("{document} is NOT the document on which this rests.")
    why = Text("Its SHA-256 is {found}, named is {named}.")
    next_step = Text("Ask the proposing organisation for the right one; do not sign.")

    def __init__(self, document: Path, found: bytes, named: bytes) -> None:
        super().__init__(document=document, found=found.hex(), named=named.hex())


def require_document(document: Path | None, named: bytes) -> None:
    """Compares a document with the SHA-256 that is named. Raises NoFile, AnotherDocument. Nothing
    where there is none.
    """
    from jp20.operations.files.inputs import read_document

    if document is not None:
        found = hashlib.sha256(read_document(document)).digest()
        if found != named:
            raise AnotherDocument(document, found, named)
