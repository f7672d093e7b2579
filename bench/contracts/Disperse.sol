// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title How a plain ERC-20 is sent to many: the units are drawn in once, and handed on one by one
contract Disperse {
    error Unequal();

    function disperse(IERC20 token, address[] calldata recipients, uint256[] calldata amounts) external {
        if (recipients.length != amounts.length) revert Unequal();
        uint256 total;
        for (uint256 i; i < amounts.length; ++i) {
            total += amounts[i];
        }
        token.transferFrom(msg.sender, address(this), total);
        for (uint256 i; i < recipients.length; ++i) {
            token.transfer(recipients[i], amounts[i]);
        }
    }
}
