// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ITokenCommitments} from "../interfaces/ITokenCommitments.sol";
import {ITokenLifecycle} from "../interfaces/ITokenLifecycle.sol";
import {IConsentTransfers} from "../interfaces/IConsentTransfers.sol";
import {Promises} from "./Promises.sol";
import {TokenWord, TokenWords} from "./TokenWord.sol";
import {Facts} from "../types/Facts.sol";
import {Reason} from "../types/Reason.sol";

/// @title Transfers that wait for the consent of the registrar or the issuer
abstract contract ConsentTransfers is Promises, IConsentTransfers {
    /// @inheritdoc IConsentTransfers
    function requestTransfer(address to, uint256 amount, uint40 deadline) external returns (uint256 id) {
        id = _promise(address(0), to, amount, deadline);
        emit TransferRequested(id, msg.sender, to, amount, deadline);
    }

    /// @inheritdoc IConsentTransfers
    function approveTransfer(uint256 id) external restricted {
        Reason reason = _approveTransfer(_currentWord(), id);
        if (reason != Reason.NONE) _refuse(reason);
    }

    /// @inheritdoc IConsentTransfers
    function approveTransfers(uint256[] calldata ids) external restricted {
        TokenWord word = _currentWord();
        _requireOpen(word);
        for (uint256 i; i < ids.length; i++) {
            Reason reason = _approveTransfer(word, ids[i]);
            if (reason != Reason.NONE) emit ITokenLifecycle.RowRefused(i, _consentTransfers[ids[i]].from, reason);
        }
    }

    /// @inheritdoc IConsentTransfers
    function rejectTransfer(uint256 id, bytes32 why) external restricted {
        TokenWord word = _word;
        _requireNotHalted(word);
        // Where a token asks for no consent, none can be refused.
        bool consents = _consentTransfers[id].agent == address(0) || word.has(TokenWords.CONSENT_REQUIRED);
        if (!consents) _refuse(Reason.REQUEST_CLOSED);
        _close(id, Status.REJECTED);
        emit TransferRejected(id, why);
    }

    /// @inheritdoc IConsentTransfers
    function cancelTransfer(uint256 id) external {
        // Taking back a wish is no movement: it needs neither an open platform nor eligibility.
        ConsentTransfer storage request = _consentTransfers[id];
        if (request.from != msg.sender || request.agent != address(0)) _refuse(Reason.REQUEST_CLOSED);
        _close(id, Status.CANCELLED);
        emit TransferCancelled(id);
    }

    /// @inheritdoc IConsentTransfers
    function consentTransfer(uint256 id)
        external
        view
        returns (address from, address to, uint256 amount, uint40 deadline, Status status)
    {
        ConsentTransfer storage request = _consentTransfers[id];
        uint256 today = _today(request.amount, request.splits, _word);
        return (request.from, request.to, today, request.deadline, _statusOf(request));
    }

    /// @inheritdoc IConsentTransfers
    function previewRequest(address from, address to, uint256 amount) external view returns (Reason) {
        TokenWord word = _word;
        Reason reason = _judgePromise(word, from, to, amount);
        if (reason != Reason.NONE) return reason;
        return word.has(TokenWords.CONSENT_REQUIRED) ? Reason.NONE : Reason.CONSENT_NOT_REQUIRED;
    }

    // Inside

    function _approveTransfer(TokenWord word, uint256 id) private returns (Reason reason) {
        ConsentTransfer storage request = _consentTransfers[id];
        if (_statusOf(request) != Status.OPEN || block.timestamp >= request.deadline) return Reason.REQUEST_CLOSED;
        if (request.agent != address(0)) return _consent(word, id, request);
        uint256 amount;
        (reason, amount) = _moveCommitted(word, request, Status.APPROVED);
        if (reason == Reason.NONE) emit TransferApproved(id, amount);
    }

    /// @dev Nothing moves yet, so the amount is judged when it does.
    function _consent(TokenWord word, uint256 id, ConsentTransfer storage request) private returns (Reason reason) {
        (bool halted, Facts from, Facts to) = _facts(word, request.from, request.to);
        reason = _judgeParties(word.without(TokenWords.CONSENT_REQUIRED), halted, from, request.to, to);
        if (reason != Reason.NONE) return reason;
        request.status = Status.CONSENTED;
        emit ITokenCommitments.CommitmentApproved(id);
    }

}
