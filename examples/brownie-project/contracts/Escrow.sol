// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

interface IToken {
    function transfer(address to, uint256 amount) external returns (bool);
}

/// @notice Holds units for a buyer until the seller says that the money has come. It is a holder like any other: its
/// address has to be in the register, or the token refuses what is sent to it.
contract Escrow {
    IToken public immutable token;
    address public immutable seller;
    address public immutable buyer;

    error NotTheSeller(address caller);

    constructor(IToken token_, address seller_, address buyer_) {
        token = token_;
        seller = seller_;
        buyer = buyer_;
    }

    /// @notice The buyer gets the units.
    function release(uint256 amount) external {
        if (msg.sender != seller) revert NotTheSeller(msg.sender);
        token.transfer(buyer, amount);
    }
}
