// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ITokenTerms} from "../interfaces/ITokenTerms.sol";
import {HolderLedger} from "./HolderLedger.sol";
import {TokenWord, TokenWords} from "./TokenWord.sol";
import {Terms} from "../types/Terms.sol";

/// @title The terms as a token is created with them
/// @notice {TermSheet} reads them.
abstract contract Creation is HolderLedger {
    function _setTerms(Terms memory terms) internal {
        _requireValid(terms);
        _name = terms.name;
        _symbol = terms.symbol;
        _code = terms.code;
        _termSheetHash = terms.termSheetHash;
        _issuerAccount = terms.issuerAccount;
        _supply.cap = terms.cap;
        _issue = Issue(uint120(terms.unitPrice), terms.lotSize, 0, terms.decimals, terms.placement);
        _holderCap = terms.holderCap;
        TokenWord word = TokenWords.encode(terms);
        if (terms.extra.length != 0) {
            (_predecessor,) = abi.decode(terms.extra, (address, uint256));
            word = word.closed().with(TokenWords.NOT_IN_FORCE);
        }
        _word = word;
        emit ITokenTerms.TermsSet(terms);
    }

    function _requireValid(Terms memory terms) private view {
        if (bytes(terms.name).length == 0) revert ITokenTerms.InvalidTerms("name");
        if (terms.cap == 0 || terms.cap == MAX_UNITS) revert ITokenTerms.InvalidTerms("cap");
        if (terms.lotSize > terms.cap) revert ITokenTerms.InvalidTerms("lotSize");
        if (terms.unitPrice > type(uint120).max) revert ITokenTerms.InvalidTerms("unitPrice");
        if (terms.issuerAccount == address(0)) revert ITokenTerms.InvalidTerms("issuerAccount");
        // A token may be replaced after its maturity.
        bool isNew = terms.extra.length == 0;
        if (isNew && terms.maturity != 0 && terms.maturity <= block.timestamp) {
            revert ITokenTerms.InvalidTerms("maturity");
        }
        if (terms.maturity != 0 && terms.lockedUntil > terms.maturity) {
            revert ITokenTerms.InvalidTerms("lockedUntil");
        }
        if (terms.classes == 0 || terms.classes & 1 != 0) revert ITokenTerms.InvalidTerms("classes");
        if (terms.residencies == 0 || terms.residencies & 1 != 0) revert ITokenTerms.InvalidTerms("residencies");
        if (terms.wholePositionOnly && terms.lotSize > 1) revert ITokenTerms.InvalidTerms("wholePositionOnly");
        if (terms.termSheetHash == 0) revert ITokenTerms.InvalidTerms("termSheetHash");
        if (!isNew && terms.extra.length != 64) revert ITokenTerms.InvalidTerms("extra");
    }
}
