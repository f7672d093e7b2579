// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Governed} from "./Governed.sol";
import {HolderWord, HolderWords} from "./HolderWord.sol";
import {Refusals} from "./Refusals.sol";
import {TokenWord, TokenWords} from "./TokenWord.sol";
import {Facts} from "../types/Facts.sol";
import {Reason} from "../types/Reason.sol";

/// @title Balances, splits and record dates
/// @notice A split multiplies one number for the token, a record date is one time for the token. A holder's word is
/// brought up to date when it is next changed, and computed up to date where it is read: both cost the same for ten
/// holders and for ten million. Ratios are whole numbers, so nothing is ever rounded.
abstract contract HolderLedger is Governed, Refusals {
    // Record dates

    /// @dev The token's word, with the record dates counted that have gone by. Whatever changes a balance or the
    /// supply calls it first, so that a date's supply and split count are written before they change.
    function _currentWord() internal returns (TokenWord word) {
        word = _word;
        if (block.timestamp > word.nextRecordDate()) word = _passRecordDates(word);
    }

    /// @dev Whatever would change a closed token comes here and no further.
    function _passRecordDates(TokenWord word) private returns (TokenWord) {
        if (word.has(TokenWords.CLOSED)) _refuse(Reason.TOKEN_CLOSED);
        uint256 count = _recordDates.length;
        uint256 index = word.records();
        uint104 supply = _supply.total;
        do {
            RecordDate storage passed = _recordDates[index];
            (passed.splits, passed.supply) = (uint16(word.splits()), supply);
            unchecked {
                index++;
            }
            word = word.oneMoreRecord().withNextRecordDate(index < count ? _recordDates[index].at : TokenWords.NO_TIME);
        } while (block.timestamp > word.nextRecordDate());
        _word = word;
        return word;
    }

    // Holders

    /// @dev The holder's word at today's splits, for reading.
    function _holder(address account, TokenWord word) internal view returns (HolderWord holder) {
        holder = _holders[account].word;
        if (!holder.isAsOf(word)) holder = _scaled(holder, word);
    }

    /// @dev The holder's word, up to date, for changing: what it was at record dates gone by is written down. The
    /// caller stores the word. A balance of 0 is not written: no entry reads as 0.
    function _holderForUpdate(address account, TokenWord word) internal returns (HolderWord holder) {
        holder = _holders[account].word;
        if (!holder.isAsOf(word)) holder = _broughtUpToDate(account, holder, word);
    }

    function _broughtUpToDate(address account, HolderWord holder, TokenWord word) internal returns (HolderWord) {
        uint256 records = word.records();
        if (holder.records() < records && holder.balance() != 0) {
            unchecked {
                _snapshots[account][records - 1] = holder;
            }
        }
        return _scaled(holder, word);
    }

    function _scaled(HolderWord holder, TokenWord word) private view returns (HolderWord) {
        // Where only record dates went by, no number changes.
        if (holder.hasSplitsOf(word)) return holder.withCountsOf(word);
        uint256 factor = _factor(holder.splits(), word.splits());
        unchecked {
            // A balance times the factor is part of the supply, which fits; a bound saturates, and its product fits,
            // because a factor is below 2^104.
            return HolderWords.encode(holder.balance() * factor, _saturated(holder.bound() * factor), word);
        }
    }

    /// @dev Adds to `to` and emits. Returns whether `to` held nothing before.
    function _credit(TokenWord word, address from, address to, uint256 amount) internal returns (bool wasEmpty) {
        Holder storage slot = _holders[to];
        HolderWord holder = slot.word;
        if (!holder.isAsOf(word)) holder = _broughtUpToDate(to, holder, word);
        wasEmpty = holder.balance() == 0;
        slot.word = holder.plus(amount);
        emit IERC20.Transfer(from, to, amount);
    }

    /// @dev Takes from `from`, who has that much. Returns whether nothing is left.
    function _debit(TokenWord word, address from, uint256 amount) internal returns (bool isEmpty) {
        HolderWord holder = _holderForUpdate(from, word).minus(amount);
        _holders[from].word = holder;
        isEmpty = holder.balance() == 0;
    }

    /// @dev Extinguishes units that `from` has.
    function _burn(TokenWord word, address from, Facts facts, uint256 amount) internal {
        bool isEmpty = _debit(word, from, amount);
        _countHolders(word, facts, isEmpty, Facts.wrap(0), false);
        _supply.total -= uint104(amount);
        emit IERC20.Transfer(from, address(0), amount);
    }

    /// @dev Counts investors where there is a cap on them. The issuer's account is no investor and never counts.
    function _countHolders(TokenWord word, Facts from, bool emptied, Facts to, bool filled) internal {
        if (!word.has(TokenWords.HOLDER_CAPPED)) return;
        if (filled && to.isKnown() && _walletsWithUnits[to.investor()]++ == 0) _holderCount++;
        if (emptied && from.isKnown() && --_walletsWithUnits[from.investor()] == 0) _holderCount--;
    }

    /// @dev A time of the word as the terms have it: 0 for none.
    function _asTerm(uint256 at) internal pure returns (uint40) {
        return at == TokenWords.NO_TIME ? 0 : uint40(at);
    }

    /// @dev Whether this token answers for the units, or another does (G32).
    function _isInForce(TokenWord word) internal view returns (bool) {
        uint256 count = word.splits();
        return count == 0 || _splitFactors[count] != 0;
    }

    /// @dev Whether units can still be added. Once no it is no for ever: maturity is not put off when it has come, no
    /// loss is recorded then, and a token that is retired stays so.
    function _isIssuable(TokenWord word) internal view returns (bool) {
        if (word.has(TokenWords.CLOSED) && _successor != address(0) && !_isInForce(word)) return false;
        return block.timestamp < word.maturity() || _supply.openLosses != 0;
    }

    // Splits

    /// @dev Units at split count `to` for one unit at split count `from`.
    function _factor(uint256 from, uint256 to) internal view returns (uint256) {
        if (from == to) return 1;
        uint256 since = from == 0 ? 1 : _splitFactors[from];
        return _splitFactors[to] / since;
    }

    /// @dev `quantity` in today's units; what outgrows the field means "everything" and stays so.
    function _today(uint256 amount, uint256 since, TokenWord word) internal view returns (uint256) {
        return _saturated(amount * _factor(since, word.splits()));
    }

    /// @dev What transfers are multiples of, in today's units; 1 where any amount moves.
    function _lotSize(TokenWord word) internal view returns (uint256) {
        return word.has(TokenWords.IN_LOTS) ? _today(_issue.lotSize, _issue.lotSplits, word) : 1;
    }

    function _saturated(uint256 amount) internal pure returns (uint256) {
        return amount > MAX_UNITS ? MAX_UNITS : amount;
    }

    // The past

    /// @dev The first entry at or after `index` was written at the holder's first change since; it speaks for `index`
    /// if the holder was up to date no later than that. Without one, the word has not changed since, or was empty.
    function _balanceAt(address account, uint256 index) internal view returns (uint256) {
        HolderWord holder = _holders[account].word;
        uint256 end = holder.records();
        for (uint256 i = index; i < end; i++) {
            HolderWord entry = _snapshots[account][i];
            if (!entry.isNone()) return entry.records() > index ? 0 : _atRecordDate(entry, index);
        }
        return end > index ? 0 : _atRecordDate(holder, index);
    }

    function _atRecordDate(HolderWord entry, uint256 index) private view returns (uint256) {
        uint256 count = index < _word.records() ? _recordDates[index].splits : _word.splits();
        return entry.balance() * _factor(entry.splits(), count);
    }
}
