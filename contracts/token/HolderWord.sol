// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {TokenWord} from "./TokenWord.sol";

/// @notice What a transfer needs of a holder, in one storage word.
///
/// | bits      | what                                                                                         |
/// |-----------|----------------------------------------------------------------------------------------------|
/// |   0 … 103 | balance                                                                                      |
/// | 104 … 207 | bound: at least the restrained amount; too high after a lock-up has run out, never too low   |
/// | 208 … 223 | splits that both are counted in                                                              |
/// | 224 … 239 | record dates that had passed when the word was written                                       |
///
/// Splits and record dates stand in the same bits as in a {TokenWord}, so that one XOR tells whether a holder's word is
/// up to date.
type HolderWord is uint256;

using HolderWords for HolderWord global;

/// @title HolderWords
/// @notice The only place that knows the layout of a {HolderWord}.
/// @dev Nothing here checks a range: who writes a field has checked it.
library HolderWords {
    uint256 private constant UNITS = type(uint104).max;
    uint256 private constant BOUND = 104;
    uint256 private constant SPLITS = 208;
    uint256 private constant RECORDS = 224;
    uint256 private constant COUNTED = type(uint208).max; // balance and bound

    /// @param counts The token's word, whose splits and record dates the holder's word is as of.
    function encode(uint256 balance_, uint256 bound_, TokenWord counts) internal pure returns (HolderWord) {
        return withCountsOf(HolderWord.wrap(bound_ << BOUND | balance_), counts);
    }

    /// @return Whether nothing was ever written.
    function isNone(HolderWord word) internal pure returns (bool) {
        return HolderWord.unwrap(word) == 0;
    }

    function balance(HolderWord word) internal pure returns (uint256) {
        return HolderWord.unwrap(word) & UNITS;
    }

    function bound(HolderWord word) internal pure returns (uint256) {
        return (HolderWord.unwrap(word) >> BOUND) & UNITS;
    }

    function splits(HolderWord word) internal pure returns (uint256) {
        return (HolderWord.unwrap(word) >> SPLITS) & 0xffff;
    }

    function records(HolderWord word) internal pure returns (uint256) {
        return (HolderWord.unwrap(word) >> RECORDS) & 0xffff;
    }

    /// @return Whether the holder's word counts the splits and record dates that the token's word counts.
    function isAsOf(HolderWord word, TokenWord token) internal pure returns (bool) {
        return (HolderWord.unwrap(word) ^ TokenWord.unwrap(token)) >> SPLITS == 0;
    }

    function hasSplitsOf(HolderWord word, TokenWord token) internal pure returns (bool) {
        return (HolderWord.unwrap(word) ^ TokenWord.unwrap(token)) & (uint256(type(uint16).max) << SPLITS) == 0;
    }

    function withCountsOf(HolderWord word, TokenWord token) internal pure returns (HolderWord) {
        return HolderWord.wrap((HolderWord.unwrap(word) & COUNTED) | (TokenWord.unwrap(token) & ~COUNTED));
    }

    function withBound(HolderWord word, uint256 bound_) internal pure returns (HolderWord) {
        return HolderWord.wrap((HolderWord.unwrap(word) & ~(UNITS << BOUND)) | (bound_ << BOUND));
    }

    /// @dev All balances are the supply, which is below 2^104: no carry into the bound.
    function plus(HolderWord word, uint256 amount) internal pure returns (HolderWord) {
        unchecked {
            return HolderWord.wrap(HolderWord.unwrap(word) + amount);
        }
    }

    /// @dev The caller knows that the balance is at least `amount`.
    function minus(HolderWord word, uint256 amount) internal pure returns (HolderWord) {
        unchecked {
            return HolderWord.wrap(HolderWord.unwrap(word) - amount);
        }
    }
}
