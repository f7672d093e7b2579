// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC7943Fungible} from "../interfaces/IERC7943.sol";
import {HolderWord} from "./HolderWord.sol";
import {PlatformCall} from "./PlatformCall.sol";
import {TokenWord, TokenWords} from "./TokenWord.sol";
import {Facts, RETIRED, SUSPENDED} from "../types/Facts.sol";
import {Reason} from "../types/Reason.sol";

/// @title What this token allows, judged on the platform's facts
/// @notice A movement is judged in three steps, each a function that returns the first reason: the parties as such, the
/// spender, the amount. A transfer, its previews, the request for consent and its approval all ask the same functions,
/// so a preview cannot differ from what happens. Other movements ask some of them, or with rules set aside in the
/// word that they pass. Nothing here changes anything; {Transfers} moves.
abstract contract Judgement is PlatformCall {
    /// @dev What {_transfer} would answer.
    function _previewTransfer(TokenWord word, address from, address to, uint256 amount) internal view returns (Reason) {
        (bool halted, Facts fromFacts, Facts toFacts) = _facts(word, from, to);
        Reason reason = _judgeParties(word, halted, fromFacts, to, toFacts);
        if (reason != Reason.NONE) return reason;
        return _judgeAmount(word, from, _holder(from, word), amount, fromFacts, to, toFacts);
    }

    /// @dev Step 1: may units go from such a holder to such a holder of this token now?
    function _judgeParties(TokenWord word, bool halted, Facts from, address to, Facts toFacts)
        internal
        view
        returns (Reason)
    {
        Reason reason = _judgeTime(word, halted);
        if (reason != Reason.NONE) return reason;
        reason = _judgeSender(word, from);
        if (reason != Reason.NONE) return reason;
        reason = _judgeRecipient(word, to, toFacts);
        if (reason != Reason.NONE) return reason;
        return block.timestamp < word.lockedUntil() ? Reason.TOKEN_LOCKED_UP : Reason.NONE;
    }

    /// @dev May units be sent at all now, by whomever?
    function _judgeTime(TokenWord word, bool halted) internal view returns (Reason) {
        if (halted) return Reason.PLATFORM_HALTED;
        if (word.has(TokenWords.PAUSED | TokenWords.CLOSED)) {
            return word.has(TokenWords.CLOSED) ? Reason.TOKEN_CLOSED : Reason.TOKEN_PAUSED;
        }
        if (word.has(TokenWords.CONSENT_REQUIRED)) return Reason.CONSENT_REQUIRED;
        return block.timestamp >= word.maturity() ? Reason.TOKEN_MATURED : Reason.NONE;
    }

    /// @dev Whether nothing is wrong with a recipient. Who passes here passes {_judgeRecipient}, which says what it is
    /// that was. Without branches, which are most of what a judgement costs. A word without an investor has no KYC that
    /// could be valid, so no need to look for one.
    function _isWelcome(TokenWord word, Facts to) private view returns (bool yes) {
        uint256 outOfUse = SUSPENDED | RETIRED;
        assembly ("memory-safe") {
            let time := 0xffffffffff
            yes := and(shr(add(120, byte(30, to)), word), shr(add(128, byte(31, to)), word)) // class, residency
            yes := and(yes, iszero(and(to, outOfUse)))
            yes := and(yes, gt(and(shr(56, to), time), timestamp())) // KYC
            yes := and(yes, gt(and(shr(16, to), time), timestamp())) // class
        }
    }

    function _judgeSender(TokenWord word, Facts from) internal view returns (Reason) {
        if (!from.isActive()) {
            if (from.isReserved()) return Reason.SENDER_IS_ISSUER_ACCOUNT;
            if (!from.isKnown()) return Reason.SENDER_UNKNOWN;
            return from.isSuspended() ? Reason.SENDER_SUSPENDED : Reason.SENDER_RETIRED;
        }
        if (block.timestamp >= from.kycExpiry() && !word.has(TokenWords.EXPIRED_MAY_DISPOSE)) {
            return Reason.SENDER_KYC_EXPIRED;
        }
        return Reason.NONE;
    }

    function _judgeRecipient(TokenWord word, address to, Facts facts) internal view returns (Reason) {
        if (_isWelcome(word, facts)) return Reason.NONE;
        Reason reason = _judgeIdentity(to, facts);
        if (reason != Reason.NONE) return reason;
        if (block.timestamp >= facts.kycExpiry()) return Reason.RECIPIENT_KYC_EXPIRED;
        if (!word.admitsClass(facts.class()) && !word.has(TokenWords.ANY_CLASS)) return Reason.RECIPIENT_CLASS;
        if (block.timestamp >= facts.classExpiry() && !word.has(TokenWords.ANY_CLASS)) {
            return Reason.RECIPIENT_CLASS_EXPIRED;
        }
        if (!word.admitsResidency(facts.residency()) && !word.has(TokenWords.ANY_RESIDENCY)) {
            return Reason.RECIPIENT_RESIDENCY;
        }
        return Reason.NONE;
    }

    /// @dev What no decision sets aside: a wallet in use of an investor that is not suspended.
    function _judgeIdentity(address to, Facts facts) internal pure returns (Reason) {
        if (facts.isActive()) return Reason.NONE;
        if (to == address(0)) return Reason.RECIPIENT_ZERO;
        if (!facts.isKnown()) return Reason.RECIPIENT_UNKNOWN;
        return facts.isSuspended() ? Reason.RECIPIENT_SUSPENDED : Reason.RECIPIENT_RETIRED;
    }

    /// @dev Step 2: a spender that the platform does not know may act for a holder, as a settlement contract does; one
    /// that it knows and has suspended, or whose wallet was given up, may not.
    function _judgeSpender(TokenWord word, address spender) internal view returns (Reason) {
        Facts facts = _platform(word).factsOf(spender);
        return facts.isKnown() && !facts.isActive() ? Reason.SPENDER_SUSPENDED : Reason.NONE;
    }

    /// @dev Step 3: the amount, against the sender's word brought up to date.
    function _judgeAmount(
        TokenWord word,
        address from,
        HolderWord sender,
        uint256 amount,
        Facts fromFacts,
        address to,
        Facts toFacts
    ) internal view returns (Reason) {
        if (word.has(TokenWords.AMOUNT_RULES)) {
            Reason reason = _judgeAmountRules(word, sender, amount);
            if (reason != Reason.NONE) return reason;
            // Nothing moves to oneself, nor where the amount is 0: nobody becomes a holder.
            if (
                from != to && amount != 0
                    && _exceedsHolderCap(word, amount == sender.balance(), fromFacts, toFacts)
            ) return Reason.HOLDER_CAP;
        }
        if (amount > sender.balance()) return Reason.INSUFFICIENT_BALANCE;
        // The sum is below 2^105.
        if (amount + sender.bound() <= sender.balance()) return Reason.NONE;
        // The bound may be too high: a lock-up has run out since.
        return _judgeFree(word, from, sender.balance(), amount);
    }

    /// @dev `balance` is given, because a batch of one sender has not stored what its earlier rows took.
    function _judgeFree(TokenWord word, address from, uint256 balance, uint256 amount) internal view returns (Reason) {
        if (amount > balance) return Reason.INSUFFICIENT_BALANCE;
        Position memory position = _position(from, word);
        position.balance = balance;
        return amount <= _free(position) ? Reason.NONE : _restraintInTheWay(position, amount);
    }

    function _judgeAmountRules(TokenWord word, HolderWord sender, uint256 amount) internal view returns (Reason) {
        if (word.has(TokenWords.WHOLE_POSITION_ONLY) && amount != sender.balance()) return Reason.NOT_WHOLE_POSITION;
        return word.has(TokenWords.IN_LOTS) ? _judgeLots(word, amount) : Reason.NONE;
    }

    function _judgeLots(TokenWord word, uint256 amount) internal view returns (Reason) {
        return amount % _lotSize(word) == 0 ? Reason.NONE : Reason.NOT_WHOLE_LOTS;
    }

    /// @dev One investor with several wallets counts once; one that leaves with all makes room for the one who comes.
    function _exceedsHolderCap(TokenWord word, bool leaves, Facts from, Facts to) internal view returns (bool) {
        if (!word.has(TokenWords.HOLDER_CAPPED) || word.has(TokenWords.ANY_HOLDER_COUNT)) return false;
        if (_walletsWithUnits[to.investor()] != 0) return false;
        bool makesRoom = leaves && from.isKnown() && _walletsWithUnits[from.investor()] == 1;
        return _holderCount >= _holderCap && !makesRoom;
    }

    /// @dev Whether nothing about a transfer is out of the ordinary: who passes here passes {_judgeParties} and
    /// {_judgeAmount}, moves to somebody else, and there is no holder cap to count for. Without branches, like
    /// {_isWelcome}.
    function _isPlain(
        TokenWord word,
        bool halted,
        address from,
        Facts fromFacts,
        address to,
        Facts toFacts,
        HolderWord sender,
        uint256 amount
    ) internal view returns (bool yes) {
        uint256 rules = TokenWords.PAUSED | TokenWords.CONSENT_REQUIRED | TokenWords.AMOUNT_RULES;
        uint256 outOfUse = SUSPENDED | RETIRED;
        uint256 has = sender.balance();
        uint256 kept = sender.bound();
        yes = _isWelcome(word, toFacts);
        assembly ("memory-safe") {
            let time := 0xffffffffff
            yes := and(yes, iszero(or(halted, or(and(word, rules), and(fromFacts, outOfUse)))))
            yes := and(yes, gt(and(shr(56, fromFacts), time), timestamp())) // KYC
            yes := and(yes, gt(and(shr(80, word), time), timestamp())) // maturity
            yes := and(yes, iszero(gt(and(shr(40, word), time), timestamp()))) // lock-up
            yes := and(yes, iszero(or(gt(amount, has), gt(add(amount, kept), has))))
            yes := and(yes, iszero(eq(from, to)))
        }
    }

    /// @dev Says no in the words of the standard that has some for it.
    function _refuse(Reason reason, address from, address to, uint256 amount) internal view {
        if (reason == Reason.INSUFFICIENT_BALANCE) {
            revert IERC20Errors.ERC20InsufficientBalance(from, _holder(from, _word).balance(), amount);
        }
        if (reason == Reason.RECIPIENT_ZERO) revert IERC20Errors.ERC20InvalidReceiver(to);
        if (reason >= Reason.COMMITTED && reason <= Reason.ATTACHED) {
            revert IERC7943Fungible.ERC7943InsufficientUnfrozenBalance(from, amount, _free(_position(from, _word)));
        }
        _refuse(reason);
    }
}
