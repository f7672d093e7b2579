// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ITokenTerms} from "../interfaces/ITokenTerms.sol";
import {HolderLedger} from "./HolderLedger.sol";
import {TokenWord, TokenWords} from "./TokenWord.sol";
import {Placement} from "../types/Terms.sol";

/// @title The terms of the issue, as {Creation} took them
abstract contract TermSheet is HolderLedger, ITokenTerms {
    /// @inheritdoc ITokenTerms
    function paused() external view returns (bool) {
        return _word.has(TokenWords.PAUSED);
    }

    /// @inheritdoc ITokenTerms
    function cap() external view returns (uint256) {
        return _supply.cap;
    }

    /// @inheritdoc ITokenTerms
    function tranches() external view returns (uint256) {
        return _supply.tranches;
    }

    /// @inheritdoc ITokenTerms
    function issuerAccount() external view returns (address) {
        return _issuerAccount;
    }

    /// @inheritdoc ITokenTerms
    function undistributed() external view returns (uint256) {
        return _holder(_issuerAccount, _word).balance();
    }

    /// @inheritdoc ITokenTerms
    function splits() external view returns (uint256) {
        return _word.splits();
    }

    /// @inheritdoc ITokenTerms
    function splitFactor(uint256 since) external view returns (uint256) {
        return _factor(since, _word.splits());
    }

    /// @inheritdoc ITokenTerms
    function lotSize() external view returns (uint256) {
        return _lotSize(_word);
    }

    /// @inheritdoc ITokenTerms
    function unitPrice() external view returns (uint256 yen, uint256 units) {
        return (_issue.unitPrice, _factor(0, _word.splits()));
    }

    /// @inheritdoc ITokenTerms
    function maturity() external view returns (uint40) {
        return _asTerm(_word.maturity());
    }

    /// @inheritdoc ITokenTerms
    function lockedUntil() external view returns (uint40) {
        return uint40(_word.lockedUntil());
    }

    /// @notice ERC-1594: whether units can ever be added again: until maturity by an issue, and while a recorded loss
    /// is to be restored. Once false it stays so, also where units are redeemed below the cap.
    function isIssuable() external view returns (bool) {
        return _isIssuable(_word);
    }

    /// @inheritdoc ITokenTerms
    function code() external view returns (string memory) {
        return _code;
    }

    /// @inheritdoc ITokenTerms
    function termSheetHash() external view returns (bytes32) {
        return _termSheetHash;
    }

    /// @inheritdoc ITokenTerms
    function rules()
        external
        view
        returns (
            uint8 classes,
            uint8 residencies,
            uint32 holderCap,
            Placement placement,
            bool wholePositionOnly,
            bool consentRequired,
            bool expiredMayDispose
        )
    {
        TokenWord word = _word;
        return (
            word.classes(),
            word.residencies(),
            _holderCap,
            _issue.placement,
            word.has(TokenWords.WHOLE_POSITION_ONLY),
            word.has(TokenWords.CONSENT_REQUIRED),
            word.has(TokenWords.EXPIRED_MAY_DISPOSE)
        );
    }

    /// @inheritdoc ITokenTerms
    function holderCount() external view returns (uint256) {
        return _holderCount;
    }

    /// @inheritdoc ITokenTerms
    function recordDates() external view returns (uint40[] memory dates) {
        dates = new uint40[](_recordDates.length);
        for (uint256 i; i < dates.length; i++) {
            dates[i] = _recordDates[i].at;
        }
    }

    /// @inheritdoc ITokenTerms
    function supplyAtRecordDate(uint256 index) external view returns (uint256) {
        _requireReached(index);
        return index < _word.records() ? _recordDates[index].supply : _supply.total;
    }

    /// @inheritdoc ITokenTerms
    function balanceAtRecordDate(address account, uint256 index) external view returns (uint256) {
        _requireReached(index);
        return _balanceAt(account, index);
    }

    function _requireReached(uint256 index) private view {
        if (index >= _recordDates.length || block.timestamp <= _recordDates[index].at) {
            revert RecordDateNotReached(index);
        }
    }
}
