// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Platform} from "../../contracts/Platform.sol";
import {IInvestorRegistry} from "../../contracts/interfaces/IInvestorRegistry.sol";
import {IJP20Token} from "../../contracts/interfaces/IJP20Token.sol";
import {ISettlement, Trade} from "../../contracts/interfaces/ISettlement.sol";
import {Settlement} from "../../contracts/settlement/Settlement.sol";
import {OpenAuthority} from "../../contracts/test/OpenAuthority.sol";
import {Deposit} from "../../contracts/test/payments/Deposit.sol";
import {InvestorClass, Registration, RegistrationLib, Residency} from "../../contracts/types/Facts.sol";
import {Terms} from "../../contracts/types/Terms.sol";
import {TestTerms} from "./TestTerms.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @title Trades between four investors, in two tokens and a deposit, done at random
/// @notice Each act is tried, and what it did is compared with what the trade says: all of both legs, or nothing of
/// either. What differs is kept in words, for the invariants to find: a handler never reverts.
contract SettlementHandler {
    uint256 internal constant PARTIES = 4;
    uint256 internal constant MOST_TRADES = 24;
    uint32 internal constant BANK = 3;
    uint32 internal constant BROKER = 5;

    struct Balances {
        uint256[PARTIES] units;
        uint256[PARTIES] others;
        uint256[PARTIES] money;
    }

    OpenAuthority internal immutable authority;
    Platform internal immutable platform;
    Settlement public immutable settlement;
    IJP20Token public immutable token;
    IJP20Token public immutable other;
    Deposit public immutable money;

    address[PARTIES] public parties;
    Trade[] internal trades;
    mapping(bytes32 id => uint256) public timesSettled;
    uint256 public time;

    /// @dev The first that went wrong; empty while nothing has.
    string public wrong;

    /// @dev How often each act went through.
    mapping(string act => uint256) public reached;

    constructor() {
        time = block.timestamp;
        Terms memory terms = TestTerms.plain();
        (platform, token) = World.build(terms);
        (terms.symbol, terms.code) = ("JPRF", "JP0000000002");
        terms.issuerAccount = address(uint160(uint256(keccak256("other issuer"))));
        other = IJP20Token(platform.createToken(1, terms, 1, 2));
        authority = OpenAuthority(token.authority());
        settlement = new Settlement(address(authority));
        authority.setKind(address(settlement), 4);
        money = new Deposit();
        Registration[] memory rows = new Registration[](PARTIES);
        address[] memory to = new address[](PARTIES);
        uint256[] memory amounts = new uint256[](PARTIES);
        for (uint256 i; i < PARTIES; i++) {
            parties[i] = address(uint160(uint256(keccak256(abi.encode("party", i)))));
            (to[i], amounts[i]) = (parties[i], 1_000);
            rows[i] = RegistrationLib.encode(
                parties[i],
                uint40(block.timestamp + 365 days),
                type(uint40).max,
                InvestorClass.GENERAL,
                Residency.RESIDENT
            );
            money.mint(parties[i], 1_000);
            vm.prank(parties[i]);
            money.approve(address(settlement), type(uint256).max);
        }
        platform.register(rows);
        token.issue(1e6);
        other.issue(1e6);
        token.deliver(to, amounts);
        other.deliver(to, amounts);
    }

    // Trades

    /// @dev Mostly one that can be settled; `how` chooses what is paid in, the amounts, and the deadline.
    function propose(uint256 who, uint256 how) external {
        vm.warp(time);
        if (trades.length == MOST_TRADES) return;
        uint256 seller = who % PARTIES;
        uint256 form = how % 4;
        Trade memory trade = Trade({
            externalId: bytes32(trades.length + 1),
            token: address(token),
            seller: parties[seller],
            buyer: parties[(seller + 1 + (who >> 8) % (PARTIES - 1)) % PARTIES],
            units: uint104(1 + (how >> 16) % 400),
            payment: form == 0 ? address(0) : form == 1 ? address(other) : address(money),
            price: uint128(1 + (how >> 32) % 600),
            deadline: uint40(time + 1 + (how >> 48) % 5 days),
            payingAgent: form == 0 ? BANK : 0,
            broker: form == 0 ? BROKER : 0
        });
        trades.push(trade);
        _agree(trade, trade.seller);
        if (how % 8 != 7) _agree(trade, trade.buyer);
    }

    function agree(uint256 which) external {
        vm.warp(time);
        if (trades.length == 0) return;
        Trade memory trade = trades[which % trades.length];
        _agree(trade, which >> 8 & 1 == 0 ? trade.buyer : trade.seller);
    }

    /// @dev By both, mostly, of a matched trade through a bank where there is one.
    function confirm(uint256 which) external {
        vm.warp(time);
        Trade[] memory chosen = new Trade[](1);
        for (uint256 i; i < trades.length && chosen[0].units == 0; i++) {
            Trade memory next = trades[(which % trades.length + i) % trades.length];
            ISettlement.Status status = settlement.progressOf(settlement.idOf(next)).status;
            if (next.payment == address(0) && status == ISettlement.Status.MATCHED) chosen[0] = next;
        }
        if (which >> 8 & 7 != 0) _try(address(this), abi.encodeCall(ISettlement.confirmPayment, (chosen)));
        if (which >> 8 & 7 != 1) _try(address(this), abi.encodeCall(ISettlement.confirmReceipt, (chosen)));
    }

    function settle(uint256 which) external {
        vm.warp(time);
        Trade[] memory chosen = _chosen(which, 1);
        if (chosen.length == 0) return;
        _settle("settle", chosen, abi.encodeCall(ISettlement.settle, (chosen[0])));
    }

    function settleNet(uint256 which, uint256 count) external {
        vm.warp(time);
        Trade[] memory chosen = _chosen(which, 2 + count % 4);
        if (chosen.length == 0) return;
        _settle("settleNet", chosen, abi.encodeCall(ISettlement.settleNet, (chosen)));
    }

    function cancel(uint256 which) external {
        vm.warp(time);
        Trade[] memory chosen = _chosen(which, 1);
        if (chosen.length == 0) return;
        bytes memory call = abi.encodeCall(ISettlement.cancel, (chosen[0]));
        Balances memory before = _balances();
        bool done = _try(which & 1 == 0 ? chosen[0].buyer : chosen[0].seller, call);
        if (which >> 8 & 3 == 0) done = _try(chosen[0].seller, call);
        if (done) reached["cancel"]++;
        _compare(before, _balances(), "a cancellation moved something");
    }

    // What happens meanwhile

    function transfer(uint256 who, uint256 units) external {
        vm.warp(time);
        address from = parties[who % PARTIES];
        IJP20Token sold = who >> 8 & 1 == 0 ? token : other;
        units %= sold.balanceOf(from) + 2;
        vm.prank(from);
        try sold.transfer(parties[(who >> 16) % PARTIES], units) {
            reached["transfer"]++;
        } catch {}
    }

    function restrain(uint256 who, uint256 how) external {
        vm.warp(time);
        address holder = parties[who % PARTIES];
        if (how % 5 == 0) authority.setKind(address(settlement), how >> 8 & 1 == 0 ? 0 : 4);
        else if (how % 5 == 1) _halt(how >> 8 & 1 == 0);
        else if (how % 5 == 2) try token.setFrozenTokens(holder, how >> 8 & 1 == 0 ? 0 : 900) {} catch {}
        else try platform.renew(_renewal(holder, how % 5 == 3 ? 1 hours : 365 days)) {} catch {}
    }

    function force(uint256 who, uint256 units) external {
        vm.warp(time);
        address from = parties[who % PARTIES];
        units %= token.balanceOf(from) + 1;
        try token.forcedTransfer(from, parties[(who >> 8) % PARTIES], units) {
            reached["force"]++;
        } catch {}
    }

    function split(uint256 how) external {
        vm.warp(time);
        if (token.totalSupply() > 1e9) return;
        try (how & 1 == 0 ? token : other).split(2) {
            reached["split"]++;
        } catch {}
    }

    function letTimePass(uint256 how) external {
        time += how % 1 days;
        // Nothing stands still for long.
        authority.setKind(address(settlement), 4);
        _halt(false);
    }

    // Reading

    function tradeCount() external view returns (uint256) {
        return trades.length;
    }

    function tradeAt(uint256 index) external view returns (Trade memory) {
        return trades[index];
    }

    function partyCount() external pure returns (uint256) {
        return PARTIES;
    }

    // Inside

    /// @dev Commits what the side delivers, and agrees.
    function _agree(Trade memory trade, address side) private {
        uint256 commitment;
        bool sells = side == trade.seller;
        if (sells || trade.payment == address(other)) {
            IJP20Token sold = sells ? token : other;
            vm.prank(side);
            try sold.commitTransfer(
                address(settlement),
                sells ? trade.buyer : trade.seller,
                sells ? trade.units : trade.price,
                trade.deadline
            ) returns (uint256 id) {
                commitment = id;
            } catch {
                return;
            }
        }
        if (_try(side, abi.encodeCall(ISettlement.agree, (trade, commitment)))) reached["agree"]++;
    }

    /// @dev So many trades from some place on; mostly such as can be settled, as many as there are of them.
    function _chosen(uint256 which, uint256 count) private view returns (Trade[] memory chosen) {
        chosen = new Trade[](count);
        uint256 found;
        for (uint256 i; i < trades.length && found < count; i++) {
            Trade memory next = trades[(which % trades.length + i) % trades.length];
            if (which % 5 == 0 || _isReady(next)) chosen[found++] = next;
        }
        if (found == 0 && trades.length != 0) chosen[found++] = trades[which % trades.length];
        assembly ("memory-safe") {
            mstore(chosen, found)
        }
    }

    function _isReady(Trade memory trade) private view returns (bool) {
        ISettlement.Progress memory progress = settlement.progressOf(settlement.idOf(trade));
        return progress.status == ISettlement.Status.MATCHED && time < trade.deadline
            && (trade.payment != address(0) || (progress.paid && progress.received));
    }

    /// @dev What moved is the sum of the trades, to the unit and to the yen; or nothing moved.
    function _settle(string memory act, Trade[] memory chosen, bytes memory call) private {
        Balances memory before = _balances();
        uint256[] memory units = new uint256[](chosen.length);
        uint256[] memory paid = new uint256[](chosen.length);
        for (uint256 i; i < chosen.length; i++) {
            (units[i], paid[i]) = _legs(chosen[i]);
        }
        bool done = _try(address(this), call);
        if (done) {
            reached[act]++;
            for (uint256 i; i < chosen.length; i++) {
                timesSettled[settlement.idOf(chosen[i])]++;
                _move(before.units, chosen[i].seller, chosen[i].buyer, units[i]);
                if (chosen[i].payment == address(money)) {
                    _move(before.money, chosen[i].buyer, chosen[i].seller, paid[i]);
                    reached["paid in money"]++;
                } else if (chosen[i].payment == address(other)) {
                    _move(before.others, chosen[i].buyer, chosen[i].seller, paid[i]);
                    reached["paid in units"]++;
                } else {
                    reached["paid through a bank"]++;
                }
            }
        }
        _compare(before, _balances(), done ? "a settlement moved something else" : "a refusal moved something");
    }

    /// @dev What the trade's commitments come to today, and what is paid.
    function _legs(Trade memory trade) private view returns (uint256 units, uint256 paid) {
        ISettlement.Progress memory progress = settlement.progressOf(settlement.idOf(trade));
        (,,, units,,) = token.commitment(progress.sellerCommitment);
        paid = trade.price;
        if (trade.payment == address(other)) (,,, paid,,) = other.commitment(progress.buyerCommitment);
    }

    /// @dev Signed arithmetic in disguise: in a netting one may pay before one is paid.
    function _move(uint256[PARTIES] memory balances, address from, address to, uint256 amount) private view {
        unchecked {
            balances[_indexOf(from)] -= amount;
            balances[_indexOf(to)] += amount;
        }
    }

    function _indexOf(address party) private view returns (uint256 index) {
        while (parties[index] != party) index++;
    }

    function _balances() private view returns (Balances memory now_) {
        for (uint256 i; i < PARTIES; i++) {
            now_.units[i] = token.balanceOf(parties[i]);
            now_.others[i] = other.balanceOf(parties[i]);
            now_.money[i] = money.balanceOf(parties[i]);
        }
    }

    function _compare(Balances memory expected, Balances memory found, string memory what) private {
        if (keccak256(abi.encode(expected)) != keccak256(abi.encode(found))) wrong = what;
    }

    function _try(address by, bytes memory call) private returns (bool done) {
        vm.prank(by);
        (done,) = address(settlement).call(call);
    }

    function _halt(bool halt) private {
        if (halt == platform.halted()) return;
        if (halt) platform.halt();
        else platform.resume(platform.haltedSince());
    }

    function _renewal(address wallet, uint256 for_) private view returns (IInvestorRegistry.Renewal[] memory list) {
        list = new IInvestorRegistry.Renewal[](1);
        list[0] = IInvestorRegistry.Renewal(wallet, uint40(time + for_));
    }
}
