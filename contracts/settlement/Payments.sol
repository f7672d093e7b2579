// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {Netting} from "./Netting.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";

/// @title The leg that is paid in an ERC-20
/// @notice From the payer straight to the payee, who alone hold it: this contract never does.
abstract contract Payments is ISettlement, ReentrancyGuard {
    using Netting for Netting.Book;
    using SafeERC20 for IERC20;

    /// @dev A payment token is a stranger. It may return false (refused), return nothing (taken for done where it has
    /// code), take a fee on either side (refused), or call back: it finds every trade of this transaction settled
    /// already, and no payment is made inside a payment, which would be counted twice.
    function _pay(address payment, address from, address to, uint256 amount) internal nonReentrant {
        IERC20 money = IERC20(payment);
        uint256 fromBefore = money.balanceOf(from);
        uint256 toBefore = money.balanceOf(to);
        money.safeTransferFrom(from, to, amount);
        _requireChange(payment, from, fromBefore - amount, money.balanceOf(from));
        _requireChange(payment, to, toBefore + amount, money.balanceOf(to));
    }

    function _payNet(address payment, Netting.Book memory book) internal {
        (address debtor, address creditor, uint256 amount) = book.next();
        while (debtor != address(0)) {
            _pay(payment, debtor, creditor, amount);
            emit NetPaid(payment, debtor, creditor, amount);
            (debtor, creditor, amount) = book.next();
        }
    }

    function _requireChange(address payment, address account, uint256 expected, uint256 found) private pure {
        if (found != expected) revert PaymentDiffers(payment, account, expected, found);
    }
}
