// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Deposit} from "./Deposit.sol";

/// @title Payment tokens that do something else than pay
/// @notice Takes 1 of each payment from what arrives.
contract FeeFromPayee is Deposit {
    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        _burn(to, 1);
        return true;
    }
}

/// @notice Takes 1 more than it pays from who pays.
contract FeeFromPayer is Deposit {
    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        _burn(from, 1);
        return true;
    }
}

/// @notice Does nothing, and says that it did.
contract Pretender is Deposit {
    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return true;
    }
}

/// @notice Answers false instead of reverting, as the first ERC-20 tokens did.
contract FalseDeposit is Deposit {
    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return false;
    }
}

/// @notice Pays, and answers false.
contract PayingLiar is Deposit {
    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        return false;
    }
}

/// @notice Pays, and answers nothing, as some do that are in wide use.
contract SilentDeposit is Deposit {
    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        super.transferFrom(from, to, amount);
        assembly ("memory-safe") {
            return(0, 0)
        }
    }
}

/// @notice Calls back, whatever it is told to, once, in the middle of a payment.
contract Reentering is Deposit {
    address private _target;
    bytes private _data;

    bool public cameBack;
    bool public gotThrough;
    bytes public answer;

    function callBack(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function transferFrom(address from, address to, uint256 amount) public override(ERC20) returns (bool) {
        if (!cameBack) {
            cameBack = true;
            (gotThrough, answer) = _target.call(_data);
        }
        return super.transferFrom(from, to, amount);
    }
}
