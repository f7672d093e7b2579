// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Reason} from "../types/Reason.sol";

/// @title From issue to redemption (G1, G2, G4–G6)
/// @notice Unless it says otherwise a function is refused
/// while the platform is halted or the token is paused. In a batch that a request decided, a row that is refused by
/// now is skipped and reported as {RowRefused}; the other rows go through.
interface ITokenLifecycle {
    /// @notice Units were issued to the issuer's account as tranche `number`, from 1 (G1, G5).
    event TrancheIssued(uint256 indexed number, uint256 amount);
    /// @notice `amount` units in all were delivered from the issuer's account, in the `Transfer`s from it before this
    /// (G2). Once a call, not a row: nothing else moves units out of that account, so a row needs no second event.
    event Delivered(uint256 amount);
    /// @notice 1 unit became `ratio` units (G6).
    event UnitsSplit(uint256 indexed count, uint256 ratio);
    /// @notice Record date `index` was set (G5, G21, G23).
    event RecordDateSet(uint256 indexed index, uint40 at);
    /// @notice Record date `index` was taken back before it came; the next one set has its index.
    event RecordDateWithdrawn(uint256 indexed index, uint40 at);
    /// @notice Units with a restraint on them were redeemed: the claimant's right continues on the money (物上代位) (G4).
    event RestraintOnProceeds(address indexed holder, uint64 indexed restraint, bytes32 claimant, uint256 amount);
    /// @notice Row `index` was skipped.
    event RowRefused(uint256 indexed index, address indexed account, Reason reason);

    /// @notice A split needs a whole ratio of at least 2, and `cap × ratio` must stay below 2^104 − 1.
    error InvalidRatio(uint256 ratio);
    /// @notice A record date lies in the future and after the last one; at most 16 are pending.
    error InvalidRecordDate(uint40 at);
    /// @notice Of the record dates to come only the last one is withdrawn, so that the others keep their indices.
    error NotTheLastPending(uint256 index);

    /// @notice Issues `amount` units to the issuer's account.
    /// Refused: `CAP_EXCEEDED`, `TOKEN_MATURED`, `TOKEN_REDEEMED`, `ZERO_AMOUNT`. Emits `Transfer`, `Issued`,
    /// `TrancheIssued`.
    /// @custom:act issue
    function issue(uint256 amount) external;

    /// @notice Delivers from the issuer's account, 250 rows at most.
    /// Judges recipients by all rules but the token's lock-up, consent and whole position. Emits `Transfer` a row, and
    /// `Delivered`.
    /// @custom:act distribute
    function deliver(address[] calldata recipients, uint256[] calldata amounts) external;

    /// @notice What {deliver} would answer to each row now: `NONE`, or the row's reason. The rows are judged in their
    /// order: what an earlier row takes is gone for a later one, and who comes by an earlier row is a holder for a
    /// later one. Where the platform is halted or the token paused, where {deliver} reverts, each row has that reason.
    /// Give all rows of a file in one call, in the order in which they are delivered. Asked by anybody.
    function previewDelivery(address[] calldata recipients, uint256[] calldata amounts)
        external
        view
        returns (Reason[] memory reasons);

    /// @notice Redeems whole positions at or after maturity, whatever restrains them, 100 rows at most; the issuer's
    /// account may be among them. Works while paused.
    /// Emits `Redeemed` a row and `RestraintOnProceeds` for each restraint on it.
    /// @custom:act redeem
    function redeemAtMaturity(address[] calldata holders) external;

    /// @notice Brings maturity forward to now, for everybody, where the terms allow early redemption of the whole
    /// issue: nothing trades from here, and {redeemAtMaturity} redeems all. There is no list of holders, so that none
    /// can be singled out. Refused: `REDEMPTION_NOT_ALLOWED`. Emits `MaturityChanged`.
    /// @custom:act redeem
    function redeemEarly() external;

    /// @notice Redeems `amounts[i]` of each holder, where the terms allow partial redemption; the amounts are the
    /// software's (largest remainder). Pledged, attached and frozen units are refused; locked and committed ones are
    /// not, and commitments that no longer fit end. 250 rows at most.
    /// {previewRedemption} says beforehand what would be refused.
    /// @custom:act forced-redemption
    function redeemPart(address[] calldata holders, uint256[] calldata amounts) external;

    /// @notice What {redeemPart} would answer to each row now: `NONE`, or the row's reason; each row by itself. Where
    /// it reverts, halted, paused or not allowed by the terms, each row has that reason. Asked by anybody.
    function previewRedemption(address[] calldata holders, uint256[] calldata amounts)
        external
        view
        returns (Reason[] memory reasons);

    /// @notice 1 unit becomes `ratio`, for everybody at once.
    /// Balances, restraints, cap, lots, open requests and reversal allowances scale; record dates that have come, and
    /// ERC-20 allowances, do not. Refused: `SPLIT_FORBIDDEN`.
    /// @custom:act split
    function split(uint256 ratio) external;

    /// @notice Whoever holds when the second `at` ends is a holder at that record date.
    /// @custom:act record-date
    function setRecordDate(uint40 at) external returns (uint256 index);

    /// @notice Takes back the last record date, while it has not come. Works while paused.
    /// @custom:act record-date
    function withdrawRecordDate(uint256 index) external;
}
