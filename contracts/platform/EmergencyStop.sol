// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IEmergencyStop} from "../interfaces/IEmergencyStop.sol";

/// @title One stop for every token of the platform
abstract contract EmergencyStop is IEmergencyStop, AccessManaged {
    /// @dev In a slot of its own, which every transfer reads. Zero: not halted.
    uint256 internal _haltedSince;

    modifier whenNotHalted() {
        if (_haltedSince != 0) revert PlatformHalted();
        _;
    }

    /// @inheritdoc IEmergencyStop
    function halt() external restricted {
        if (_haltedSince != 0) revert AlreadyHalted(_haltedSince);
        _haltedSince = block.timestamp;
        emit Halted(msg.sender, block.timestamp);
    }

    /// @inheritdoc IEmergencyStop
    function resume(uint256 since) external restricted {
        if (_haltedSince == 0) revert NotHalted();
        if (_haltedSince != since) revert HaltedAgain(_haltedSince);
        _haltedSince = 0;
        emit Resumed(since, block.timestamp);
    }

    /// @inheritdoc IEmergencyStop
    function halted() external view returns (bool) {
        return _haltedSince != 0;
    }

    /// @inheritdoc IEmergencyStop
    function haltedSince() external view returns (uint256) {
        return _haltedSince;
    }
}
