// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Requests} from "./consortium/Requests.sol";
import {RuleWord} from "./consortium/RuleWord.sol";
import {IConsortium, Kind} from "./interfaces/IConsortium.sol";

/// @title Consortium
/// @notice Puts organisations, policy and requests together, and answers every governed contract's
/// question: may this caller call that function now?
contract Consortium is Requests {
    using RuleWord for uint256;

    /// @inheritdoc IConsortium
    function seal() external {
        require(!_sealed, AlreadySealed());
        require(_isFounder(msg.sender), NotGovernance(msg.sender));
        _requireComplete();
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

        uint256 word = _ruleFor(target, selector);
        if (!_sealed) return (word != 0 && _isFounder(caller) && kindOf(target) == Kind.PLATFORM, 0);

        // No need to look whether the caller has an organisation: organisation 0 holds no role.
        return (word.isDirect() && _holdsOneOf(organisationOf(caller), word.slot(0), target), 0);
    }
}
