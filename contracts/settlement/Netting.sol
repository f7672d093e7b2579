// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title What parties owe each other, netted in memory
/// @notice Each party owes or is owed one sum; all sums add up to nothing.
library Netting {
    struct Book {
        address[] parties;
        int256[] sums; // below zero: owes
        uint256 count;
    }

    /// @param debts how many {owe} will be called, at most
    function open(uint256 debts) internal pure returns (Book memory) {
        return Book({parties: new address[](2 * debts), sums: new int256[](2 * debts), count: 0});
    }

    function owe(Book memory book, address debtor, address creditor, uint128 amount) internal pure {
        book.sums[_place(book, debtor)] -= int256(uint256(amount));
        book.sums[_place(book, creditor)] += int256(uint256(amount));
    }

    /// @notice Takes the next payment out of the book: the first party that still owes pays the first that is still
    /// owed, as much as settles one of the two. There are fewer payments than parties.
    /// @return debtor zero where nobody owes any more
    function next(Book memory book) internal pure returns (address debtor, address creditor, uint256 amount) {
        uint256 from = _firstBelowZero(book);
        if (from == book.count) return (address(0), address(0), 0);
        uint256 to = _firstAboveZero(book);
        (uint256 owes, uint256 owed) = (uint256(-book.sums[from]), uint256(book.sums[to]));
        amount = owes < owed ? owes : owed;
        book.sums[from] += int256(amount);
        book.sums[to] -= int256(amount);
        return (book.parties[from], book.parties[to], amount);
    }

    function _place(Book memory book, address party) private pure returns (uint256 place) {
        for (; place < book.count; place++) {
            if (book.parties[place] == party) return place;
        }
        book.parties[book.count++] = party;
    }

    function _firstBelowZero(Book memory book) private pure returns (uint256 place) {
        while (place < book.count && book.sums[place] >= 0) place++;
    }

    /// @dev There is one where somebody owes.
    function _firstAboveZero(Book memory book) private pure returns (uint256 place) {
        while (book.sums[place] <= 0) place++;
    }
}
