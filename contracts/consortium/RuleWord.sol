// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Rule} from "../interfaces/IConsortium.sol";

/// @notice A rule in one storage word, from the low end: proposers 16 | executors 16 | seven slots of 16 each |
/// stand-ins 16 | delay 24 | lifetime 24 | version 32 | act 16 bits. Zero is no rule.
type RuleWord is uint256;

using RuleWords for RuleWord global;

/// @title RuleWords
/// @notice The only place that knows the layout of a {RuleWord}.
library RuleWords {
    uint256 internal constant SLOTS = 7;

    uint256 private constant EXECUTORS = 16;
    uint256 private constant FIRST_SLOT = 32;
    uint256 private constant STAND_INS = 144;
    uint256 private constant DELAY = 160;
    uint256 private constant LIFETIME = 184;
    uint256 private constant VERSION = 208;
    uint256 private constant ACT = 240;

    function encode(Rule calldata rule, uint32 version, uint16 number) internal pure returns (RuleWord) {
        uint256 word = uint256(rule.proposers) | (uint256(rule.executors) << EXECUTORS)
            | (uint256(rule.standIns) << STAND_INS) | (uint256(rule.delay) << DELAY)
            | (uint256(rule.lifetime) << LIFETIME) | (uint256(version) << VERSION) | (uint256(number) << ACT);
        unchecked {
            uint16[] calldata slots = rule.slots;
            for (uint256 i; i < slots.length; ++i) word |= uint256(slots[i]) << (FIRST_SLOT + 16 * i);
        }
        return RuleWord.wrap(word);
    }

    function isNone(RuleWord word) internal pure returns (bool) {
        return RuleWord.unwrap(word) == 0;
    }

    function proposers(RuleWord word) internal pure returns (uint16) {
        return uint16(RuleWord.unwrap(word));
    }

    function executors(RuleWord word) internal pure returns (uint16) {
        return uint16(RuleWord.unwrap(word) >> EXECUTORS);
    }

    /// @return Roles of one slot, zero where the rule has fewer.
    function slot(RuleWord word, uint256 index) internal pure returns (uint16) {
        unchecked {
            return index < SLOTS ? uint16(RuleWord.unwrap(word) >> (FIRST_SLOT + 16 * index)) : 0;
        }
    }

    /// @return Roles that take the place of roles whose holders are all parties.
    function standIns(RuleWord word) internal pure returns (uint16) {
        return uint16(RuleWord.unwrap(word) >> STAND_INS);
    }

    /// @return Seconds between the last signature and the first execution.
    function delay(RuleWord word) internal pure returns (uint256) {
        return uint24(RuleWord.unwrap(word) >> DELAY);
    }

    /// @return Seconds between proposal and expiry.
    function lifetime(RuleWord word) internal pure returns (uint256) {
        return uint24(RuleWord.unwrap(word) >> LIFETIME);
    }

    function act(RuleWord word) internal pure returns (uint16) {
        return uint16(RuleWord.unwrap(word) >> ACT);
    }

    /// @return Whether one signature is enough, at once.
    function isDirect(RuleWord word) internal pure returns (bool) {
        return !isNone(word) && slot(word, 1) == 0 && delay(word) == 0;
    }
}
