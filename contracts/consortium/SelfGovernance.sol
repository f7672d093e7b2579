// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsortium} from "../interfaces/IConsortium.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title SelfGovernance
/// @notice Who may change the Consortium: its founder until the seal, then only the Consortium itself.
abstract contract SelfGovernance is IConsortium {
    address private immutable FOUNDER;

    // One slot, so that it is never zero once sealed and a call only changes it and changes it back.
    bool internal _sealed;
    /// @dev The call under way, executed or acted directly; zero where there is none.
    address internal _executingTarget;
    bytes4 internal _executingSelector;
    /// @dev Whose key acts directly; zero in an execution.
    uint32 internal _acting;

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

    /// @inheritdoc IConsortium
    function actingOrganisation() external view returns (uint32) {
        return _acting;
    }

    /// @dev Calls a target and lets it know, by {canCall} and {actingOrganisation}, what it is called for.
    /// @param acting Whose key acts directly, zero where a request is executed.
    function _call(address target, bytes calldata data, uint32 acting) internal returns (bytes memory result) {
        (_executingTarget, _executingSelector, _acting) = (target, bytes4(data), acting);
        result = Address.functionCall(target, data);
        (_executingTarget, _executingSelector, _acting) = (address(0), 0, 0);
    }

    function _requireNothingUnderWay() internal view {
        if (_executingTarget != address(0)) revert ExecutionUnderWay(_executingTarget, _executingSelector);
    }

    /// @dev And still in power.
    function _isFounder(address caller) internal view returns (bool) {
        return caller == FOUNDER && !_sealed;
    }
}
