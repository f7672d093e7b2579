"""Every message of the code is in the catalogue, in Japanese, with its placeholders."""

import pytest
from babel.messages.catalog import Catalog

import messages as tool


def catalogue(**japanese):
    made = Catalog(locale="ja")
    for message, said in japanese.items():
        made.add(message, said)
    return made


def found(source):
    return list(tool.messages_in(source, "jp20/a.py"))


def test_the_catalogue_and_the_code_agree():
    of_code = list(tool.messages())
    assert of_code
    assert list(tool.faults(of_code, tool.read_catalogue())) == []


def test_the_compiled_catalogue_is_that_of_the_source():
    assert tool.COMPILED.read_bytes() == tool.as_mo(tool.read_catalogue())


def test_the_catalogue_is_as_the_tool_writes_it():
    updated = tool.updated(tool.read_catalogue(), tool.messages())
    assert tool.as_po(updated) == tool.CATALOGUE.read_bytes()


def test_messages_are_found_with_context_and_values():
    source = 'Text("{count} {count:row|rows}", context="file", count=len(rows))'
    (one,) = found(source)
    assert (one.message, one.context) == ("{count} {count:row|rows}", "file")
    assert one.values == {"count"}


def test_what_is_no_literal_or_has_its_japanese_with_it_is_no_message():
    assert found('Text(name); Text("a", "b"); Text.both("a", "b"); other.Text("a")') == []


@pytest.mark.parametrize(
    ("source", "listed", "fault"),
    [
        ('Text("frozen")', {}, "not in the catalogue: 'frozen'"),
        ('Text("frozen")', {"frozen": ""}, "without Japanese: 'frozen'"),
        ("", {"frozen": "凍結"}, "in the catalogue, and nowhere in the code: 'frozen'"),
        (
            'Text("{units} units", units=1)',
            {"{units} units": "{unit} 口"},
            "other placeholders in Japanese: '{units} units'",
        ),
        (
            'Text("{units} units", unit=1)',
            {"{units} units": "{units} 口"},
            "jp20/a.py:1: placeholders and values differ: unit, units",
        ),
        (
            'Text("{units units", units=1)',
            {"{units units": "{units 口"},
            "jp20/a.py:1: expected '}' before end of string: {units units",
        ),
    ],
)
def test_each_fault_is_said(source, listed, fault):
    assert list(tool.faults(found(source), catalogue(**listed))) == [fault]


def test_an_uncertain_translation_is_a_fault():
    uncertain = Catalog(locale="ja")
    uncertain.add("frozen", "凍結", flags=["fuzzy"])
    assert list(tool.faults(found('Text("frozen")'), uncertain)) == ["marked as fuzzy: 'frozen'"]


def test_an_update_keeps_the_japanese_and_drops_what_is_unused():
    updated = tool.updated(
        catalogue(frozen="凍結", gone="廃止"), found('Text("frozen"); Text("new")')
    )
    assert {each.id: each.string for each in updated if each.id} == {"frozen": "凍結", "new": ""}
