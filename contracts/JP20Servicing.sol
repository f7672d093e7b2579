// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPlatform} from "./interfaces/IPlatform.sol";
import {Delivery} from "./token/Delivery.sol";
import {Documents} from "./token/Documents.sol";
import {Lifecycle} from "./token/Lifecycle.sol";
import {Redemption} from "./token/Redemption.sol";
import {Switches} from "./token/Switches.sol";
import {TermSheet} from "./token/TermSheet.sol";
import {TransferRules} from "./token/TransferRules.sol";

/// @title JP20Servicing: terms, issue, delivery, redemption, split, record dates, documents, pause
/// @notice One for all tokens of a version. It has no state of its own: tokens reach it by `delegatecall`. Called
/// directly it has no authority and no rules, so that nothing can be done in it.
contract JP20Servicing is TermSheet, Lifecycle, Delivery, Redemption, Documents, Switches {
    constructor(IPlatform platform_) TransferRules(platform_) {}
}
