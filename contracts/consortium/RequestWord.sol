// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {RuleWords} from "./RuleWord.sol";

/// @notice A request in one storage word, from the low end: number of the proposing key 24 | of the signing keys by
/// slot 7 × 24 | proposed at 32 | last signed at 32 bits (unix seconds, until 2106). Zero where nothing was proposed,
/// or it was cancelled.
type RequestWord is uint256;

using RequestWords for RequestWord global;

/// @title RequestWords
/// @notice The only place that knows the layout of a {RequestWord}.
library RequestWords {
    uint256 private constant KEY = 24;
    uint256 private constant PROPOSED_AT = KEY * (1 + RuleWords.SLOTS);
    uint256 private constant SIGNED_AT = PROPOSED_AT + 32;

    /// @dev Proposed now, and signed by nobody.
    function begin(uint24 proposer_) internal view returns (RequestWord) {
        return RequestWord.wrap(proposer_ | (block.timestamp << PROPOSED_AT));
    }

    function isNone(RequestWord word) internal pure returns (bool) {
        return RequestWord.unwrap(word) == 0;
    }

    /// @return Number of the key.
    function proposer(RequestWord word) internal pure returns (uint24) {
        return uint24(RequestWord.unwrap(word));
    }

    /// @return Number of the key that signed a slot, zero where none did.
    function signature(RequestWord word, uint256 slot) internal pure returns (uint24) {
        return uint24(RequestWord.unwrap(word) >> _place(slot));
    }

    function proposedAt(RequestWord word) internal pure returns (uint32) {
        return uint32(RequestWord.unwrap(word) >> PROPOSED_AT);
    }

    function signedAt(RequestWord word) internal pure returns (uint32) {
        return uint32(RequestWord.unwrap(word) >> SIGNED_AT);
    }

    /// @dev Signed now.
    function sign(RequestWord word, uint256 slot, uint24 number) internal view returns (RequestWord) {
        uint256 kept = RequestWord.unwrap(withdraw(word, slot)) & ((1 << SIGNED_AT) - 1);
        return RequestWord.wrap(kept | (uint256(number) << _place(slot)) | (block.timestamp << SIGNED_AT));
    }

    function withdraw(RequestWord word, uint256 slot) internal pure returns (RequestWord) {
        return RequestWord.wrap(RequestWord.unwrap(word) & ~(uint256(type(uint24).max) << _place(slot)));
    }

    function _place(uint256 slot) private pure returns (uint256) {
        unchecked {
            return KEY * (1 + slot);
        }
    }
}
