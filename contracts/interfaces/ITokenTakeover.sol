// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title A token is replaced by another that takes its register over (G32)
/// @notice The code of a token never changes. A new token is created from the same term sheet, with the old one named
/// in its terms' `extra`; it has code and symbol in common with it. It takes the register over in three steps:
///
/// 1. `closeFor` on the old token closes it: it still answers for every unit, and nothing changes in it.
/// 2. `carryHolders` and `carrySlots` on the new token copy what the old one's storage has. Anybody may call them: the
///    words come from the old token, not from the caller, and it does not change meanwhile. Twice is once.
/// 3. `takeOver` on the new token: units and holders that were carried are those of the old one, or it is refused. In
///    this one transaction the old token retires and the new one opens.
///
/// Until step 3 the takeover can be broken off for good: `reopen` opens the old token again.
///
/// Exactly one of the two is **in force** at any time, and both say so. The one that is not answers 0 for every balance
/// and the supply, by a split count that has no factor: nobody who asks both ever counts a unit twice, or misses one.
/// What a token answered for record dates that have passed it answers for ever.
interface ITokenTakeover {
    /// @notice This token is closed, and `successor` may take its register over.
    event SuccessorAppointed(address indexed successor);
    /// @notice This token is open again; `successor` never will be.
    event SuccessorWithdrawn(address indexed successor);
    /// @notice The holder's position came over, of `amount` units. Follows its `Transfer`, `Frozen`, `RestraintSet`s.
    event PositionCarried(address indexed holder, uint256 amount);
    /// @notice This token is in force in place of `predecessor`, with all that was carried.
    event TookOver(address indexed predecessor);
    /// @notice The units are those of `successor` from now on. Comes with `UnitsSplit` by 0.
    event Retired(address indexed successor);

    /// @notice Not a new token of the directory that names this one as its predecessor and has its issuer's account.
    error NotASuccessor(address account);
    /// @notice Who signs the closing is not issuer and registrar of both tokens, or not as many brokers are named for
    /// the new one as for this.
    error OtherParties(address next);
    /// @notice No takeover is going on in which this token, or the caller, has this part.
    error NotTakingOver();
    /// @notice The predecessor's storage is laid out in another way than this token can read.
    error UnknownLayout(uint256 layout);
    /// @notice Not everything came over: so many units or holders of so many.
    error NotCarried(uint256 carried, uint256 all);
    /// @notice The word of a field is not copied by its place; `takeOver` does it.
    error NotASlotToCarry(bytes32 slot);

    /// @notice Closes this token for `next` to take over. Works
    /// while halted or paused. Reverts with `NotASuccessor`, `OtherParties`.
    /// @custom:act close-for-successor
    function closeFor(address next) external;

    /// @notice Breaks the takeover off: opens this token again.
    /// Reverts with `NotTakingOver` before a successor was appointed, and after it took over.
    /// @custom:act reopen
    function reopen() external;

    /// @notice Copies positions from the predecessor: balance, freeze, commitments, lock-ups, pledges and attachments
    /// with their ids and ranks. Who was carried before, and who has none, is passed over. 100 holders at most, or nine
    /// with sixteen restraints each.
    /// Emits `Transfer`, `Frozen`, `RestraintSet`, `PositionCarried`; and `UnitsSplit` before all that is carried for
    /// each split that there was. Reverts with `NotTakingOver`, `UnknownLayout`.
    function carryHolders(address[] calldata holders) external;

    /// @notice Copies other words of the predecessor's storage, by their slots: reversals and losses, documents, open
    /// requests, freezes at once, balances at record dates, allowances. 400 slots at most. Not the fields, and not the
    /// name, which are this token's own. Emits `UnitsSplit` as {carryHolders} does.
    /// Reverts with `NotTakingOver`, `UnknownLayout`, `NotASlotToCarry`.
    function carrySlots(bytes32[] calldata slots_) external;

    /// @notice Puts this token in force and retires the predecessor, whose terms as they now stand are this token's.
    /// Works while halted or paused, which it ends neither.
    /// Emits `TookOver`, and `Retired` there. Reverts with `NotTakingOver`, `NotCarried`.
    /// @custom:act take-over
    function takeOver() external;

    /// @notice By the successor, in `takeOver` (`NotTakingOver`).
    /// @return word The token's word with which the successor continues.
    function handOver() external returns (uint256 word);

    /// @return words What is stored there, as it is: for a successor, and for who proves that nothing was lost.
    function slots(bytes32[] calldata slots_) external view returns (bytes32[] memory words);

    /// @return The edition of `TokenStorage` by which {slots} are read.
    function storageLayout() external view returns (uint256);

    /// @notice Whether this token answers for the units.
    function inForce() external view returns (bool);

    /// @return The token that takes or took over from this one, or zero.
    function successor() external view returns (address);

    /// @return The token that this one was made to replace, or zero.
    function predecessor() external view returns (address);

    /// @return begun Whether anything was carried.
    /// @return units How many were carried, in the predecessor's units.
    /// @return holders How many investors have them, where the token has a holder cap.
    function carried() external view returns (bool begun, uint256 units, uint256 holders);
}
