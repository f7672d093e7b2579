// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {TokenDirectory} from "./TokenDirectory.sol";
import {IConsortium, Kind} from "../interfaces/IConsortium.sol";
import {IJP20Token} from "../interfaces/IJP20Token.sol";
import {ISuccession} from "../interfaces/ISuccession.sol";

/// @title How a platform hands over to its successor, and how a successor takes the tokens
abstract contract Adoption is TokenDirectory {
    /// @inheritdoc ISuccession
    function appointSuccessor(ISuccession next) external restricted whenInCharge {
        if (_isUnfinished()) revert SuccessionUnfinished(_walletsToCarry, _tokensToAdopt);
        if (address(next) == address(this)) revert NotEmpty();
        _requirePlatform(address(next));
        _successor = next;
        emit SuccessorAppointed(address(next));
        uint256 since = next.succeed(_haltedSince, _walletCount, _tokenCount());
        _setStop(since);
        _passOn(since, address(next));
    }

    /// @inheritdoc ISuccession
    function succeed(uint256 haltedSince_, uint256 wallets, uint256 tokens_)
        external
        whenInCharge
        returns (uint256 since)
    {
        if (!IConsortium(authority()).isSealed()) revert NotSealed();
        _requirePlatform(msg.sender);
        if (address(_predecessor) != address(0) || _walletCount != 0 || _tokenCount() != 0) revert NotEmpty();
        _predecessor = ISuccession(msg.sender);
        (_walletsToCarry, _tokensToAdopt) = (uint48(wallets), uint48(tokens_));
        emit PlatformSucceeded(msg.sender, wallets, tokens_);
        since = haltedSince_ > _haltedSince ? haltedSince_ : _haltedSince;
        _setStop(since);
    }

    /// @inheritdoc ISuccession
    function adopt(address[] calldata tokens_) external restricted whenInCharge {
        if (_walletsToCarry != 0) revert NotAllCarried(_walletsToCarry);
        for (uint256 i = 0; i < tokens_.length; ++i) {
            address token = tokens_[i];
            if (_tokensToAdopt == 0 || _isToken[token] || !_predecessorsDirectory().isToken(token)) {
                revert NotToAdopt(token);
            }
            _adopt(IJP20Token(token));
        }
    }

    /// @dev No need to look for another token of the code or the symbol: the predecessor had none, and whoever created
    /// one here since was refused.
    function _adopt(IJP20Token token) private {
        _reserve(token.issuerAccount());
        _list(token);
        --_tokensToAdopt;
        emit TokenAdopted(address(token), token.code());
        token.followPlatform();
    }

    function _requirePlatform(address account) private view {
        if (IConsortium(authority()).kindOf(account) != Kind.PLATFORM) revert UnknownPlatform(account);
    }
}
