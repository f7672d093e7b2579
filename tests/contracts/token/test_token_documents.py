"""The documents of an issue, by name, place and hash (ERC-1643)."""

import pytest
from token_words import NOBODY, emitted, name_hash, names, now, reverts_with

pytestmark = pytest.mark.requirement("G1")

PROSPECTUS, REPORT, RULES = (
    "0x" + text.encode().hex().ljust(64, "0") for text in ("prospectus", "report", "rules")
)
HASH, OTHER_HASH = name_hash("prospectus.pdf"), name_hash("prospectus-2.pdf")


def test_a_document_is_set_and_found(token, decided):
    tx = token.setDocument(PROSPECTUS, "https://example.com/p.pdf", HASH, decided)

    assert names(tx) == ["DocumentUpdated"]
    assert emitted(tx, "DocumentUpdated") == [(PROSPECTUS, "https://example.com/p.pdf", HASH)]
    uri, document_hash, modified = token.getDocument(PROSPECTUS)
    assert (uri, document_hash, modified) == ("https://example.com/p.pdf", HASH, now())
    assert list(token.getAllDocuments()) == [PROSPECTUS]


def test_a_document_is_updated_in_its_place(token, decided):
    token.setDocument(PROSPECTUS, "https://example.com/p.pdf", HASH, decided)

    token.setDocument(PROSPECTUS, "ipfs://p2", OTHER_HASH, decided)

    assert tuple(token.getDocument(PROSPECTUS)) == ("ipfs://p2", OTHER_HASH, now())
    assert list(token.getAllDocuments()) == [PROSPECTUS]


def test_what_was_never_set_is_empty(token):
    assert tuple(token.getDocument(PROSPECTUS)) == ("", NOBODY, 0)
    assert list(token.getAllDocuments()) == []


@pytest.mark.parametrize("removed", [PROSPECTUS, REPORT, RULES])
def test_a_document_is_removed_wherever_it_stands(token, decided, removed):
    for name in (PROSPECTUS, REPORT, RULES):
        token.setDocument(name, "ipfs://" + name, HASH, decided)

    tx = token.removeDocument(removed, decided)

    assert emitted(tx, "DocumentRemoved") == [(removed, "ipfs://" + removed, HASH)]
    assert tuple(token.getDocument(removed)) == ("", NOBODY, 0)
    left = {PROSPECTUS, REPORT, RULES} - {removed}
    assert sorted(map(str, token.getAllDocuments())) == sorted(left)
    # the others can be removed too, and the removed one set again
    for name in left:
        token.removeDocument(name, decided)
    token.setDocument(removed, "ipfs://again", HASH, decided)
    assert list(token.getAllDocuments()) == [removed]


def test_a_document_that_is_not_there_is_not_removed(token, decided):
    with reverts_with("DocumentUnknown", PROSPECTUS):
        token.removeDocument.call(PROSPECTUS, decided)


def test_a_document_has_a_name_a_place_and_a_hash(token, decided):
    with reverts_with("DocumentIncomplete", NOBODY):
        token.setDocument.call(NOBODY, "ipfs://p", HASH, decided)
    with reverts_with("DocumentIncomplete", PROSPECTUS):
        token.setDocument.call(PROSPECTUS, "", HASH, decided)
    with reverts_with("DocumentIncomplete", PROSPECTUS):
        token.setDocument.call(PROSPECTUS, "ipfs://p", NOBODY, decided)
