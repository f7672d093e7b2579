// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Original} from "../../contracts/types/Movement.sol";
import {RestraintKind} from "../../contracts/types/Restraint.sol";
import {InvestorClass, Residency} from "../../contracts/types/Facts.sol";
import {Terms} from "../../contracts/types/Terms.sol";

/// @title The token as the architecture describes it, done the naive way
/// @notice Plain numbers and plain lists. A split multiplies every number there is, one by one; a record date that
/// passes writes down every balance; what is committed is the sum of the open requests; holders are counted by
/// counting. Written from the specification, so that it and the contracts can only agree by both being right.
abstract contract Model {
    uint256 internal constant EVERYTHING = type(uint104).max;
    uint256 internal constant MOST_RESTRAINTS = 16;
    uint256 internal constant MOST_AGREED = 12;

    struct Person {
        InvestorClass class;
        Residency residency;
        uint40 kycExpiry;
        uint40 classExpiry;
        uint40 suspendedSince; // 0: not suspended
    }

    struct Holding {
        uint64 id;
        uint64 rank; // lower is senior; it goes along where the restraint goes
        RestraintKind kind;
        uint256 amount;
        uint40 until;
        bytes32 claimant;
    }

    struct Wish {
        address from;
        address to;
        uint256 amount;
        uint40 deadline;
        bool open;
    }

    struct Past {
        Original original;
        uint256 amount; // in today's units
        uint256 reversed; // likewise
    }

    struct Day {
        uint40 at;
        bool passed;
        uint256 supply;
        mapping(address account => uint256) balances;
    }

    struct Lost {
        bytes32 incident; // 0: not recorded
        Original log; // that took the units
        uint256 amount; // in today's units
        uint256 restored; // likewise
    }

    struct Stand {
        uint256 balance;
        uint256 committed;
        uint256 locked;
        uint256 frozen;
        uint256 pledged;
        uint256 attached;
        uint256 free;
    }

    Terms internal terms;
    uint256 public time;

    address[] public accounts; // all that ever hold; the issuer's is the first
    mapping(address account => uint256) public balance;
    uint256 public supply;
    uint256 public cap;
    uint256 public lot;
    uint256 public splits;
    uint256 public lockedUntil;
    bool public paused;
    bool public halted;

    Person[] internal persons;
    mapping(address wallet => uint256) internal personOf; // index + 1; 0: nobody
    mapping(address wallet => bool) internal retired;

    mapping(address account => uint256) internal frozen;
    mapping(address account => Holding[]) internal holdings;
    Wish[] internal wishes;
    Past[] internal pasts;
    Day[] internal days_;
    Lost[] internal lost;

    // Time

    function _timePasses(uint256 to) internal {
        for (uint256 i; i < days_.length; i++) {
            if (days_[i].passed || days_[i].at >= to) continue;
            days_[i].passed = true;
            days_[i].supply = supply;
            for (uint256 a; a < accounts.length; a++) {
                days_[i].balances[accounts[a]] = balance[accounts[a]];
            }
        }
        time = to;
    }

    // Splits

    function _splitAll(uint256 ratio) internal {
        splits++;
        supply *= ratio;
        cap *= ratio;
        lot *= ratio;
        for (uint256 a; a < accounts.length; a++) {
            address account = accounts[a];
            balance[account] *= ratio;
            frozen[account] = _capped(frozen[account] * ratio);
            for (uint256 i; i < holdings[account].length; i++) {
                holdings[account][i].amount = _capped(holdings[account][i].amount * ratio);
            }
        }
        for (uint256 i; i < lost.length; i++) {
            lost[i].amount *= ratio;
            lost[i].restored *= ratio;
        }
        for (uint256 i; i < wishes.length; i++) {
            wishes[i].amount *= ratio;
        }
        for (uint256 i; i < pasts.length; i++) {
            pasts[i].amount *= ratio;
            pasts[i].reversed *= ratio;
        }
    }

    function _capped(uint256 amount) internal pure returns (uint256) {
        return amount > EVERYTHING ? EVERYTHING : amount;
    }

    // Positions

    function _stand(address holder) internal view returns (Stand memory s) {
        s.balance = balance[holder];
        s.frozen = frozen[holder];
        for (uint256 i; i < wishes.length; i++) {
            if (wishes[i].open && wishes[i].from == holder) s.committed += wishes[i].amount;
        }
        for (uint256 i; i < holdings[holder].length; i++) {
            Holding storage held = holdings[holder][i];
            if (held.kind == RestraintKind.PLEDGE) s.pledged = _capped(s.pledged + held.amount);
            else if (held.kind == RestraintKind.ATTACHMENT) s.attached = _capped(s.attached + held.amount);
            else if (time < held.until) s.locked = _capped(s.locked + held.amount);
        }
        uint256 kept = s.committed + _highest(s.locked, s.frozen, _highest(s.pledged, s.attached, 0));
        s.free = s.balance > kept ? s.balance - kept : 0;
    }

    function _senior(address holder) internal view returns (uint256) {
        Stand memory s = _stand(holder);
        return _highest(s.pledged, s.attached, 0);
    }

    function _highest(uint256 a, uint256 b, uint256 c) internal pure returns (uint256) {
        if (a >= b && a >= c) return a;
        return b >= c ? b : c;
    }

    /// @dev Restraints that still hold.
    function _running(address holder) internal view returns (uint256 count) {
        for (uint256 i; i < holdings[holder].length; i++) {
            Holding storage held = holdings[holder][i];
            if (held.kind != RestraintKind.LOCK_UP || time < held.until) count++;
        }
    }

    /// @dev Of these the ones that are no court's: twelve at most, so that a court can still attach.
    function _agreed(address holder) internal view returns (uint256 count) {
        for (uint256 i; i < holdings[holder].length; i++) {
            Holding storage held = holdings[holder][i];
            if (held.kind == RestraintKind.PLEDGE) count++;
            else if (held.kind == RestraintKind.LOCK_UP && time < held.until) count++;
        }
    }

    function _hasPlace(address holder, RestraintKind kind) internal view returns (bool) {
        if (_running(holder) >= MOST_RESTRAINTS) return false;
        return kind == RestraintKind.ATTACHMENT || _agreed(holder) < MOST_AGREED;
    }

    function _havePlaces(address from, address to) internal view returns (bool) {
        return _running(from) + _running(to) <= MOST_RESTRAINTS && _agreed(from) + _agreed(to) <= MOST_AGREED;
    }

    /// @dev Whether units can still be added to this issue.
    function _isIssuable() internal view returns (bool) {
        if (!_isMature()) return true;
        for (uint256 i; i < lost.length; i++) {
            if (lost[i].incident != 0 && lost[i].restored == 0) return true;
        }
        return false;
    }

    function _forgetExpired(address holder) internal {
        for (uint256 i = holdings[holder].length; i > 0; i--) {
            Holding storage held = holdings[holder][i - 1];
            if (held.kind == RestraintKind.LOCK_UP && time >= held.until) _forget(holder, i - 1);
        }
    }

    function _forget(address holder, uint256 index) internal {
        for (; index + 1 < holdings[holder].length; index++) {
            holdings[holder][index] = holdings[holder][index + 1];
        }
        holdings[holder].pop();
    }

    /// @dev Frozen units that are moved are frozen no more, the others stay so (ERC-7943).
    function _unfreezeMoved(address from, uint256 amount) internal {
        uint256 unfrozen = balance[from] > frozen[from] ? balance[from] - frozen[from] : 0;
        if (amount > unfrozen) frozen[from] -= amount - unfrozen;
    }

    function _endWishes(address from) internal {
        for (uint256 i; i < wishes.length; i++) {
            if (wishes[i].from == from) wishes[i].open = false;
        }
    }

    // Movements

    function _move(address from, address to, uint256 amount) internal {
        balance[from] -= amount;
        balance[to] += amount;
    }

    function _extinguish(address from, uint256 amount) internal {
        balance[from] -= amount;
        supply -= amount;
    }

    // Who may

    function _isIssuer(address account) internal view returns (bool) {
        return account == terms.issuerAccount;
    }

    /// @dev A wallet in use of an investor that is not suspended.
    function _isActive(address account) internal view returns (bool) {
        return personOf[account] != 0 && !retired[account] && persons[personOf[account] - 1].suspendedSince == 0;
    }

    function _isSamePerson(address a, address b) internal view returns (bool) {
        return personOf[a] != 0 && personOf[a] == personOf[b];
    }

    function _maySend(address from) internal view returns (bool) {
        if (!_isActive(from)) return false;
        return terms.expiredMayDispose || time < persons[personOf[from] - 1].kycExpiry;
    }

    function _mayReceive(address to, bool anyClass, bool anyResidency) internal view returns (bool) {
        if (!_isActive(to)) return false;
        Person storage person = persons[personOf[to] - 1];
        if (time >= person.kycExpiry) return false;
        bool class = terms.classes & (1 << uint8(person.class)) != 0 && time < person.classExpiry;
        bool residency = terms.residencies & (1 << uint8(person.residency)) != 0;
        return (class || anyClass) && (residency || anyResidency);
    }

    function _isOpen() internal view returns (bool) {
        return !halted && !paused;
    }

    function _isMature() internal view returns (bool) {
        return terms.maturity != 0 && time >= terms.maturity;
    }

    function _isWhole(uint256 amount) internal view returns (bool) {
        return terms.lotSize < 2 || amount % lot == 0;
    }

    /// @dev One investor with several wallets counts once. Who comes for somebody who leaves does not add to the number,
    /// also where a decided case has brought it above the cap; who else comes has to find room below it.
    function _hasRoom(address from, address to, uint256 amount) internal view returns (bool) {
        if (terms.holderCap == 0 || amount == 0 || from == to || _holds(personOf[to])) return true;
        bool leaves = balance[from] == amount && personOf[from] != 0 && _walletsThatHold(personOf[from]) == 1;
        return leaves || holders() < terms.holderCap;
    }

    function _holds(uint256 person) internal view returns (bool) {
        return _walletsThatHold(person) != 0;
    }

    function _walletsThatHold(uint256 person) internal view returns (uint256 count) {
        for (uint256 a; a < accounts.length; a++) {
            if (personOf[accounts[a]] == person && balance[accounts[a]] != 0) count++;
        }
    }

    /// @dev Investors with units.
    function holders() public view returns (uint256 count) {
        for (uint256 p = 1; p <= persons.length; p++) {
            if (_holds(p)) count++;
        }
    }

    /// @dev All rules of a transfer but the spender's; consent is given or not needed.
    function _mayMove(address from, address to, uint256 amount) internal view returns (bool) {
        if (!_isOpen() || _isMature() || time < lockedUntil) return false;
        if (!_maySend(from) || !_mayReceive(to, false, false)) return false;
        if (terms.wholePositionOnly && amount != balance[from]) return false;
        if (!_isWhole(amount) || amount > balance[from] || !_hasRoom(from, to, amount)) return false;
        return amount <= _stand(from).free;
    }

    // For comparison

    function accountCount() external view returns (uint256) {
        return accounts.length;
    }

    function standOf(address holder) external view returns (Stand memory) {
        return _stand(holder);
    }

    function holdingsOf(address holder) external view returns (Holding[] memory) {
        return holdings[holder];
    }

    function runningRestraints(address holder) external view returns (uint256) {
        return _running(holder);
    }

    function dayCount() external view returns (uint256) {
        return days_.length;
    }

    function dayAt(uint256 index) external view returns (uint40 at, bool passed, uint256 supplyThen) {
        return (days_[index].at, days_[index].passed, days_[index].supply);
    }

    function balanceOn(address account, uint256 index) external view returns (uint256) {
        return days_[index].balances[account];
    }

    function wishCount() external view returns (uint256) {
        return wishes.length;
    }

    function wishAt(uint256 index) external view returns (Wish memory) {
        return wishes[index];
    }

    function pastCount() external view returns (uint256) {
        return pasts.length;
    }

    function pastAt(uint256 index) external view returns (Past memory) {
        return pasts[index];
    }

    function lostCount() external view returns (uint256) {
        return lost.length;
    }

    function lostAt(uint256 index) external view returns (Lost memory) {
        return lost[index];
    }

    function isIssuable() external view returns (bool) {
        return _isIssuable();
    }
}
