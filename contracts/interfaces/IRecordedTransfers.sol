// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Cause} from "../types/Claims.sol";

/// @title Transfers that happened elsewhere (G3)
interface IRecordedTransfers {
    /// @notice A change of owner that happened off the system was recorded.
    event TransferRecorded(address indexed from, address indexed to, uint256 amount, Cause indexed cause);

    /// @notice Records transfers made elsewhere, on the holders' mandate. 40 rows at most.
    /// Called by: BROKER, REGISTRAR.
    /// SALE and GIFT are judged as transfers (consent is this decision itself). INHERITANCE and MERGER pass the lapse
    /// of the sender's KYC, lock-ups, lots and whole position, not a freeze; claims on the units go with them.
    function recordTransfer(
        address[] calldata from,
        address[] calldata to,
        uint256[] calldata amounts,
        Cause cause
    ) external;
}
