// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPlatform} from "../interfaces/IPlatform.sol";
import {ITokenTransfers} from "../interfaces/ITokenTransfers.sol";
import {Restraints} from "./Restraints.sol";
import {TokenWord, TokenWords} from "./TokenWord.sol";
import {Facts} from "../types/Facts.sol";
import {Reason} from "../types/Reason.sol";

/// @title What a token asks its platform
/// @notice {Judgement} judges on the answer.
abstract contract PlatformCall is Restraints {
    IPlatform private immutable PLATFORM;

    constructor(IPlatform platform_) {
        PLATFORM = platform_;
    }

    function _platform(TokenWord word) internal view returns (IPlatform) {
        return word.has(TokenWords.PLATFORM_REPLACED) ? _newPlatform : PLATFORM;
    }

    /// @dev One call for all that a transfer needs to know from outside. By hand, because the compiler's encoding and
    /// decoding costs 500 gas more. An answer that is missing or too short moves nothing.
    function _facts(TokenWord word, address from, address to)
        internal
        view
        returns (bool halted, Facts fromFacts, Facts toFacts)
    {
        IPlatform platform_ = word.has(TokenWords.PLATFORM_REPLACED) ? _newPlatform : PLATFORM;
        bytes4 selector = IPlatform.transferFacts.selector;
        bool answered;
        assembly ("memory-safe") {
            // Scratch beyond the free pointer: nothing is kept there.
            let memory_ := mload(0x40)
            mstore(memory_, selector)
            mstore(add(memory_, 4), from)
            mstore(add(memory_, 36), to)
            answered := staticcall(gas(), platform_, memory_, 68, memory_, 96)
            answered := and(answered, gt(returndatasize(), 95))
            halted := mload(memory_)
            fromFacts := mload(add(memory_, 32))
            toFacts := mload(add(memory_, 64))
        }
        if (!answered) revert ITokenTransfers.PlatformUnavailable();
    }

    function _requireNotHalted(TokenWord word) internal view {
        if (_platform(word).halted()) revert ITokenTransfers.PlatformHalted();
    }

    /// @dev For acts that pass no judgement of a movement but are stopped like one.
    function _requireOpen(TokenWord word) internal view {
        _requireNotHalted(word);
        if (word.has(TokenWords.PAUSED)) _refuse(Reason.TOKEN_PAUSED);
    }

    function _judgeOpen(TokenWord word) internal view returns (Reason) {
        if (_platform(word).halted()) return Reason.PLATFORM_HALTED;
        return word.has(TokenWords.PAUSED) ? Reason.TOKEN_PAUSED : Reason.NONE;
    }
}
