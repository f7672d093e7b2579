// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Succession} from "./Succession.sol";
import {IEmergencyStop} from "../interfaces/IEmergencyStop.sol";
import {ISuccession} from "../interfaces/ISuccession.sol";

/// @title One stop for every token of the platform, and of the platform that it succeeds
abstract contract EmergencyStop is IEmergencyStop, Succession {
    /// @dev In a slot of its own, which every transfer reads. Zero: not halted.
    /// Invariant: the same on all platforms of one line.
    uint256 internal _haltedSince;

    modifier whenNotHalted() {
        _requireNotHalted();
        _;
    }

    /// @inheritdoc IEmergencyStop
    function halt() external restricted {
        if (_haltedSince != 0) revert AlreadyHalted(_haltedSince);
        _setStop(block.timestamp);
        _passOn(block.timestamp, address(0));
    }

    /// @inheritdoc IEmergencyStop
    function resume(uint256 since) external restricted {
        if (_haltedSince == 0) revert NotHalted();
        if (_haltedSince != since) revert HaltedAgain(_haltedSince);
        _setStop(0);
        _passOn(0, address(0));
    }

    /// @inheritdoc ISuccession
    function followStop(uint256 since) external {
        if (msg.sender != address(_predecessor) && msg.sender != address(_successor)) revert NotNeighbour(msg.sender);
        _setStop(since);
        _passOn(since, msg.sender);
    }

    /// @inheritdoc IEmergencyStop
    function halted() external view returns (bool) {
        return _haltedSince != 0;
    }

    /// @inheritdoc IEmergencyStop
    function haltedSince() external view returns (uint256) {
        return _haltedSince;
    }

    function _requireNotHalted() private view {
        if (_haltedSince != 0) revert PlatformHalted();
    }

    function _setStop(uint256 since) internal {
        uint256 before = _haltedSince;
        if (since == before) return;
        _haltedSince = since;
        if (since != 0) emit Halted(msg.sender, since);
        else emit Resumed(before, block.timestamp);
    }

    /// @dev To the neighbours but the one from which it came. A neighbour that does not take it undoes the whole: that
    /// one stop stops all is a guarantee, and each neighbour took a stop when it was appointed.
    function _passOn(uint256 since, address from) internal {
        ISuccession[2] memory neighbours = [_predecessor, _successor];
        for (uint256 i = 0; i < 2; ++i) {
            address neighbour = address(neighbours[i]);
            if (neighbour != address(0) && neighbour != from) neighbours[i].followStop(since);
        }
    }
}
