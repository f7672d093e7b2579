// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC1594} from "../interfaces/IERC1594.sol";
import {ITokenLifecycle} from "../interfaces/ITokenLifecycle.sol";
import {ITokenRestraints} from "../interfaces/ITokenRestraints.sol";
import {TransferRules} from "./TransferRules.sol";
import {HolderWord, TokenWord} from "./Words.sol";
import {Claim, ClaimKind} from "../types/Claims.sol";
import {Facts} from "../types/Facts.sol";
import {Reason} from "../types/Reason.sol";

/// @title Redemption: units are extinguished, each way only as the term sheet allows
abstract contract Redemption is TransferRules, ITokenLifecycle {
    using HolderWord for uint256;
    using TokenWord for uint256;

    /// @inheritdoc ITokenLifecycle
    function redeemAtMaturity(address[] calldata holders) external restricted {
        uint256 word = _currentWord();
        _redeemWhole(word, holders, block.timestamp >= word.maturity());
    }

    /// @inheritdoc ITokenLifecycle
    function redeemEarly(address[] calldata holders) external restricted {
        uint256 word = _currentWord();
        _redeemWhole(word, holders, word & TokenWord.EARLY_REDEMPTION != 0 && block.timestamp < word.maturity());
    }

    /// @inheritdoc ITokenLifecycle
    function redeemPart(address[] calldata holders, uint256[] calldata amounts) external restricted {
        _requireSameLength(holders.length, amounts.length);
        uint256 word = _currentWord();
        _requireOpen(word);
        _requireAllowed(word & TokenWord.PARTIAL_REDEMPTION != 0);
        for (uint256 i; i < holders.length; i++) {
            Reason reason = _redeemUnits(word, holders[i], amounts[i], "");
            if (reason != Reason.NONE) emit RowRefused(i, holders[i], reason);
        }
    }

    /// @notice ERC-1594: redeems one holder's units. Called by: ISSUER, REGISTRAR, PAYING_AGENT. Lock-ups do not stand
    /// in the way; a pledge, an attachment, a freeze and a commitment do.
    function redeemFrom(address tokenHolder, uint256 value, bytes calldata data) external restricted {
        uint256 word = _currentWord();
        _requireOpen(word);
        _requireAllowed(word & TokenWord.HOLDER_REDEMPTION != 0);
        Reason reason = _redeemUnits(word, tokenHolder, value, data);
        if (reason != Reason.NONE) _refuse(reason, tokenHolder, address(0), value);
    }

    // Inside

    function _requireAllowed(bool allowed) private pure {
        if (!allowed) _requireNone(Reason.REDEMPTION_NOT_ALLOWED);
    }

    function _redeemWhole(uint256 word, address[] calldata holders, bool allowed) private {
        _requireOpen(word);
        _requireAllowed(allowed);
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
        if (_supply.total == 0 && _supply.tranches != 0) _supply.redeemed = true;
    }

    /// @dev Nothing is left to restrain. What a pledgee or creditor had on the units continues on the money.
    function _endRestraints(address holder, uint256 word) private {
        Restrained storage restrained = _restrained[holder];
        if (restrained.frozen != 0) _setFrozen(holder, 0, word);
        if (restrained.committed != 0) _endCommitments(holder);
        Claim[] storage claims = _claims[holder];
        for (uint256 i = claims.length; i > 0; i--) {
            Claim memory claim = claims[i - 1];
            uint256 amount = _today(claim.amount, claim.splits, word);
            if (claim.kind != ClaimKind.LOCK_UP) emit ClaimOnProceeds(holder, claim.id, claim.claimant, amount);
            emit ITokenRestraints.ClaimChanged(holder, claim.id, 0, claim.until);
            claims.pop();
        }
        _refreshBound(holder, word);
    }

    /// @dev A part of a position: what others rely on stays.
    function _redeemUnits(uint256 word, address holder, uint256 amount, bytes memory data) private returns (Reason) {
        if (amount == 0) return Reason.ZERO_AMOUNT;
        Position memory position = _position(holder, word);
        if (amount > position.balance) return Reason.INSUFFICIENT_BALANCE;
        position.locked = 0;
        if (amount > _free(position)) return _restraintInTheWay(position, amount);
        (, Facts facts,) = _facts(word, holder, holder);
        _burn(word, holder, facts, amount);
        emit IERC1594.Redeemed(msg.sender, holder, amount, data);
        return Reason.NONE;
    }
}
