// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice Restraints of which a holder can have several. A freeze is one amount a holder and not listed here.
enum ClaimKind {
    LOCK_UP,
    PLEDGE,
    ATTACHMENT
}

/// @notice One lock-up, pledge or attachment. The units stay with the holder (G8, G11, G24).
struct Claim {
    uint64 id; // unique in the token, from 1
    ClaimKind kind;
    uint104 amount; // units, brought up to today's splits where a view returns it
    uint16 splits; // the split count that `amount` speaks of
    uint40 until; // lock-ups: the second from which the units are free; pledges and attachments: 0, until released
    bytes32 claimant; // pledgee or creditor as an opaque reference; lock-ups: 0
}

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
    uint64 executedClaim; // the pledge or attachment that is enforced by it; 0: none
}
