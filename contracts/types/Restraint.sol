// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice Restraints of which a holder can have several. A freeze is one amount a holder and not listed here.
enum RestraintKind {
    LOCK_UP,
    PLEDGE,
    ATTACHMENT
}

/// @notice One lock-up, pledge or attachment. The units stay with the holder (G8, G11, G24).
struct Restraint {
    uint40 id; // unique in the token, from 1; stays where it goes to another wallet or an heir as a whole
    uint40 rank; // lower is senior: the id, or, of a part that went to an heir, the rank of what it is a part of
    RestraintKind kind;
    uint104 amount; // units, brought up to today's splits where a view returns it
    uint16 splits; // the split count that `amount` speaks of
    uint40 until; // lock-ups: the second from which the units are free; pledges and attachments: 0, until released
    bytes32 claimant; // pledgee or creditor as an opaque reference; lock-ups: 0
}
