// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {HolderWord, TokenWord} from "../../contracts/token/Words.sol";

/// @title The packed words: what is written into a field is read from it, and no other field changes
contract Words {
    using HolderWord for uint256;
    using TokenWord for uint256;

    uint256 internal constant UNITS = type(uint104).max;
    uint256 internal constant BELOW_COUNTS = type(uint208).max;

    function testFuzz_AHoldersFieldsAreApart(uint104 balance, uint104 bound, uint16 splits, uint16 records)
        external
        pure
    {
        uint256 word = _holderWord(balance, bound, splits, records);
        require(word.balance() == balance && word.bound() == bound, "units");
        require(word.splits() == splits && word.records() == records, "counts");
    }

    function testFuzz_ABoundIsReplacedAlone(uint256 word, uint104 bound) external pure {
        uint256 changed = word.withBound(bound);
        require(changed.bound() == bound, "the bound is not there");
        require((changed ^ word) & ~(UNITS << 104) == 0, "another field changed");
    }

    function testFuzz_CountsComeFromTheToken(uint256 holder, uint256 token) external pure {
        uint256 changed = holder.withCountsOf(token);
        require(changed.isAsOf(token) && changed.hasSplitsOf(token), "the counts are not the token's");
        require(changed & BELOW_COUNTS == holder & BELOW_COUNTS, "balance or bound changed");
    }

    /// @dev Up to date is: as many splits, as many record dates.
    function testFuzz_AWordIsUpToDateByItsCounts(uint104 units, uint16[4] calldata counts) external pure {
        uint256 holder = _holderWord(units, units, counts[0], counts[1]);
        uint256 token = _holderWord(~units, 0, counts[2], counts[3]);
        require(holder.hasSplitsOf(token) == (counts[0] == counts[2]), "splits");
        require(holder.isAsOf(token) == (counts[0] == counts[2] && counts[1] == counts[3]), "counts");
    }

    function testFuzz_ATokensTimesAreApart(uint256 word, uint40 recordDate, uint40 lockedUntil) external pure {
        uint256 changed = word.withNextRecordDate(recordDate).withLockedUntil(lockedUntil);
        require(changed.nextRecordDate() == recordDate && changed.lockedUntil() == lockedUntil, "times");
        require(changed >> 80 == word >> 80, "another field changed");
    }

    /// @dev 65,535 of each are never reached: a split at least doubles, and record dates are refused before.
    function testFuzz_CountsGoUpByOne(uint208 fields, uint16 splits, uint16 records) external pure {
        uint256 word = uint256(fields) | (uint256(splits) << 208) | (uint256(records) << 224);
        if (splits < type(uint16).max) {
            uint256 split = word.oneMoreSplit();
            require(split.splits() == uint256(splits) + 1 && split.records() == records, "splits");
            require(split & BELOW_COUNTS == fields, "another field changed");
        }
        if (records < type(uint16).max) {
            uint256 record = word.oneMoreRecord();
            require(record.records() == uint256(records) + 1 && record.splits() == splits, "records");
            require(record & BELOW_COUNTS == fields, "another field changed");
        }
    }

    function _holderWord(uint104 balance, uint104 bound, uint16 splits, uint16 records) private pure returns (uint256) {
        return uint256(balance) | (uint256(bound) << 104) | (uint256(splits) << 208) | (uint256(records) << 224);
    }
}
