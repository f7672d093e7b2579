// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsentTransfers} from "../interfaces/IConsentTransfers.sol";
import {IConsortium, Kind} from "../interfaces/IConsortium.sol";
import {ITokenCommitments} from "../interfaces/ITokenCommitments.sol";
import {Promises} from "./Promises.sol";
import {TokenWord, TokenWords} from "./TokenWord.sol";
import {Reason} from "../types/Reason.sol";

/// @title Units that are promised to a settlement
/// @notice A request for a transfer with an agent: the consent, where the token asks for it, lets the agent move the
/// units, and does not move them.
abstract contract Commitments is Promises, ITokenCommitments {
    /// @inheritdoc ITokenCommitments
    function commitTransfer(address agent, address to, uint256 amount, uint40 deadline) external returns (uint256 id) {
        if (!_mayAct(agent)) revert AgentUnknown(agent);
        id = _promise(agent, to, amount, deadline);
        emit TransferCommitted(id, msg.sender, agent, to, amount, deadline);
    }

    /// @inheritdoc ITokenCommitments
    function settleTransfer(uint256 id) external returns (uint256 amount) {
        ConsentTransfer storage request = _consentTransfers[id];
        if (msg.sender != request.agent || !_mayAct(msg.sender)) revert AgentUnknown(msg.sender);
        TokenWord word = _currentWord();
        IConsentTransfers.Status status = _statusOf(request);
        if (!_stands(status) || block.timestamp >= request.deadline) _refuse(Reason.REQUEST_CLOSED);
        bool lacksConsent = word.has(TokenWords.CONSENT_REQUIRED) && status == IConsentTransfers.Status.OPEN;
        if (lacksConsent) _refuse(Reason.CONSENT_REQUIRED);
        Reason reason;
        (reason, amount) = _moveCommitted(word, request, IConsentTransfers.Status.SETTLED);
        if (reason != Reason.NONE) _refuse(reason);
        emit CommitmentSettled(id, msg.sender, amount);
    }

    /// @inheritdoc ITokenCommitments
    function releaseTransfer(uint256 id) external {
        ConsentTransfer storage request = _consentTransfers[id];
        address agent = request.agent;
        bool isOver = msg.sender == request.from && agent != address(0)
            && (block.timestamp >= request.deadline || !_mayAct(agent));
        if (msg.sender != agent && !isOver) revert NotReleasable(id, msg.sender);
        _close(id, IConsentTransfers.Status.CANCELLED);
        emit CommitmentReleased(id);
    }

    /// @inheritdoc ITokenCommitments
    function commitment(uint256 id)
        external
        view
        returns (address agent, address from, address to, uint256 amount, uint40 deadline, bool open)
    {
        ConsentTransfer storage request = _consentTransfers[id];
        agent = request.agent;
        if (agent == address(0)) return (agent, from, to, amount, deadline, open);
        amount = _today(request.amount, request.splits, _word);
        return (agent, request.from, request.to, amount, request.deadline, _stands(_statusOf(request)));
    }

    // Inside

    /// @dev Whether the Consortium lets it settle this token's transfers: a settlement contract of all tokens, or of
    /// this one.
    function _mayAct(address agent) private view returns (bool) {
        IConsortium consortium = IConsortium(_authority);
        if (consortium.kindOf(agent) != Kind.SETTLEMENT) return false;
        address scope = consortium.scopeOf(agent);
        return scope == address(0) || scope == address(this);
    }
}
