// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC7943Fungible} from "../interfaces/IERC7943.sol";
import {ITokenRestraints} from "../interfaces/ITokenRestraints.sol";
import {ITokenTransfers} from "../interfaces/ITokenTransfers.sol";
import {HolderLedger} from "./HolderLedger.sol";
import {HolderWord, TokenWord} from "./Words.sol";
import {Claim, ClaimKind} from "../types/Claims.sol";
import {Reason} from "../types/Reason.sol";

/// @title What keeps units from moving
/// @notice Lock-up, freeze, pledge and attachment are floors: the holder keeps at least that much. Those of one kind
/// add up, kinds overlap. A commitment is taken from what is free:
/// free = balance − committed − max(locked, frozen, pledged, attached), never below zero.
abstract contract Restraints is HolderLedger {
    using HolderWord for uint256;
    using TokenWord for uint256;

    /// @dev So many that a transfer which reads them all costs less than 100,000 gas more.
    uint256 internal constant MAX_CLAIMS = 16;

    /// @dev All in today's units, saturated.
    struct Position {
        uint256 balance;
        uint256 committed;
        uint256 locked;
        uint256 frozen;
        uint256 pledged;
        uint256 attached;
    }

    // Reading

    function _position(address holder, uint256 word) internal view returns (Position memory position) {
        position.balance = _holder(holder, word).balance();
        Restrained storage restrained = _restrained[holder];
        position.frozen = _today(restrained.frozen, restrained.splits, word);
        position.committed = _today(restrained.committed, restrained.splits, word);
        Claim[] storage claims = _claims[holder];
        uint256 count = claims.length;
        for (uint256 i; i < count; i++) {
            Claim storage claim = claims[i];
            uint256 amount = _today(claim.amount, claim.splits, word);
            if (claim.kind == ClaimKind.PLEDGE) position.pledged = _saturated(position.pledged + amount);
            else if (claim.kind == ClaimKind.ATTACHMENT) position.attached = _saturated(position.attached + amount);
            else if (block.timestamp < claim.until) position.locked = _saturated(position.locked + amount);
        }
    }

    function _floor(Position memory position) internal pure returns (uint256) {
        return _max(_max(position.locked, position.frozen), _seniorFloor(position));
    }

    /// @dev What even a forced transfer leaves: the units that a pledgee or an attaching creditor relies on.
    function _seniorFloor(Position memory position) internal pure returns (uint256) {
        return _max(position.pledged, position.attached);
    }

    function _free(Position memory position) internal pure returns (uint256) {
        uint256 kept = position.committed + _floor(position);
        return position.balance > kept ? position.balance - kept : 0;
    }

    /// @dev Which restraint says no to `amount`: the highest floor, unless the commitments alone do.
    function _restraintInTheWay(Position memory position, uint256 amount) internal pure returns (Reason) {
        uint256 floor = _floor(position);
        if (position.balance >= amount + floor || floor == 0) return Reason.COMMITTED;
        if (floor == position.frozen) return Reason.FROZEN;
        if (floor == position.locked) return Reason.LOCKED_UP;
        return floor == position.attached ? Reason.ATTACHED : Reason.PLEDGED;
    }

    // Changing

    /// @dev Writes the holder's bound anew after a restraint changed.
    function _refreshBound(address holder, uint256 word) internal {
        uint256 holderWord = _holderForUpdate(holder, word);
        Position memory position = _position(holder, word);
        _holders[holder].word = holderWord.withBound(_saturated(position.committed + _floor(position)));
    }

    function _setFrozen(address account, uint256 amount, uint256 word) internal {
        if (account == _issuerAccount) _requireNone(Reason.SENDER_IS_ISSUER_ACCOUNT);
        Restrained storage restrained = _currentRestrained(account, word);
        restrained.frozen = uint104(amount);
        _refreshBound(account, word);
        emit IERC7943Fungible.Frozen(account, amount);
    }

    function _commit(address holder, uint256 amount, uint256 word) internal {
        Restrained storage restrained = _currentRestrained(holder, word);
        // Only free units are committed, so that the sum stays below the supply.
        restrained.committed += uint104(amount);
        _refreshBound(holder, word);
    }

    function _uncommit(address holder, uint256 amount, uint256 word) internal {
        _currentRestrained(holder, word).committed -= uint104(amount);
        _refreshBound(holder, word);
    }

    /// @dev All requests of the holder end with the position. The caller refreshes the bound.
    function _endCommitments(address holder) internal {
        Restrained storage restrained = _restrained[holder];
        restrained.committed = 0;
        restrained.ended++;
    }

    function _currentRestrained(address holder, uint256 word) private returns (Restrained storage restrained) {
        restrained = _restrained[holder];
        if (restrained.splits != word.splits()) {
            restrained.frozen = uint104(_today(restrained.frozen, restrained.splits, word));
            restrained.committed = uint104(_today(restrained.committed, restrained.splits, word));
            restrained.splits = uint16(word.splits());
        }
    }

    /// @dev Refused where the holder has `MAX_CLAIMS` that still hold; lock-ups that have run out make room. Refused on
    /// the issuer's account, which is no holder's: pausing the token stops it.
    function _addClaim(
        address holder,
        ClaimKind kind,
        uint256 amount,
        uint40 until,
        bytes32 claimant,
        uint256 word
    ) internal returns (Reason, uint64 id) {
        if (amount == 0) return (Reason.ZERO_AMOUNT, 0);
        if (holder == _issuerAccount) return (Reason.SENDER_IS_ISSUER_ACCOUNT, 0);
        if (_claims[holder].length == MAX_CLAIMS) _dropExpired(holder);
        if (_claims[holder].length == MAX_CLAIMS) return (Reason.TOO_MANY_CLAIMS, 0);
        amount = _saturated(amount);
        id = ++_lastClaim;
        _claims[holder].push(
            Claim({
                id: id,
                kind: kind,
                amount: uint104(amount),
                splits: uint16(word.splits()),
                until: until,
                claimant: claimant
            })
        );
        _refreshBound(holder, word);
        emit ITokenRestraints.ClaimSet(holder, id, kind, amount, until, claimant);
        return (Reason.NONE, id);
    }

    /// @dev Takes `amount` off a claim, and the claim away where nothing is left of it.
    function _reduceClaim(address holder, uint256 index, uint256 amount, uint256 word) internal {
        Claim storage claim = _claims[holder][index];
        uint256 current = _today(claim.amount, claim.splits, word);
        uint256 left = amount < current ? current - amount : 0;
        emit ITokenRestraints.ClaimChanged(holder, claim.id, left, claim.until);
        if (left == 0) {
            _removeClaim(holder, index);
        } else {
            claim.amount = uint104(left);
            claim.splits = uint16(word.splits());
        }
    }

    function _claimIndex(address holder, uint64 id, ClaimKind kind) internal view returns (uint256) {
        Claim[] storage claims = _claims[holder];
        for (uint256 i; i < claims.length; i++) {
            if (claims[i].id == id && claims[i].kind == kind) return i;
        }
        revert ITokenRestraints.NoSuchClaim(holder, id);
    }

    /// @dev Where units go to an heir or a new wallet, the claims go with them: of each kind the holder keeps what the
    /// `kept` units still cover, the oldest first, and the rest is the recipient's. Older ones stay older.
    /// The caller has asked {_roomForClaims}, and refreshes the bound of `from`.
    function _carryClaims(address from, address to, uint256 kept, uint256 word) internal {
        uint256[3] memory room = [kept, kept, kept]; // by kind
        uint256 i;
        while (i < _claims[from].length) {
            Claim memory claim = _claims[from][i];
            uint256 amount = _today(claim.amount, claim.splits, word);
            uint256 stays = amount < room[uint8(claim.kind)] ? amount : room[uint8(claim.kind)];
            room[uint8(claim.kind)] -= stays;
            if (stays != amount) {
                _addClaim(to, claim.kind, amount - stays, claim.until, claim.claimant, word);
                _reduceClaim(from, i, amount - stays, word);
            }
            if (stays != 0) i++;
        }
    }

    /// @dev Whether `to` can take all claims of `from` that still hold. Lock-ups that have run out go.
    function _roomForClaims(address from, address to) internal returns (bool) {
        _dropExpired(from);
        _dropExpired(to);
        return _claims[from].length + _claims[to].length <= MAX_CLAIMS;
    }

    /// @dev The others keep their order, which is that of their ids: what came first is senior.
    function _removeClaim(address holder, uint256 index) private {
        Claim[] storage claims = _claims[holder];
        for (; index + 1 < claims.length; index++) {
            claims[index] = claims[index + 1];
        }
        claims.pop();
    }

    function _dropExpired(address holder) private {
        Claim[] storage claims = _claims[holder];
        for (uint256 i = claims.length; i > 0; i--) {
            Claim storage claim = claims[i - 1];
            if (claim.kind == ClaimKind.LOCK_UP && block.timestamp >= claim.until) _removeClaim(holder, i - 1);
        }
    }

    /// @dev Says no in our own words, unless nothing is in the way.
    function _requireNone(Reason reason) internal pure {
        if (reason != Reason.NONE) revert ITokenTransfers.TransferRefused(reason);
    }

    function _max(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a : b;
    }
}
