// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice The four contracts that all tokens of a version share. What stands in which is in `token/Routing.sol`.
struct Modules {
    address servicing;
    address restraints;
    address enforcer;
    address terms;
    address takeover;
}
