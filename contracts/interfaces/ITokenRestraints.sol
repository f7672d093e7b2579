// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Restraint, RestraintKind} from "../types/Restraint.sol";

/// @title Restraints: lock-up, freeze, pledge, attachment (G8, G11, G19, G24)
/// @notice Refused while the platform is halted, unless it says otherwise. At most 16 restraints a holder, of which 12
/// lock-ups and pledges, so that a court can still attach. Batches that
/// a request decided skip and report a row as `RowRefused`. The issuer's account is no holder's and is not restrained
/// (`SENDER_IS_ISSUER_ACCOUNT`): pausing the token stops it.
interface ITokenRestraints {
    event RestraintSet(
        address indexed holder,
        uint64 indexed id,
        RestraintKind indexed kind,
        uint256 amount,
        uint40 until,
        bytes32 claimant
    );
    /// @notice What is left of a restraint; 0: it has ended.
    event RestraintChanged(address indexed holder, uint64 indexed id, uint256 amount, uint40 until);
    /// @notice A restraint, or a part of it, went with the units to an heir or a new wallet: on `to` it is
    /// `carriedAs`, which is `id` where nothing stayed behind.
    event RestraintCarried(
        uint64 indexed id, uint64 indexed carriedAs, address from, address indexed to, uint256 amount
    );
    event TokenLockUpSet(uint40 until);
    /// @notice The AML officer froze alone; to be confirmed within 72 hours (G17).
    event FrozenAtOnce(address indexed account, uint32 indexed organisation, uint256 amount);
    event FreezeConfirmed(address indexed account, uint32 indexed organisation, uint32 indexed confirmedBy);

    /// @notice No restraint `id` of that kind on `holder`.
    error NoSuchRestraint(address holder, uint64 id);
    /// @notice A lock-up is set to a later time, shortened to an earlier one.
    error InvalidTime(uint40 until);
    /// @notice A freeze is raised, not lowered.
    error NotAnIncrease(uint256 current, uint256 asked);
    /// @notice Unfreezing lowers.
    error NotADecrease(uint256 current, uint256 asked);
    /// @notice More or less is frozen than what the decision speaks of.
    error FrozenAmountChanged(uint256 expected, uint256 current);
    /// @notice This organisation's freeze of the account was never confirmed; the next one needs a signature.
    error FreezeNotConfirmed(address account, uint32 organisation);
    /// @notice There is nothing of that time to confirm: it is confirmed, a decision has lowered it, or it was another
    /// freeze; or the organisation is the one that froze.
    error NothingToConfirm(address account, uint32 organisation);

    /// @notice The token's own lock-up, later than the present one.
    /// @custom:act lock-up
    function setTokenLockUp(uint40 until) external;
    /// @notice Brings its end forward; a time that has passed ends it.
    /// @custom:act shorten-lock-up
    function shortenTokenLockUp(uint40 until) external;

    /// @notice Locks up `amounts[i]` of `holders[i]` until the second `until`; more than the balance counts for what
    /// comes in. 100 rows at most.
    /// @custom:act lock-up
    function lockUp(address[] calldata holders, uint256[] calldata amounts, uint40 until) external;
    /// @notice Brings the end of a lock-up forward; `until` in the past ends it.
    /// @custom:act shorten-lock-up
    function shortenLockUp(address holder, uint64 id, uint40 until) external;

    /// @notice Raises frozen amounts, at once, 100 rows at most. Works while halted and paused.
    /// @custom:act freeze-at-once
    function freezeAtOnce(address[] calldata accounts, uint256[] calldata amounts) external;
    /// @notice Confirms what `organisation` froze at the second `at`. Works while halted. Another
    /// organisation than froze has to.
    /// @custom:act confirm-freeze
    function confirmFreeze(address account, uint32 organisation, uint40 at) external;
    /// @notice Lowers the frozen amount from `current`, which it has to be, to `amount`: a decision about one freeze
    /// does not lift a later one. What was frozen at once before is decided with it.
    /// @custom:act unfreeze
    function unfreeze(address account, uint256 current, uint256 amount) external;
    /// @notice What `organisation` froze alone, last: when (0: never), and whether that was confirmed, or decided on by
    /// unfreezing since.
    function freezeAtOnceOf(address account, uint32 organisation) external view returns (uint40 at, bool confirmed);

    /// @notice Pledges units that are there and not pledged yet.
    /// Refused: `INSUFFICIENT_BALANCE`, `TOO_MANY_RESTRAINTS`, `ZERO_AMOUNT`.
    /// @custom:act pledge
    function pledge(address holder, uint256 amount, bytes32 pledgee) external returns (uint64 id);
    /// @custom:act release-pledge
    function releasePledge(address holder, uint64 id, uint256 amount) external;

    /// @notice Attaches units for a creditor; more than there are too, for what is still to come.
    /// @custom:act attachment
    function placeAttachment(address holder, uint256 amount, bytes32 creditor) external returns (uint64 id);
    /// @custom:act attachment
    function releaseAttachment(address holder, uint64 id, uint256 amount) external;

    /// @notice Who has the restraint `id`, and what it is, in today's units; the zero address where it has ended.
    function restraintOf(uint64 id) external view returns (address holder, Restraint memory restraint);
}
