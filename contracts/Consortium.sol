// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Requests} from "./consortium/Requests.sol";
import {IConsortium, Kind} from "./interfaces/IConsortium.sol";

/// @title Consortium
/// @notice Puts organisations, policy and requests together, and answers every governed contract's
/// question: may this caller call that function now?
contract Consortium is Requests {
    /// @inheritdoc IConsortium
    function seal() external {
        if (_sealed) revert AlreadySealed();
        if (!_isFounder(msg.sender)) revert NotGovernance(msg.sender);
        _requireComplete(0);
        _sealed = true;
        emit Sealed(msg.sender);
    }

    /// @inheritdoc IConsortium
    function canCall(address caller, address target, bytes4 selector)
        external
        view
        returns (bool immediate, uint32 delay)
    {
        if (caller == address(this)) {
            bool underWay = target != address(0) && target == _executingTarget;
            return (underWay && selector == _executingSelector, 0);
        }
        return (_isFounder(caller) && kindOf(target) == Kind.PLATFORM && !_ruleFor(target, selector).isNone(), 0);
    }
}
