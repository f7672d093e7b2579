// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC1594} from "../interfaces/IERC1594.sol";
import {IERC1644} from "../interfaces/IERC1644.sol";
import {IERC7943Fungible} from "../interfaces/IERC7943.sol";
import {ITokenEnforcement} from "../interfaces/ITokenEnforcement.sol";
import {ITokenLifecycle} from "../interfaces/ITokenLifecycle.sol";
import {TransferRules} from "./TransferRules.sol";
import {HolderWord, TokenWord} from "./Words.sol";
import {Claim, ClaimKind, ForcedMove, Original} from "../types/Claims.sol";
import {Facts} from "../types/Facts.sol";
import {Reason} from "../types/Reason.sol";

/// @title Movements without the holder's consent
/// @notice Each passes lock-ups, freezes and commitments of the holder. None passes the recipient's identity and
/// status, or the units that a senior pledge or attachment keeps.
abstract contract Enforcement is TransferRules, ITokenEnforcement {
    using HolderWord for uint256;
    using TokenWord for uint256;

    uint8 private constant WAIVE_CLASS = 1;
    uint8 private constant WAIVE_RESIDENCY = 2;
    uint8 private constant WAIVE_HOLDER_CAP = 4;
    uint8 private constant WAIVE_AMOUNT_RULES = 8;

    // Forced transfer

    /// @notice ERC-7943. As {ITokenEnforcement-forcedTransferWith}, nothing waived and no claim executed.
    function forcedTransfer(address from, address to, uint256 amount) external restricted returns (bool) {
        _forceOrRevert(_forcedMove(from, to, amount));
        return true;
    }

    /// @inheritdoc ITokenEnforcement
    function forcedTransferWith(ForcedMove calldata move) external restricted {
        _forceOrRevert(move);
    }

    /// @inheritdoc ITokenEnforcement
    function batchForcedTransfer(ForcedMove[] calldata moves) external restricted {
        uint256 word = _currentWord();
        _requireNotHalted(word);
        for (uint256 i; i < moves.length; i++) {
            Reason reason = _force(word, moves[i]);
            if (reason != Reason.NONE) emit ITokenLifecycle.RowRefused(i, moves[i].from, reason);
        }
    }

    /// @notice ERC-1644. As {IERC7943Fungible-forcedTransfer}, with data for the event.
    function controllerTransfer(
        address from,
        address to,
        uint256 value,
        bytes calldata data,
        bytes calldata operatorData
    ) external restricted {
        _forceOrRevert(_forcedMove(from, to, value));
        emit IERC1644.ControllerTransfer(msg.sender, from, to, value, data, operatorData);
    }

    /// @notice ERC-1644: redeems a holder's units without the holder's consent, where the terms let one holder's units
    /// be redeemed. Called by: ISSUER, REGISTRAR, PAYING_AGENT, AUDITOR.
    function controllerRedeem(address tokenHolder, uint256 value, bytes calldata data, bytes calldata operatorData)
        external
        restricted
    {
        uint256 word = _currentWord();
        (bool halted, Facts facts,) = _facts(word, tokenHolder, tokenHolder);
        Reason reason = _judgeForcedAmount(tokenHolder, value, 0, word);
        if (word & TokenWord.HOLDER_REDEMPTION == 0) reason = Reason.REDEMPTION_NOT_ALLOWED;
        if (halted) reason = Reason.PLATFORM_HALTED;
        if (reason != Reason.NONE) _refuse(reason, tokenHolder, address(0), value);
        _unfreezeFor(tokenHolder, value, word);
        _burn(word, tokenHolder, facts, value);
        emit IERC1594.Redeemed(msg.sender, tokenHolder, value, data);
        emit IERC1644.ControllerRedemption(msg.sender, tokenHolder, value, data, operatorData);
    }

    /// @notice ERC-1644.
    function isControllable() external pure returns (bool) {
        return true;
    }

    // Reversal

    /// @inheritdoc ITokenEnforcement
    function reverse(Original calldata original, address to, uint256 amount)
        external
        restricted
        returns (uint256 taken)
    {
        uint256 word = _currentWord();
        bytes32 originalId = _idOf(original);
        Reason reason = _judgeReversal(word, original, originalId, to, amount);
        _requireNone(reason);
        taken = _takable(original.to, word);
        if (amount < taken) taken = amount;
        if (taken != 0) {
            uint256 sum = _today(_reversed[originalId].amount, _reversed[originalId].splits, word) + taken;
            _reversed[originalId] = Quantity(uint104(sum), uint16(word.splits()));
            _unfreezeFor(original.to, taken, word);
            _shift(word, original.to, to, taken);
        }
        emit TransferReversed(originalId, original.to, to, taken, amount - taken);
    }

    /// @inheritdoc ITokenEnforcement
    function reversed(Original calldata original) external view returns (uint256 amount, bytes32 originalId) {
        originalId = _idOf(original);
        amount = _today(_reversed[originalId].amount, _reversed[originalId].splits, _word);
    }

    // Redistribution

    /// @inheritdoc ITokenEnforcement
    function recordIncident(
        bytes32 incident,
        uint256 supplyBefore,
        address[] calldata holders,
        uint256[] calldata losses
    ) external restricted {
        _requireSameLength(holders.length, losses.length);
        uint256 word = _currentWord();
        _requireNotHalted(word);
        Incident storage record = _incidents[incident];
        uint256 known = _today(record.supplyBefore, record.splits, word);
        if (known == 0) {
            if (incident == 0 || supplyBefore < _supply.total || supplyBefore > _supply.cap || supplyBefore == 0) {
                revert InvalidIncident(incident);
            }
            record.supplyBefore = uint104(supplyBefore);
            record.splits = uint16(word.splits());
            emit IncidentRecorded(incident, supplyBefore);
        } else if (known != supplyBefore) {
            revert InvalidIncident(incident);
        }
        for (uint256 i; i < holders.length; i++) {
            Loss storage loss = record.losses[holders[i]];
            Reason reason;
            if (losses[i] == 0) reason = Reason.ZERO_AMOUNT;
            else if (loss.recorded || losses[i] > supplyBefore) reason = Reason.LOSS_EXCEEDED;
            if (reason != Reason.NONE) {
                emit ITokenLifecycle.RowRefused(i, holders[i], reason);
                continue;
            }
            record.losses[holders[i]] = Loss(uint104(losses[i]), uint16(word.splits()), true);
            emit LossRecorded(incident, holders[i], losses[i]);
        }
    }

    /// @inheritdoc ITokenEnforcement
    function redistribute(bytes32 incident, address[] calldata holders, address[] calldata recipients)
        external
        restricted
    {
        _requireSameLength(holders.length, recipients.length);
        uint256 word = _currentWord();
        _requireNotHalted(word);
        if (_incidents[incident].supplyBefore == 0) revert InvalidIncident(incident);
        for (uint256 i; i < holders.length; i++) {
            Reason reason = _redistribute(word, incident, holders[i], recipients[i]);
            if (reason != Reason.NONE) emit ITokenLifecycle.RowRefused(i, holders[i], reason);
        }
    }

    /// @inheritdoc ITokenEnforcement
    function lossOf(bytes32 incident, address holder) external view returns (uint256) {
        Loss storage loss = _incidents[incident].losses[holder];
        return _today(loss.amount, loss.splits, _word);
    }

    // Move to a new wallet

    /// @inheritdoc ITokenEnforcement
    function movePosition(address from, address to) external restricted {
        uint256 word = _currentWord();
        (bool halted, Facts fromFacts, Facts toFacts) = _facts(word, from, to);
        Position memory position = _position(from, word);
        Reason reason = _judgeIdentity(to, toFacts);
        if (reason == Reason.NONE && fromFacts.investor() != toFacts.investor()) reason = Reason.NOT_SAME_INVESTOR;
        if (reason == Reason.NONE && !fromFacts.isRetired()) reason = Reason.WALLET_NOT_RETIRED;
        if (reason == Reason.NONE && position.balance == 0) reason = Reason.INSUFFICIENT_BALANCE;
        if (reason == Reason.NONE && !_roomForClaims(from, to)) reason = Reason.TOO_MANY_CLAIMS;
        if (halted) reason = Reason.PLATFORM_HALTED;
        _requireNone(reason);

        if (position.committed != 0) _endCommitments(from);
        if (position.frozen != 0) {
            _setFrozen(from, 0, word);
            _setFrozen(to, _saturated(_position(to, word).frozen + position.frozen), word);
        }
        _shift(word, from, to, position.balance);
        _carryClaims(from, to, 0, word);
        _refreshBound(from, word);
        emit PositionMoved(from, to, position.balance);
    }

    // Inside

    function _forcedMove(address from, address to, uint256 amount) private pure returns (ForcedMove memory) {
        return ForcedMove(from, to, uint104(_saturated(amount)), 0, 0);
    }

    function _forceOrRevert(ForcedMove memory move) private {
        Reason reason = _force(_currentWord(), move);
        if (reason != Reason.NONE) _refuse(reason, move.from, move.to, move.amount);
    }

    function _force(uint256 word, ForcedMove memory move) private returns (Reason reason) {
        (bool halted, Facts fromFacts, Facts toFacts) = _facts(word, move.from, move.to);
        if (halted) return Reason.PLATFORM_HALTED;
        // Another platform may have replaced the one that knew the account as reserved.
        if (fromFacts.isReserved() || move.from == _issuerAccount) return Reason.SENDER_IS_ISSUER_ACCOUNT;
        uint256 rules = _waived(word, move.waivers);
        reason = _judgeRecipient(rules, move.to, toFacts);
        if (reason == Reason.NONE) reason = _judgeForcedAmount(move.from, move.amount, move.executedClaim, word);
        if (reason == Reason.NONE && rules & TokenWord.AMOUNT_RULES != 0) {
            uint256 sender = _holder(move.from, word);
            reason = _judgeAmountRules(rules, sender, move.amount);
            if (
                reason == Reason.NONE && move.from != move.to
                    && _exceedsHolderCap(rules, move.amount == sender.balance(), fromFacts, toFacts)
            ) reason = Reason.HOLDER_CAP;
        }
        if (reason != Reason.NONE) return reason;

        _unfreezeFor(move.from, move.amount, word);
        if (move.executedClaim != 0) {
            _reduceClaim(move.from, _seniorClaimIndex(move.from, move.executedClaim), move.amount, word);
            _refreshBound(move.from, word);
        }
        _shift(word, move.from, move.to, move.amount);
        emit IERC7943Fungible.ForcedTransfer(move.from, move.to, move.amount);
    }

    function _waived(uint256 word, uint8 waivers) private pure returns (uint256) {
        if (waivers & WAIVE_CLASS != 0) word |= TokenWord.ANY_CLASS;
        if (waivers & WAIVE_RESIDENCY != 0) word |= TokenWord.ANY_RESIDENCY;
        if (waivers & WAIVE_HOLDER_CAP != 0) word |= TokenWord.ANY_HOLDER_COUNT;
        if (waivers & WAIVE_AMOUNT_RULES != 0) word &= ~(TokenWord.WHOLE_POSITION_ONLY | TokenWord.IN_LOTS);
        return word;
    }

    /// @dev Senior are all pledges and attachments, or, where one of them is executed, those that came before it.
    function _judgeForcedAmount(address from, uint256 amount, uint64 executed, uint256 word)
        private
        view
        returns (Reason)
    {
        if (amount == 0) return Reason.ZERO_AMOUNT;
        uint256 balance = _holder(from, word).balance();
        if (amount > balance) return Reason.INSUFFICIENT_BALANCE;
        uint256[3] memory kept; // by kind
        Claim[] storage claims = _claims[from];
        uint256 count = claims.length;
        for (uint256 i; i < count; i++) {
            Claim storage claim = claims[i];
            if (executed == 0 || claim.id < executed) {
                kept[uint8(claim.kind)] += _today(claim.amount, claim.splits, word);
            }
        }
        if (executed != 0) {
            uint256 index = _seniorClaimIndex(from, executed);
            if (index == count) return Reason.NO_SUCH_CLAIM;
            Claim storage own = claims[index];
            if (amount > _today(own.amount, own.splits, word)) {
                return own.kind == ClaimKind.PLEDGE ? Reason.PLEDGED : Reason.ATTACHED;
            }
        }
        if (amount + kept[uint8(ClaimKind.PLEDGE)] > balance) return Reason.PLEDGED;
        if (amount + kept[uint8(ClaimKind.ATTACHMENT)] > balance) return Reason.ATTACHED;
        return Reason.NONE;
    }

    /// @dev Their number where the holder has no such pledge or attachment.
    function _seniorClaimIndex(address holder, uint64 id) private view returns (uint256 index) {
        Claim[] storage claims = _claims[holder];
        for (; index < claims.length; index++) {
            if (claims[index].id == id && claims[index].kind != ClaimKind.LOCK_UP) break;
        }
    }

    /// @dev ERC-7943: frozen units are unfrozen before they move, so that `Frozen` comes before `Transfer`; as many as
    /// move, so that a freeze of more than the balance still reaches what comes in.
    function _unfreezeFor(address from, uint256 amount, uint256 word) private {
        Restrained storage restrained = _restrained[from];
        if (restrained.frozen == 0) return;
        uint256 frozen = _today(restrained.frozen, restrained.splits, word);
        uint256 balance = _holder(from, word).balance();
        uint256 unfrozen = balance > frozen ? balance - frozen : 0;
        if (amount > unfrozen) _setFrozen(from, frozen - (amount - unfrozen), word);
    }

    function _judgeReversal(
        uint256 word,
        Original calldata original,
        bytes32 originalId,
        address to,
        uint256 amount
    ) private view returns (Reason) {
        (bool halted, Facts oldFacts, Facts toFacts) = _facts(word, original.from, to);
        if (halted) return Reason.PLATFORM_HALTED;
        Reason reason = _judgeReturn(original.from, oldFacts, to, toFacts);
        if (reason != Reason.NONE) return reason;
        if (amount == 0) return Reason.ZERO_AMOUNT;
        uint256 already = _today(_reversed[originalId].amount, _reversed[originalId].splits, word);
        uint256 whole = _originalAmount(original, word);
        return already > whole || amount > whole - already ? Reason.REVERSAL_EXCEEDED : Reason.NONE;
    }

    /// @dev Units of a delivery go back to the issuer's account, all others to the wallet they came from, or, where
    /// that was given up, to another of the same investor. KYC and class may have run out.
    function _judgeReturn(address from, Facts oldFacts, address to, Facts toFacts) private view returns (Reason) {
        if (to == from && to == _issuerAccount) return Reason.NONE;
        Reason reason = _judgeIdentity(to, toFacts);
        if (reason != Reason.NONE || to == from) return reason;
        if (oldFacts.investor() != toFacts.investor()) return Reason.NOT_SAME_INVESTOR;
        return oldFacts.isRetired() ? Reason.NONE : Reason.WALLET_NOT_RETIRED;
    }

    /// @dev What no senior claim keeps.
    function _takable(address from, uint256 word) private view returns (uint256) {
        Position memory position = _position(from, word);
        uint256 kept = _seniorFloor(position);
        return position.balance > kept ? position.balance - kept : 0;
    }

    /// @dev A log has one place, and however its amount is put, 10 units or 20 of half the size, it is reversed once.
    function _idOf(Original calldata original) private pure returns (bytes32) {
        return keccak256(abi.encode(original.transactionHash, original.ordinal));
    }

    /// @dev 0 for an original of a split that has not been: nothing can be reversed under it.
    function _originalAmount(Original calldata original, uint256 word) private view returns (uint256) {
        return original.splits > word.splits() ? 0 : _today(original.amount, original.splits, word);
    }

    function _redistribute(uint256 word, bytes32 incident, address holder, address to) private returns (Reason) {
        Incident storage record = _incidents[incident];
        Loss storage loss = record.losses[holder];
        uint256 amount = _today(loss.amount, loss.splits, word);
        if (amount == 0) return Reason.LOSS_EXCEEDED;
        (, Facts holderFacts, Facts toFacts) = _facts(word, holder, to);
        Reason reason = _judgeIdentity(to, toFacts);
        if (reason != Reason.NONE) return reason;
        if (holderFacts.investor() != toFacts.investor()) return Reason.NOT_SAME_INVESTOR;
        if (_supply.total + amount > _today(record.supplyBefore, record.splits, word)) return Reason.LOSS_EXCEEDED;
        loss.amount = 0;
        _supply.total += uint104(amount);
        _supply.redeemed = false;
        bool filled = _credit(word, address(0), to, amount);
        _countHolders(word, Facts.wrap(0), false, toFacts, filled);
        emit Redistributed(incident, holder, to, amount);
        return Reason.NONE;
    }

    /// @dev Moves units that are there, without judging.
    function _shift(uint256 word, address from, address to, uint256 amount) private {
        bool emptied = _debit(word, from, amount);
        bool filled = _credit(word, from, to, amount);
        if (word & TokenWord.HOLDER_CAPPED == 0 || from == to) return;
        (, Facts fromFacts, Facts toFacts) = _facts(word, from, to);
        _countHolders(word, fromFacts, emptied, toFacts, filled);
    }
}
