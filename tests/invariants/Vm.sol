// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice What these tests use of forge's cheatcodes.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    /// @dev Sets `block.timestamp`.
    function warp(uint256 time) external;
    /// @dev The next call comes from `sender`.
    function prank(address sender) external;
    /// @dev Likewise, in a transaction of `origin`.
    function prank(address sender, address origin) external;
    /// @dev Reads a storage slot.
    function load(address target, bytes32 slot) external view returns (bytes32);
    /// @dev Keeps the events from now on.
    function recordLogs() external;
    /// @dev The events since the last time it was asked.
    function getRecordedLogs() external returns (Log[] memory);
}

/// @dev Where forge answers to them.
Vm constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
