// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPlatform} from "../interfaces/IPlatform.sol";
import {ITokenSwitches} from "../interfaces/ITokenSwitches.sol";
import {PlatformCall} from "./PlatformCall.sol";
import {TokenWord, TokenWords} from "./TokenWord.sol";

/// @title What stops this token alone, and which platform it listens to
abstract contract Switches is PlatformCall, ITokenSwitches {
    /// @inheritdoc ITokenSwitches
    function pause() external restricted {
        _word = _word.with(TokenWords.PAUSED);
        emit Paused(msg.sender);
    }

    /// @inheritdoc ITokenSwitches
    function unpause() external restricted {
        _requireNotHalted(_word);
        _word = _word.without(TokenWords.PAUSED);
        emit Unpaused(msg.sender);
    }

    /// @inheritdoc ITokenSwitches
    function followPlatform() external {
        TokenWord word = _word;
        IPlatform from = _platform(word);
        IPlatform to = IPlatform(address(from.successor()));
        if (address(to) == address(0) || !to.isToken(address(this))) revert NotAdopted(address(to));
        emit PlatformReplaced(from, to);
        _newPlatform = to;
        _word = word.with(TokenWords.PLATFORM_REPLACED);
    }

    /// @inheritdoc ITokenSwitches
    function platform() external view returns (IPlatform) {
        return _platform(_word);
    }
}
