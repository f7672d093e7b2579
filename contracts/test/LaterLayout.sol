// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {StorageSlot} from "@openzeppelin/contracts/utils/StorageSlot.sol";

/// @title The takeover module of a version to come, whose tokens keep their words elsewhere
/// @dev Tokens reach it by `delegatecall`: what it writes is in a place that no layout uses.
contract LaterLayout {
    bytes32 private constant PLACE = keccak256("jp20.test.LaterLayout");

    function closeFor(address next) external {
        StorageSlot.getAddressSlot(PLACE).value = next;
    }

    function successor() external view returns (address) {
        return StorageSlot.getAddressSlot(PLACE).value;
    }

    function inForce() external pure returns (bool) {
        return true;
    }

    function storageLayout() external pure returns (uint256) {
        return 3;
    }
}
