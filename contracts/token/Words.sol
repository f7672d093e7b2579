// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title The two packed words that every transfer reads
/// @dev Split count and record-date count stand in the same bits of both, so that one XOR tells whether a holder's
/// word is up to date. Nothing here checks a range: who writes a field has checked it.

/// @notice A holder's word: balance 0–103 | bound 104–207 | splits 208–223 | records 224–239.
/// `bound` is an upper bound of the restrained amount: it may be too high after a lock-up has run out, never too low.
library HolderWord {
    uint256 private constant UNITS = type(uint104).max;
    uint256 private constant COUNTED = type(uint208).max; // balance and bound

    function balance(uint256 word) internal pure returns (uint256) {
        return word & UNITS;
    }

    function bound(uint256 word) internal pure returns (uint256) {
        return (word >> 104) & UNITS;
    }

    /// @dev Of a token's word as well.
    function splits(uint256 word) internal pure returns (uint256) {
        return (word >> 208) & 0xffff;
    }

    /// @dev Of a token's word as well.
    function records(uint256 word) internal pure returns (uint256) {
        return (word >> 224) & 0xffff;
    }

    /// @dev Whether the holder's word counts the splits and record dates that the token's word counts.
    function isAsOf(uint256 word, uint256 tokenWord) internal pure returns (bool) {
        return (word ^ tokenWord) >> 208 == 0;
    }

    function hasSplitsOf(uint256 word, uint256 tokenWord) internal pure returns (bool) {
        return (word ^ tokenWord) & (uint256(type(uint16).max) << 208) == 0;
    }

    function withCountsOf(uint256 word, uint256 tokenWord) internal pure returns (uint256) {
        return (word & COUNTED) | (tokenWord & ~COUNTED);
    }

    function withBound(uint256 word, uint256 bound_) internal pure returns (uint256) {
        return (word & ~(UNITS << 104)) | (bound_ << 104);
    }
}

/// @notice The token's word: nextRecordDate 0–39 | lockedUntil 40–79 | maturity 80–119 | classes 120–127 |
/// residencies 128–135 | flags 136–151 | splits 208–223 | records passed 224–239.
/// Where there is no next record date or no maturity, the field is the highest time there is.
library TokenWord {
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
    uint256 internal constant NOT_IN_FORCE = uint256(type(uint16).max) << 208;

    /// @dev Never stored: rules that a decided case sets aside, put into the word that is judged by.
    uint256 internal constant ANY_CLASS = 1 << 146;
    uint256 internal constant ANY_RESIDENCY = 1 << 147;
    uint256 internal constant ANY_HOLDER_COUNT = 1 << 148;

    /// @dev Rules about the amount, beyond balance and restraints.
    uint256 internal constant AMOUNT_RULES = WHOLE_POSITION_ONLY | HOLDER_CAPPED | IN_LOTS;

    uint256 private constant TIME = type(uint40).max;

    function nextRecordDate(uint256 word) internal pure returns (uint256) {
        return word & TIME;
    }

    function lockedUntil(uint256 word) internal pure returns (uint256) {
        return (word >> 40) & TIME;
    }

    function maturity(uint256 word) internal pure returns (uint256) {
        return (word >> 80) & TIME;
    }

    function classes(uint256 word) internal pure returns (uint8) {
        return uint8(word >> 120);
    }

    function residencies(uint256 word) internal pure returns (uint8) {
        return uint8(word >> 128);
    }

    /// @dev `class` and `residency` are below 8: the registry writes no other.
    function admitsClass(uint256 word, uint256 class) internal pure returns (bool) {
        return (word >> (120 + class)) & 1 != 0;
    }

    function admitsResidency(uint256 word, uint256 residency) internal pure returns (bool) {
        return (word >> (128 + residency)) & 1 != 0;
    }

    function withNextRecordDate(uint256 word, uint256 at) internal pure returns (uint256) {
        return (word & ~TIME) | at;
    }

    function withLockedUntil(uint256 word, uint256 until) internal pure returns (uint256) {
        return (word & ~(TIME << 40)) | (until << 40);
    }

    function withClasses(uint256 word, uint8 classes_) internal pure returns (uint256) {
        return (word & ~(uint256(type(uint8).max) << 120)) | (uint256(classes_) << 120);
    }

    function withResidencies(uint256 word, uint8 residencies_) internal pure returns (uint256) {
        return (word & ~(uint256(type(uint8).max) << 128)) | (uint256(residencies_) << 128);
    }

    function withMaturity(uint256 word, uint256 at) internal pure returns (uint256) {
        return (word & ~(TIME << 80)) | (at << 80);
    }

    function closed(uint256 word) internal pure returns (uint256) {
        return withNextRecordDate(word, 0) | CLOSED;
    }

    function opened(uint256 word, uint256 nextRecordDate_) internal pure returns (uint256) {
        return withNextRecordDate(word, nextRecordDate_) & ~CLOSED;
    }

    function oneMoreSplit(uint256 word) internal pure returns (uint256) {
        return word + (1 << 208);
    }

    function oneMoreRecord(uint256 word) internal pure returns (uint256) {
        return word + (1 << 224);
    }
}
