"""consortium.toml: what is read, and every fault by its field."""

from pathlib import Path

import pytest

from jp20.domain.base.faults import FaultyFile
from jp20.domain.base.roles import Role
from jp20.domain.governance.consortium_file import parse_consortium

EXAMPLE = Path(__file__).parents[3] / "examples" / "consortium.toml"
FOUNDER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
KEY = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
SOUND = f"""
founder = "{FOUNDER}"
[[organisations]]
name = "運営"
roles = ["OPERATOR", "KYC"]
keys = ["{KEY}"]
"""


def faults(text: str) -> list[str]:
    with pytest.raises(FaultyFile) as faulty:
        parse_consortium(text.encode(), "consortium.toml")
    return [fault.field for fault in faulty.value.faults]


@pytest.mark.requirement("S2")
def test_a_sound_file_is_read():
    read = parse_consortium(SOUND.encode(), "consortium.toml")
    assert read.founder == FOUNDER
    (operator,) = read.organisations
    assert (operator.name, operator.roles, operator.keys) == (
        "運営",
        (Role.OPERATOR, Role.KYC),
        (KEY,),
    )


def test_the_example_has_every_role():
    read = parse_consortium(EXAMPLE.read_bytes(), EXAMPLE.name)
    assert {role for each in read.organisations for role in each.roles} == set(Role)


@pytest.mark.parametrize(
    ("wrong", "right", "field"),
    [
        (f'founder = "{FOUNDER}"', "", "founder"),
        (FOUNDER, FOUNDER.lower().replace("f3", "F3", 1), "founder"),
        (f'["{KEY}"]', '["0x12"]', "organisations[1].keys"),
        (f'["{KEY}"]', f'["{FOUNDER}"]', "organisations[1].keys"),
        (f'["{KEY}"]', "[]", "organisations[1].keys"),
        ('"KYC"', '"KING"', "organisations[1].roles"),
        ('name = "運営"', "", "organisations[1].name"),
        ('name = "運営"', 'name = "運営"\nphone = "03"', "organisations[1].phone"),
        ("founder", 'colour = "red"\nfounder', "colour"),
    ],
)
def test_a_fault_is_named_by_its_field(wrong: str, right: str, field: str):
    assert field in faults(SOUND.replace(wrong, right, 1))


def test_a_name_or_a_key_that_comes_twice_is_a_fault():
    again = SOUND[SOUND.index("[[") :]
    assert faults(SOUND + again) == ["organisations[2].name", "organisations[2].keys"]


def test_no_organisation_and_no_toml_are_faults():
    assert faults(f'founder = "{FOUNDER}"') == ["organisations"]
    assert faults("founder = ") == [""]
