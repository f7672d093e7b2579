// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Reason} from "../types/Reason.sol";

/// @title Transfers that wait for consent (G3)
interface IConsentTransfers {
    enum Status {
        NONE,
        OPEN,
        APPROVED,
        REJECTED,
        CANCELLED,
        CONSENTED, // a commitment that may be settled; its units are still the holder's
        SETTLED
    }

    event TransferRequested(
        uint256 indexed id, address indexed from, address indexed to, uint256 amount, uint40 deadline
    );
    event TransferApproved(uint256 indexed id, uint256 amount);
    event TransferRejected(uint256 indexed id, bytes32 why);
    event TransferCancelled(uint256 indexed id);

    /// @notice Asks to transfer `amount` of the caller's free units; they are committed until the answer. Judged by all
    /// rules of a transfer. Refused besides: `CONSENT_NOT_REQUIRED`, `ZERO_AMOUNT`, `SAME_WALLET`.
    /// @param deadline unix seconds; from then on the request can only be cancelled or rejected
    function requestTransfer(address to, uint256 amount, uint40 deadline) external returns (uint256 id);

    /// @notice Judged again by all rules. An approval is the transfer.
    /// @custom:act approve-transfer
    function approveTransfer(uint256 id) external;
    /// @notice The same for many; a request that is refused by now is skipped and reported. 100 rows at most.
    /// @custom:act approve-transfer
    function approveTransfers(uint256[] calldata ids) external;
    /// @notice The units are free again; `why` stands for a text that is kept elsewhere. Works while paused.
    /// @custom:act reject-transfer
    function rejectTransfer(uint256 id, bytes32 why) external;
    /// @notice For the holder who asked, at any time, halted or not.
    function cancelTransfer(uint256 id) external;

    /// @notice `amount` in today's units.
    function consentTransfer(uint256 id)
        external
        view
        returns (address from, address to, uint256 amount, uint40 deadline, Status status);
    /// @notice What {requestTransfer} by `from` would answer now.
    function previewRequest(address from, address to, uint256 amount) external view returns (Reason);
}
