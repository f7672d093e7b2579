"""A decision on its way to another organisation arrives as it was, or is refused."""

import json

import pytest

from jp20.domain.base.addresses import address_of
from jp20.domain.governance.decision_file import NotADecision, decision_from_json, decision_to_json
from jp20.domain.governance.requests import Call, case_id, compose

TARGET = address_of(0x1234)
CALLS = [Call(TARGET, b"\x01\x02\x03\x04" + bytes([n])) for n in range(5)]
DECISION = compose(CALLS, case_id("C-1"), b"\x07" * 32, 1 << 240 | 5, [2, 9])


@pytest.mark.requirement("G17")
def test_it_comes_back_as_it_was():
    read = decision_from_json(decision_to_json(DECISION), "decision.json")
    assert (read.request, read.calls) == (DECISION.request, DECISION.calls)
    assert read.execution(3) == DECISION.execution(3)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("calls", ["0x0102030499"]),
        ("parties", [2]),
        ("rule", "0x5"),
        ("case", "0x" + "00" * 32),
        ("target", "0x12"),
        ("format", 2),
        ("id", "0x" + "11" * 32),
    ],
)
def test_what_was_changed_on_the_way_is_refused(field: str, value: object):
    content = json.loads(decision_to_json(DECISION)) | {field: value}
    with pytest.raises(NotADecision):
        decision_from_json(json.dumps(content), "decision.json")


def test_what_is_no_decision_is_refused():
    for text in ("", "[]", "{}", "null"):
        with pytest.raises(NotADecision, match=r"decision\.json"):
            decision_from_json(text, "decision.json")
