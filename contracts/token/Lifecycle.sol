// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC1594} from "../interfaces/IERC1594.sol";
import {ITokenLifecycle} from "../interfaces/ITokenLifecycle.sol";
import {PlatformCall} from "./PlatformCall.sol";
import {TokenWord, TokenWords} from "./TokenWord.sol";
import {Reason} from "../types/Reason.sol";
import {Placement} from "../types/Terms.sol";

/// @title Issue, split, record dates
abstract contract Lifecycle is PlatformCall, ITokenLifecycle {
    uint256 private constant MAX_PENDING_RECORD_DATES = 16;

    // Issue

    /// @inheritdoc ITokenLifecycle
    function issue(uint256 amount) external restricted {
        _issueUnits(amount, "");
    }

    /// @notice ERC-1594. Units are issued to the issuer's account only.
    /// @custom:act issue
    function issue(address tokenHolder, uint256 value, bytes calldata data) external restricted {
        if (tokenHolder != _issuerAccount) _refuse(Reason.RECIPIENT_UNKNOWN);
        _issueUnits(value, data);
    }

    function _issueUnits(uint256 amount, bytes memory data) private {
        TokenWord word = _currentWord();
        _requireOpen(word);
        Supply memory supply = _supply;
        Reason reason = _judgeIssue(word, supply, amount);
        if (reason != Reason.NONE) _refuse(reason);
        supply.total += uint104(amount);
        supply.tranches++;
        _supply = supply;
        _credit(word, address(0), _issuerAccount, amount);
        emit IERC1594.Issued(msg.sender, _issuerAccount, amount, data);
        emit TrancheIssued(supply.tranches, amount);
    }

    function _judgeIssue(TokenWord word, Supply memory supply, uint256 amount) private view returns (Reason) {
        if (amount == 0) return Reason.ZERO_AMOUNT;
        if (block.timestamp >= word.maturity()) {
            return supply.total == 0 && supply.tranches != 0 ? Reason.TOKEN_REDEEMED : Reason.TOKEN_MATURED;
        }
        return amount > supply.cap - supply.total ? Reason.CAP_EXCEEDED : Reason.NONE;
    }

    // Split and record dates

    /// @inheritdoc ITokenLifecycle
    function split(uint256 ratio) external restricted {
        TokenWord word = _currentWord();
        _requireOpen(word);
        if (_issue.placement == Placement.SMALL_NUMBER) {
            _refuse(Reason.SPLIT_FORBIDDEN);
        }
        if (block.timestamp >= word.maturity()) _refuse(Reason.TOKEN_MATURED);
        // The highest amount there is stays below "everything": no other check of overflow is needed.
        if (ratio < 2 || ratio > MAX_UNITS || _supply.cap * ratio >= MAX_UNITS) revert InvalidRatio(ratio);
        uint256 factor = _factor(0, word.splits()) * ratio;
        word = word.oneMoreSplit();
        _word = word;
        _splitFactors[word.splits()] = factor;
        _supply.total *= uint104(ratio);
        _supply.cap *= uint104(ratio);
        emit UnitsSplit(word.splits(), ratio);
    }

    /// @inheritdoc ITokenLifecycle
    function setRecordDate(uint40 at) external restricted returns (uint256 index) {
        TokenWord word = _currentWord();
        _requireOpen(word);
        index = _recordDates.length;
        uint256 pending = index - word.records();
        if (
            at <= block.timestamp || at == TokenWords.NO_TIME || pending == MAX_PENDING_RECORD_DATES
                || index == type(uint16).max || (index != 0 && at <= _recordDates[index - 1].at)
        ) revert InvalidRecordDate(at);
        _recordDates.push(RecordDate({at: at, splits: 0, supply: 0}));
        if (pending == 0) _word = word.withNextRecordDate(at);
        emit RecordDateSet(index, at);
    }

    /// @inheritdoc ITokenLifecycle
    function withdrawRecordDate(uint256 index) external restricted {
        TokenWord word = _currentWord();
        _requireNotHalted(word);
        if (index < word.records() || index + 1 != _recordDates.length) revert NotTheLastPending(index);
        emit RecordDateWithdrawn(index, _recordDates[index].at);
        _recordDates.pop();
        if (index == word.records()) _word = word.withNextRecordDate(TokenWords.NO_TIME);
    }
}
