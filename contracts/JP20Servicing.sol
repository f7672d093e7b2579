// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPlatform} from "./interfaces/IPlatform.sol";
import {Delivery} from "./token/Delivery.sol";
import {Lifecycle} from "./token/Lifecycle.sol";
import {PlatformCall} from "./token/PlatformCall.sol";
import {RecordedTransfers} from "./token/RecordedTransfers.sol";
import {Redemption} from "./token/Redemption.sol";
import {Switches} from "./token/Switches.sol";

/// @title JP20Servicing: issue, delivery, transfers made elsewhere, redemption, split, record dates, pause, platform
/// @notice One for all tokens of a version. It has no state of its own: tokens reach it by `delegatecall`. Called
/// directly it has no authority and no rules, so that nothing can be done in it.
contract JP20Servicing is Lifecycle, Delivery, RecordedTransfers, Redemption, Switches {
    constructor(IPlatform platform_) PlatformCall(platform_) {}
}
