// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsortium} from "../interfaces/IConsortium.sol";

/// @title SelfGovernance
/// @notice Who may change the Consortium: its founder until the seal, then only the Consortium itself. What it calls
/// now, and for whom.
abstract contract SelfGovernance is IConsortium {
    address private immutable FOUNDER;

    bytes32 private constant NO_REQUEST = bytes32(uint256(1));

    // One slot, so that it is never zero once sealed and a call only changes it and changes it back.
    bool internal _sealed;
    /// @dev The call under way, executed or acted directly; zero where there is none.
    address internal _executingTarget;
    bytes4 internal _executingSelector;
    /// @dev Whose key acts directly; zero in an execution.
    uint32 private _acting;

    /// @dev The request being executed; never zero, for the same reason.
    bytes32 internal _executingRequest = NO_REQUEST;

    constructor() {
        FOUNDER = msg.sender;
    }

    modifier governed() {
        _requireGoverned();
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

    /// @dev Calls a target for a request, and lets it know by {canCall} and {isSignedByHolder} what it is called for.
    function _execute(bytes32 id, address target, bytes calldata data) internal returns (bytes memory result) {
        _executingRequest = id;
        result = _call(target, data, 0);
        _executingRequest = NO_REQUEST;
    }

    /// @param acting Whose key acts directly, zero where a request is executed.
    function _call(address target, bytes calldata data, uint32 acting) internal returns (bytes memory result) {
        _setUnderWay(target, bytes4(data), acting);
        bool done;
        (done, result) = target.call(data);
        // Of a contract that destroyed itself since it was registered nothing is done.
        if (!done || target.code.length == 0) {
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
        _setUnderWay(address(0), 0, 0);
    }

    /// @dev One write: nothing is called before the seal.
    function _setUnderWay(address target, bytes4 selector, uint32 acting) private {
        assembly ("memory-safe") {
            let word := or(shl(mul(8, _executingTarget.offset), target), shl(mul(8, _acting.offset), acting))
            word := or(word, shl(mul(8, _executingSelector.offset), shr(224, selector)))
            sstore(_sealed.slot, or(1, word))
        }
    }

    function _requireNothingUnderWay() internal view {
        if (_executingTarget != address(0)) revert ExecutionUnderWay(_executingTarget, _executingSelector);
    }

    /// @dev And still in power.
    function _isFounder(address caller) internal view returns (bool) {
        return caller == FOUNDER && !_sealed;
    }

    function _requireSealed() internal view {
        if (!_sealed) revert NotSealed();
    }

    function _requireGoverned() private view {
        // The Consortium calls itself nowhere but in an execution, so no need to look whether there is one.
        if (msg.sender != address(this) && !_isFounder(msg.sender)) revert NotGovernance(msg.sender);
    }
}
