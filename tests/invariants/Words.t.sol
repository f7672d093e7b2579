// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {HolderWord, HolderWords} from "../../contracts/token/HolderWord.sol";
import {TokenWord} from "../../contracts/token/TokenWord.sol";

/// @title The packed words: what is written into a field is read from it, and no other field changes
contract Words {
    uint256 internal constant UNITS = type(uint104).max;
    uint256 internal constant BELOW_COUNTS = type(uint208).max;

    function testFuzz_AHoldersFieldsAreApart(uint104 balance, uint104 bound, uint16 splits, uint16 records)
        external
        pure
    {
        HolderWord word = HolderWords.encode(balance, bound, _counts(splits, records));
        require(word.balance() == balance && word.bound() == bound, "units");
        require(word.splits() == splits && word.records() == records, "counts");
    }

    function testFuzz_ABoundIsReplacedAlone(HolderWord word, uint104 bound) external pure {
        HolderWord changed = word.withBound(bound);
        require(changed.bound() == bound, "the bound is not there");
        require((HolderWord.unwrap(changed) ^ HolderWord.unwrap(word)) & ~(UNITS << 104) == 0, "another field changed");
    }

    /// @dev What is added and taken stays below the bound.
    function testFuzz_UnitsComeAndGo(uint104 balance, uint104 bound, uint104 amount) external pure {
        HolderWord word = HolderWords.encode(balance, bound, _counts(1, 2));
        if (amount <= UNITS - balance) {
            HolderWord more = word.plus(amount);
            require(more.balance() == uint256(balance) + amount && more.bound() == bound, "added");
        }
        if (amount <= balance) {
            HolderWord less = word.minus(amount);
            require(less.balance() == balance - amount && less.bound() == bound, "taken");
        }
    }

    function testFuzz_AFlagIsSetAndTakenAlone(TokenWord word, TokenWord other, uint8 bit) external pure {
        uint256 flag = 1 << bit;
        require(word.with(flag).has(flag) && !word.without(flag).has(flag), "the flag");
        TokenWord mixed = word.withFlagsOf(other, flag);
        require(mixed.has(flag) == other.has(flag), "the other's flag");
        uint256 rest = ~flag;
        require(TokenWord.unwrap(word.with(flag)) & rest == TokenWord.unwrap(word) & rest, "another field set");
        require(TokenWord.unwrap(word.without(flag)) & rest == TokenWord.unwrap(word) & rest, "another field taken");
        require(TokenWord.unwrap(mixed) & rest == TokenWord.unwrap(word) & rest, "another field mixed");
    }

    function testFuzz_CountsComeFromTheToken(HolderWord holder, TokenWord token) external pure {
        HolderWord changed = holder.withCountsOf(token);
        require(changed.isAsOf(token) && changed.hasSplitsOf(token), "the counts are not the token's");
        require(
            changed.balance() == holder.balance() && changed.bound() == holder.bound(), "balance or bound changed"
        );
    }

    /// @dev Up to date is: as many splits, as many record dates.
    function testFuzz_AWordIsUpToDateByItsCounts(uint104 units, uint16[4] calldata counts) external pure {
        HolderWord holder = HolderWords.encode(units, units, _counts(counts[0], counts[1]));
        TokenWord token = TokenWord.wrap(uint256(~units) | TokenWord.unwrap(_counts(counts[2], counts[3])));
        require(holder.hasSplitsOf(token) == (counts[0] == counts[2]), "splits");
        require(holder.isAsOf(token) == (counts[0] == counts[2] && counts[1] == counts[3]), "counts");
    }

    function testFuzz_ATokensTimesAreApart(TokenWord word, uint40 recordDate, uint40 lockedUntil) external pure {
        TokenWord changed = word.withNextRecordDate(recordDate).withLockedUntil(lockedUntil);
        require(changed.nextRecordDate() == recordDate && changed.lockedUntil() == lockedUntil, "times");
        require(TokenWord.unwrap(changed) >> 80 == TokenWord.unwrap(word) >> 80, "another field changed");
    }

    /// @dev 65,535 of each are never reached: a split at least doubles, and record dates are refused before.
    function testFuzz_CountsGoUpByOne(uint208 fields, uint16 splits, uint16 records) external pure {
        TokenWord word = TokenWord.wrap(uint256(fields) | TokenWord.unwrap(_counts(splits, records)));
        if (splits < type(uint16).max) {
            TokenWord split = word.oneMoreSplit();
            require(split.splits() == uint256(splits) + 1 && split.records() == records, "splits");
            require(TokenWord.unwrap(split) & BELOW_COUNTS == fields, "another field changed");
        }
        if (records < type(uint16).max) {
            TokenWord record = word.oneMoreRecord();
            require(record.records() == uint256(records) + 1 && record.splits() == splits, "records");
            require(TokenWord.unwrap(record) & BELOW_COUNTS == fields, "another field changed");
        }
    }

    /// @dev A token's word of which only the counts are set.
    function _counts(uint16 splits, uint16 records) private pure returns (TokenWord) {
        return TokenWord.wrap((uint256(splits) << 208) | (uint256(records) << 224));
    }
}
