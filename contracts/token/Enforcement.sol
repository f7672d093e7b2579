// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsortium, Role} from "../interfaces/IConsortium.sol";
import {IERC1594} from "../interfaces/IERC1594.sol";
import {IERC1644} from "../interfaces/IERC1644.sol";
import {IERC7943Fungible} from "../interfaces/IERC7943.sol";
import {ITokenEnforcement} from "../interfaces/ITokenEnforcement.sol";
import {ITokenLifecycle} from "../interfaces/ITokenLifecycle.sol";
import {HolderWord} from "./HolderWord.sol";
import {Judgement} from "./Judgement.sol";
import {TokenWord, TokenWords} from "./TokenWord.sol";
import {ForcedMove, Original} from "../types/Movement.sol";
import {Restraint, RestraintKind} from "../types/Restraint.sol";
import {Facts} from "../types/Facts.sol";
import {Reason} from "../types/Reason.sol";

/// @title Movements without the holder's consent
/// @notice Each passes lock-ups, freezes and commitments of the holder. None passes the recipient's identity and
/// status, or the units that a senior pledge or attachment keeps.
abstract contract Enforcement is Judgement, ITokenEnforcement {
    uint8 private constant WAIVE_CLASS = 1;
    uint8 private constant WAIVE_RESIDENCY = 2;
    uint8 private constant WAIVE_HOLDER_CAP = 4;
    uint8 private constant WAIVE_AMOUNT_RULES = 8;

    /// @dev No digest, for nobody knows what would have it.
    bytes32 private constant RESTORED = bytes32(uint256(1));

    // Forced transfer

    /// @notice ERC-7943. As {ITokenEnforcement-forcedTransferWith}, nothing waived and no restraint executed.
    /// @custom:act forced-transfer
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
        TokenWord word = _currentWord();
        _requireNotHalted(word);
        for (uint256 i; i < moves.length; i++) {
            Reason reason = _force(word, moves[i]);
            if (reason != Reason.NONE) emit ITokenLifecycle.RowRefused(i, moves[i].from, reason);
        }
    }

    /// @notice ERC-1644. As {IERC7943Fungible-forcedTransfer}, with data for the event.
    /// @custom:act forced-transfer
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
    /// be redeemed.
    /// @custom:act forced-redemption
    function controllerRedeem(address tokenHolder, uint256 value, bytes calldata data, bytes calldata operatorData)
        external
        restricted
    {
        TokenWord word = _currentWord();
        (bool halted, Facts facts,) = _facts(word, tokenHolder, tokenHolder);
        if (halted) _refuse(Reason.PLATFORM_HALTED);
        if (!word.has(TokenWords.HOLDER_REDEMPTION)) _refuse(Reason.REDEMPTION_NOT_ALLOWED);
        Reason reason = _judgeForcedAmount(tokenHolder, value, 0, word);
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
    function reverse(Original calldata original, address from, address to, uint256 amount)
        external
        restricted
        returns (uint256 taken)
    {
        TokenWord word = _currentWord();
        bytes32 originalId = _idOf(original);
        Reason reason = _judgeReversal(word, original, originalId, from, to, amount);
        if (reason != Reason.NONE) _refuse(reason);
        _requireNoPartySigned(original);
        taken = _takable(from, word);
        if (amount < taken) taken = amount;
        if (taken != 0) {
            uint256 sum = _today(_reversed[originalId].amount, _reversed[originalId].splits, word) + taken;
            _reversed[originalId] = Quantity(uint104(sum), uint16(word.splits()));
            _unfreezeFor(from, taken, word);
            _shift(word, from, to, taken);
        }
        emit TransferReversed(originalId, from, to, taken, amount - taken);
    }

    /// @inheritdoc ITokenEnforcement
    function reversed(Original calldata original) external view returns (uint256 amount, bytes32 originalId) {
        originalId = _idOf(original);
        amount = _today(_reversed[originalId].amount, _reversed[originalId].splits, _word);
    }

    // Redistribution

    /// @inheritdoc ITokenEnforcement
    function recordIncident(bytes32 incident, Original[] calldata losses) external restricted {
        TokenWord word = _currentWord();
        _requireNotHalted(word);
        if (incident == 0) revert InvalidIncident(incident);
        if (!_isIssuable(word)) _refuse(Reason.TOKEN_MATURED);
        uint32 recorded;
        for (uint256 i; i < losses.length; i++) {
            Reason reason = _recordLoss(word, incident, losses[i]);
            if (reason == Reason.NONE) recorded++;
            else emit ITokenLifecycle.RowRefused(i, losses[i].from, reason);
        }
        _supply.openLosses += recorded;
    }

    /// @inheritdoc ITokenEnforcement
    function redistribute(bytes32 incident, Original[] calldata losses, address[] calldata recipients)
        external
        restricted
    {
        _requireSameLength(losses.length, recipients.length);
        TokenWord word = _currentWord();
        _requireNotHalted(word);
        for (uint256 i; i < losses.length; i++) {
            Reason reason = _redistribute(word, incident, losses[i], recipients[i]);
            if (reason != Reason.NONE) emit ITokenLifecycle.RowRefused(i, losses[i].from, reason);
        }
    }

    /// @inheritdoc ITokenEnforcement
    function lossOf(bytes32 incident, Original calldata loss) external view returns (uint256) {
        return _losses[_idOf(loss)] == _digestOf(incident, loss) ? _originalAmount(loss, _word) : 0;
    }

    // Move to a new wallet

    /// @inheritdoc ITokenEnforcement
    function movePosition(address from, address to) external restricted {
        TokenWord word = _currentWord();
        Position memory position = _position(from, word);
        Reason reason = _judgeMove(word, from, to, position);
        if (reason != Reason.NONE) _refuse(reason);
        if (position.committed != 0) _endCommitments(from);
        if (position.frozen != 0) {
            _setFrozen(from, 0, word);
            _setFrozen(to, _saturated(_position(to, word).frozen + position.frozen), word);
        }
        if (position.balance != 0) _shift(word, from, to, position.balance);
        _carryRestraints(from, to, 0, word);
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

    function _force(TokenWord word, ForcedMove memory move) private returns (Reason reason) {
        (bool halted, Facts fromFacts, Facts toFacts) = _facts(word, move.from, move.to);
        if (halted) return Reason.PLATFORM_HALTED;
        // Another platform may have replaced the one that knew the account as reserved.
        address issuer = _issuerAccount;
        if (fromFacts.isReserved() || move.from == issuer) return Reason.SENDER_IS_ISSUER_ACCOUNT;
        if (move.from == move.to) return Reason.SAME_WALLET;
        if (move.to == issuer) return Reason.RECIPIENT_UNKNOWN;
        TokenWord rules = _waived(word, move.waivers);
        reason = _judgeRecipient(rules, move.to, toFacts);
        if (reason != Reason.NONE) return reason;
        reason = _judgeForcedAmount(move.from, move.amount, move.executed, word);
        if (reason != Reason.NONE) return reason;
        if (rules.has(TokenWords.AMOUNT_RULES)) {
            HolderWord sender = _holder(move.from, word);
            reason = _judgeAmountRules(rules, sender, move.amount);
            if (reason != Reason.NONE) return reason;
            bool leaves = move.amount == sender.balance();
            if (_exceedsHolderCap(rules, leaves, fromFacts, toFacts)) return Reason.HOLDER_CAP;
        }

        _unfreezeFor(move.from, move.amount, word);
        if (move.executed != 0) {
            _reduceRestraint(move.from, _seniorIndex(move.from, move.executed), move.amount, word);
            _refreshBound(move.from, word);
        }
        _shift(word, move.from, move.to, move.amount);
        emit IERC7943Fungible.ForcedTransfer(move.from, move.to, move.amount);
    }

    function _waived(TokenWord word, uint8 waivers) private pure returns (TokenWord) {
        if (waivers & WAIVE_CLASS != 0) word = word.with(TokenWords.ANY_CLASS);
        if (waivers & WAIVE_RESIDENCY != 0) word = word.with(TokenWords.ANY_RESIDENCY);
        if (waivers & WAIVE_HOLDER_CAP != 0) word = word.with(TokenWords.ANY_HOLDER_COUNT);
        if (waivers & WAIVE_AMOUNT_RULES != 0) word = word.without(TokenWords.WHOLE_POSITION_ONLY | TokenWords.IN_LOTS);
        return word;
    }

    /// @dev Senior are all pledges and attachments, or, where one of them is executed, those that came before it.
    function _judgeForcedAmount(address from, uint256 amount, uint64 executed, TokenWord word)
        private
        view
        returns (Reason)
    {
        if (amount == 0) return Reason.ZERO_AMOUNT;
        uint256 balance = _holder(from, word).balance();
        if (amount > balance) return Reason.INSUFFICIENT_BALANCE;
        uint256[3] memory kept; // by kind
        Restraint[] storage restraints = _restraints[from];
        uint256 senior = restraints.length;
        if (executed != 0) {
            uint256 index = _seniorIndex(from, executed);
            if (index == senior) return Reason.NO_SUCH_RESTRAINT;
            Restraint storage own = restraints[index];
            if (amount > _today(own.amount, own.splits, word)) {
                return own.kind == RestraintKind.PLEDGE ? Reason.PLEDGED : Reason.ATTACHED;
            }
            senior = index;
        }
        for (uint256 i; i < senior; i++) {
            Restraint storage restraint = restraints[i];
            kept[uint8(restraint.kind)] += _today(restraint.amount, restraint.splits, word);
        }
        if (amount + kept[uint8(RestraintKind.PLEDGE)] > balance) return Reason.PLEDGED;
        if (amount + kept[uint8(RestraintKind.ATTACHMENT)] > balance) return Reason.ATTACHED;
        return Reason.NONE;
    }

    /// @dev Their number where the holder has no such pledge or attachment.
    function _seniorIndex(address holder, uint64 id) private view returns (uint256 index) {
        Restraint[] storage restraints = _restraints[holder];
        for (; index < restraints.length; index++) {
            if (restraints[index].id == id && restraints[index].kind != RestraintKind.LOCK_UP) break;
        }
    }

    /// @dev ERC-7943: frozen units are unfrozen before they move, so that `Frozen` comes before `Transfer`; as many as
    /// move, so that a freeze of more than the balance still reaches what comes in.
    function _unfreezeFor(address from, uint256 amount, TokenWord word) private {
        Restrained storage restrained = _restrained[from];
        if (restrained.frozen == 0) return;
        uint256 frozen = _today(restrained.frozen, restrained.splits, word);
        uint256 balance = _holder(from, word).balance();
        uint256 unfrozen = balance > frozen ? balance - frozen : 0;
        if (amount > unfrozen) _setFrozen(from, frozen - (amount - unfrozen), word);
    }

    function _judgeReversal(
        TokenWord word,
        Original calldata original,
        bytes32 originalId,
        address from,
        address to,
        uint256 amount
    ) private view returns (Reason) {
        (bool halted, Facts oldFacts, Facts toFacts) = _facts(word, original.from, to);
        if (halted) return Reason.PLATFORM_HALTED;
        if (amount == 0) return Reason.ZERO_AMOUNT;
        if (from == to || original.from == original.to) return Reason.SAME_WALLET;
        if (from != original.to && !_isSameInvestor(word, original.to, from)) return Reason.NOT_SAME_INVESTOR;
        Reason reason = _judgeReturn(original.from, oldFacts, to, toFacts);
        if (reason != Reason.NONE) return reason;
        uint256 already = _today(_reversed[originalId].amount, _reversed[originalId].splits, word);
        uint256 whole = _originalAmount(original, word);
        return already > whole || amount > whole - already ? Reason.REVERSAL_EXCEEDED : Reason.NONE;
    }

    /// @dev Who else is party the chain cannot know; a request names them.
    function _requireNoPartySigned(Original calldata original) private view {
        address issuer = _issuerAccount;
        if (original.from != issuer && original.to != issuer) return;
        if (IConsortium(_authority).isSignedByHolder(Role.ISSUER, address(this))) revert SignedByParty(Role.ISSUER);
    }

    function _isSameInvestor(TokenWord word, address one, address other) private view returns (bool) {
        (, Facts oneFacts, Facts otherFacts) = _facts(word, one, other);
        return oneFacts.isKnown() && oneFacts.investor() == otherFacts.investor();
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

    /// @dev What no senior restraint keeps.
    function _takable(address from, TokenWord word) private view returns (uint256) {
        Position memory position = _position(from, word);
        uint256 kept = _seniorFloor(position);
        return position.balance > kept ? position.balance - kept : 0;
    }

    /// @dev A log has one place, and however its amount is put, 10 units or 20 of half the size, it is reversed once.
    function _idOf(Original calldata original) private pure returns (bytes32) {
        return keccak256(abi.encode(original.transactionHash, original.ordinal));
    }

    /// @dev 0 for an original of a split that has not been: nothing can be reversed under it.
    function _originalAmount(Original calldata original, TokenWord word) private view returns (uint256) {
        return original.splits > word.splits() ? 0 : _today(original.amount, original.splits, word);
    }

    function _recordLoss(TokenWord word, bytes32 incident, Original calldata loss) private returns (Reason) {
        if (loss.amount == 0) return Reason.ZERO_AMOUNT;
        uint256 amount = _originalAmount(loss, word);
        if (loss.from == address(0) || loss.to != address(0) || amount == 0) return Reason.NO_SUCH_LOSS;
        bytes32 lossId = _idOf(loss);
        if (_losses[lossId] != 0) return Reason.LOSS_EXCEEDED;
        _losses[lossId] = _digestOf(incident, loss);
        emit LossRecorded(incident, lossId, loss);
        return Reason.NONE;
    }

    function _redistribute(TokenWord word, bytes32 incident, Original calldata loss, address to)
        private
        returns (Reason)
    {
        bytes32 lossId = _idOf(loss);
        bytes32 recorded = _losses[lossId];
        if (recorded == RESTORED) return Reason.LOSS_EXCEEDED;
        if (recorded != _digestOf(incident, loss)) return Reason.NO_SUCH_LOSS;
        (, Facts holderFacts, Facts toFacts) = _facts(word, loss.from, to);
        Reason reason = _judgeIdentity(to, toFacts);
        if (reason != Reason.NONE) return reason;
        if (holderFacts.investor() != toFacts.investor()) return Reason.NOT_SAME_INVESTOR;
        Supply memory supply = _supply;
        uint256 amount = _originalAmount(loss, word);
        if (amount > supply.cap - supply.total) return Reason.CAP_EXCEEDED;
        _losses[lossId] = RESTORED;
        supply.total += uint104(amount);
        supply.openLosses--;
        _supply = supply;
        bool filled = _credit(word, address(0), to, amount);
        _countHolders(word, Facts.wrap(0), false, toFacts, filled);
        emit IERC1594.Issued(msg.sender, to, amount, abi.encode(incident));
        emit Redistributed(incident, lossId, loss.from, to, amount);
        return Reason.NONE;
    }

    /// @dev Binds a loss to its incident and to all that was said of its log.
    function _digestOf(bytes32 incident, Original calldata loss) private pure returns (bytes32) {
        return keccak256(abi.encode(incident, loss));
    }

    /// @dev Where there are no units, restraints go all the same: what is still to come is restrained too.
    function _judgeMove(TokenWord word, address from, address to, Position memory position) private returns (Reason) {
        (bool halted, Facts fromFacts, Facts toFacts) = _facts(word, from, to);
        if (halted) return Reason.PLATFORM_HALTED;
        Reason reason = _judgeIdentity(to, toFacts);
        if (reason != Reason.NONE) return reason;
        if (fromFacts.investor() != toFacts.investor()) return Reason.NOT_SAME_INVESTOR;
        if (!fromFacts.isRetired()) return Reason.WALLET_NOT_RETIRED;
        if (position.balance == 0 && _floor(position) == 0) return Reason.INSUFFICIENT_BALANCE;
        return _roomForRestraints(from, to) ? Reason.NONE : Reason.TOO_MANY_RESTRAINTS;
    }

    /// @dev Moves units that are there, without judging.
    function _shift(TokenWord word, address from, address to, uint256 amount) private {
        bool emptied = _debit(word, from, amount);
        bool filled = _credit(word, from, to, amount);
        if (!word.has(TokenWords.HOLDER_CAPPED)) return;
        (, Facts fromFacts, Facts toFacts) = _facts(word, from, to);
        _countHolders(word, fromFacts, emptied, toFacts, filled);
    }
}
