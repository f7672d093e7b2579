// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IJP20Token} from "../../contracts/interfaces/IJP20Token.sol";
import {Handler} from "./Handler.sol";
import {TestTerms} from "./TestTerms.sol";
import {vm} from "./Vm.sol";

/// @title Splits of any ratios: one number for the token, no unit lost
contract Splits {
    uint256 internal constant EVERYTHING = type(uint104).max;

    IJP20Token internal token;
    address internal holder;
    address internal authorised;

    function setUp() external {
        vm.warp(1_800_000_000);
        Handler handler = new Handler(TestTerms.plain());
        token = handler.token();
        holder = handler.accounts(1);
        authorised = address(handler);
    }

    /// @dev What is refused is refused because of the ratio alone; the factor since any split is the product of the
    /// ratios since, and balance, supply and cap are what they were times that.
    function testFuzz_FactorsMultiply(uint104[6] calldata ratios) external {
        (uint256 balance, uint256 supply, uint256 cap) = (token.balanceOf(holder), token.totalSupply(), token.cap());
        uint256[7] memory product; // by split count
        product[0] = 1;
        uint256 count;
        for (uint256 i; i < ratios.length; i++) {
            uint256 ratio = i % 2 == 0 ? uint256(ratios[i]) % 9 : ratios[i] >> (13 * i);
            bool may = ratio >= 2 && cap * product[count] * ratio < EVERYTHING;
            vm.prank(authorised);
            (bool done,) = address(token).call(abi.encodeCall(token.split, (ratio)));
            require(done == may, "a ratio was judged wrongly");
            if (done) {
                product[count + 1] = product[count] * ratio;
                count++;
            }
        }
        require(token.splits() == count, "splits are miscounted");
        for (uint256 since; since <= count; since++) {
            require(token.splitFactor(since) == product[count] / product[since], "a factor is wrong");
        }
        require(token.balanceOf(holder) == balance * product[count], "a balance is not split");
        require(token.totalSupply() == supply * product[count], "the supply is not split");
        require(token.cap() == cap * product[count], "the cap is not split");
    }
}
