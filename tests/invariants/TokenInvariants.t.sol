// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IJP20Token} from "../../contracts/interfaces/IJP20Token.sol";
import {IConsentTransfers} from "../../contracts/interfaces/IConsentTransfers.sol";
import {Restraint, RestraintKind} from "../../contracts/types/Restraint.sol";
import {Terms} from "../../contracts/types/Terms.sol";
import {Handler} from "./Handler.sol";
import {Model} from "./Model.sol";
import {TestTerms} from "./TestTerms.sol";
import {vm} from "./Vm.sol";

/// @title The invariants of a token, after every act of the handler
/// @notice Each stands as a sentence beside the state in `contracts/token/TokenStorage.sol`, or in the interface that
/// promises it. The three contracts at the end run them on three issues with different rules.
abstract contract TokenInvariants {
    uint256 internal constant EVERYTHING = type(uint104).max;

    Handler internal handler;

    function terms() internal view virtual returns (Terms memory);

    function setUp() public {
        vm.warp(1_800_000_000);
        handler = _begin();
    }

    function _begin() internal virtual returns (Handler) {
        return new Handler(terms());
    }

    /// @dev The one in force: where tokens are replaced, the last.
    function token() internal view returns (IJP20Token) {
        return handler.token();
    }

    /// @notice forge's own convention: only the handler is called.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @notice The balances, brought up to date, add up to the supply; supply ≤ cap < 2^104 − 1.
    function invariant_SupplyIsTheSumOfBalances() external {
        vm.warp(handler.time());
        uint256 sum;
        for (uint256 i; i < handler.accountCount(); i++) {
            sum += token().balanceOf(handler.accounts(i));
        }
        require(sum == token().totalSupply(), "supply is not the sum of balances");
        require(token().totalSupply() <= token().cap(), "supply is above the cap");
        require(token().cap() < EVERYTHING, "the cap reached everything");
        require(token().totalSupply() == handler.supply() && token().cap() == handler.cap(), "supply is not the model's");
    }

    /// @notice Every balance is the eager model's, and what `Transfer` and `UnitsSplit` alone add up to.
    function invariant_BalancesAreTheModels() external {
        vm.warp(handler.time());
        for (uint256 i; i < handler.accountCount(); i++) {
            address account = handler.accounts(i);
            require(token().balanceOf(account) == handler.balance(account), "a balance is not the model's");
            require(token().balanceOf(account) == handler.recorded(account), "a balance is not what the events say");
        }
    }

    /// @notice free = balance − committed − max(locked, frozen, pledged, attached), never below zero; all seven are the
    /// model's.
    function invariant_FreeIsTheOneFormula() external {
        vm.warp(handler.time());
        for (uint256 i; i < handler.accountCount(); i++) {
            address account = handler.accounts(i);
            Model.Stand memory model = handler.standOf(account);
            Model.Stand memory s = _positionOf(account);
            require(s.committed == model.committed, "committed is not the sum of open requests");
            require(s.locked == model.locked, "locked is not the sum of lock-ups");
            require(s.frozen == model.frozen, "frozen is not the model's");
            require(s.pledged == model.pledged, "pledged is not the sum of pledges");
            require(s.attached == model.attached, "attached is not the sum of attachments");
            require(s.free == model.free && token().freeBalanceOf(account) == model.free, "free is not the formula");
        }
    }

    /// @notice A holder's bound, brought up to date, is at least committed + max(locked, frozen, pledged, attached), or
    /// everything.
    function invariant_BoundIsNeverTooLow() external {
        vm.warp(handler.time());
        for (uint256 i; i < handler.accountCount(); i++) {
            address account = handler.accounts(i);
            Model.Stand memory s = handler.standOf(account);
            uint256 highest = s.locked > s.frozen ? s.locked : s.frozen;
            if (s.pledged > highest) highest = s.pledged;
            if (s.attached > highest) highest = s.attached;
            uint256 needed = s.committed + highest;
            require(_boundOf(account) >= (needed < EVERYTHING ? needed : EVERYTHING), "a bound is too low");
        }
    }

    /// @notice Balances and supply at a record date are what they were when it ended, for ever.
    function invariant_RecordDatesStay() external {
        vm.warp(handler.time());
        for (uint256 day; day < handler.dayCount(); day++) {
            (, bool passed, uint256 supply) = handler.dayAt(day);
            if (!passed) {
                (bool answered,) = address(token()).staticcall(abi.encodeCall(token().supplyAtRecordDate, (day)));
                require(!answered, "a record date answers before it has come");
                continue;
            }
            require(token().supplyAtRecordDate(day) == supply, "supply at a record date changed");
            for (uint256 i; i < handler.accountCount(); i++) {
                address account = handler.accounts(i);
                require(
                    token().balanceAtRecordDate(account, day) == handler.balanceOn(account, day),
                    "a balance at a record date changed"
                );
            }
        }
    }

    /// @notice The holder count is the number of investors with units, and only a decided case (a rule waived, a
    /// reversal, a restoration) brings it above the cap.
    function invariant_HoldersAreCountedByInvestor() external {
        vm.warp(handler.time());
        (,, uint32 cap,,,,) = token().rules();
        require(token().holderCount() == (cap == 0 ? 0 : handler.holders()), "holders are miscounted");
        require(bytes(handler.overcrowded()).length == 0, handler.overcrowded());
    }

    /// @notice What a preview says is what happens, with the same reason, and the standards' previews say the same.
    function invariant_PreviewIsTheOutcome() external view {
        require(bytes(handler.wrongPreview()).length == 0, handler.wrongPreview());
    }

    /// @notice An act goes through where the specification lets it, and only there.
    function invariant_OutcomeIsTheModels() external view {
        require(bytes(handler.wrongOutcome()).length == 0, handler.wrongOutcome());
    }

    /// @notice What was reversed under an original is never more than the original, both in today's units, and it is
    /// the sum of what reversals took.
    function invariant_ReversedIsNeverMoreThanTheOriginal() external {
        vm.warp(handler.time());
        for (uint256 i; i < handler.pastCount(); i++) {
            Model.Past memory past = handler.pastAt(i);
            (uint256 reversed,) = token().reversed(past.original);
            require(reversed == past.reversed, "reversed is not the sum of reversals");
            require(reversed <= past.original.amount * token().splitFactor(past.original.splits), "too much is reversed");
        }
    }

    /// @notice Of one log no more is restored than it took, once, under whatever incident; no unit is added to what is
    /// not issuable, and what is not issuable stays so.
    function invariant_ALossIsRestoredOnce() external {
        vm.warp(handler.time());
        require(bytes(handler.wrongRestoration()).length == 0, handler.wrongRestoration());
        require(token().isIssuable() == handler.isIssuable(), "issuable or not is not the model's");
        for (uint256 n; n < handler.lostCount(); n++) {
            Model.Lost memory loss = handler.lostAt(n);
            require(loss.restored <= loss.amount, "more was restored than was lost");
            uint256 left = loss.incident == 0 || loss.restored != 0 ? 0 : loss.amount;
            for (uint256 incident = 1; incident <= 3; incident++) {
                bool its = bytes32(incident) == loss.incident;
                require(token().lossOf(bytes32(incident), loss.log) == (its ? left : 0), "a loss is not the model's");
            }
        }
    }

    /// @notice A restraint gets smaller only by its own act or by units that left, and what is refused changes nothing.
    function invariant_RestraintsStayWithTheirUnits() external view {
        require(bytes(handler.wrongRestraint()).length == 0, handler.wrongRestraint());
    }

    /// @notice What a pledge or an attachment covers stays covered by units after any forced movement; carried to
    /// another wallet, an older restraint stays older.
    function invariant_SeniorRestraintsStayCovered() external view {
        require(bytes(handler.uncovered()).length == 0, handler.uncovered());
        require(bytes(handler.wrongSeniority()).length == 0, handler.wrongSeniority());
    }

    /// @notice At most 16 restraints each, 12 that are no court's; no amount is 0; they are the model's, and found by
    /// their ids.
    function invariant_RestraintsAreBounded() external {
        vm.warp(handler.time());
        for (uint256 i; i < handler.accountCount(); i++) {
            address account = handler.accounts(i);
            require(uint256(vm.load(address(token()), _slot(account, 8))) <= 16, "too many restraints");
            uint256 agreed;
            Restraint[] memory restraints = token().restraintsOf(account);
            require(restraints.length == handler.runningRestraints(account), "a restraint is missing or left over");
            Model.Holding[] memory model = handler.holdingsOf(account);
            for (uint256 c; c < restraints.length; c++) {
                require(restraints[c].amount != 0, "a restraint of nothing");
                require(_isAmong(restraints[c], model), "a restraint is not the model's");
                (address holder,) = token().restraintOf(restraints[c].id);
                require(holder == account, "a restraint is not found by its id");
                if (restraints[c].kind != RestraintKind.ATTACHMENT) agreed++;
            }
            require(agreed <= 12, "no room for a court's attachment");
        }
    }

    /// @notice A request speaks of today's units, and is open until it is answered or its sender's position is gone.
    function invariant_RequestsEndWithThePosition() external {
        vm.warp(handler.time());
        for (uint256 i; i < handler.wishCount(); i++) {
            Model.Wish memory wish = handler.wishAt(i);
            (,, uint256 amount,, IConsentTransfers.Status status) = token().consentTransfer(i);
            require(amount == wish.amount, "a request is not scaled");
            require((status == IConsentTransfers.Status.OPEN) == wish.open, "a request outlived its position");
        }
    }

    // Inside

    function _positionOf(address account) private view returns (Model.Stand memory s) {
        (s.balance, s.committed, s.locked, s.frozen, s.pledged, s.attached, s.free) = token().positionOf(account);
    }

    /// @dev Bits 104 to 207 of the holder's word, times the splits since bits 208 to 223.
    function _boundOf(address account) private view returns (uint256) {
        uint256 word = uint256(vm.load(address(token()), _slot(account, 2)));
        uint256 bound = uint104(word >> 104) * token().splitFactor(uint16(word >> 208));
        return bound < EVERYTHING ? bound : EVERYTHING;
    }

    /// @dev The slots of `TokenStorage`: `_holders` is at 2, `_restraints` at 8.
    function _slot(address account, uint256 position) private pure returns (bytes32) {
        return keccak256(abi.encode(account, position));
    }

    function _isAmong(Restraint memory restraint, Model.Holding[] memory model) private pure returns (bool) {
        for (uint256 i; i < model.length; i++) {
            if (
                model[i].id == restraint.id && model[i].kind == restraint.kind && model[i].amount == restraint.amount
                    && model[i].until == restraint.until && model[i].claimant == restraint.claimant
            ) return true;
        }
        return false;
    }
}

contract PlainTokenInvariants is TokenInvariants {
    function terms() internal view override returns (Terms memory) {
        return TestTerms.plain();
    }
}

contract CappedTokenInvariants is TokenInvariants {
    function terms() internal view override returns (Terms memory) {
        return TestTerms.capped();
    }
}

contract ConsentTokenInvariants is TokenInvariants {
    function terms() internal view override returns (Terms memory) {
        return TestTerms.consent();
    }
}
