// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Original, ForcedMove} from "../types/Claims.sol";

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
    event IncidentRecorded(bytes32 indexed incident, uint256 supplyBefore);
    event LossRecorded(bytes32 indexed incident, address indexed holder, uint256 amount);
    event Redistributed(bytes32 indexed incident, address indexed holder, address indexed to, uint256 amount);
    /// @notice A whole position moved to a new wallet of the same investor.
    event PositionMoved(address indexed from, address indexed to, uint256 amount);

    /// @notice The incident is unknown, or was recorded with another supply.
    error InvalidIncident(bytes32 incident);

    /// @notice `forcedTransfer` with rules waived or a claim executed. Called by: REGISTRAR, AUDITOR, and ISSUER,
    /// CUSTODIAN or AML. Emits `Transfer` and ERC-7943's `ForcedTransfer`; `Frozen` first where frozen units go.
    function forcedTransferWith(ForcedMove calldata move) external;
    /// @notice The same for many, 100 rows at most; a row that is refused by now is skipped and reported.
    function batchForcedTransfer(ForcedMove[] calldata moves) external;

    /// @notice Takes back up to `amount` units of `original` from who received them: what is still there, the rest
    /// is reported as shortfall. Called by: AUDITOR, and REGISTRAR or AML, and ISSUER, BROKER or CUSTODIAN.
    /// The sum under one original never exceeds its amount (both in today's units): `REVERSAL_EXCEEDED`.
    /// @param to `original.from`, or another wallet of that investor where the old one is retired
    /// @return taken units moved
    function reverse(Original calldata original, address to, uint256 amount) external returns (uint256 taken);

    /// @notice Records what holders lost by a system error, before anything is restored; may be called again for
    /// more holders. 100 rows at most. Called by: CUSTODIAN or BROKER, REGISTRAR, AUDITOR.
    /// @param supplyBefore units in issue before the incident, in today's units
    function recordIncident(
        bytes32 incident,
        uint256 supplyBefore,
        address[] calldata holders,
        uint256[] calldata losses
    ) external;
    /// @notice Restores to `recipients[i]` what `holders[i]` lost, once; both are wallets of one investor. The supply
    /// never exceeds what it was before the incident. 100 rows at most.
    function redistribute(bytes32 incident, address[] calldata holders, address[] calldata recipients) external;

    /// @notice Moves everything of the retired wallet `from`, restraints included, to `to` of the same investor; open
    /// transfer requests of `from` end. Called by: CUSTODIAN or BROKER, KYC, REGISTRAR.
    function movePosition(address from, address to) external;

    /// @notice Units already taken back under `original`, in today's units, and the id that the original hashes to.
    function reversed(Original calldata original) external view returns (uint256 amount, bytes32 originalId);
    /// @notice What `holder` lost in `incident` and was not restored yet, in today's units.
    function lossOf(bytes32 incident, address holder) external view returns (uint256);
}
