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
        return (_isFounder(caller) && kindOf(target) == Kind.PLATFORM && _ruleFor(target, selector) != 0, 0);
    }

    /// @inheritdoc IConsortium
    function canAct(address key, address target, bytes4 selector) external view returns (bool) {
        uint256 word = _ruleFor(target, selector);
        // No need to look whether the key has an organisation: organisation 0 holds no role.
        return _sealed && _isDirect(word, target) && _holdsOneOf(organisationOf(key), word.slot(0), target);
    }
}
