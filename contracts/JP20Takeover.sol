// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPlatform} from "./interfaces/IPlatform.sol";
import {PlatformCall} from "./token/PlatformCall.sol";
import {Takeover} from "./token/Takeover.sol";

/// @title JP20Takeover: a token replaced by another, from both sides
/// @notice One for all tokens of a version. It has no state of its own: tokens reach it by `delegatecall`. Called
/// directly it has no authority and no predecessor, so that nothing can be done in it.
contract JP20Takeover is Takeover {
    constructor(IPlatform platform_) PlatformCall(platform_) {}
}
