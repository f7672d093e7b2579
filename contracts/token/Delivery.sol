// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ITokenLifecycle} from "../interfaces/ITokenLifecycle.sol";
import {HolderWord} from "./HolderWord.sol";
import {Judgement} from "./Judgement.sol";
import {TokenWord, TokenWords} from "./TokenWord.sol";
import {Facts} from "../types/Facts.sol";
import {Reason} from "../types/Reason.sol";

/// @title Delivery from the issuer's account to investors
/// @notice A delivery and its preview ask the same judgement of a row. They differ in where the rows before have left
/// their marks: the one in the token's state, the other in memory.
abstract contract Delivery is Judgement, ITokenLifecycle {
    /// @dev What the rows before would have left.
    struct Preview {
        TokenWord word;
        address issuer;
        uint256 left; // units of the issuer's account
        uint256 holders; // investors that hold, where they are counted
        uint152[] newcomers; // who would hold by a row before, `arrived` of them
        uint256 arrived;
    }

    /// @inheritdoc ITokenLifecycle
    function deliver(address[] calldata recipients, uint256[] calldata amounts) external restricted {
        _requireSameLength(recipients.length, amounts.length);
        TokenWord word = _currentWord();
        _requireOpen(word);
        address issuer = _issuerAccount;
        HolderWord source = _holderForUpdate(issuer, word);
        uint256 before = source.balance();
        for (uint256 i; i < recipients.length; i++) {
            Reason reason;
            (reason, source) = _deliverRow(word, issuer, source, recipients[i], amounts[i]);
            if (reason != Reason.NONE) emit RowRefused(i, recipients[i], reason);
        }
        _holders[issuer].word = source;
        emit Delivered(before - source.balance());
    }

    /// @inheritdoc ITokenLifecycle
    function previewDelivery(address[] calldata recipients, uint256[] calldata amounts)
        external
        view
        returns (Reason[] memory reasons)
    {
        _requireSameLength(recipients.length, amounts.length);
        reasons = new Reason[](recipients.length);
        TokenWord word = _word;
        address issuer = _issuerAccount;
        uint152[] memory newcomers = new uint152[](word.has(TokenWords.HOLDER_CAPPED) ? recipients.length : 0);
        Preview memory ahead = Preview(word, issuer, _holder(issuer, word).balance(), _holderCount, newcomers, 0);
        Reason stopped = _judgeOpen(word);
        for (uint256 i; i < recipients.length; i++) {
            reasons[i] = stopped == Reason.NONE ? _previewRow(ahead, recipients[i], amounts[i]) : stopped;
        }
    }

    // Inside

    function _deliverRow(TokenWord word, address issuer, HolderWord source, address to, uint256 amount)
        private
        returns (Reason reason, HolderWord sourceAfter)
    {
        Facts facts;
        (reason, facts) = _judgeDelivery(word, issuer, source.balance(), to, amount);
        if (reason != Reason.NONE) return (reason, source);
        if (_exceedsHolderCap(word, false, Facts.wrap(0), facts)) return (Reason.HOLDER_CAP, source);
        sourceAfter = source.minus(amount);
        bool filled = _credit(word, issuer, to, amount);
        _countHolders(word, Facts.wrap(0), false, facts, filled);
    }

    function _previewRow(Preview memory ahead, address to, uint256 amount) private view returns (Reason) {
        (Reason reason, Facts facts) = _judgeDelivery(ahead.word, ahead.issuer, ahead.left, to, amount);
        if (reason != Reason.NONE) return reason;
        if (_isNewcomer(ahead, facts.investor())) {
            if (ahead.holders >= _holderCap) return Reason.HOLDER_CAP;
            ahead.holders++;
            ahead.newcomers[ahead.arrived++] = facts.investor();
        }
        ahead.left -= amount;
        return Reason.NONE;
    }

    /// @dev Whether a row makes one holder more, where they are counted.
    function _isNewcomer(Preview memory ahead, uint152 investor) private view returns (bool) {
        if (!ahead.word.has(TokenWords.HOLDER_CAPPED) || _walletsWithUnits[investor] != 0) return false;
        for (uint256 i; i < ahead.arrived; i++) {
            if (ahead.newcomers[i] == investor) return false;
        }
        return true;
    }

    /// @dev All rules but the holder cap. The issuer's account is judged by nothing but its balance: it is no investor.
    function _judgeDelivery(TokenWord word, address issuer, uint256 left, address to, uint256 amount)
        private
        view
        returns (Reason reason, Facts facts)
    {
        if (amount == 0) return (Reason.ZERO_AMOUNT, facts);
        if (to == issuer) return (Reason.RECIPIENT_UNKNOWN, facts); // another platform may know it as an investor's
        if (block.timestamp >= word.maturity()) return (Reason.TOKEN_MATURED, facts);
        (,, facts) = _facts(word, issuer, to);
        reason = _judgeRecipient(word, to, facts);
        if (reason != Reason.NONE) return (reason, facts);
        if (amount > left) return (Reason.INSUFFICIENT_BALANCE, facts);
        if (word.has(TokenWords.IN_LOTS)) reason = _judgeLots(word, amount);
    }
}
