// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ITokenTransfers} from "../interfaces/ITokenTransfers.sol";
import {Reason} from "../types/Reason.sol";

/// @title How a token says no
/// @notice `if (…) _refuse(reason)` where a rule stands in the way.
/// What is wrong with the call itself has its own error.
abstract contract Refusals {
    function _refuse(Reason reason) internal pure {
        revert ITokenTransfers.TransferRefused(reason);
    }

    function _requireSameLength(uint256 first, uint256 second) internal pure {
        if (first != second) revert ITokenTransfers.LengthMismatch(first, second);
    }
}
