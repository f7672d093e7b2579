// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPlatform} from "./interfaces/IPlatform.sol";
import {Commitments} from "./token/Commitments.sol";
import {PlatformCall} from "./token/PlatformCall.sol";
import {Restraining} from "./token/Restraining.sol";

/// @title JP20Restraints: lock-up, freeze, pledge, attachment, commitments
/// @notice One for all tokens of a version. It has no state of its own: tokens reach it by `delegatecall`. Called
/// directly it has no authority and no rules, so that nothing can be done in it.
contract JP20Restraints is Restraining, Commitments {
    constructor(IPlatform platform_) PlatformCall(platform_) {}
}
