// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice Why a transfer that happened elsewhere is recorded (G3).
enum Cause {
    SALE,
    GIFT,
    INHERITANCE, // restraints go with the units
    MERGER // likewise
}

/// @notice A transfer as the chain's log has it; the hash of its place there is the id of its reversal (G10).
struct Original {
    bytes32 transactionHash;
    uint32 ordinal; // of the Transfer event among the transaction's logs, from 0
    address from;
    address to;
    uint104 amount; // units as they were then
    uint16 splits; // the token's split count then
}

/// @notice One row of a forced transfer (G11).
struct ForcedMove {
    address from;
    address to;
    uint104 amount;
    uint8 waivers; // rules set aside by the case: 1 class, 2 residency, 4 holder cap, 8 lots and whole position
    uint64 executed; // the pledge or attachment that is enforced by it; 0: none
}
