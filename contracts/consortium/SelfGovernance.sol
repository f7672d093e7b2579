// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsortium} from "../interfaces/IConsortium.sol";

/// @title SelfGovernance
/// @notice Who may change the Consortium: its founder until the seal, then only the Consortium itself.
abstract contract SelfGovernance is IConsortium {
    address private immutable FOUNDER;

    // One slot, so that it is never zero once sealed and an execution only changes it and changes it back.
    bool internal _sealed;
    /// @dev The call under way; zero outside an execution.
    address internal _executingTarget;
    bytes4 internal _executingSelector;

    constructor() {
        FOUNDER = msg.sender;
    }

    modifier governed() {
        // The Consortium calls itself nowhere but in an execution, so no need to look which one it is.
        require(msg.sender == address(this) || _isFounder(msg.sender), NotGovernance(msg.sender));
        _;
    }

    /// @inheritdoc IConsortium
    function isSealed() external view returns (bool) {
        return _sealed;
    }

    /// @inheritdoc IConsortium
    function founder() public view returns (address) {
        return FOUNDER;
    }

    /// @dev And still in power.
    function _isFounder(address caller) internal view returns (bool) {
        return caller == FOUNDER && !_sealed;
    }
}
