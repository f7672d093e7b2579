// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice A key in one storage word, from the low end: its address 160 | its organisation 32 | its rank 24 | 1 where it
/// was revoked. Zero where there is none.
type KeyWord is uint256;

using KeyWords for KeyWord global;

/// @title KeyWords
/// @notice The only place that knows the layout of a {KeyWord}.
library KeyWords {
    uint256 private constant ORGANISATION = 160;
    uint256 private constant RANK = 192;
    uint256 private constant REVOKED = 216;

    function encode(address account_, uint32 organisation_, uint24 rank_) internal pure returns (KeyWord) {
        return KeyWord.wrap(
            uint160(account_) | (uint256(organisation_) << ORGANISATION) | (uint256(rank_) << RANK)
        );
    }

    function revoke(KeyWord word) internal pure returns (KeyWord) {
        return KeyWord.wrap(KeyWord.unwrap(word) | (1 << REVOKED));
    }

    function account(KeyWord word) internal pure returns (address) {
        return address(uint160(KeyWord.unwrap(word)));
    }

    /// @return Whose it is or was.
    function organisation(KeyWord word) internal pure returns (uint32) {
        return uint32(KeyWord.unwrap(word) >> ORGANISATION);
    }

    /// @return Its number, or the rank of the key whose place it took: the lower, the older.
    function rank(KeyWord word) internal pure returns (uint24) {
        return uint24(KeyWord.unwrap(word) >> RANK);
    }

    /// @return Whose it is; zero where it was revoked.
    function signer(KeyWord word) internal pure returns (uint32) {
        return KeyWord.unwrap(word) >> REVOKED == 0 ? organisation(word) : 0;
    }
}
