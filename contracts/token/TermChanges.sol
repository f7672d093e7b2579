// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ITermChanges} from "../interfaces/ITermChanges.sol";
import {ITokenTerms} from "../interfaces/ITokenTerms.sol";
import {PlatformCall} from "./PlatformCall.sol";
import {TokenWord, TokenWords} from "./TokenWord.sol";
import {Reason} from "../types/Reason.sol";

/// @title Terms that are changed by decision
abstract contract TermChanges is PlatformCall, ITermChanges {
    /// @inheritdoc ITermChanges
    function changeClasses(uint8 classes) external restricted {
        TokenWord word = _changeable();
        uint8 was = word.classes();
        if (classes == was) revert TermUnchanged("classes");
        // Bit 0 is NONE, the class of whom nobody knows.
        if (classes == 0 || classes & 1 != 0) revert ITokenTerms.InvalidTerms("classes");
        _word = word.withClasses(classes);
        emit ClassesChanged(was, classes);
    }

    /// @inheritdoc ITermChanges
    function changeResidencies(uint8 residencies) external restricted {
        TokenWord word = _changeable();
        uint8 was = word.residencies();
        if (residencies == was) revert TermUnchanged("residencies");
        if (residencies == 0 || residencies & 1 != 0) revert ITokenTerms.InvalidTerms("residencies");
        _word = word.withResidencies(residencies);
        emit ResidenciesChanged(was, residencies);
    }

    /// @inheritdoc ITermChanges
    function changeHolderCap(uint32 holderCap) external restricted {
        _changeable();
        uint32 was = _holderCap;
        if (holderCap == was) revert TermUnchanged("holderCap");
        if (was == 0 || holderCap == 0) revert TermFixed("holderCap");
        _holderCap = holderCap;
        emit HolderCapChanged(was, holderCap);
    }

    /// @inheritdoc ITermChanges
    function changeLotSize(uint104 lotSize) external restricted {
        TokenWord word = _changeable();
        uint256 was = _lotSize(word);
        uint104 to = lotSize == 0 ? 1 : lotSize;
        if (to == was) revert TermUnchanged("lotSize");
        if (word.has(TokenWords.WHOLE_POSITION_ONLY)) revert TermFixed("lotSize");
        if (to > _supply.cap) revert ITokenTerms.InvalidTerms("lotSize");
        (_issue.lotSize, _issue.lotSplits) = (to, uint16(word.splits()));
        _word = to == 1 ? word.without(TokenWords.IN_LOTS) : word.with(TokenWords.IN_LOTS);
        emit LotSizeChanged(was, to);
    }

    /// @inheritdoc ITermChanges
    function changeConsentRequired(bool consentRequired) external restricted {
        TokenWord word = _changeable();
        bool was = word.has(TokenWords.CONSENT_REQUIRED);
        if (consentRequired == was) revert TermUnchanged("consentRequired");
        _word = was ? word.without(TokenWords.CONSENT_REQUIRED) : word.with(TokenWords.CONSENT_REQUIRED);
        emit ConsentRequiredChanged(was, consentRequired);
    }

    /// @inheritdoc ITermChanges
    function changeCap(uint104 cap) external restricted {
        TokenWord word = _changeable();
        Supply memory supply = _supply;
        if (cap == supply.cap) revert TermUnchanged("cap");
        if (cap < supply.total) revert CapBelowSupply(cap, supply.total);
        bool lowered = cap < supply.cap && supply.openLosses != 0;
        if (lowered || cap == MAX_UNITS || cap < _lotSize(word)) revert ITokenTerms.InvalidTerms("cap");
        _supply.cap = cap;
        emit CapChanged(supply.cap, cap);
    }

    /// @inheritdoc ITermChanges
    function extendMaturity(uint40 maturity) external restricted {
        TokenWord word = _changeable();
        uint40 was = _asTerm(word.maturity());
        if (was == 0 || maturity == TokenWords.NO_TIME) revert TermFixed("maturity");
        if (maturity <= was) revert MaturityNotLater(was, maturity);
        _word = word.withMaturity(maturity);
        emit ITokenTerms.MaturityChanged(was, maturity);
    }

    // Inside

    /// @dev The token's word, where terms may be changed. What has matured stays so: nothing is ever added again.
    function _changeable() private returns (TokenWord word) {
        word = _currentWord();
        _requireNotHalted(word);
        if (block.timestamp >= word.maturity()) _refuse(Reason.TOKEN_MATURED);
    }
}
