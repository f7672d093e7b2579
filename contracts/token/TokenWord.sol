// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Terms} from "../types/Terms.sol";

/// @notice What a transfer needs of the token as a whole, in one storage word.
///
/// | bits      | what                                                                    |
/// |-----------|-------------------------------------------------------------------------|
/// |   0 …  39 | nextRecordDate, unix seconds                                            |
/// |  40 …  79 | lockedUntil, unix seconds                                               |
/// |  80 … 119 | maturity, unix seconds                                                  |
/// | 120 … 127 | classes, a bit mask of `1 << class`                                     |
/// | 128 … 135 | residencies, a bit mask of `1 << residency`                             |
/// | 136 … 151 | flags                                                                   |
/// | 208 … 223 | splits                                                                  |
/// | 224 … 239 | record dates that have passed                                           |
///
/// Where there is no next record date or no maturity, the field is the highest time there is.
type TokenWord is uint256;

using TokenWords for TokenWord global;

/// @title TokenWords
/// @notice The only place that knows the layout of a {TokenWord}.
/// @dev Nothing here checks a range: who writes a field has checked it.
library TokenWords {
    uint256 internal constant NO_TIME = type(uint40).max;

    uint256 internal constant PAUSED = 1 << 136;
    uint256 internal constant PLATFORM_REPLACED = 1 << 137;
    uint256 internal constant CONSENT_REQUIRED = 1 << 138;
    uint256 internal constant WHOLE_POSITION_ONLY = 1 << 139;
    uint256 internal constant EXPIRED_MAY_DISPOSE = 1 << 140;
    uint256 internal constant HOLDER_CAPPED = 1 << 141;
    uint256 internal constant IN_LOTS = 1 << 142;
    uint256 internal constant EARLY_REDEMPTION = 1 << 143;
    uint256 internal constant PARTIAL_REDEMPTION = 1 << 144;
    uint256 internal constant HOLDER_REDEMPTION = 1 << 145;

    /// @dev Nothing changes in this token: it is being replaced, was, or has not replaced another yet. With it goes a
    /// next record date of 0, so that who would change something comes to see it.
    uint256 internal constant CLOSED = 1 << 151;

    /// @dev A split count that no token reaches, and so without a factor: every quantity is 0 by it.
    uint256 internal constant NOT_IN_FORCE = uint256(type(uint16).max) << SPLITS;

    /// @dev Never stored: rules that a decided case sets aside, put into the word that is judged by.
    uint256 internal constant ANY_CLASS = 1 << 146;
    uint256 internal constant ANY_RESIDENCY = 1 << 147;
    uint256 internal constant ANY_HOLDER_COUNT = 1 << 148;

    /// @dev Rules about the amount, beyond balance and restraints.
    uint256 internal constant AMOUNT_RULES = WHOLE_POSITION_ONLY | HOLDER_CAPPED | IN_LOTS;

    uint256 private constant LOCKED_UNTIL = 40;
    uint256 private constant MATURITY = 80;
    uint256 private constant CLASSES = 120;
    uint256 private constant RESIDENCIES = 128;
    uint256 private constant SPLITS = 208;
    uint256 private constant RECORDS = 224;
    uint256 private constant TIME = type(uint40).max;
    uint256 private constant MASK = type(uint8).max;

    /// @dev The terms as a token is created with them; nothing counted yet.
    function encode(Terms memory terms) internal pure returns (TokenWord) {
        uint256 word = NO_TIME;
        word |= uint256(terms.lockedUntil) << LOCKED_UNTIL;
        word |= (terms.maturity == 0 ? NO_TIME : terms.maturity) << MATURITY;
        word |= uint256(terms.classes) << CLASSES;
        word |= uint256(terms.residencies) << RESIDENCIES;
        if (terms.wholePositionOnly) word |= WHOLE_POSITION_ONLY;
        if (terms.consentRequired) word |= CONSENT_REQUIRED;
        if (terms.expiredMayDispose) word |= EXPIRED_MAY_DISPOSE;
        if (terms.holderCap != 0) word |= HOLDER_CAPPED;
        if (terms.lotSize > 1) word |= IN_LOTS;
        if (terms.earlyRedemption) word |= EARLY_REDEMPTION;
        if (terms.partialRedemption) word |= PARTIAL_REDEMPTION;
        if (terms.holderRedemption) word |= HOLDER_REDEMPTION;
        return TokenWord.wrap(word);
    }

    /// @return Whether at least one of these flags is set.
    function has(TokenWord word, uint256 flags) internal pure returns (bool) {
        return TokenWord.unwrap(word) & flags != 0;
    }

    function with(TokenWord word, uint256 flags) internal pure returns (TokenWord) {
        return TokenWord.wrap(TokenWord.unwrap(word) | flags);
    }

    function without(TokenWord word, uint256 flags) internal pure returns (TokenWord) {
        return TokenWord.wrap(TokenWord.unwrap(word) & ~flags);
    }

    function withFlagsOf(TokenWord word, TokenWord other, uint256 flags) internal pure returns (TokenWord) {
        return TokenWord.wrap((TokenWord.unwrap(word) & ~flags) | (TokenWord.unwrap(other) & flags));
    }

    /// @return How often units were split.
    function splits(TokenWord word) internal pure returns (uint256) {
        return (TokenWord.unwrap(word) >> SPLITS) & 0xffff;
    }

    /// @return How many record dates have passed.
    function records(TokenWord word) internal pure returns (uint256) {
        return (TokenWord.unwrap(word) >> RECORDS) & 0xffff;
    }

    function nextRecordDate(TokenWord word) internal pure returns (uint256) {
        return TokenWord.unwrap(word) & TIME;
    }

    function lockedUntil(TokenWord word) internal pure returns (uint256) {
        return (TokenWord.unwrap(word) >> LOCKED_UNTIL) & TIME;
    }

    function maturity(TokenWord word) internal pure returns (uint256) {
        return (TokenWord.unwrap(word) >> MATURITY) & TIME;
    }

    function classes(TokenWord word) internal pure returns (uint8) {
        return uint8(TokenWord.unwrap(word) >> CLASSES);
    }

    function residencies(TokenWord word) internal pure returns (uint8) {
        return uint8(TokenWord.unwrap(word) >> RESIDENCIES);
    }

    /// @dev `class` and `residency` are below 8: the registry writes no other.
    function admitsClass(TokenWord word, uint256 class) internal pure returns (bool) {
        return (TokenWord.unwrap(word) >> (CLASSES + class)) & 1 != 0;
    }

    function admitsResidency(TokenWord word, uint256 residency) internal pure returns (bool) {
        return (TokenWord.unwrap(word) >> (RESIDENCIES + residency)) & 1 != 0;
    }

    function withNextRecordDate(TokenWord word, uint256 at) internal pure returns (TokenWord) {
        return TokenWord.wrap((TokenWord.unwrap(word) & ~TIME) | at);
    }

    function withLockedUntil(TokenWord word, uint256 until) internal pure returns (TokenWord) {
        return TokenWord.wrap((TokenWord.unwrap(word) & ~(TIME << LOCKED_UNTIL)) | (until << LOCKED_UNTIL));
    }

    function withClasses(TokenWord word, uint8 classes_) internal pure returns (TokenWord) {
        return TokenWord.wrap((TokenWord.unwrap(word) & ~(MASK << CLASSES)) | (uint256(classes_) << CLASSES));
    }

    function withResidencies(TokenWord word, uint8 residencies_) internal pure returns (TokenWord) {
        return TokenWord.wrap(
            (TokenWord.unwrap(word) & ~(MASK << RESIDENCIES)) | (uint256(residencies_) << RESIDENCIES)
        );
    }

    function withMaturity(TokenWord word, uint256 at) internal pure returns (TokenWord) {
        return TokenWord.wrap((TokenWord.unwrap(word) & ~(TIME << MATURITY)) | (at << MATURITY));
    }

    function closed(TokenWord word) internal pure returns (TokenWord) {
        return with(withNextRecordDate(word, 0), CLOSED);
    }

    function opened(TokenWord word, uint256 nextRecordDate_) internal pure returns (TokenWord) {
        return without(withNextRecordDate(word, nextRecordDate_), CLOSED);
    }

    function oneMoreSplit(TokenWord word) internal pure returns (TokenWord) {
        return TokenWord.wrap(TokenWord.unwrap(word) + (1 << SPLITS));
    }

    function oneMoreRecord(TokenWord word) internal pure returns (TokenWord) {
        return TokenWord.wrap(TokenWord.unwrap(word) + (1 << RECORDS));
    }
}
