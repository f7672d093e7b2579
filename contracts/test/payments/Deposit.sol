// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Pausable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Pausable.sol";

/// @title A tokenised deposit of a bank: OpenZeppelin's ERC-20, which anybody in a test mints, pauses and freezes
contract Deposit is ERC20Pausable {
    mapping(address account => bool) public frozen;

    error AccountFrozen(address account);

    constructor() ERC20("Deposit", "JPYD") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function pause() external {
        _pause();
    }

    function freeze(address account) external {
        frozen[account] = true;
    }

    function decimals() public pure override returns (uint8) {
        return 0;
    }

    function _update(address from, address to, uint256 amount) internal virtual override {
        if (frozen[from]) revert AccountFrozen(from);
        if (frozen[to]) revert AccountFrozen(to);
        super._update(from, to, amount);
    }
}
