// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Rule} from "../interfaces/IConsortium.sol";

/// @title RuleWord
/// @notice A rule as one storage word, from the low end: proposers 16 | executors 16 | seven slots of
/// 16 each | delay 32 | lifetime 32 | version 32 | act 16 bits. Zero is no rule.
library RuleWord {
    uint256 internal constant SLOTS = 7;

    function pack(Rule calldata rule, uint32 version, uint16 number) internal pure returns (uint256 word) {
        word = uint256(rule.proposers) | (uint256(rule.executors) << 16) | (uint256(rule.delay) << 144)
            | (uint256(rule.lifetime) << 176) | (uint256(version) << 208) | (uint256(number) << 240);
        for (uint256 i; i < rule.slots.length; ++i) word |= uint256(rule.slots[i]) << (32 + 16 * i);
    }

    function proposers(uint256 word) internal pure returns (uint16) {
        return uint16(word);
    }

    function executors(uint256 word) internal pure returns (uint16) {
        return uint16(word >> 16);
    }

    /// @return Roles of one slot, zero where the rule has fewer.
    function slot(uint256 word, uint256 index) internal pure returns (uint16) {
        return uint16(word >> (32 + 16 * index));
    }

    /// @return Seconds between the last signature and the first execution.
    function delay(uint256 word) internal pure returns (uint256) {
        return uint32(word >> 144);
    }

    /// @return Seconds between proposal and expiry.
    function lifetime(uint256 word) internal pure returns (uint256) {
        return uint32(word >> 176);
    }

    function act(uint256 word) internal pure returns (uint16) {
        return uint16(word >> 240);
    }

    /// @return Whether one signature is enough, at once.
    function isDirect(uint256 word) internal pure returns (bool) {
        return word != 0 && slot(word, 1) == 0 && delay(word) == 0;
    }
}
