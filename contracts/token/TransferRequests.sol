// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ITokenCommitments} from "../interfaces/ITokenCommitments.sol";
import {ITokenLifecycle} from "../interfaces/ITokenLifecycle.sol";
import {ITransferRequests} from "../interfaces/ITransferRequests.sol";
import {TransferRules} from "./TransferRules.sol";
import {HolderWord, TokenWord} from "./Words.sol";
import {Facts} from "../types/Facts.sol";
import {Reason} from "../types/Reason.sol";

/// @title Transfers that wait for the consent of the registrar or the issuer
abstract contract TransferRequests is TransferRules, ITransferRequests {
    using HolderWord for uint256;
    using TokenWord for uint256;

    /// @inheritdoc ITransferRequests
    function requestTransfer(address to, uint256 amount, uint40 deadline) external returns (uint256 id) {
        id = _promise(address(0), to, amount, deadline);
        emit TransferRequested(id, msg.sender, to, amount, deadline);
    }

    /// @inheritdoc ITransferRequests
    function approveTransfer(uint256 id) external restricted {
        Reason reason = _approveTransfer(_currentWord(), id);
        _requireNone(reason);
    }

    /// @inheritdoc ITransferRequests
    function approveTransfers(uint256[] calldata ids) external restricted {
        uint256 word = _currentWord();
        _requireOpen(word);
        for (uint256 i; i < ids.length; i++) {
            Reason reason = _approveTransfer(word, ids[i]);
            if (reason != Reason.NONE) emit ITokenLifecycle.RowRefused(i, _transferRequests[ids[i]].from, reason);
        }
    }

    /// @inheritdoc ITransferRequests
    function rejectTransfer(uint256 id, bytes32 why) external restricted {
        uint256 word = _word;
        _requireNotHalted(word);
        // Where a token asks for no consent, none can be refused.
        bool consents = _transferRequests[id].agent == address(0) || word & TokenWord.CONSENT_REQUIRED != 0;
        if (!consents) _requireNone(Reason.REQUEST_CLOSED);
        _close(id, Status.REJECTED);
        emit TransferRejected(id, why);
    }

    /// @inheritdoc ITransferRequests
    function cancelTransfer(uint256 id) external {
        // Taking back a wish is no movement: it needs neither an open platform nor eligibility.
        TransferRequest storage request = _transferRequests[id];
        if (request.from != msg.sender || request.agent != address(0)) _requireNone(Reason.REQUEST_CLOSED);
        _close(id, Status.CANCELLED);
        emit TransferCancelled(id);
    }

    /// @inheritdoc ITransferRequests
    function transferRequest(uint256 id)
        external
        view
        returns (address from, address to, uint256 amount, uint40 deadline, Status status)
    {
        TransferRequest storage request = _transferRequests[id];
        uint256 today = _today(request.amount, request.splits, _word);
        return (request.from, request.to, today, request.deadline, _statusOf(request));
    }

    /// @inheritdoc ITransferRequests
    function previewRequest(address from, address to, uint256 amount) external view returns (Reason) {
        return _previewRequest(_word, from, to, amount);
    }

    // Inside

    /// @dev Commits free units of `msg.sender` until the transfer is answered, settled or ended.
    function _promise(address agent, address to, uint256 amount, uint40 deadline) internal returns (uint256 id) {
        uint256 word = _currentWord();
        Reason reason = _previewRequest(word, msg.sender, to, amount);
        if (reason == Reason.NONE && block.timestamp >= deadline) reason = Reason.REQUEST_CLOSED;
        if (reason != Reason.NONE) _refuse(reason, msg.sender, to, amount);
        _commit(msg.sender, amount, word);
        id = _transferRequestCount++;
        _transferRequests[id] = TransferRequest({
            from: msg.sender,
            deadline: deadline,
            status: Status.OPEN,
            splits: uint16(word.splits()),
            ended: _restrained[msg.sender].ended,
            to: to,
            amount: uint104(amount),
            agent: agent
        });
    }

    function _previewRequest(uint256 word, address from, address to, uint256 amount) private view returns (Reason) {
        if (amount == 0) return Reason.ZERO_AMOUNT;
        if (from == to) return Reason.SAME_WALLET;
        return _previewTransfer(word & ~TokenWord.CONSENT_REQUIRED, from, to, amount);
    }

    function _approveTransfer(uint256 word, uint256 id) private returns (Reason reason) {
        TransferRequest storage request = _transferRequests[id];
        if (_statusOf(request) != Status.OPEN || block.timestamp >= request.deadline) return Reason.REQUEST_CLOSED;
        if (request.agent != address(0)) return _consent(word, id, request);
        uint256 amount;
        (reason, amount) = _moveCommitted(word, request, Status.APPROVED);
        if (reason == Reason.NONE) emit TransferApproved(id, amount);
    }

    /// @dev Nothing moves yet, so the amount is judged when it does.
    function _consent(uint256 word, uint256 id, TransferRequest storage request) private returns (Reason reason) {
        (bool halted, Facts from, Facts to) = _facts(word, request.from, request.to);
        reason = _judgeParties(word & ~TokenWord.CONSENT_REQUIRED, halted, from, request.to, to);
        if (reason != Reason.NONE) return reason;
        request.status = Status.CONSENTED;
        emit ITokenCommitments.CommitmentApproved(id);
    }

    /// @dev The commitment is released first, so that the transfer finds its units free, and made again where the
    /// transfer is refused by now.
    function _moveCommitted(uint256 word, TransferRequest storage request, Status done)
        internal
        returns (Reason reason, uint256 amount)
    {
        (address from, address to) = (request.from, request.to);
        amount = _today(request.amount, request.splits, word);
        _uncommit(from, amount, word);
        reason = _moveConsented(word, from, to, amount);
        if (reason == Reason.NONE) request.status = done;
        else _commit(from, amount, word);
    }

    function _close(uint256 id, Status status) internal {
        TransferRequest storage request = _transferRequests[id];
        Status current = _statusOf(request);
        // A consent that was given beforehand is relied on, and not taken back.
        if (!_stands(current) || (current == Status.CONSENTED && status == Status.REJECTED)) {
            _requireNone(Reason.REQUEST_CLOSED);
        }
        uint256 word = _currentWord();
        request.status = status;
        _uncommit(request.from, _today(request.amount, request.splits, word), word);
    }

    /// @dev A request ends with the position it would be served from.
    function _statusOf(TransferRequest storage request) internal view returns (Status status) {
        status = request.status;
        if (_stands(status) && request.ended != _restrained[request.from].ended) status = Status.CANCELLED;
    }

    /// @dev Whether the units are still promised.
    function _stands(Status status) internal pure returns (bool) {
        return status == Status.OPEN || status == Status.CONSENTED;
    }
}
