// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsortium} from "../interfaces/IConsortium.sol";
import {ITokenLifecycle} from "../interfaces/ITokenLifecycle.sol";
import {ITokenRestraints} from "../interfaces/ITokenRestraints.sol";
import {TransferRules} from "./TransferRules.sol";
import {TokenWord} from "./Words.sol";
import {Claim, ClaimKind} from "../types/Claims.sol";
import {Reason} from "../types/Reason.sol";

/// @title Setting and releasing restraints
/// @notice {Restraints} says what they mean; here is who may set them, and how.
abstract contract Claims is TransferRules, ITokenRestraints {
    using TokenWord for uint256;

    // Lock-up

    /// @inheritdoc ITokenRestraints
    function setTokenLockUp(uint40 until) external restricted {
        uint256 word = _currentWord();
        _requireNotHalted(word);
        if (until <= block.timestamp || until <= word.lockedUntil() || until > word.maturity()) {
            revert InvalidTime(until);
        }
        _word = word.withLockedUntil(until);
        emit TokenLockUpSet(until);
    }

    /// @inheritdoc ITokenRestraints
    function shortenTokenLockUp(uint40 until) external restricted {
        uint256 word = _currentWord();
        _requireNotHalted(word);
        if (until >= word.lockedUntil()) revert InvalidTime(until);
        _word = word.withLockedUntil(until);
        emit TokenLockUpSet(until);
    }

    /// @inheritdoc ITokenRestraints
    function lockUp(address[] calldata holders, uint256[] calldata amounts, uint40 until) external restricted {
        _requireSameLength(holders.length, amounts.length);
        uint256 word = _currentWord();
        _requireNotHalted(word);
        if (until <= block.timestamp) revert InvalidTime(until);
        for (uint256 i; i < holders.length; i++) {
            (Reason reason,) = _addClaim(holders[i], ClaimKind.LOCK_UP, amounts[i], until, 0, word);
            if (reason != Reason.NONE) emit ITokenLifecycle.RowRefused(i, holders[i], reason);
        }
    }

    /// @inheritdoc ITokenRestraints
    function shortenLockUp(address holder, uint64 id, uint40 until) external restricted {
        uint256 word = _currentWord();
        _requireNotHalted(word);
        uint256 index = _claimIndex(holder, id, ClaimKind.LOCK_UP);
        Claim storage claim = _claims[holder][index];
        if (until >= claim.until) revert InvalidTime(until);
        claim.until = until;
        if (until > block.timestamp) emit ClaimChanged(holder, id, _today(claim.amount, claim.splits, word), until);
        else _reduceClaim(holder, index, MAX_UNITS, word);
        _refreshBound(holder, word);
    }

    // Freeze

    /// @notice ERC-7943: sets the frozen amount, lower or higher. Called by: AML, BROKER or REGISTRAR on the signatures
    /// of two of AML, AUDITOR, REGISTRAR. While the platform is halted it can only be raised.
    function setFrozenTokens(address account, uint256 amount) external restricted returns (bool) {
        uint256 word = _currentWord();
        amount = _saturated(amount);
        if (amount < _frozen(account, word)) _requireNotHalted(word);
        _setFrozen(account, amount, word);
        return true;
    }

    /// @inheritdoc ITokenRestraints
    function freezeAtOnce(address[] calldata accounts, uint256[] calldata amounts) external restricted {
        _requireSameLength(accounts.length, amounts.length);
        uint256 word = _currentWord();
        uint32 organisation = _actingOrganisation();
        for (uint256 i; i < accounts.length; i++) {
            _freezeAtOnce(accounts[i], _saturated(amounts[i]), organisation, word);
        }
    }

    /// @inheritdoc ITokenRestraints
    function confirmFreeze(address account, uint32 organisation) external restricted {
        uint32 confirming = _actingOrganisation();
        FreezeAtOnce storage freeze = _freezesAtOnce[account][organisation];
        if (freeze.at == 0 || freeze.confirmed || confirming == organisation) {
            revert NothingToConfirm(account, organisation);
        }
        freeze.confirmed = true;
        emit FreezeConfirmed(account, organisation, confirming);
    }

    /// @inheritdoc ITokenRestraints
    function freezeAtOnceOf(address account, uint32 organisation) external view returns (uint40 at, bool confirmed) {
        FreezeAtOnce storage freeze = _freezesAtOnce[account][organisation];
        return (freeze.at, freeze.confirmed);
    }

    // Pledge and attachment

    /// @inheritdoc ITokenRestraints
    function pledge(address holder, uint256 amount, bytes32 pledgee) external restricted returns (uint64 id) {
        return _claim(holder, ClaimKind.PLEDGE, amount, pledgee);
    }

    /// @inheritdoc ITokenRestraints
    function releasePledge(address holder, uint64 id, uint256 amount) external restricted {
        _release(holder, ClaimKind.PLEDGE, id, amount);
    }

    /// @inheritdoc ITokenRestraints
    function attach(address holder, uint256 amount, bytes32 creditor) external restricted returns (uint64 id) {
        return _claim(holder, ClaimKind.ATTACHMENT, amount, creditor);
    }

    /// @inheritdoc ITokenRestraints
    function releaseAttachment(address holder, uint64 id, uint256 amount) external restricted {
        _release(holder, ClaimKind.ATTACHMENT, id, amount);
    }

    // Inside

    function _freezeAtOnce(address account, uint256 amount, uint32 organisation, uint256 word) private {
        uint256 current = _frozen(account, word);
        if (amount <= current) revert NotAnIncrease(current, amount);
        FreezeAtOnce storage freeze = _freezesAtOnce[account][organisation];
        if (freeze.at != 0 && !freeze.confirmed) revert FreezeNotConfirmed(account, organisation);
        freeze.at = uint40(block.timestamp);
        freeze.confirmed = false;
        _setFrozen(account, amount, word);
        emit FrozenAtOnce(account, organisation, amount);
    }

    /// @dev Zero where a request decided it.
    function _actingOrganisation() private view returns (uint32) {
        return IConsortium(_authority).actingOrganisation();
    }

    function _frozen(address account, uint256 word) private view returns (uint256) {
        Restrained storage restrained = _restrained[account];
        return _today(restrained.frozen, restrained.splits, word);
    }

    function _claim(address holder, ClaimKind kind, uint256 amount, bytes32 claimant) private returns (uint64) {
        uint256 word = _currentWord();
        _requireNotHalted(word);
        if (kind == ClaimKind.PLEDGE) {
            // A pledgee relies on units that are there; a court may attach what is still to come.
            Position memory position = _position(holder, word);
            if (position.pledged + _saturated(amount) > position.balance) _requireNone(Reason.INSUFFICIENT_BALANCE);
        }
        (Reason reason, uint64 id) = _addClaim(holder, kind, amount, 0, claimant, word);
        _requireNone(reason);
        return id;
    }

    function _release(address holder, ClaimKind kind, uint64 id, uint256 amount) private {
        uint256 word = _currentWord();
        _requireNotHalted(word);
        if (amount == 0) _requireNone(Reason.ZERO_AMOUNT);
        _reduceClaim(holder, _claimIndex(holder, id, kind), amount, word);
        _refreshBound(holder, word);
    }
}
