// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC7943Fungible} from "../interfaces/IERC7943.sol";
import {ITokenRestraints} from "../interfaces/ITokenRestraints.sol";
import {HolderLedger} from "./HolderLedger.sol";
import {HolderWord} from "./HolderWord.sol";
import {TokenWord} from "./TokenWord.sol";
import {Restraint, RestraintKind} from "../types/Restraint.sol";
import {Reason} from "../types/Reason.sol";

/// @title What keeps units from moving
/// @notice Lock-up, freeze, pledge and attachment are floors: the holder keeps at least that much. Those of one kind
/// add up, kinds overlap. A commitment is taken from what is free:
/// free = balance − committed − max(locked, frozen, pledged, attached), never below zero.
abstract contract Restraints is HolderLedger {
    /// @dev So many that a transfer which reads them all costs less than 100,000 gas more.
    uint256 internal constant MAX_RESTRAINTS = 16;

    /// @dev Of these so many lock-ups and pledges at most: the other places are kept for what a court attaches.
    uint256 internal constant MAX_AGREED = 12;

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

    function _position(address holder, TokenWord word) internal view returns (Position memory position) {
        position.balance = _holder(holder, word).balance();
        Restrained storage restrained = _restrained[holder];
        position.frozen = _today(restrained.frozen, restrained.splits, word);
        position.committed = _today(restrained.committed, restrained.splits, word);
        Restraint[] storage restraints = _restraints[holder];
        uint256 count = restraints.length;
        for (uint256 i; i < count; i++) {
            Restraint storage restraint = restraints[i];
            uint256 amount = _today(restraint.amount, restraint.splits, word);
            if (restraint.kind == RestraintKind.PLEDGE) position.pledged = _saturated(position.pledged + amount);
            else if (restraint.kind == RestraintKind.ATTACHMENT) {
                position.attached = _saturated(position.attached + amount);
            } else if (block.timestamp < restraint.until) position.locked = _saturated(position.locked + amount);
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
    function _refreshBound(address holder, TokenWord word) internal {
        HolderWord holderWord = _holderForUpdate(holder, word);
        Position memory position = _position(holder, word);
        _holders[holder].word = holderWord.withBound(_saturated(position.committed + _floor(position)));
    }

    function _setFrozen(address account, uint256 amount, TokenWord word) internal {
        if (account == _issuerAccount) _refuse(Reason.SENDER_IS_ISSUER_ACCOUNT);
        Restrained storage restrained = _currentRestrained(account, word);
        restrained.frozen = uint104(amount);
        _refreshBound(account, word);
        emit IERC7943Fungible.Frozen(account, amount);
    }

    function _commit(address holder, uint256 amount, TokenWord word) internal {
        Restrained storage restrained = _currentRestrained(holder, word);
        // Only free units are committed, so that the sum stays below the supply.
        restrained.committed += uint104(amount);
        _refreshBound(holder, word);
    }

    function _uncommit(address holder, uint256 amount, TokenWord word) internal {
        _currentRestrained(holder, word).committed -= uint104(amount);
        _refreshBound(holder, word);
    }

    /// @dev All requests of the holder end with the position. The caller refreshes the bound.
    function _endCommitments(address holder) internal {
        Restrained storage restrained = _restrained[holder];
        restrained.committed = 0;
        restrained.ended++;
    }

    function _currentRestrained(address holder, TokenWord word) private returns (Restrained storage restrained) {
        restrained = _restrained[holder];
        if (restrained.splits != word.splits()) {
            restrained.frozen = uint104(_today(restrained.frozen, restrained.splits, word));
            restrained.committed = uint104(_today(restrained.committed, restrained.splits, word));
            restrained.splits = uint16(word.splits());
        }
    }

    /// @dev Refused where the holder has as many that still hold; lock-ups that have run out make room. Refused on the
    /// issuer's account, which is no holder's: pausing the token stops it.
    function _addRestraint(
        address holder,
        RestraintKind kind,
        uint256 amount,
        uint40 until,
        bytes32 claimant,
        TokenWord word
    ) internal returns (Reason, uint64) {
        if (amount == 0) return (Reason.ZERO_AMOUNT, 0);
        if (holder == _issuerAccount) return (Reason.SENDER_IS_ISSUER_ACCOUNT, 0);
        if (!_hasRoom(holder, kind)) {
            _dropExpired(holder);
            if (!_hasRoom(holder, kind)) return (Reason.TOO_MANY_RESTRAINTS, 0);
        }
        uint40 id = ++_lastRestraint;
        uint104 units = uint104(_saturated(amount));
        _place(holder, Restraint(id, id, kind, units, uint16(word.splits()), until, claimant));
        _refreshBound(holder, word);
        return (Reason.NONE, id);
    }

    /// @dev Takes `amount` off a restraint, and the restraint away where nothing is left of it.
    function _reduceRestraint(address holder, uint256 index, uint256 amount, TokenWord word) internal {
        Restraint storage restraint = _restraints[holder][index];
        uint256 current = _today(restraint.amount, restraint.splits, word);
        uint256 left = amount < current ? current - amount : 0;
        emit ITokenRestraints.RestraintChanged(holder, restraint.id, left, restraint.until);
        if (left == 0) {
            _removeRestraint(holder, index);
        } else {
            restraint.amount = uint104(left);
            restraint.splits = uint16(word.splits());
        }
    }

    function _restraintIndex(address holder, uint64 id, RestraintKind kind) internal view returns (uint256) {
        Restraint[] storage restraints = _restraints[holder];
        for (uint256 i; i < restraints.length; i++) {
            if (restraints[i].id == id && restraints[i].kind == kind) return i;
        }
        revert ITokenRestraints.NoSuchRestraint(holder, id);
    }

    /// @dev Where units go to an heir or a new wallet, the restraints go with them: of each kind the holder keeps what
    /// the `kept` units still cover, the senior first, and the rest is the recipient's. What goes as a whole keeps its
    /// id; a part gets one, and both keep their rank.
    /// The caller has asked {_roomForRestraints}, and refreshes the bound of `from`.
    function _carryRestraints(address from, address to, uint256 kept, TokenWord word) internal {
        uint256[3] memory room = [kept, kept, kept]; // by kind
        uint256 i;
        while (i < _restraints[from].length) {
            Restraint memory restraint = _restraints[from][i];
            uint256 amount = _today(restraint.amount, restraint.splits, word);
            uint256 stays = amount < room[uint8(restraint.kind)] ? amount : room[uint8(restraint.kind)];
            room[uint8(restraint.kind)] -= stays;
            if (stays != amount) {
                uint40 id = restraint.id;
                _reduceRestraint(from, i, amount - stays, word);
                if (stays != 0) restraint.id = ++_lastRestraint;
                (restraint.amount, restraint.splits) = (uint104(amount - stays), uint16(word.splits()));
                _place(to, restraint);
                emit ITokenRestraints.RestraintCarried(id, restraint.id, from, to, amount - stays);
            }
            if (stays != 0) i++;
        }
        _refreshBound(to, word);
    }

    /// @dev Behind what is senior to it.
    function _place(address holder, Restraint memory restraint) private {
        Restraint[] storage restraints = _restraints[holder];
        uint256 index = restraints.length;
        restraints.push(restraint);
        for (; index > 0 && restraints[index - 1].rank > restraint.rank; index--) {
            restraints[index] = restraints[index - 1];
        }
        if (index + 1 != restraints.length) restraints[index] = restraint;
        _restraintHolder[restraint.id] = holder;
        emit ITokenRestraints.RestraintSet(
            holder, restraint.id, restraint.kind, restraint.amount, restraint.until, restraint.claimant
        );
    }

    function _hasRoom(address holder, RestraintKind kind) private view returns (bool) {
        uint256 count = _restraints[holder].length;
        if (kind == RestraintKind.ATTACHMENT) return count < MAX_RESTRAINTS;
        return count < MAX_AGREED || count < MAX_RESTRAINTS && _agreed(holder) < MAX_AGREED;
    }

    /// @dev Whether `to` can take all restraints of `from` that still hold. Lock-ups that have run out go.
    function _roomForRestraints(address from, address to) internal returns (bool) {
        _dropExpired(from);
        _dropExpired(to);
        uint256 count = _restraints[from].length + _restraints[to].length;
        return count <= MAX_AGREED || count <= MAX_RESTRAINTS && _agreed(from) + _agreed(to) <= MAX_AGREED;
    }

    /// @dev How many restraints are no court's.
    function _agreed(address holder) private view returns (uint256 count) {
        Restraint[] storage restraints = _restraints[holder];
        for (uint256 i; i < restraints.length; i++) {
            if (restraints[i].kind != RestraintKind.ATTACHMENT) count++;
        }
    }

    /// @dev The others keep their order.
    function _removeRestraint(address holder, uint256 index) internal {
        Restraint[] storage restraints = _restraints[holder];
        delete _restraintHolder[restraints[index].id];
        for (; index + 1 < restraints.length; index++) {
            restraints[index] = restraints[index + 1];
        }
        restraints.pop();
    }

    function _dropExpired(address holder) private {
        Restraint[] storage restraints = _restraints[holder];
        for (uint256 i = restraints.length; i > 0; i--) {
            Restraint storage restraint = restraints[i - 1];
            bool hasRunOut = restraint.kind == RestraintKind.LOCK_UP && block.timestamp >= restraint.until;
            if (hasRunOut) _removeRestraint(holder, i - 1);
        }
    }

    function _max(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a : b;
    }
}
