// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Role} from "./IConsortium.sol";
import {Original, ForcedMove} from "../types/Movement.sol";

/// @title Movements without the holder's consent (G9–G11, G13, S4)
/// @notice Each is decided by several organisations in a request that names the case and its document. They work
/// while the token is paused and are refused while the platform is halted. They pass lock-ups and freezes; never the
/// recipient's identity and status, never the units that a senior pledge or attachment keeps. A freeze shrinks by the
/// frozen units that are taken; a lock-up stays as it was set, also for units that come later.
interface ITokenEnforcement {
    /// @notice What a reversal took back under `originalId`, and what was no longer there.
    event TransferReversed(
        bytes32 indexed originalId, address indexed from, address indexed to, uint256 amount, uint256 shortfall
    );
    /// @notice `lossId` is the hash of the place of the log that took the units, as a reversal's `originalId`.
    event LossRecorded(bytes32 indexed incident, bytes32 indexed lossId, Original loss);
    event Redistributed(
        bytes32 indexed incident, bytes32 indexed lossId, address holder, address indexed to, uint256 amount
    );
    /// @notice A whole position moved to a new wallet of the same investor.
    event PositionMoved(address indexed from, address indexed to, uint256 amount);

    /// @notice An incident has a number.
    error InvalidIncident(bytes32 incident);
    /// @notice The issuer's account is a side of the movement, so the issuer is party to it and signs nothing (S4).
    error SignedByParty(Role role);

    /// @notice `forcedTransfer` with rules waived or a restraint executed. Emits `Transfer` and ERC-7943's
    /// `ForcedTransfer`; `Frozen` first where frozen units go.
    /// @custom:act forced-transfer
    function forcedTransferWith(ForcedMove calldata move) external;
    /// @notice The same for many, 100 rows at most; a row that is refused by now is skipped and reported.
    /// @custom:act forced-transfer
    function batchForcedTransfer(ForcedMove[] calldata moves) external;

    /// @notice Takes back up to `amount` units of `original` from who received them: what is still there, the rest
    /// is reported as shortfall.
    /// The sum under one original never exceeds its amount (both in today's units): `REVERSAL_EXCEEDED`.
    /// Reverts with {SignedByParty} where the issuer's account gave or received the units and an issuer of the token
    /// signed the request.
    /// @param from `original.to`, or another wallet of that investor: a reversal follows the investor, not the wallet
    /// @param to `original.from`, or another wallet of that investor where the old one is retired
    /// @return taken units moved
    /// @custom:act reverse
    function reverse(Original calldata original, address from, address to, uint256 amount)
        external
        returns (uint256 taken);

    /// @notice Records which logs took units from the register by a system error, before anything is restored; may be
    /// called again for more. 100 rows at most.
    /// Each is a `Transfer` to the zero address (`NO_SUCH_LOSS`) and is recorded once, under whatever incident
    /// (`LOSS_EXCEEDED`). Refused where the token is issuable no longer (`TOKEN_MATURED`): money is owed, not units.
    /// @custom:act redistribute
    function recordIncident(bytes32 incident, Original[] calldata losses) external;
    /// @notice Restores to `recipients[i]` what `losses[i]` took, once; who held then and the recipient are wallets of
    /// one investor, whose KYC may have run out. Neither an issue nor a redemption since stands in the way; the cap
    /// does (`CAP_EXCEEDED`). Emits `Transfer`, ERC-1594's `Issued` and `Redistributed` a row. 100 rows at most.
    /// @custom:act redistribute
    function redistribute(bytes32 incident, Original[] calldata losses, address[] calldata recipients) external;

    /// @notice Moves everything of the retired wallet `from` to `to` of the same investor: the units and every
    /// restraint, be there units or not (`INSUFFICIENT_BALANCE` where there is neither). Open transfer requests of
    /// `from` end.
    /// @custom:act move-position
    function movePosition(address from, address to) external;

    /// @notice Units already taken back under `original`, in today's units, and the id that the original hashes to.
    function reversed(Original calldata original) external view returns (uint256 amount, bytes32 originalId);
    /// @notice Units that `loss`, as it was recorded under `incident`, took and that were not restored yet, in today's
    /// units; 0 where it was restored, or never recorded so.
    function lossOf(bytes32 incident, Original calldata loss) external view returns (uint256);
}
