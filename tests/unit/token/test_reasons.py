import pytest
from solidity import enum

from jp20.domain.token.reasons import Reason, RegistryReason


@pytest.mark.requirement("G3", "G7")
def test_the_reasons_are_those_of_the_contract():
    assert [reason.name for reason in Reason] == enum("types/Reason.sol", "Reason")
    assert [int(reason) for reason in Reason] == list(range(len(Reason)))


def test_the_registry_s_reasons_are_those_of_the_contract():
    names = enum("interfaces/IInvestorRegistry.sol", "RegistryReason")
    assert [reason.name for reason in RegistryReason] == names
    assert [int(reason) for reason in RegistryReason] == list(range(len(names)))


@pytest.mark.requirement("G3")
@pytest.mark.parametrize("reason", [*Reason, *RegistryReason], ids=lambda reason: reason.name)
def test_every_reason_has_a_sentence_in_both_languages(reason):
    assert reason.text.en.endswith(".")
    assert reason.text.en.isascii()
    assert reason.text.ja.endswith("。")


def test_no_two_reasons_say_the_same():
    assert len({reason.text.en for reason in Reason}) == len(Reason)
    assert len({reason.text.ja for reason in Reason}) == len(Reason)
