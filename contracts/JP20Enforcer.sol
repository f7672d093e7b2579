// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPlatform} from "./interfaces/IPlatform.sol";
import {Enforcement} from "./token/Enforcement.sol";
import {PlatformCall} from "./token/PlatformCall.sol";

/// @title JP20Enforcer: forced transfer and redemption, reversal, redistribution, move to a new wallet
/// @notice One for all tokens of a version. It has no state of its own: tokens reach it by `delegatecall`. Called
/// directly it has no authority, so that nothing can be done in it.
contract JP20Enforcer is Enforcement {
    constructor(IPlatform platform_) PlatformCall(platform_) {}
}
