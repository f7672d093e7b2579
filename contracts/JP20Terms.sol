// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPlatform} from "./interfaces/IPlatform.sol";
import {Documents} from "./token/Documents.sol";
import {Loupe} from "./token/Loupe.sol";
import {PlatformCall} from "./token/PlatformCall.sol";
import {TermChanges} from "./token/TermChanges.sol";
import {TermSheet} from "./token/TermSheet.sol";

/// @title JP20Terms: terms and their changes, documents, record dates gone by, which contract has which function
/// @notice One for all tokens of a version. It has no state of its own: tokens reach it by `delegatecall`. Called
/// directly it has no authority and no rules, so that nothing can be done in it.
contract JP20Terms is TermSheet, TermChanges, Documents, Loupe {
    constructor(IPlatform platform_) PlatformCall(platform_) {}
}
