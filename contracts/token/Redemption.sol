// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC1594} from "../interfaces/IERC1594.sol";
import {ITokenLifecycle} from "../interfaces/ITokenLifecycle.sol";
import {ITokenRestraints} from "../interfaces/ITokenRestraints.sol";
import {ITokenTerms} from "../interfaces/ITokenTerms.sol";
import {TokenWord, TokenWords} from "./TokenWord.sol";
import {Transfers} from "./Transfers.sol";
import {Restraint, RestraintKind} from "../types/Restraint.sol";
import {Facts} from "../types/Facts.sol";
import {Reason} from "../types/Reason.sol";

/// @title Redemption: units are extinguished, each way only as the term sheet allows
abstract contract Redemption is Transfers, ITokenLifecycle {
    /// @inheritdoc ITokenLifecycle
    function redeemAtMaturity(address[] calldata holders) external restricted {
        TokenWord word = _currentWord();
        _requireNotHalted(word);
        _requireAllowed(block.timestamp >= word.maturity());
        for (uint256 i; i < holders.length; i++) {
            uint256 balance = _holder(holders[i], word).balance();
            if (balance == 0) {
                emit RowRefused(i, holders[i], Reason.INSUFFICIENT_BALANCE);
                continue;
            }
            _endRestraints(holders[i], word);
            (, Facts facts,) = _facts(word, holders[i], holders[i]);
            _burn(word, holders[i], facts, balance);
            emit IERC1594.Redeemed(msg.sender, holders[i], balance, "");
        }
    }

    /// @inheritdoc ITokenLifecycle
    function redeemEarly() external restricted {
        TokenWord word = _currentWord();
        _requireOpen(word);
        uint256 maturity = word.maturity();
        _requireAllowed(word.has(TokenWords.EARLY_REDEMPTION) && block.timestamp < maturity);
        _word = word.withMaturity(block.timestamp);
        emit ITokenTerms.MaturityChanged(_asTerm(maturity), uint40(block.timestamp));
    }

    /// @inheritdoc ITokenLifecycle
    function redeemPart(address[] calldata holders, uint256[] calldata amounts) external restricted {
        _requireSameLength(holders.length, amounts.length);
        TokenWord word = _currentWord();
        _requireOpen(word);
        _requireAllowed(word.has(TokenWords.PARTIAL_REDEMPTION));
        for (uint256 i; i < holders.length; i++) {
            Reason reason = _redeemUnits(word, holders[i], amounts[i], "");
            if (reason != Reason.NONE) emit RowRefused(i, holders[i], reason);
        }
    }

    /// @inheritdoc ITokenLifecycle
    function previewRedemption(address[] calldata holders, uint256[] calldata amounts)
        external
        view
        returns (Reason[] memory reasons)
    {
        _requireSameLength(holders.length, amounts.length);
        TokenWord word = _word;
        Reason stopped = _judgeOpen(word);
        if (stopped == Reason.NONE && !word.has(TokenWords.PARTIAL_REDEMPTION)) stopped = Reason.REDEMPTION_NOT_ALLOWED;
        reasons = new Reason[](holders.length);
        for (uint256 i; i < holders.length; i++) {
            reasons[i] = stopped == Reason.NONE ? _judgePart(_position(holders[i], word), amounts[i]) : stopped;
        }
    }

    /// @notice ERC-1594: redeems one holder's units out of the allowance that the holder gave the caller, who is the
    /// Consortium where a request is executed: without it the way is {IERC1644-controllerRedeem}. Lock-ups and
    /// commitments do not stand in the way; a pledge, an attachment and a freeze do.
    /// @custom:act forced-redemption
    function redeemFrom(address tokenHolder, uint256 value, bytes calldata data) external restricted {
        TokenWord word = _currentWord();
        _requireOpen(word);
        _requireAllowed(word.has(TokenWords.HOLDER_REDEMPTION));
        _spend(tokenHolder, value, true);
        Reason reason = _redeemUnits(word, tokenHolder, value, data);
        if (reason != Reason.NONE) _refuse(reason, tokenHolder, address(0), value);
    }

    // Inside

    function _requireAllowed(bool allowed) private pure {
        if (!allowed) _refuse(Reason.REDEMPTION_NOT_ALLOWED);
    }

    /// @dev Nothing is left to restrain. What a pledgee or creditor had on the units continues on the money.
    function _endRestraints(address holder, TokenWord word) private {
        Restrained storage restrained = _restrained[holder];
        if (restrained.frozen != 0) _setFrozen(holder, 0, word);
        if (restrained.committed != 0) _endCommitments(holder);
        Restraint[] storage restraints = _restraints[holder];
        for (uint256 i = restraints.length; i > 0; i--) {
            Restraint memory restraint = restraints[i - 1];
            uint256 amount = _today(restraint.amount, restraint.splits, word);
            if (restraint.kind != RestraintKind.LOCK_UP) {
                emit RestraintOnProceeds(holder, restraint.id, restraint.claimant, amount);
            }
            emit ITokenRestraints.RestraintChanged(holder, restraint.id, 0, restraint.until);
            _removeRestraint(holder, i - 1);
        }
        _refreshBound(holder, word);
    }

    /// @dev A part of a position: what others rely on stays. What the holder alone promised does not, or it would be a
    /// way out. The position is left without what does not stand in the way.
    function _judgePart(Position memory position, uint256 amount) private pure returns (Reason) {
        if (amount == 0) return Reason.ZERO_AMOUNT;
        if (amount > position.balance) return Reason.INSUFFICIENT_BALANCE;
        position.locked = 0;
        position.committed = 0;
        return amount > _free(position) ? _restraintInTheWay(position, amount) : Reason.NONE;
    }

    /// @dev Where the commitments no longer fit into what is left they end.
    function _redeemUnits(TokenWord word, address holder, uint256 amount, bytes memory data) private returns (Reason) {
        Position memory position = _position(holder, word);
        uint256 committed = position.committed;
        Reason reason = _judgePart(position, amount);
        if (reason != Reason.NONE) return reason;
        if (committed > _free(position) - amount) {
            _endCommitments(holder);
            _refreshBound(holder, word);
        }
        (, Facts facts,) = _facts(word, holder, holder);
        _burn(word, holder, facts, amount);
        emit IERC1594.Redeemed(msg.sender, holder, amount, data);
        return Reason.NONE;
    }
}
