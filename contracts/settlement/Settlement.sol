// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Netting} from "./Netting.sol";
import {Payments} from "./Payments.sol";
import {IConsortium, Kind} from "../interfaces/IConsortium.sol";
import {ISettlement, Trade} from "../interfaces/ISettlement.sol";
import {ITokenCommitments} from "../interfaces/ITokenCommitments.sol";
import {ITokenSwitches} from "../interfaces/ITokenSwitches.sol";
import {ITokenTakeover} from "../interfaces/ITokenTakeover.sol";

/// @title Settlement: delivery versus payment
/// @dev Invariants: a trade is settled at most once, and then both legs are done; a commitment serves one trade; this
/// contract holds neither units nor money.
contract Settlement is Payments, AccessManaged {
    using Netting for Netting.Book;

    /// @dev So many fit into two thirds of a block of 30 million gas, all of them between parties of their own.
    uint256 private constant MAX_TRADES = 100;

    mapping(bytes32 id => Progress) private _progress;
    mapping(address token => mapping(uint256 commitment => bytes32 id)) private _tradeOf;

    constructor(address consortium) AccessManaged(consortium) {}

    // Agreeing

    /// @inheritdoc ISettlement
    function agree(Trade calldata trade, uint256 commitment) external returns (bytes32 id) {
        id = idOf(trade);
        Progress memory progress = _progress[id];
        bool first = progress.status == Status.NONE;
        if (first) progress.paidInUnits = _requireSound(trade);
        else if (progress.status != Status.PROPOSED) revert TradeNotIn(id, Status.PROPOSED, progress.status);
        _requireInTime(id, trade);
        _requireNotHalted(trade.token);

        if (msg.sender == trade.seller && !progress.sellerAgreed) {
            progress.sellerAgreed = true;
            progress.sellerCommitment = _bind(id, trade, trade.token, commitment, trade.buyer, trade.units);
        } else if (msg.sender == trade.buyer && !progress.buyerAgreed) {
            progress.buyerAgreed = true;
            if (progress.paidInUnits) {
                progress.buyerCommitment = _bind(id, trade, trade.payment, commitment, trade.seller, trade.price);
            } else if (commitment != 0) {
                revert CommitmentMismatch(trade.payment, commitment);
            }
        } else {
            revert NotAskedToAgree(id, msg.sender);
        }
        progress.status = first ? Status.PROPOSED : Status.MATCHED;
        _progress[id] = progress;
        if (first) emit TradeProposed(id, trade.seller, trade.buyer, msg.sender, trade);
        else emit TradeMatched(id, msg.sender);
    }

    /// @inheritdoc ISettlement
    function confirmPayment(Trade[] calldata trades) external restricted {
        uint32 organisation = _confirming(trades.length);
        for (uint256 i; i < trades.length; i++) {
            Trade calldata trade = trades[i];
            (bytes32 id, Progress storage progress) = _toConfirm(trade, organisation, trade.broker);
            if (progress.paid) revert AlreadyConfirmed(id);
            progress.paid = true;
            emit PaymentConfirmed(id, organisation);
        }
    }

    /// @inheritdoc ISettlement
    function confirmReceipt(Trade[] calldata trades) external restricted {
        uint32 organisation = _confirming(trades.length);
        for (uint256 i; i < trades.length; i++) {
            Trade calldata trade = trades[i];
            (bytes32 id, Progress storage progress) = _toConfirm(trade, organisation, trade.payingAgent);
            if (progress.received) revert AlreadyConfirmed(id);
            progress.received = true;
            emit ReceiptConfirmed(id, organisation);
        }
    }

    // Settling

    /// @inheritdoc ISettlement
    function settle(Trade calldata trade) external {
        (bytes32 id, Progress memory progress) = _beginSettling(trade);
        uint256 units = ITokenCommitments(trade.token).settleTransfer(progress.sellerCommitment);
        uint256 paid = trade.price;
        if (progress.paidInUnits) {
            paid = ITokenCommitments(trade.payment).settleTransfer(progress.buyerCommitment);
        } else if (trade.payment != address(0)) {
            _pay(trade.payment, trade.buyer, trade.seller, paid);
        }
        _emitSettled(id, trade, progress, units, paid);
    }

    /// @inheritdoc ISettlement
    function settleNet(Trade[] calldata trades) external {
        _requireFew(trades.length);
        Netting.Book memory book = Netting.open(trades.length);
        address payment;
        for (uint256 i; i < trades.length; i++) {
            Trade calldata trade = trades[i];
            (bytes32 id, Progress memory progress) = _beginSettling(trade);
            uint256 units = _deliverRow(i, id, trade.token, progress.sellerCommitment);
            uint256 paid = trade.price;
            if (progress.paidInUnits) {
                paid = _deliverRow(i, id, trade.payment, progress.buyerCommitment);
            } else if (trade.payment != address(0)) {
                if (payment == address(0)) payment = trade.payment;
                if (payment != trade.payment) revert PaymentsDiffer(i, trade.payment);
                book.owe(trade.buyer, trade.seller, trade.price);
            }
            _emitSettled(id, trade, progress, units, paid);
        }
        _payNet(payment, book);
    }

    // Ending

    /// @inheritdoc ISettlement
    function cancel(Trade calldata trade) external {
        bytes32 id = idOf(trade);
        Progress memory progress = _progress[id];
        bool matched = progress.status == Status.MATCHED;
        if (!matched && progress.status != Status.PROPOSED) revert TradeNotIn(id, Status.PROPOSED, progress.status);
        if (block.timestamp < trade.deadline && !_isBroken(trade, progress)) {
            if (msg.sender == trade.seller) progress.sellerCancels = true;
            else if (msg.sender == trade.buyer) progress.buyerCancels = true;
            else revert NotCancellable(id, msg.sender);
            if (matched && !(progress.sellerCancels && progress.buyerCancels)) {
                _progress[id] = progress;
                emit CancellationAsked(id, msg.sender);
                return;
            }
        }
        progress.status = Status.CANCELLED;
        _progress[id] = progress;
        if (progress.sellerAgreed) _release(_inForce(trade.token), progress.sellerCommitment);
        if (progress.buyerAgreed && progress.paidInUnits) {
            _release(_inForce(trade.payment), progress.buyerCommitment);
        }
        emit TradeCancelled(id, msg.sender);
    }

    // Reading

    /// @inheritdoc ISettlement
    function idOf(Trade calldata trade) public pure returns (bytes32) {
        return keccak256(abi.encode(trade));
    }

    /// @inheritdoc ISettlement
    function progressOf(bytes32 id) external view returns (Progress memory) {
        return _progress[id];
    }

    /// @inheritdoc ISettlement
    function tradeOf(address token, uint256 commitment) external view returns (bytes32) {
        return _tradeOf[token][commitment];
    }

    // Inside

    /// @dev Whether the price is paid in units of another JP20 token. That the organisations hold their roles is judged
    /// when they confirm.
    function _requireSound(Trade calldata trade) private view returns (bool paidInUnits) {
        IConsortium consortium = IConsortium(authority());
        if (consortium.kindOf(trade.token) != Kind.TOKEN) revert InvalidTrade("token");
        if (trade.seller == trade.buyer) revert InvalidTrade("buyer");
        if (trade.units == 0) revert InvalidTrade("units");
        if (trade.price == 0) revert InvalidTrade("price");
        bool atBank = trade.payment == address(0);
        if (trade.payment == trade.token || (!atBank && trade.payment.code.length == 0)) revert InvalidTrade("payment");
        if (atBank != (trade.payingAgent != 0)) revert InvalidTrade("payingAgent");
        if (atBank != (trade.broker != 0) || (atBank && trade.broker == trade.payingAgent)) {
            revert InvalidTrade("broker");
        }
        return !atBank && consortium.kindOf(trade.payment) == Kind.TOKEN;
    }

    function _requireInTime(bytes32 id, Trade calldata trade) private view {
        if (block.timestamp >= trade.deadline) revert TradeExpired(id, trade.deadline);
    }

    function _requireNotHalted(address token) private view {
        if (ITokenSwitches(token).platform().halted()) revert PlatformHalted();
    }

    function _requireFew(uint256 trades) private pure {
        if (trades > MAX_TRADES) revert TooManyTrades(trades, MAX_TRADES);
    }

    /// @dev Ties the commitment of `msg.sender` to the trade.
    function _bind(
        bytes32 id,
        Trade calldata trade,
        address token,
        uint256 commitment,
        address to,
        uint256 units
    ) private returns (uint64) {
        (address agent, address from, address recipient, uint256 amount, uint40 deadline, bool open) =
            ITokenCommitments(token).commitment(commitment);
        bool fits = open && agent == address(this) && from == msg.sender && recipient == to && amount == units
            && deadline >= trade.deadline && commitment <= type(uint64).max;
        if (!fits || _tradeOf[token][commitment] != 0) revert CommitmentMismatch(token, commitment);
        _tradeOf[token][commitment] = id;
        return uint64(commitment);
    }

    function _confirming(uint256 trades) private view returns (uint32) {
        _requireFew(trades);
        return IConsortium(authority()).actingOrganisation();
    }

    /// @dev Where several organisations decided by a request, the policy says which, not the trade.
    function _toConfirm(Trade calldata trade, uint32 organisation, uint32 named)
        private
        view
        returns (bytes32 id, Progress storage progress)
    {
        id = idOf(trade);
        progress = _matched(id, trade);
        if (trade.payment != address(0)) revert InvalidTrade("payment");
        if (organisation != 0 && organisation != named) revert NotNamed(id, organisation);
        _requireNotHalted(trade.token);
    }

    function _matched(bytes32 id, Trade calldata trade) private view returns (Progress storage progress) {
        progress = _progress[id];
        if (progress.status != Status.MATCHED) revert TradeNotIn(id, Status.MATCHED, progress.status);
        _requireInTime(id, trade);
    }

    /// @dev The trade is settled before anything moves: who comes back in between finds it done.
    function _beginSettling(Trade calldata trade) private returns (bytes32 id, Progress memory progress) {
        id = idOf(trade);
        Progress storage entry = _matched(id, trade);
        progress = entry;
        if (trade.payment == address(0) && !(progress.paid && progress.received)) revert NotConfirmed(id);
        entry.status = Status.SETTLED;
    }

    function _deliverRow(uint256 index, bytes32 id, address token, uint256 commitment) private returns (uint256) {
        try ITokenCommitments(token).settleTransfer(commitment) returns (uint256 units) {
            return units;
        } catch (bytes memory reason) {
            revert TradeInTheWay(index, id, reason);
        }
    }

    function _emitSettled(
        bytes32 id,
        Trade calldata trade,
        Progress memory progress,
        uint256 units,
        uint256 paid
    ) private {
        emit TradeSettled(
            id, trade.token, progress.sellerCommitment, units, trade.payment, progress.buyerCommitment, paid
        );
    }

    /// @dev Whether a commitment of the trade has ended without it, or its token was replaced, so that it can settle no
    /// more.
    function _isBroken(Trade calldata trade, Progress memory progress) private view returns (bool) {
        if (progress.sellerAgreed && !_isSettleable(trade.token, progress.sellerCommitment)) return true;
        return progress.buyerAgreed && progress.paidInUnits
            && !_isSettleable(trade.payment, progress.buyerCommitment);
    }

    function _isSettleable(address token, uint256 commitment) private view returns (bool) {
        return ITokenTakeover(token).inForce() && _isOpen(token, commitment);
    }

    /// @dev The token that has the commitment now, under the same number: what replaced another took them over.
    function _inForce(address token) private view returns (address) {
        while (!ITokenTakeover(token).inForce()) token = ITokenTakeover(token).successor();
        return token;
    }

    function _isOpen(address token, uint256 commitment) private view returns (bool open) {
        (,,,,, open) = ITokenCommitments(token).commitment(commitment);
    }

    function _release(address token, uint256 commitment) private {
        if (_isOpen(token, commitment)) ITokenCommitments(token).releaseTransfer(commitment);
    }
}
