// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IConsortium, Role} from "../interfaces/IConsortium.sol";
import {IERC7943Fungible} from "../interfaces/IERC7943.sol";
import {IJP20Token} from "../interfaces/IJP20Token.sol";
import {ITermChanges} from "../interfaces/ITermChanges.sol";
import {ITokenLifecycle} from "../interfaces/ITokenLifecycle.sol";
import {ITokenRestraints} from "../interfaces/ITokenRestraints.sol";
import {ITokenSwitches} from "../interfaces/ITokenSwitches.sol";
import {ITokenTakeover} from "../interfaces/ITokenTakeover.sol";
import {ITokenTerms} from "../interfaces/ITokenTerms.sol";
import {HolderWord} from "./HolderWord.sol";
import {PlatformCall} from "./PlatformCall.sol";
import {TokenWord, TokenWords} from "./TokenWord.sol";
import {Facts} from "../types/Facts.sol";
import {Restraint} from "../types/Restraint.sol";

/// @title A token takes a register over, and hands it over
/// @notice What is copied are words of storage, as they are: no balance is computed from another, and no field can be
/// forgotten that is not named here as the successor's own. The predecessor is closed while they are copied, so that
/// each word has one value, and copying it again changes nothing.
abstract contract Takeover is PlatformCall, ITokenTakeover {
    /// @dev Changes with every change of `TokenStorage`.
    uint256 private constant LAYOUT = 2;

    /// @dev Fields stand below; what is behind a mapping, an array or a string stands far above.
    uint256 private constant FIELDS = 1 << 16;

    /// @dev Above every address: marks an investor, not a holder.
    uint256 private constant INVESTOR = 1 << 160;

    /// @dev The terms that this token was made with and that a decision can change; amounts in units of no split.
    struct Said {
        TokenWord word;
        uint256 cap;
        uint256 lotSize;
        uint32 holderCap;
    }

    // The old token

    /// @inheritdoc ITokenTakeover
    function closeFor(address next) external restricted {
        TokenWord word = _currentWord();
        IJP20Token token = IJP20Token(next);
        if (
            !_platform(word).isToken(next) || token.predecessor() != address(this)
                || token.issuerAccount() != _issuerAccount
        ) revert NotASuccessor(next);
        _requireSameParties(next);
        (bool begun,,) = token.carried();
        if (begun) revert NotASuccessor(next);
        _successor = next;
        _word = word.closed();
        emit SuccessorAppointed(next);
    }

    /// @inheritdoc ITokenTakeover
    function reopen() external restricted {
        TokenWord word = _handingOver();
        emit SuccessorWithdrawn(_successor);
        _successor = address(0);
        _word = word;
    }

    /// @inheritdoc ITokenTakeover
    function handOver() external returns (uint256) {
        _word = _handingOver();
        if (msg.sender != _successor) revert NotTakingOver();
        TokenWord word = _currentWord();
        TokenWord retired = word.oneMoreSplit();
        _word = retired.closed();
        (_supply.total, _supply.cap) = (0, 0);
        emit ITokenLifecycle.UnitsSplit(retired.splits(), 0);
        emit Retired(msg.sender);
        return TokenWord.unwrap(word);
    }

    // The new token

    /// @inheritdoc ITokenTakeover
    function carryHolders(address[] calldata holders) external {
        ITokenTakeover old = _takingOver();
        TokenWord word = _wordOf(old);
        _carrySplits(old, word);
        for (uint256 i; i < holders.length; i++) {
            uint256 what = uint160(holders[i]);
            if (!_isCarried[address(old)][what] && _carry(old, word, holders[i])) _isCarried[address(old)][what] = true;
        }
    }

    /// @inheritdoc ITokenTakeover
    function carrySlots(bytes32[] calldata slots_) external {
        ITokenTakeover old = _takingOver();
        _carrySplits(old, _wordOf(old));
        uint256 nameData = _dataOfName();
        for (uint256 i; i < slots_.length; i++) {
            uint256 slot = uint256(slots_[i]);
            bool ofName = slot >= nameData && slot - nameData < FIELDS;
            if (slot < FIELDS || ofName) revert NotASlotToCarry(slots_[i]);
        }
        _copy(old, slots_);
    }

    /// @inheritdoc ITokenTakeover
    function takeOver() external restricted {
        ITokenTakeover old = _takingOver();
        _carrySplits(old, _wordOf(old));
        (uint256 units, uint256 holders) = (_carriedUnits, _carriedHolders);
        Said memory said = Said(_word, _supply.cap, _issue.lotSize, _holderCap);
        _copy(old, _fields());
        if (units != _supply.total) revert NotCarried(units, _supply.total);
        if (holders != _holderCount) revert NotCarried(holders, _holderCount);
        TokenWord word = TokenWord.wrap(old.handOver());
        // What counts record dates is in the word; what they are, those included that it just passed, is here.
        _copy(old, _recordDateSlots());
        TokenWord before = _word;
        word = word.withFlagsOf(before, TokenWords.PLATFORM_REPLACED);
        // Who paused either of the two meant what they now are.
        if (before.has(TokenWords.PAUSED)) word = word.with(TokenWords.PAUSED);
        _word = word;
        emit TookOver(address(old));
        _tell(said, word);
        _platform(_word).relist(address(this));
    }

    /// @dev What who follows the events of this token alone would miss: what its terms did not say.
    function _tell(Said memory said, TokenWord word) private {
        TokenWord before = said.word;
        _tellTerms(said, word);
        if (word.maturity() != before.maturity()) {
            emit ITokenTerms.MaturityChanged(_asTerm(before.maturity()), _asTerm(word.maturity()));
        }
        if (word.lockedUntil() != before.lockedUntil()) {
            emit ITokenRestraints.TokenLockUpSet(uint40(word.lockedUntil()));
        }
        if (word.has(TokenWords.PAUSED)) emit ITokenSwitches.Paused(msg.sender);
        for (uint256 i; i < _recordDates.length; i++) {
            emit ITokenLifecycle.RecordDateSet(i, _recordDates[i].at);
        }
    }

    function _tellTerms(Said memory said, TokenWord word) private {
        TokenWord before = said.word;
        if (word.classes() != before.classes()) emit ITermChanges.ClassesChanged(before.classes(), word.classes());
        if (word.residencies() != before.residencies()) {
            emit ITermChanges.ResidenciesChanged(before.residencies(), word.residencies());
        }
        if (_holderCap != said.holderCap) emit ITermChanges.HolderCapChanged(said.holderCap, _holderCap);
        uint256 lotSize = before.has(TokenWords.IN_LOTS) ? _today(said.lotSize, 0, word) : 1;
        if (_lotSize(word) != lotSize) emit ITermChanges.LotSizeChanged(lotSize, _lotSize(word));
        bool asks = word.has(TokenWords.CONSENT_REQUIRED);
        if (asks != before.has(TokenWords.CONSENT_REQUIRED)) {
            emit ITermChanges.ConsentRequiredChanged(!asks, asks);
        }
        uint256 cap = _today(said.cap, 0, word);
        if (_supply.cap != cap) emit ITermChanges.CapChanged(cap, _supply.cap);
    }

    // Views

    /// @inheritdoc ITokenTakeover
    function slots(bytes32[] calldata slots_) external view returns (bytes32[] memory words) {
        words = new bytes32[](slots_.length);
        for (uint256 i; i < slots_.length; i++) {
            words[i] = bytes32(_load(slots_[i]));
        }
    }

    /// @inheritdoc ITokenTakeover
    function storageLayout() external pure returns (uint256) {
        return LAYOUT;
    }

    /// @inheritdoc ITokenTakeover
    function inForce() external view returns (bool) {
        return _isInForce(_word);
    }

    /// @inheritdoc ITokenTakeover
    function successor() external view returns (address) {
        return _successor;
    }

    /// @inheritdoc ITokenTakeover
    function predecessor() external view returns (address) {
        return _predecessor;
    }

    /// @inheritdoc ITokenTakeover
    function carried() external view returns (bool begun, uint256 units, uint256 holders) {
        return (_carryingBegun, _carriedUnits, _carriedHolders);
    }

    // Inside: the old token

    /// @dev The word of a token that is closed and in force, as it is when it is open.
    function _handingOver() private view returns (TokenWord word) {
        word = _word;
        if (_successor == address(0) || !_isInForce(word)) revert NotTakingOver();
        uint256 index = word.records();
        return word.opened(index < _recordDates.length ? _recordDates[index].at : TokenWords.NO_TIME);
    }

    /// @dev The roles of a token are held for its address, and do not come over: who signs here has them there too. A
    /// token whose brokers are named is not opened to all of them.
    function _requireSameParties(address next) private view {
        IConsortium consortium = IConsortium(_authority);
        bool same = consortium.isSignedByHolder(Role.ISSUER, next) && consortium.isSignedByHolder(Role.REGISTRAR, next)
            && consortium.holders(Role.BROKER, next) == consortium.holders(Role.BROKER, address(this));
        if (!same) revert OtherParties(next);
    }

    // Inside: the new token

    /// @dev The predecessor, while it is closed for this token.
    function _takingOver() private returns (ITokenTakeover old) {
        old = ITokenTakeover(_predecessor);
        bool isWaiting = address(old) != address(0) && _successor == address(0) && !_isInForce(_word);
        if (!isWaiting || old.successor() != address(this)) revert NotTakingOver();
        uint256 layout = old.storageLayout();
        if (layout != LAYOUT) revert UnknownLayout(layout);
        if (!_carryingBegun) _carryingBegun = true;
    }

    function _carry(ITokenTakeover old, TokenWord word, address holder) private returns (bool found) {
        bytes32[] memory places = new bytes32[](3);
        Restrained storage restrained = _restrained[holder];
        Restraint[] storage restraints = _restraints[holder];
        {
            Holder storage position = _holders[holder];
            bytes32 first;
            bytes32 second;
            bytes32 third;
            assembly ("memory-safe") {
                first := position.slot
                second := restrained.slot
                third := restraints.slot
            }
            (places[0], places[1], places[2]) = (first, second, third);
        }
        if (!_copy(old, places)) return false;
        uint256 units = _unitsOf(holder, word);
        if (units != 0) {
            _carriedUnits += uint104(units);
            _carryInvestor(old, word, holder);
            emit IERC20.Transfer(address(0), holder, units);
        }
        if (restrained.frozen != 0) {
            emit IERC7943Fungible.Frozen(holder, _today(restrained.frozen, restrained.splits, word));
        }
        _carryRestraintsOf(old, word, holder, restraints);
        emit PositionCarried(holder, units);
        return true;
    }

    /// @dev By the predecessor's counts: this token's own word answers nothing yet.
    function _unitsOf(address holder, TokenWord word) private view returns (uint256) {
        HolderWord position = _holders[holder].word;
        return position.balance() * _factor(position.splits(), word.splits());
    }

    /// @dev Of each investor the number of wallets with units comes over once, and counts one holder.
    function _carryInvestor(ITokenTakeover old, TokenWord word, address holder) private {
        if (!word.has(TokenWords.HOLDER_CAPPED)) return;
        (, Facts facts,) = _facts(_word, holder, holder);
        uint256 what = INVESTOR | facts.investor();
        if (!facts.isKnown() || _isCarried[address(old)][what]) return;
        _isCarried[address(old)][what] = true;
        bytes32[] memory place = new bytes32[](1);
        bytes32 base;
        assembly ("memory-safe") {
            base := _walletsWithUnits.slot
        }
        place[0] = keccak256(abi.encode(facts.investor(), base));
        if (_copy(old, place)) _carriedHolders++;
    }

    function _carryRestraintsOf(ITokenTakeover old, TokenWord word, address holder, Restraint[] storage restraints)
        private
    {
        uint256 count = restraints.length;
        if (count == 0) return;
        uint256 first;
        {
            bytes32 place;
            assembly ("memory-safe") {
                place := restraints.slot
            }
            first = uint256(keccak256(abi.encode(place)));
        }
        bytes32[] memory places = new bytes32[](2 * count); // two words each
        for (uint256 i; i < places.length; i++) {
            places[i] = bytes32(first + i);
        }
        _copy(old, places);
        for (uint256 i; i < count; i++) {
            Restraint memory restraint = restraints[i];
            _restraintHolder[restraint.id] = holder;
            uint256 amount = _today(restraint.amount, restraint.splits, word);
            emit ITokenRestraints.RestraintSet(
                holder, restraint.id, restraint.kind, amount, restraint.until, restraint.claimant
            );
        }
    }

    /// @dev Once, and before any other word, so that no quantity stands here without the factors that it is counted by.
    function _carrySplits(ITokenTakeover old, TokenWord word) private {
        uint256 count = word.splits();
        if (count == 0 || _splitFactors[count] != 0) return;
        bytes32[] memory places = new bytes32[](count);
        bytes32 base;
        assembly ("memory-safe") {
            base := _splitFactors.slot
        }
        for (uint256 i; i < count; i++) {
            places[i] = keccak256(abi.encode(i + 1, base));
        }
        _copy(old, places);
        for (uint256 i = 1; i <= count; i++) {
            emit ITokenLifecycle.UnitsSplit(i, _factor(i - 1, i));
        }
    }

    function _wordOf(ITokenTakeover old) private view returns (TokenWord) {
        bytes32[] memory place = new bytes32[](1);
        bytes32 slot;
        assembly ("memory-safe") {
            slot := _word.slot
        }
        place[0] = slot;
        return TokenWord.wrap(uint256(old.slots(place)[0]));
    }

    /// @dev All fields but those that are this token's own. Of a mapping or an array only the length stands there.
    function _fields() private pure returns (bytes32[] memory places) {
        uint256 own;
        uint256 end;
        assembly ("memory-safe") {
            own := or(own, shl(_authority.slot, 1))
            own := or(own, shl(_word.slot, 1))
            own := or(own, shl(_name.slot, 1))
            own := or(own, shl(_symbol.slot, 1))
            own := or(own, shl(_code.slot, 1))
            own := or(own, shl(_newPlatform.slot, 1))
            own := or(own, shl(_successor.slot, 1))
            own := or(own, shl(_predecessor.slot, 1))
            own := or(own, shl(_carriedHolders.slot, 1))
            end := add(_isCarried.slot, 1)
        }
        places = new bytes32[](end);
        uint256 count;
        for (uint256 i; i < end; i++) {
            if ((own >> i) & 1 == 0) places[count++] = bytes32(i);
        }
        assembly ("memory-safe") {
            mstore(places, count)
        }
    }

    /// @dev Where a name stands that is longer than a word. It is this token's own, as the field is.
    function _dataOfName() private pure returns (uint256) {
        bytes32 place;
        assembly ("memory-safe") {
            place := _name.slot
        }
        return uint256(keccak256(abi.encode(place)));
    }

    function _recordDateSlots() private view returns (bytes32[] memory places) {
        places = new bytes32[](_recordDates.length); // one word each
        bytes32 base;
        assembly ("memory-safe") {
            base := _recordDates.slot
        }
        uint256 first = uint256(keccak256(abi.encode(base)));
        for (uint256 i; i < places.length; i++) {
            places[i] = bytes32(first + i);
        }
    }

    /// @dev Writes here what the predecessor has there. Zeros are not written, for nothing is here that it does not
    /// have, but for what says who was carried. Returns whether there was anything.
    function _copy(ITokenTakeover old, bytes32[] memory places) private returns (bool any) {
        bytes32[] memory words = old.slots(places);
        for (uint256 i; i < places.length; i++) {
            (bytes32 place, bytes32 word) = (places[i], words[i]);
            if (word == 0) continue;
            any = true;
            assembly ("memory-safe") {
                sstore(place, word)
            }
        }
    }

    function _load(bytes32 place) private view returns (uint256 word) {
        assembly ("memory-safe") {
            word := sload(place)
        }
    }
}
