// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsortium} from "../interfaces/IConsortium.sol";
import {ITokenLifecycle} from "../interfaces/ITokenLifecycle.sol";
import {ITokenRestraints} from "../interfaces/ITokenRestraints.sol";
import {PlatformCall} from "./PlatformCall.sol";
import {TokenWord} from "./TokenWord.sol";
import {Restraint, RestraintKind} from "../types/Restraint.sol";
import {Reason} from "../types/Reason.sol";

/// @title Setting and releasing restraints
/// @notice {Restraints} says what they mean; here is who may set them, and how.
abstract contract Restraining is PlatformCall, ITokenRestraints {
    // Lock-up

    /// @inheritdoc ITokenRestraints
    function setTokenLockUp(uint40 until) external restricted {
        TokenWord word = _currentWord();
        _requireNotHalted(word);
        if (until <= block.timestamp || until <= word.lockedUntil() || until > word.maturity()) {
            revert InvalidTime(until);
        }
        _word = word.withLockedUntil(until);
        emit TokenLockUpSet(until);
    }

    /// @inheritdoc ITokenRestraints
    function shortenTokenLockUp(uint40 until) external restricted {
        TokenWord word = _currentWord();
        _requireNotHalted(word);
        if (until >= word.lockedUntil()) revert InvalidTime(until);
        _word = word.withLockedUntil(until);
        emit TokenLockUpSet(until);
    }

    /// @inheritdoc ITokenRestraints
    function lockUp(address[] calldata holders, uint256[] calldata amounts, uint40 until) external restricted {
        _requireSameLength(holders.length, amounts.length);
        TokenWord word = _currentWord();
        _requireNotHalted(word);
        if (until <= block.timestamp) revert InvalidTime(until);
        for (uint256 i; i < holders.length; i++) {
            (Reason reason,) = _addRestraint(holders[i], RestraintKind.LOCK_UP, amounts[i], until, 0, word);
            if (reason != Reason.NONE) emit ITokenLifecycle.RowRefused(i, holders[i], reason);
        }
    }

    /// @inheritdoc ITokenRestraints
    function shortenLockUp(address holder, uint64 id, uint40 until) external restricted {
        TokenWord word = _currentWord();
        _requireNotHalted(word);
        uint256 index = _restraintIndex(holder, id, RestraintKind.LOCK_UP);
        Restraint storage restraint = _restraints[holder][index];
        if (until >= restraint.until) revert InvalidTime(until);
        restraint.until = until;
        uint256 amount = _today(restraint.amount, restraint.splits, word);
        if (until > block.timestamp) emit RestraintChanged(holder, id, amount, until);
        else _reduceRestraint(holder, index, MAX_UNITS, word);
        _refreshBound(holder, word);
    }

    // Freeze

    /// @notice ERC-7943: raises the frozen amount; {ITokenRestraints-unfreeze} lowers it. Works while halted and
    /// paused.
    /// @custom:act freeze
    function setFrozenTokens(address account, uint256 amount) external restricted returns (bool) {
        TokenWord word = _currentWord();
        _raiseFrozen(account, _saturated(amount), word);
        return true;
    }

    /// @inheritdoc ITokenRestraints
    function unfreeze(address account, uint256 current, uint256 amount) external restricted {
        TokenWord word = _currentWord();
        _requireNotHalted(word);
        uint256 frozen = _frozen(account, word);
        if (_saturated(current) != frozen) revert FrozenAmountChanged(current, frozen);
        if (amount >= frozen) revert NotADecrease(frozen, amount);
        _restrained[account].unfrozen++;
        _setFrozen(account, amount, word);
    }

    /// @inheritdoc ITokenRestraints
    function freezeAtOnce(address[] calldata accounts, uint256[] calldata amounts) external restricted {
        _requireSameLength(accounts.length, amounts.length);
        TokenWord word = _currentWord();
        uint32 organisation = _actingOrganisation();
        for (uint256 i; i < accounts.length; i++) {
            _freezeAtOnce(accounts[i], _saturated(amounts[i]), organisation, word);
        }
    }

    /// @inheritdoc ITokenRestraints
    function confirmFreeze(address account, uint32 organisation, uint40 at) external restricted {
        _currentWord();
        uint32 confirming = _actingOrganisation();
        FreezeAtOnce storage freeze = _freezesAtOnce[account][organisation];
        if (!_isUnconfirmed(account, freeze) || freeze.at != at || confirming == organisation) {
            revert NothingToConfirm(account, organisation);
        }
        freeze.confirmed = true;
        emit FreezeConfirmed(account, organisation, confirming);
    }

    /// @inheritdoc ITokenRestraints
    function freezeAtOnceOf(address account, uint32 organisation) external view returns (uint40 at, bool confirmed) {
        FreezeAtOnce storage freeze = _freezesAtOnce[account][organisation];
        return (freeze.at, freeze.at != 0 && !_isUnconfirmed(account, freeze));
    }

    // Pledge and attachment

    /// @inheritdoc ITokenRestraints
    function pledge(address holder, uint256 amount, bytes32 pledgee) external restricted returns (uint64 id) {
        return _restraint(holder, RestraintKind.PLEDGE, amount, pledgee);
    }

    /// @inheritdoc ITokenRestraints
    function releasePledge(address holder, uint64 id, uint256 amount) external restricted {
        _release(holder, RestraintKind.PLEDGE, id, amount);
    }

    /// @inheritdoc ITokenRestraints
    function placeAttachment(address holder, uint256 amount, bytes32 creditor) external restricted returns (uint64 id) {
        return _restraint(holder, RestraintKind.ATTACHMENT, amount, creditor);
    }

    /// @inheritdoc ITokenRestraints
    function releaseAttachment(address holder, uint64 id, uint256 amount) external restricted {
        _release(holder, RestraintKind.ATTACHMENT, id, amount);
    }

    /// @inheritdoc ITokenRestraints
    function restraintOf(uint64 id) external view returns (address holder, Restraint memory restraint) {
        holder = _restraintHolder[id];
        Restraint[] storage restraints = _restraints[holder];
        for (uint256 i; i < restraints.length; i++) {
            if (restraints[i].id == id) restraint = restraints[i];
        }
        if (restraint.kind == RestraintKind.LOCK_UP && block.timestamp >= restraint.until) {
            return (address(0), Restraint(0, 0, RestraintKind.LOCK_UP, 0, 0, 0, 0));
        }
        restraint.amount = uint104(_today(restraint.amount, restraint.splits, _word));
        restraint.splits = uint16(_word.splits());
    }

    // Inside

    function _freezeAtOnce(address account, uint256 amount, uint32 organisation, TokenWord word) private {
        _raiseFrozen(account, amount, word);
        FreezeAtOnce storage freeze = _freezesAtOnce[account][organisation];
        if (_isUnconfirmed(account, freeze)) revert FreezeNotConfirmed(account, organisation);
        _freezesAtOnce[account][organisation] =
            FreezeAtOnce(uint40(block.timestamp), _restrained[account].unfrozen, false);
        emit FrozenAtOnce(account, organisation, amount);
    }

    /// @dev A decision that lowered the freeze has judged what was frozen at once before it.
    function _isUnconfirmed(address account, FreezeAtOnce storage freeze) private view returns (bool) {
        return freeze.at != 0 && !freeze.confirmed && freeze.unfrozen == _restrained[account].unfrozen;
    }

    function _raiseFrozen(address account, uint256 amount, TokenWord word) private {
        uint256 current = _frozen(account, word);
        if (amount <= current) revert NotAnIncrease(current, amount);
        _setFrozen(account, amount, word);
    }

    /// @dev Zero where a request decided it.
    function _actingOrganisation() private view returns (uint32) {
        return IConsortium(_authority).actingOrganisation();
    }

    function _frozen(address account, TokenWord word) private view returns (uint256) {
        Restrained storage restrained = _restrained[account];
        return _today(restrained.frozen, restrained.splits, word);
    }

    function _restraint(address holder, RestraintKind kind, uint256 amount, bytes32 claimant) private returns (uint64) {
        TokenWord word = _currentWord();
        _requireNotHalted(word);
        if (kind == RestraintKind.PLEDGE) {
            // A pledgee relies on units that are there; a court may attach what is still to come.
            Position memory position = _position(holder, word);
            if (position.pledged + _saturated(amount) > position.balance) _refuse(Reason.INSUFFICIENT_BALANCE);
        }
        (Reason reason, uint64 id) = _addRestraint(holder, kind, amount, 0, claimant, word);
        if (reason != Reason.NONE) _refuse(reason);
        return id;
    }

    function _release(address holder, RestraintKind kind, uint64 id, uint256 amount) private {
        TokenWord word = _currentWord();
        _requireNotHalted(word);
        if (amount == 0) _refuse(Reason.ZERO_AMOUNT);
        _reduceRestraint(holder, _restraintIndex(holder, id, kind), amount, word);
        _refreshBound(holder, word);
    }
}
