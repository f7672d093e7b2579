// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ClaimKind} from "../types/Claims.sol";

/// @title Restraints: lock-up, freeze, pledge, attachment (G8, G11, G19, G24)
/// @notice Refused while the platform is halted, unless it says otherwise. At most 16 claims a holder. Batches that a
/// request decided skip and report a row as `RowRefused`. The issuer's account is no holder's and is not restrained
/// (`SENDER_IS_ISSUER_ACCOUNT`): pausing the token stops it.
interface ITokenRestraints {
    event ClaimSet(
        address indexed holder,
        uint64 indexed id,
        ClaimKind indexed kind,
        uint256 amount,
        uint40 until,
        bytes32 claimant
    );
    /// @notice What is left of a claim; 0: it has ended.
    event ClaimChanged(address indexed holder, uint64 indexed id, uint256 amount, uint40 until);
    event TokenLockUpSet(uint40 until);
    /// @notice The AML officer froze alone; to be confirmed within 72 hours (G17).
    event FrozenAtOnce(address indexed account, uint32 indexed organisation, uint256 amount);
    event FreezeConfirmed(address indexed account, uint32 indexed organisation, uint32 indexed confirmedBy);

    /// @notice No claim `id` of that kind on `holder`.
    error NoSuchClaim(address holder, uint64 id);
    /// @notice A lock-up is set to a later time, shortened to an earlier one.
    error InvalidTime(uint40 until);
    /// @notice At once one can freeze more, not less.
    error NotAnIncrease(uint256 current, uint256 asked);
    /// @notice This organisation's freeze of the account was never confirmed; the next one needs a signature.
    error FreezeNotConfirmed(address account, uint32 organisation);
    /// @notice There is nothing to confirm, or by the organisation that froze.
    error NothingToConfirm(address account, uint32 organisation);

    /// @notice The token's own lock-up, later than the present one. Called by: ISSUER, REGISTRAR.
    function setTokenLockUp(uint40 until) external;
    /// @notice Called by: ISSUER, REGISTRAR, AUDITOR.
    function shortenTokenLockUp(uint40 until) external;

    /// @notice Locks up `amounts[i]` of `holders[i]` until the second `until`; more than the balance counts for what
    /// comes in. 100 rows at most. Called by: ISSUER, REGISTRAR.
    function lockUp(address[] calldata holders, uint256[] calldata amounts, uint40 until) external;
    /// @notice Called by: ISSUER, REGISTRAR, AUDITOR. `until` in the past ends the lock-up.
    function shortenLockUp(address holder, uint64 id, uint40 until) external;

    /// @notice Raises frozen amounts, at once, 100 rows at most. Works while halted and paused. Called by: AML alone.
    function freezeAtOnce(address[] calldata accounts, uint256[] calldata amounts) external;
    /// @notice Works while halted. Called by: AUDITOR or REGISTRAR alone, another organisation than froze.
    function confirmFreeze(address account, uint32 organisation) external;
    /// @notice What `organisation` froze alone, last: when (0: never), and whether it was confirmed.
    function freezeAtOnceOf(address account, uint32 organisation) external view returns (uint40 at, bool confirmed);

    /// @notice Pledges units that are there and not pledged yet. Called by: CUSTODIAN or BROKER, REGISTRAR.
    /// Refused: `INSUFFICIENT_BALANCE`, `TOO_MANY_CLAIMS`, `ZERO_AMOUNT`.
    function pledge(address holder, uint256 amount, bytes32 pledgee) external returns (uint64 id);
    function releasePledge(address holder, uint64 id, uint256 amount) external;

    /// @notice Called by: REGISTRAR, AUDITOR.
    function attach(address holder, uint256 amount, bytes32 creditor) external returns (uint64 id);
    function releaseAttachment(address holder, uint64 id, uint256 amount) external;
}
