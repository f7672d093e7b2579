// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IJP20Token} from "../../contracts/interfaces/IJP20Token.sol";
import {Terms} from "../../contracts/types/Terms.sol";
import {Handler} from "./Handler.sol";
import {TakeoverHandler} from "./TakeoverHandler.sol";
import {TestTerms} from "./TestTerms.sol";
import {TokenInvariants} from "./TokenInvariants.t.sol";
import {vm} from "./Vm.sol";

/// @title The invariants of a token, where tokens take each other's place in between
abstract contract TakeoverInvariants is TokenInvariants {
    function _begin() internal override returns (Handler) {
        return new TakeoverHandler(terms());
    }

    /// forge-config: default.invariant.runs = 8
    /// @notice Exactly one token is in force, at each step of each takeover, and the other answers 0: no unit is in two,
    /// and none in neither. What is not the model's (documents, freezes at once, allowances) is equal too.
    function invariant_OneTokenIsInForce() external view {
        TakeoverHandler its = TakeoverHandler(address(handler));
        require(bytes(its.wrongTakeover()).length == 0, its.wrongTakeover());
        for (uint256 i; i < its.replacedCount(); i++) {
            IJP20Token old = its.replaced(i);
            require(!old.inForce() && old.totalSupply() == 0 && !old.isIssuable(), "a replaced token is not retired");
            for (uint256 a; a < its.accountCount(); a++) {
                address account = its.accounts(a);
                require(old.balanceOf(account) == 0 && its.recordedOf(old, account) == 0, "units in a retired token");
            }
        }
    }

    /// @notice That it is not kept by replacing nothing.
    function test_TokensAreReplacedAndTakeoversBrokenOff() external {
        uint256 done;
        uint256 off;
        for (uint256 run; run < 3; run++) {
            vm.warp(1_800_000_000);
            handler = _begin();
            for (uint256 i; i < 24; i++) {
                uint256 seed = uint256(keccak256(abi.encode(run, i)));
                if (seed % 3 == 0) TakeoverHandler(address(handler)).replace(seed >> 8);
                else if (seed % 3 == 1) handler.split(1 + ((seed >> 12) << 4));
                else handler.restraint(seed >> 8, seed >> 16);
            }
            this.invariant_OneTokenIsInForce();
            this.invariant_BalancesAreTheModels();
            this.invariant_FreeIsTheOneFormula();
            done += handler.reached("a token was replaced");
            off += handler.reached("a takeover was broken off");
        }
        require(done != 0 && off != 0, "no token was replaced, or no takeover broken off");
    }
}

/// forge-config: default.invariant.runs = 2
contract CappedTakeoverInvariants is TakeoverInvariants {
    function terms() internal view override returns (Terms memory) {
        return TestTerms.capped();
    }
}

/// forge-config: default.invariant.runs = 2
contract ConsentTakeoverInvariants is TakeoverInvariants {
    function terms() internal view override returns (Terms memory) {
        return TestTerms.consent();
    }
}
