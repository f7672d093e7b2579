// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IRecordedTransfers} from "../interfaces/IRecordedTransfers.sol";
import {ITokenLifecycle} from "../interfaces/ITokenLifecycle.sol";
import {TokenWord} from "./TokenWord.sol";
import {Transfers} from "./Transfers.sol";
import {Cause} from "../types/Movement.sol";
import {Facts} from "../types/Facts.sol";
import {Reason} from "../types/Reason.sol";

/// @title Changes of owner that happened off the system, on the holders' mandate
abstract contract RecordedTransfers is Transfers, IRecordedTransfers {
    /// @inheritdoc IRecordedTransfers
    function recordTransfer(
        address[] calldata from,
        address[] calldata to,
        uint256[] calldata amounts,
        Cause cause
    ) external restricted {
        _record(from, to, amounts, cause, false);
    }

    /// @inheritdoc IRecordedTransfers
    function recordSuccession(
        address[] calldata from,
        address[] calldata to,
        uint256[] calldata amounts,
        Cause cause
    ) external restricted {
        _record(from, to, amounts, cause, true);
    }

    // Inside

    function _record(
        address[] calldata from,
        address[] calldata to,
        uint256[] calldata amounts,
        Cause cause,
        bool succession
    ) private {
        _requireSameLength(from.length, to.length);
        _requireSameLength(from.length, amounts.length);
        TokenWord word = _currentWord();
        _requireOpen(word);
        if ((cause == Cause.INHERITANCE || cause == Cause.MERGER) != succession) revert InvalidCause(cause);
        for (uint256 i; i < from.length; i++) {
            Reason reason = succession
                ? _succeed(word, from[i], to[i], amounts[i])
                : _moveRecorded(word, from[i], to[i], amounts[i]);
            if (reason == Reason.NONE) emit TransferRecorded(from[i], to[i], amounts[i], cause);
            else emit ITokenLifecycle.RowRefused(i, from[i], reason);
        }
    }

    function _moveRecorded(TokenWord word, address from, address to, uint256 amount) private returns (Reason) {
        if (amount == 0) return Reason.ZERO_AMOUNT;
        return from == to ? Reason.SAME_WALLET : _moveConsented(word, from, to, amount);
    }

    /// @dev An heir or a merged company takes the place of the holder: what kept the units goes with them. A freeze
    /// and a commitment stay where they are.
    function _succeed(TokenWord word, address from, address to, uint256 amount) private returns (Reason) {
        if (amount == 0) return Reason.ZERO_AMOUNT;
        if (from == to) return Reason.SAME_WALLET;
        (, Facts fromFacts, Facts toFacts) = _facts(word, from, to);
        if (!fromFacts.isKnown()) return Reason.SENDER_UNKNOWN;
        if (fromFacts.isSuspended()) return Reason.SENDER_SUSPENDED;
        if (block.timestamp >= word.maturity()) return Reason.TOKEN_MATURED;
        Reason reason = _judgeRecipient(word, to, toFacts);
        if (reason != Reason.NONE) return reason;
        Position memory position = _position(from, word);
        if (amount > position.balance) return Reason.INSUFFICIENT_BALANCE;
        uint256 kept = position.balance - amount;
        if (kept < position.committed + position.frozen) {
            return kept < position.frozen ? Reason.FROZEN : Reason.COMMITTED;
        }
        if (_exceedsHolderCap(word, kept == 0, fromFacts, toFacts)) return Reason.HOLDER_CAP;
        if (!_roomForRestraints(from, to)) return Reason.TOO_MANY_RESTRAINTS;
        bool emptied = _debit(word, from, amount);
        bool filled = _credit(word, from, to, amount);
        _countHolders(word, fromFacts, emptied, toFacts, filled);
        _carryRestraints(from, to, kept, word);
        _refreshBound(from, word);
        return Reason.NONE;
    }
}
