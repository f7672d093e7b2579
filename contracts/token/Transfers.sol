// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {HolderWord} from "./HolderWord.sol";
import {Judgement} from "./Judgement.sol";
import {TokenWord, TokenWords} from "./TokenWord.sol";
import {Facts} from "../types/Facts.sol";
import {Reason} from "../types/Reason.sol";

/// @title Units move as {Judgement} allows
abstract contract Transfers is Judgement {
    /// @dev Takes `amount` off what `owner` allowed the caller. An allowance without end is left as it is, unless
    /// `always`: ERC-1594 says that each must be debited.
    function _spend(address owner, uint256 amount, bool always) internal {
        uint256 allowed = _allowances[owner][msg.sender];
        if (allowed < amount) revert IERC20Errors.ERC20InsufficientAllowance(msg.sender, allowed, amount);
        if (always || allowed != type(uint256).max) _allowances[owner][msg.sender] = allowed - amount;
    }

    /// @dev The path of every transfer. `word` may have rules set aside.
    function _transfer(TokenWord word, address from, address to, uint256 amount) internal {
        Holder storage slot = _holders[from];
        HolderWord sender = slot.word;
        if (!sender.isAsOf(word)) sender = _broughtUpToDate(from, sender, word);
        Reason reason;
        (reason, sender) = _moveRow(word, from, sender, to, amount);
        if (reason != Reason.NONE) _refuse(reason, from, to, amount);
        slot.word = sender;
    }

    /// @dev Judges and moves one transfer out of `sender`, the up-to-date word of `from`, which the caller stores.
    /// Where it is refused nothing has changed.
    function _moveRow(TokenWord word, address from, HolderWord sender, address to, uint256 amount)
        internal
        returns (Reason reason, HolderWord senderAfter)
    {
        (bool halted, Facts fromFacts, Facts toFacts) = _facts(word, from, to);
        if (!_isPlain(word, halted, from, fromFacts, to, toFacts, sender, amount)) {
            return _moveJudged(word, halted, from, fromFacts, to, toFacts, sender, amount);
        }
        _credit(word, from, to, amount);
        senderAfter = sender.minus(amount);
    }

    /// @dev The same by the whole judgement, which also says what is in the way.
    function _moveJudged(
        TokenWord word,
        bool halted,
        address from,
        Facts fromFacts,
        address to,
        Facts toFacts,
        HolderWord sender,
        uint256 amount
    ) private returns (Reason reason, HolderWord senderAfter) {
        reason = _judgeParties(word, halted, fromFacts, to, toFacts);
        if (reason != Reason.NONE) return (reason, sender);
        reason = _judgeAmount(word, from, sender, amount, fromFacts, to, toFacts);
        if (reason != Reason.NONE) return (reason, sender);
        if (from == to) {
            emit IERC20.Transfer(from, to, amount);
            return (reason, sender);
        }
        senderAfter = sender.minus(amount);
        bool filled = _credit(word, from, to, amount);
        if (word.has(TokenWords.HOLDER_CAPPED) && amount != 0) {
            _countHolders(word, fromFacts, senderAfter.balance() == 0, toFacts, filled);
        }
    }

    /// @dev A transfer by all rules, to which the registrar's or issuer's consent is given. Too rare for the plain case
    /// to have its own path, which would only make the code longer.
    function _moveConsented(TokenWord word, address from, address to, uint256 amount) internal returns (Reason reason) {
        (bool halted, Facts fromFacts, Facts toFacts) = _facts(word, from, to);
        HolderWord sender = _holderForUpdate(from, word);
        word = word.without(TokenWords.CONSENT_REQUIRED);
        (reason, sender) = _moveJudged(word, halted, from, fromFacts, to, toFacts, sender, amount);
        if (reason == Reason.NONE) _holders[from].word = sender;
    }
}
