"""What every privileged act rests on: a case, and a document (G11, G17)."""

import hashlib
from dataclasses import dataclass, replace

from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.ids import CaseId, DocumentHash, OrganisationId
from jp20.domain.base.text import Text
from jp20.domain.governance.requests import case_id


class BadCase(JP20Error):
    """The case number cannot stand on the chain."""

    exit_code = ExitCode.USAGE

    what = Text('"{case}" is not a case number.')
    next_step = Text("Write 1 to 32 letters, digits and signs (ASCII), and no person's name.")

    def __init__(self, case: str) -> None:
        super().__init__(case=case)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an act rests on: a case number, which stands on the chain as it is, and the SHA-256 of
    the document. `parties` are the organisations, by number, that are party to it: they sign
    nothing.

    Under one case the same act is carried out once: run again, it does nothing more.
    """

    case: str
    document_hash: DocumentHash
    parties: tuple[OrganisationId, ...] = ()

    def __post_init__(self) -> None:
        try:
            case_id(self.case)
        except ValueError:
            raise BadCase(self.case) from None
        if len(self.document_hash) != 32 or not any(self.document_hash):
            raise ValueError("a document's hash has 32 bytes")

    @classmethod
    def of(cls, case: str, document: bytes) -> "Evidence":
        """With the document's bytes. Raises BadCase."""
        return cls(case, DocumentHash(hashlib.sha256(document).digest()))

    def excluding(self, *parties: OrganisationId) -> "Evidence":
        """The same, with these organisations as its parties, and no others."""
        return replace(self, parties=tuple(sorted({*parties})))

    @property
    def case_id(self) -> CaseId:
        """As the chain has it."""
        return case_id(self.case)
