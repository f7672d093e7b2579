// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Cause} from "../types/Movement.sol";

/// @title Transfers that happened elsewhere (G3)
interface IRecordedTransfers {
    /// @notice A change of owner that happened off the system was recorded.
    event TransferRecorded(address indexed from, address indexed to, uint256 amount, Cause indexed cause);

    /// @notice A succession is recorded as one, and nothing else is.
    error InvalidCause(Cause cause);

    /// @notice Records transfers made elsewhere, on the holders' mandate, for SALE or GIFT. 40 rows at most.
    /// Judged as transfers; consent is this decision itself. Refused besides: `ZERO_AMOUNT`, `SAME_WALLET`.
    /// @custom:act record-transfer
    function recordTransfer(
        address[] calldata from,
        address[] calldata to,
        uint256[] calldata amounts,
        Cause cause
    ) external;

    /// @notice Records who took a holder's place, for INHERITANCE or MERGER, where no holder's mandate can be had.
    /// 40 rows at most. Passes the lapse of the sender's KYC, lock-ups, lots and whole position, not a freeze or a
    /// commitment; restraints on the units go with them. Refused besides: `ZERO_AMOUNT`, `SAME_WALLET`,
    /// `TOO_MANY_RESTRAINTS`.
    /// @custom:act record-succession
    function recordSuccession(
        address[] calldata from,
        address[] calldata to,
        uint256[] calldata amounts,
        Cause cause
    ) external;
}
