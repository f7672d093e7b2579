// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Terms, Placement} from "../types/Terms.sol";

/// @title What a token says of itself, of its record dates and of its holders' number (G1, G5, G15)
interface ITokenTerms {
    /// @notice The whole term sheet, at creation (G1).
    event TermsSet(Terms terms);

    /// @notice From `from` to `to`, 0 where there was none: brought forward by early redemption, put off by decision.
    event MaturityChanged(uint40 from, uint40 to);

    /// @notice The terms contradict themselves; `field` names the first that does.
    error InvalidTerms(string field);
    /// @notice The record date has not come yet, or there is none of that index.
    error RecordDateNotReached(uint256 index);

    function paused() external view returns (bool);
    function cap() external view returns (uint256);
    function tranches() external view returns (uint256);
    function issuerAccount() external view returns (address);
    function undistributed() external view returns (uint256);
    function splits() external view returns (uint256);
    /// @notice Units of today for one unit at split count `since`.
    function splitFactor(uint256 since) external view returns (uint256);
    function lotSize() external view returns (uint256);
    /// @return yen the price at issue, of
    /// @return units so many of today's whole units
    function unitPrice() external view returns (uint256 yen, uint256 units);
    /// @notice 0: none.
    function maturity() external view returns (uint40);
    /// @notice The token's own lock-up; 0: none.
    function lockedUntil() external view returns (uint40);
    function code() external view returns (string memory);
    function termSheetHash() external view returns (bytes32);
    /// @notice Who may hold, and the rules of transfers.
    function rules()
        external
        view
        returns (
            uint8 classes,
            uint8 residencies,
            uint32 holderCap,
            Placement placement,
            bool wholePositionOnly,
            bool consentRequired,
            bool expiredMayDispose
        );
    /// @notice Investors that hold, where the token has a holder cap, else 0.
    function holderCount() external view returns (uint256);
    function recordDates() external view returns (uint40[] memory);
    /// @notice Supply at record date `index`, undistributed units included.
    function supplyAtRecordDate(uint256 index) external view returns (uint256);
    /// @notice Balance of `account` at record date `index`, in the units of that date.
    function balanceAtRecordDate(address account, uint256 index) external view returns (uint256);
}
