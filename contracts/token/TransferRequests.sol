// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ITokenLifecycle} from "../interfaces/ITokenLifecycle.sol";
import {ITransferRequests} from "../interfaces/ITransferRequests.sol";
import {TransferRules} from "./TransferRules.sol";
import {HolderWord, TokenWord} from "./Words.sol";
import {Reason} from "../types/Reason.sol";

/// @title Transfers that wait for the consent of the registrar or the issuer
abstract contract TransferRequests is TransferRules, ITransferRequests {
    using HolderWord for uint256;
    using TokenWord for uint256;

    /// @inheritdoc ITransferRequests
    function requestTransfer(address to, uint256 amount, uint40 deadline) external returns (uint256 id) {
        uint256 word = _currentWord();
        Reason reason = _previewRequest(word, msg.sender, to, amount);
        if (reason == Reason.NONE && block.timestamp >= deadline) reason = Reason.REQUEST_CLOSED;
        if (reason != Reason.NONE) _refuse(reason, msg.sender, to, amount);
        _commit(msg.sender, amount, word);
        id = _transferRequests.length;
        _transferRequests.push(
            TransferRequest({
                from: msg.sender,
                deadline: deadline,
                status: Status.OPEN,
                splits: uint16(word.splits()),
                ended: _restrained[msg.sender].ended,
                to: to,
                amount: uint104(amount)
            })
        );
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
            if (reason != Reason.NONE) emit ITokenLifecycle.RowRefused(i, _senderOf(ids[i]), reason);
        }
    }

    /// @inheritdoc ITransferRequests
    function rejectTransfer(uint256 id, bytes32 why) external restricted {
        _requireNotHalted(_word);
        _close(id, Status.REJECTED);
        emit TransferRejected(id, why);
    }

    /// @inheritdoc ITransferRequests
    function cancelTransfer(uint256 id) external {
        // Taking back a wish is no movement: it needs neither an open platform nor eligibility.
        if (_senderOf(id) != msg.sender) _requireNone(Reason.REQUEST_CLOSED);
        _close(id, Status.CANCELLED);
        emit TransferCancelled(id);
    }

    /// @inheritdoc ITransferRequests
    function transferRequest(uint256 id)
        external
        view
        returns (address from, address to, uint256 amount, uint40 deadline, Status status)
    {
        if (id >= _transferRequests.length) return (address(0), address(0), 0, 0, Status.NONE);
        TransferRequest storage request = _transferRequests[id];
        uint256 today = _today(request.amount, request.splits, _word);
        return (request.from, request.to, today, request.deadline, _statusOf(request));
    }

    /// @inheritdoc ITransferRequests
    function previewRequest(address from, address to, uint256 amount) external view returns (Reason) {
        return _previewRequest(_word, from, to, amount);
    }

    // Inside

    function _previewRequest(uint256 word, address from, address to, uint256 amount) private view returns (Reason) {
        if (amount == 0) return Reason.ZERO_AMOUNT;
        return _previewTransfer(word & ~TokenWord.CONSENT_REQUIRED, from, to, amount);
    }

    /// @dev The commitment is released first, so that the transfer finds its units free, and made again where the
    /// transfer is refused by now.
    function _approveTransfer(uint256 word, uint256 id) private returns (Reason reason) {
        if (id >= _transferRequests.length) return Reason.REQUEST_CLOSED;
        TransferRequest storage request = _transferRequests[id];
        if (_statusOf(request) != Status.OPEN || block.timestamp >= request.deadline) return Reason.REQUEST_CLOSED;
        uint256 amount = _today(request.amount, request.splits, word);
        _uncommit(request.from, amount, word);
        reason = _moveConsented(word, request.from, request.to, amount);
        if (reason == Reason.NONE) {
            request.status = Status.APPROVED;
            emit TransferApproved(id, amount);
        } else {
            _commit(request.from, amount, word);
        }
    }

    function _close(uint256 id, Status status) private {
        if (id >= _transferRequests.length) _requireNone(Reason.REQUEST_CLOSED);
        TransferRequest storage request = _transferRequests[id];
        if (_statusOf(request) != Status.OPEN) _requireNone(Reason.REQUEST_CLOSED);
        uint256 word = _currentWord();
        request.status = status;
        _uncommit(request.from, _today(request.amount, request.splits, word), word);
    }

    /// @dev A request ends with the position it would be served from.
    function _statusOf(TransferRequest storage request) private view returns (Status status) {
        status = request.status;
        if (status == Status.OPEN && request.ended != _restrained[request.from].ended) status = Status.CANCELLED;
    }

    function _senderOf(uint256 id) private view returns (address) {
        return id < _transferRequests.length ? _transferRequests[id].from : address(0);
    }
}
