// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsentTransfers} from "../interfaces/IConsentTransfers.sol";
import {TokenWord, TokenWords} from "./TokenWord.sol";
import {Transfers} from "./Transfers.sol";
import {Reason} from "../types/Reason.sol";

/// @title Units that their holder promised to a transfer that is still to come
/// @notice Where it waits for consent ({ConsentTransfers}) the consent moves them, where it waits for a settlement
/// ({Commitments}) its agent does.
abstract contract Promises is Transfers {
    /// @dev Commits free units of `msg.sender` until the transfer is answered, settled or ended.
    function _promise(address agent, address to, uint256 amount, uint40 deadline) internal returns (uint256 id) {
        TokenWord word = _currentWord();
        Reason reason = _judgePromise(word, msg.sender, to, amount);
        if (reason != Reason.NONE) _refuse(reason, msg.sender, to, amount);
        if (agent == address(0) && !word.has(TokenWords.CONSENT_REQUIRED)) _refuse(Reason.CONSENT_NOT_REQUIRED);
        if (block.timestamp >= deadline) _refuse(Reason.REQUEST_CLOSED);
        _commit(msg.sender, amount, word);
        id = _consentTransferCount++;
        _consentTransfers[id] = ConsentTransfer({
            from: msg.sender,
            deadline: deadline,
            status: IConsentTransfers.Status.OPEN,
            splits: uint16(word.splits()),
            ended: _restrained[msg.sender].ended,
            to: to,
            amount: uint104(amount),
            agent: agent
        });
    }

    function _judgePromise(TokenWord word, address from, address to, uint256 amount) internal view returns (Reason) {
        if (amount == 0) return Reason.ZERO_AMOUNT;
        if (from == to) return Reason.SAME_WALLET;
        return _previewTransfer(word.without(TokenWords.CONSENT_REQUIRED), from, to, amount);
    }

    /// @dev The commitment is released first, so that the transfer finds its units free, and made again where the
    /// transfer is refused by now.
    function _moveCommitted(TokenWord word, ConsentTransfer storage request, IConsentTransfers.Status done)
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

    function _close(uint256 id, IConsentTransfers.Status status) internal {
        ConsentTransfer storage request = _consentTransfers[id];
        IConsentTransfers.Status current = _statusOf(request);
        // A consent that was given beforehand is relied on, and not taken back.
        bool isReliedOn =
            current == IConsentTransfers.Status.CONSENTED && status == IConsentTransfers.Status.REJECTED;
        if (!_stands(current) || isReliedOn) _refuse(Reason.REQUEST_CLOSED);
        TokenWord word = _currentWord();
        request.status = status;
        _uncommit(request.from, _today(request.amount, request.splits, word), word);
    }

    /// @dev A request ends with the position it would be served from.
    function _statusOf(ConsentTransfer storage request) internal view returns (IConsentTransfers.Status status) {
        status = request.status;
        bool hasEnded = request.ended != _restrained[request.from].ended;
        if (_stands(status) && hasEnded) status = IConsentTransfers.Status.CANCELLED;
    }

    /// @dev Whether the units are still promised.
    function _stands(IConsentTransfers.Status status) internal pure returns (bool) {
        return status == IConsentTransfers.Status.OPEN || status == IConsentTransfers.Status.CONSENTED;
    }
}
