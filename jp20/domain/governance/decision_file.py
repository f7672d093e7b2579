"""A decision as a file, for the organisations that sign and execute it on machines of their own.

What the file claims is not believed: root and id come out of the calls anew, and a signature binds
the id.
"""

import json
from typing import Final

from jp20.domain.base.addresses import parse_address
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.faults import FaultyFile
from jp20.domain.base.ids import CaseId, DocumentHash, OrganisationId
from jp20.domain.base.text import Text
from jp20.domain.files.fields import read_json
from jp20.domain.governance.requests import Call, Decision, compose

_FORMAT: Final = 1


class NotADecision(JP20Error):
    """The file is no decision, or its calls are not those that its id stands for."""

    exit_code = ExitCode.USAGE

    what = Text("{file} is not a decision file.")
    next_step = Text("Ask the proposing organisation for it again.")

    def __init__(self, file: str, why: Text) -> None:
        super().__init__(why=why, file=file)


def decision_to_json(decision: Decision) -> str:
    """The decision file."""
    request = decision.request
    content = {
        "format": _FORMAT,
        "id": f"0x{request.id.hex()}",
        "target": request.target,
        "case": f"0x{request.case_id.hex()}",
        "document_hash": f"0x{request.document_hash.hex()}",
        "parties": list(request.parties),
        "rule": hex(request.rule),
        "calls": [f"0x{call.data.hex()}" for call in decision.calls],
    }
    return json.dumps(content, indent=1) + "\n"


def decision_from_json(text: str, file: str) -> Decision:
    """Reads a decision file. Raises NotADecision."""
    try:
        content = read_json(text.encode("utf-8", "replace"), file)
        if content["format"] != _FORMAT:
            raise ValueError(f"format {content['format']}")
        target = parse_address(content["target"])
        decision = compose(
            [Call(target, _bytes(data)) for data in content["calls"]],
            CaseId(_bytes(content["case"])),
            DocumentHash(_bytes(content["document_hash"])),
            int(content["rule"], 16),
            [OrganisationId(int(party)) for party in content["parties"]],
        )
        if decision.request.id != _bytes(content["id"]):
            raise ValueError("the calls are not those of its id")
    except FaultyFile as faulty:
        raise NotADecision(file, faulty.faults[0].text) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotADecision(file, Text.verbatim(str(error))) from None
    return decision


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
