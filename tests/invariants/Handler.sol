// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Platform} from "../../contracts/Platform.sol";
import {IERC7943Fungible} from "../../contracts/interfaces/IERC7943.sol";
import {IInvestorRegistry} from "../../contracts/interfaces/IInvestorRegistry.sol";
import {IJP20Token} from "../../contracts/interfaces/IJP20Token.sol";
import {ITokenLifecycle} from "../../contracts/interfaces/ITokenLifecycle.sol";
import {ITokenTransfers} from "../../contracts/interfaces/ITokenTransfers.sol";
import {Cause, ForcedMove, Original} from "../../contracts/types/Movement.sol";
import {Restraint, RestraintKind} from "../../contracts/types/Restraint.sol";
import {InvestorClass, Registration, RegistrationLib, Residency} from "../../contracts/types/Facts.sol";
import {Reason} from "../../contracts/types/Reason.sol";
import {Placement, Terms} from "../../contracts/types/Terms.sol";
import {Model} from "./Model.sol";
import {vm, Vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @title Everything that can be done to a token, done at random
/// @notice Each function is one act by somebody. It asks the model whether the act may succeed, does it to the token,
/// and does it to the model where it may. What differs is kept in words, for the invariants to find: a handler
/// never reverts. Amounts are picked near the edges, so that most acts succeed and many just fail.
contract Handler is Model {
    uint256 internal constant INVESTORS = 6;
    uint256 internal constant FIRST_WALLETS = 8; // the first two investors have two
    uint256 internal constant MOST_ACCOUNTS = 16;
    uint256 internal constant MOST_PASTS = 24;
    uint256 internal constant YEAR = 365 days;

    Platform public immutable platform;
    IJP20Token public token;
    address internal immutable issuer;

    /// @dev The first of its kind that went wrong; empty while none has.
    string public wrongOutcome;
    string public wrongPreview;
    string public uncovered;
    string public overcrowded;
    string public wrongSeniority;
    string public wrongRestoration;

    /// @dev Balances added up from `Transfer` and `UnitsSplit` of a token alone.
    mapping(IJP20Token token => mapping(address account => uint256)) internal recordedBy;

    /// @dev How often each act went through.
    mapping(string act => uint256) public reached;

    uint64 internal serial;

    constructor(Terms memory terms_) {
        terms = terms_;
        time = block.timestamp;
        issuer = terms_.issuerAccount;
        (platform, token) = World.build(terms_);
        cap = terms_.cap;
        lot = terms_.lotSize < 2 ? 1 : terms_.lotSize;
        lockedUntil = terms_.lockedUntil;
        accounts.push(issuer);
        _registerInvestors();
        _placeIssue();
    }

    modifier act() {
        vm.warp(time);
        vm.recordLogs();
        _endLongStop();
        _;
        if (terms.holderCap != 0) crowd = token.holderCount();
    }

    // Transfers

    function transfer(uint256 who, uint256 whom, uint256 how) external act {
        (address from, address to) = (_seller(who), _anybody(whom));
        uint256 amount = _amount(how, from);
        bool may = !terms.consentRequired && _mayMove(from, to, amount);
        Reason said = token.preview(from, from, to, amount);
        _compareAnswers(from, from, to, amount, said);
        (bool done, bytes memory answer) = _as(from, abi.encodeCall(IERC20.transfer, (to, amount)));
        _comparePreview("transfer", said, done, answer);
        _after("transfer", may, done);
        if (done) _moved(from, to, amount);
        _checkCrowd("transfer");
    }

    function transferFrom(uint256 who, uint256 whom, uint256 how, uint256 by) external act {
        (address from, address to) = (_seller(who), _anybody(whom));
        address spender = by % 3 == 0 ? address(0xA11CE) : accounts[by % accounts.length];
        uint256 amount = _amount(how, from);
        if (by % 5 != 0) _as(from, abi.encodeCall(IERC20.approve, (spender, by % 7 == 0 ? type(uint256).max : amount)));
        uint256 allowed = token.allowance(from, spender);
        bool may = !terms.consentRequired && allowed >= amount && _mayMove(from, to, amount);
        if (spender != from) may = may && (personOf[spender] == 0 || _isActive(spender));
        Reason said = token.preview(spender, from, to, amount);
        _compareAnswers(spender, from, to, amount, said);
        _watch(from, to);
        (bool done, bytes memory answer) = _as(spender, abi.encodeCall(IERC20.transferFrom, (from, to, amount)));
        if (spender != from || allowed >= amount) _comparePreview("transferFrom", said, done, answer);
        _judgeWatched("transferFrom", done, false);
        _after("transferFrom", may, done);
        if (done) {
            _moved(from, to, amount);
            uint256 left = allowed == type(uint256).max ? allowed : allowed - amount;
            if (token.allowance(from, spender) != left) _note("transferFrom left another allowance");
        }
        _checkCrowd("transferFrom");
    }

    /// @dev All or nothing: the model tries the rows one after the other and takes them back where one is refused.
    function batchTransfer(uint256 who, uint256 whom, uint256 how) external act {
        address from = how % 3 == 0 ? _restrained(who) : _holder(who);
        uint256 rows = 1 + (how >> 100) % 4;
        address[] memory to = new address[](rows);
        uint256[] memory amounts = new uint256[](rows);
        uint256[] memory before = _balances();
        bool may = true;
        for (uint256 i; i < rows; i++) {
            to[i] = _anybody(uint256(keccak256(abi.encode(whom, i))));
            amounts[i] = _amount(uint256(keccak256(abi.encode(how, i))), from);
            // Often all that is free, and then what was to stay.
            if (how % 3 == 0) amounts[i] = i == 0 ? _stand(from).free : balance[from];
            if (amounts[i] == 0) amounts[i] = lot;
            may = may && !terms.consentRequired && _mayMove(from, to[i], amounts[i]);
            if (may) _move(from, to[i], amounts[i]);
        }
        (bool done,) = _as(from, abi.encodeCall(ITokenTransfers.batchTransfer, (to, amounts)));
        _after("batchTransfer", may, done);
        if (!may) _setBalances(before);
        _checkCrowd("batchTransfer");
    }

    function deliver(uint256 whom, uint256 how) external act {
        uint256 rows = 1 + how % 3;
        address[] memory to = new address[](rows);
        uint256[] memory amounts = new uint256[](rows);
        bool open = _isOpen();
        bool[] memory may = new bool[](rows);
        for (uint256 i; i < rows; i++) {
            to[i] = _anybody(uint256(keccak256(abi.encode(whom, i))));
            amounts[i] = _amount(uint256(keccak256(abi.encode(how, i))), issuer);
            may[i] = open && !_isMature() && amounts[i] != 0 && amounts[i] <= balance[issuer] && _isWhole(amounts[i])
                && _mayReceive(to[i], false, false) && _hasRoom(issuer, to[i], amounts[i]);
            if (may[i]) _moved(issuer, to[i], amounts[i]);
        }
        _after("deliver", open, _do(abi.encodeCall(ITokenLifecycle.deliver, (to, amounts))));
        _checkCrowd("deliver");
    }

    function issue(uint256 how) external act {
        uint256 room = cap - supply;
        uint256 amount = how % 8 == 0 ? room + (how >> 8) % 2 : (how >> 8) % (room / 8 + 2);
        bool may = _isOpen() && !_isMature() && amount != 0 && amount <= room;
        bool done = _do(abi.encodeWithSignature("issue(uint256)", amount));
        _after("issue", may, done);
        if (done) {
            supply += amount;
            balance[issuer] += amount;
        }
    }

    // Consent

    function requestTransfer(uint256 who, uint256 whom, uint256 how) external act {
        (address from, address to) = (_seller(who), _anybody(whom));
        uint256 amount = _amount(how, from);
        uint40 deadline = uint40(time + 1 + (how >> 100) % 60 days);
        bool may = terms.consentRequired && amount != 0 && from != to && _mayMove(from, to, amount);
        Reason said = token.previewRequest(from, to, amount);
        (bool done, bytes memory answer) = _as(from, abi.encodeCall(token.requestTransfer, (to, amount, deadline)));
        _comparePreview("requestTransfer", said, done, answer);
        _after("requestTransfer", may, done);
        if (done) wishes.push(Wish(from, to, amount, deadline, true));
    }

    function answerRequest(uint256 which, uint256 how) external act {
        if (wishes.length == 0) return;
        uint256 id = which % wishes.length;
        for (uint256 i; i < wishes.length && how % 5 != 0 && !wishes[id].open; i++) {
            id = (which % wishes.length + i) % wishes.length;
        }
        Wish storage wish = wishes[id];
        if (how % 8 < 4) _approve(id, how % 3 == 0);
        else if (how % 8 < 6) {
            bool done = _do(abi.encodeCall(token.rejectTransfer, (id, "no")));
            _after("rejectTransfer", wish.open && !halted, done);
            if (done) wish.open = false;
        } else {
            (bool done,) = _as(wish.from, abi.encodeCall(token.cancelTransfer, (id)));
            _after("cancelTransfer", wish.open, done);
            wish.open = false;
        }
    }

    function _approve(uint256 id, bool inBatch) private {
        Wish storage wish = wishes[id];
        bool may = wish.open && time < wish.deadline;
        if (may) {
            wish.open = false; // its own commitment is not in its way
            may = _mayMove(wish.from, wish.to, wish.amount);
            wish.open = true;
        }
        uint256[] memory ids = new uint256[](1);
        ids[0] = id;
        bool done = inBatch
            ? _do(abi.encodeCall(token.approveTransfers, (ids)))
            : _do(abi.encodeCall(token.approveTransfer, (id)));
        _after(inBatch ? "approveTransfers" : "approveTransfer", inBatch ? _isOpen() : may, done);
        if (!may) return;
        reached["a request was served"]++;
        wish.open = false;
        _moved(wish.from, wish.to, wish.amount);
        _checkCrowd("approveTransfer");
    }

    // Restraints

    function lockUp(uint256 whom, uint256 how) external act {
        uint256 rows = how % 16 == 0 ? 9 : 1 + how % 3;
        address[] memory on = new address[](rows);
        uint256[] memory amounts = new uint256[](rows);
        uint40 until = uint40(time + 1 + (how >> 100) % 8 days);
        for (uint256 i; i < rows; i++) {
            on[i] = _toBeRestrained(rows == 9 ? whom : uint256(keccak256(abi.encode(whom, i))));
            amounts[i] = _restraint(how >> i, on[i]);
        }
        bool done = _do(abi.encodeCall(token.lockUp, (on, amounts, until)));
        _after("lockUp", !halted, done);
        if (!done) return;
        for (uint256 i; i < rows; i++) {
            if (_isIssuer(on[i]) || amounts[i] == 0 || !_hasPlace(on[i], RestraintKind.LOCK_UP)) continue;
            holdings[on[i]].push(Holding(0, 0, RestraintKind.LOCK_UP, _capped(amounts[i]), until, 0));
        }
        for (uint256 i; i < rows; i++) {
            _learnIds(on[i]);
        }
    }

    function shortenLockUp(uint256 whom, uint256 which, uint256 how) external act {
        (address on, uint256 index) = _someRestraint(whom, which);
        if (on == address(0)) return;
        Holding storage held = holdings[on][index];
        uint40 until = uint40(how % 3 == 0 ? time - 1 : time + how % 30 days);
        bool may = !halted && held.kind == RestraintKind.LOCK_UP && until < held.until;
        bool done = _do(abi.encodeCall(token.shortenLockUp, (on, held.id, until)));
        _after("shortenLockUp", may, done);
        if (!done) return;
        held.until = until;
        if (until <= time) _forget(on, index);
    }

    function tokenLockUp(uint256 how) external act {
        if (how % 4 == 0) {
            uint40 until = uint40(time + how % 8 hours);
            bool may = !halted && until > time && until > lockedUntil && (terms.maturity == 0 || until <= terms.maturity);
            bool done = _do(abi.encodeCall(token.setTokenLockUp, (until)));
            _after("setTokenLockUp", may, done);
            if (done) lockedUntil = until;
        } else {
            uint40 until = uint40(how % 4 == 1 ? time : time + how % 6 hours);
            bool done = _do(abi.encodeCall(token.shortenTokenLockUp, (until)));
            _after("shortenTokenLockUp", !halted && until < lockedUntil, done);
            if (done) lockedUntil = until;
        }
    }

    function freeze(uint256 whom, uint256 how) external act {
        address on = _toBeRestrained(whom);
        uint256 amount = _restraint(how, on);
        if (how % 3 != 0 && frozen[on] != 0) amount = frozen[on] / 2;
        if (how % 4 < 2) {
            uint256 current = how % 7 == 0 ? frozen[on] + 1 : frozen[on];
            bool may = !halted && _capped(current) == frozen[on] && amount < frozen[on];
            bool done = _do(abi.encodeCall(token.unfreeze, (on, current, amount)));
            _after("unfreeze", may, done);
            if (done) frozen[on] = amount;
        } else if (how % 4 == 2) {
            bool may = !_isIssuer(on) && _capped(amount) > frozen[on];
            bool done = _do(abi.encodeCall(IERC7943Fungible.setFrozenTokens, (on, amount)));
            _after("setFrozenTokens", may, done);
            if (done) frozen[on] = _capped(amount);
        } else {
            (uint40 at, bool confirmed) = token.freezeAtOnceOf(on, 0);
            address[] memory list = new address[](1);
            uint256[] memory amounts = new uint256[](1);
            (list[0], amounts[0]) = (on, amount);
            bool done = _do(abi.encodeCall(token.freezeAtOnce, (list, amounts)));
            bool may = !_isIssuer(on) && _capped(amount) > frozen[on] && (at == 0 || confirmed);
            _after("freezeAtOnce", may, done);
            if (done) frozen[on] = _capped(amount);
        }
    }

    /// @dev Mostly one; sometimes several small ones, so that there is an order to lose.
    function restraint(uint256 whom, uint256 how) external act {
        address on = _toBeRestrained(whom);
        if (how % 4 != 3) return _restraint(on, how % 2 == 0, _restraint(how >> 1, on));
        for (uint256 i; i < 4; i++) {
            _restraint(on, (how >> i) % 8 < 4, 1 + i);
        }
    }

    /// @dev Each claimant is another one. A pledgee relies on units that are there; a court may attach what is still
    /// to come.
    function _restraint(address on, bool pledged, uint256 amount) private {
        bytes32 claimant = bytes32(uint256(++serial));
        RestraintKind kind = pledged ? RestraintKind.PLEDGE : RestraintKind.ATTACHMENT;
        bool may = !halted && !_isIssuer(on) && amount != 0 && _hasPlace(on, kind);
        if (pledged) may = may && _stand(on).pledged + _capped(amount) <= balance[on];
        bool done = _do(
            pledged
                ? abi.encodeCall(token.pledge, (on, amount, claimant))
                : abi.encodeCall(token.placeAttachment, (on, amount, claimant))
        );
        _after(pledged ? "pledge" : "placeAttachment", may, done);
        if (!done) return;
        holdings[on].push(Holding(0, 0, kind, _capped(amount), 0, claimant));
        _learnIds(on);
    }

    function release(uint256 whom, uint256 which, uint256 how) external act {
        (address on, uint256 index) = _someRestraint(whom, which);
        if (on == address(0) || holdings[on][index].kind == RestraintKind.LOCK_UP) return;
        Holding storage held = holdings[on][index];
        uint256 amount = how % 3 == 0 ? held.amount : (how >> 8) % (held.amount + 2);
        bool pledged = held.kind == RestraintKind.PLEDGE;
        bool done = _do(
            pledged
                ? abi.encodeCall(token.releasePledge, (on, held.id, amount))
                : abi.encodeCall(token.releaseAttachment, (on, held.id, amount))
        );
        _after(pledged ? "releasePledge" : "releaseAttachment", !halted && amount != 0, done);
        if (!done) return;
        if (amount >= held.amount) _forget(on, index);
        else held.amount -= amount;
    }

    // Enforcement

    function forcedTransfer(uint256 who, uint256 whom, uint256 how) external act {
        (address from, address to) = (who % 2 == 0 ? _debtor(who) : _holder(who), _anybody(whom));
        uint8 waivers = how % 2 == 0 ? 0 : uint8(how >> 8) % 16;
        uint256 amount = _forcedAmount(how >> 16, from, _senior(from));
        bool may = _mayForce(from, to, amount, waivers) && amount + _senior(from) <= balance[from];
        bool[] memory covered = _covered();
        _watch(from, to);
        ForcedMove[] memory moves = new ForcedMove[](1);
        moves[0] = ForcedMove(from, to, uint104(amount), waivers, 0);
        bool done;
        bool inBatch;
        if (waivers == 0 && how % 4 == 0) {
            done = _do(abi.encodeCall(IERC7943Fungible.forcedTransfer, (from, to, amount)));
        } else if (waivers == 0 && how % 4 == 2) {
            done = _do(abi.encodeCall(token.controllerTransfer, (from, to, amount, "", "")));
        } else if (how % 3 == 0) {
            inBatch = true;
            done = _do(abi.encodeCall(token.batchForcedTransfer, (moves)));
        } else {
            done = _do(abi.encodeCall(token.forcedTransferWith, (moves[0])));
        }
        _after("forcedTransfer", inBatch ? !halted : may, done);
        _judgeWatched("forcedTransfer", may, false);
        if (may) {
            reached["units were forced"]++;
            _force(from, to, amount);
        }
        _checkCovered("forcedTransfer", covered);
        if (waivers & 4 == 0) _checkCrowd("forcedTransfer");
    }

    /// @dev A pledge or attachment is enforced: older ones stay covered, younger ones give way.
    function executeRestraint(uint256 whom, uint256 which, uint256 how) external act {
        (address from, uint256 index) = _someRestraint(whom, which);
        if (from == address(0) || holdings[from][index].kind == RestraintKind.LOCK_UP) return;
        Holding storage held = holdings[from][index];
        (uint256 pledged, uint256 attached) = _seniorTo(from, held);
        address to = _anybody(uint256(keccak256(abi.encode(how))));
        uint256 kept = _highest(pledged, attached, 0);
        uint256 amount = _forcedAmount(how, from, kept);
        if (how % 3 != 0 && amount > held.amount) amount = held.amount;
        bool may = _mayForce(from, to, amount, 8) && amount <= held.amount && amount + kept <= balance[from];
        _watch(from, to);
        bool done = _do(abi.encodeCall(token.forcedTransferWith, (ForcedMove(from, to, uint104(amount), 8, held.id))));
        _judgeWatched("executeRestraint", done, false);
        _after("executeRestraint", may, done);
        if (!done) return;
        if (amount == held.amount) _forget(from, index);
        else held.amount -= amount;
        _force(from, to, amount);
        _checkCrowd("executeRestraint");
    }

    function reverse(uint256 which, uint256 how) external act {
        if (pasts.length == 0) return;
        uint256 index = which % pasts.length;
        // Often one of which a part is reversed already.
        for (uint256 i; i < pasts.length && how % 2 == 1 && pasts[index].reversed == 0; i++) {
            index = (which % pasts.length + i) % pasts.length;
        }
        Original memory original = pasts[index].original;
        address to = how % 4 == 0 ? _anybody(uint256(keccak256(abi.encode(how)))) : original.from;
        if (how % 4 == 1 && retired[to]) to = _otherWallet(to);
        address from = original.to;
        if (how % 8 == 5) from = _anybody(uint256(keccak256(abi.encode(how, "from"))));
        else if (how % 8 == 7 || retired[from]) from = _otherWallet(from);
        uint256 left = pasts[index].amount - pasts[index].reversed;
        uint256 amount = how % 3 == 0 ? left + (how >> 8) % 2 : (how >> 8) % (left + 1);
        bool may = amount != 0 && amount <= left && _mayReverse(original, from, to);
        uint256 taken = _takenFrom(from, amount);
        bool[] memory covered = _covered();
        _watch(from, to);
        _tryReversal(original, from, to, amount, may, taken);
        _judgeWatched("reverse", may, false);
        _checkCovered("reverse", covered);
        if (!may) return;
        pasts[index].reversed += taken;
        _unfreezeMoved(from, taken);
        _move(from, to, taken);
    }

    function _tryReversal(
        Original memory original,
        address from,
        address to,
        uint256 amount,
        bool may,
        uint256 taken
    ) private {
        (bool done, bytes memory answer) =
            _as(address(this), abi.encodeCall(token.reverse, (original, from, to, amount)));
        _after("reverse", may, done);
        if (done && abi.decode(answer, (uint256)) != taken) _note("reverse took another amount");
        if (done && from != original.to && taken != 0) reached["a reversal followed"]++;
    }

    function _takenFrom(address from, uint256 amount) private view returns (uint256) {
        uint256 senior = _senior(from);
        uint256 there = balance[from] > senior ? balance[from] - senior : 0;
        return amount < there ? amount : there;
    }

    /// @dev From who received the units, whichever the wallet; not to where they are.
    function _mayReverse(Original memory original, address from, address to) private view returns (bool) {
        if (halted || from == to || original.from == original.to || !_mayReturn(original.from, to)) return false;
        return from == original.to || _isSamePerson(from, original.to);
    }

    /// @dev A system error: units of a holder are extinguished that should not be. The log is recorded, sometimes again
    /// and under another incident.
    function loseUnits(uint256 whom, uint256 how) external act {
        bool again = how % 4 == 3 && lost.length != 0;
        uint256 index = again ? (how >> 8) % lost.length : lost.length;
        if (!again) {
            address from = whom % 2 == 0 ? _debtor(whom) : _holder(whom);
            uint256 amount = _forcedAmount(how >> 16, from, _senior(from));
            if (lost.length == MOST_PASTS || !_redeemForced(from, amount)) return;
            bytes32 hash = keccak256(abi.encode("transaction", ++serial));
            Original memory log = Original(hash, uint32(serial % 3), from, address(0), uint104(amount), uint16(splits));
            lost.push(Lost(0, log, amount, 0));
        }
        bytes32 incident = bytes32(1 + (how >> 4) % 3);
        Original[] memory logs = new Original[](1);
        logs[0] = lost[index].log;
        uint256 before = token.totalSupply();
        bool may = !halted && _isIssuable();
        bool done = _do(abi.encodeCall(token.recordIncident, (incident, logs)));
        _after("recordIncident", may, done);
        if (token.totalSupply() != before) wrongRestoration = "recording a loss changed the supply";
        if (!may || lost[index].incident != 0) return;
        reached["a loss was recorded"]++;
        lost[index].incident = incident;
    }

    function redistribute(uint256 which, uint256 how) external act {
        if (lost.length == 0) return;
        uint256 index = which % lost.length;
        for (uint256 i; i < lost.length && (lost[index].incident == 0 || lost[index].restored != 0); i++) {
            index = (which % lost.length + i) % lost.length;
        }
        Lost storage loss = lost[index];
        address from = loss.log.from;
        bytes32 incident = how % 8 == 0 ? bytes32(uint256(9)) : loss.incident;
        address to = how % 4 == 1 ? _anybody(how >> 8) : retired[from] ? _otherWallet(from) : from;
        bool may = !halted && loss.incident != 0 && incident == loss.incident && loss.restored == 0 && _isActive(to)
            && _isSamePerson(from, to) && supply + loss.amount <= cap;
        Original[] memory logs = new Original[](1);
        address[] memory recipients = new address[](1);
        (logs[0], recipients[0]) = (loss.log, to);
        uint256 before = token.totalSupply();
        bool wasIssuable = token.isIssuable();
        bool done = _do(abi.encodeCall(token.redistribute, (incident, logs, recipients)));
        _after("redistribute", !halted, done);
        uint256 restored = token.totalSupply() - before;
        if (restored != 0 && !wasIssuable) wrongRestoration = "units were added to what is not issuable";
        loss.restored += restored;
        if (!may) {
            if (restored != 0) wrongRestoration = "a loss was restored that should not be";
            return;
        }
        reached["a loss was restored"]++;
        if (_isMature()) reached["a loss was restored after maturity"]++;
        balance[to] += loss.amount;
        supply += loss.amount;
    }

    // A wallet is lost

    function moveToNewWallet(uint256 whom, uint256 how) external act {
        address from = _holder(whom);
        if (accounts.length == MOST_ACCOUNTS && how % 4 != 0) return; // wallets get scarce
        address to;
        if (how % 8 == 0) to = _anybody(how >> 8);
        else if (how % 3 == 0) to = _otherWallet(from);
        else to = _addWallet(from);
        if (how % 16 != 1) _retire(from);
        Stand memory s = _stand(from);
        bool something = s.balance != 0 || _highest(s.locked, s.frozen, _highest(s.pledged, s.attached, 0)) != 0;
        bool may = !halted && _isActive(to) && _isSamePerson(from, to) && retired[from] && something
            && _havePlaces(from, to);
        Restraint[] memory before = token.restraintsOf(from);
        _watch(from, to);
        bool done = _do(abi.encodeCall(token.movePosition, (from, to)));
        _after("movePosition", may, done);
        _judgeWatched("movePosition", done, true);
        if (done && s.balance == 0) reached["restraints moved without units"]++;
        if (!done) return;
        frozen[to] = _capped(frozen[to] + frozen[from]);
        frozen[from] = 0;
        _endWishes(from);
        _move(from, to, s.balance);
        if (before.length != 0) reached["restraints moved"]++;
        _carry(from, to, 0, before);
        _checkCrowd("movePosition");
    }

    // Transfers that happened elsewhere

    function recordTransfer(uint256 who, uint256 whom, uint256 how) external act {
        (address from, address to) = (_holder(who), _anybody(whom));
        uint256 amount = _amount(how >> 8, from);
        if (amount == 0) amount = lot;
        bool inherited = how % 4 < 2;
        Cause cause = inherited ? (how % 4 == 0 ? Cause.INHERITANCE : Cause.MERGER) : Cause.SALE;
        bool may = inherited ? _maySucceed(from, to, amount) : from != to && _mayMove(from, to, amount);
        Restraint[] memory before = token.restraintsOf(from);
        (address[] memory froms, address[] memory tos, uint256[] memory amounts) =
            (new address[](1), new address[](1), new uint256[](1));
        (froms[0], tos[0], amounts[0]) = (from, to, amount);
        if (may && inherited) may = _havePlaces(from, to);
        _watch(from, to);
        bool done = _do(
            inherited
                ? abi.encodeCall(token.recordSuccession, (froms, tos, amounts, cause))
                : abi.encodeCall(token.recordTransfer, (froms, tos, amounts, cause))
        );
        _after(inherited ? "inheritance" : "sale", _isOpen(), done);
        _judgeWatched("recordTransfer", may, inherited);
        if (may) {
            reached[inherited ? "units were inherited" : "units were sold"]++;
            if (inherited && before.length != 0) reached["restraints were inherited"]++;
            _moved(from, to, amount);
            if (inherited) _carry(from, to, balance[from], before);
        }
        _checkCrowd("recordTransfer");
    }

    // Split, record dates, redemption

    function split(uint256 how) external act {
        uint256 ratio = how % 16 == 0 ? (how >> 4) % (EVERYTHING / cap + 3) : 1 + (how >> 4) % 4;
        if (how % 16 != 0 && splits > 5 && how % 4 != 0) return; // leave room for others
        bool may = _isOpen() && terms.placement != Placement.SMALL_NUMBER && !_isMature() && ratio >= 2
            && cap * ratio < EVERYTHING;
        bool done = _do(abi.encodeCall(token.split, (ratio)));
        _after("split", may, done);
        if (done) _splitAll(ratio);
    }

    function setRecordDate(uint256 how) external act {
        uint256 last = days_.length == 0 ? 0 : days_[days_.length - 1].at;
        uint256 base = how % 3 == 0 || last < time ? time : last;
        uint40 at = uint40(base + (how >> 8) % 12 hours);
        uint256 pending;
        for (uint256 i; i < days_.length; i++) {
            if (!days_[i].passed) pending++;
        }
        bool done = _do(abi.encodeCall(token.setRecordDate, (at)));
        _after("setRecordDate", _isOpen() && at > time && at > last && pending < 16, done);
        if (done) days_.push().at = at;
    }

    function withdrawRecordDate(uint256 how) external act {
        if (how % 4 != 0 || days_.length == 0) return; // else few dates would ever pass
        uint256 last = days_.length - 1;
        uint256 index = how % 16 == 0 ? last + 1 : how % 16 == 4 && last != 0 ? last - 1 : last;
        bool may = !halted && index == last && !days_[last].passed;
        bool done = _do(abi.encodeCall(token.withdrawRecordDate, (index)));
        _after("withdrawRecordDate", may, done);
        if (done) days_.pop();
    }

    function redeem(uint256 whom, uint256 how) external act {
        address from = how % 8 == 0 ? issuer : whom % 2 == 0 ? _debtor(whom) : _holder(whom);
        Stand memory s = _stand(from);
        uint256 kept = _highest(s.frozen, s.pledged, s.attached);
        // Often one more than what has to stay allows.
        uint256 amount = (how >> 4) % 4 == 0 && kept < s.balance ? s.balance - kept + 1 : _amount(how >> 8, from);
        bool fits = amount != 0 && amount + kept <= s.balance;
        bool done;
        _watch(from, from);
        if (how % 4 == 0) {
            address[] memory list = new address[](1);
            uint256[] memory amounts = new uint256[](1);
            (list[0], amounts[0]) = (from, amount);
            Reason said = token.previewRedemption(list, amounts)[0];
            done = _do(abi.encodeCall(token.redeemPart, (list, amounts)));
            _after("redeemPart", _isOpen() && terms.partialRedemption, done);
            if ((said == Reason.NONE) != (done && fits) && bytes(wrongPreview).length == 0) wrongPreview = "redeemPart";
            _judgeWatched("redeemPart", done && fits, false);
            if (done && fits) {
                reached["units were redeemed in part"]++;
                _redeemed(from, amount, kept, s);
            }
        } else if (how % 4 == 1) {
            if (how % 3 != 0) _as(from, abi.encodeCall(IERC20.approve, (address(this), amount)));
            bool may = _isOpen() && terms.holderRedemption && fits && token.allowance(from, address(this)) >= amount;
            done = _do(abi.encodeCall(token.redeemFrom, (from, amount, "")));
            _after("redeemFrom", may, done);
            _judgeWatched("redeemFrom", done, false);
            if (done) _redeemed(from, amount, kept, s);
        } else if (how % 4 == 2) {
            bool may = _isOpen() && !terms.consentRequired && !_isMature() && terms.holderRedemption
                && time >= lockedUntil && _maySend(from) && amount != 0 && _isWhole(amount) && amount <= s.free;
            (done,) = _as(from, abi.encodeWithSignature("redeem(uint256,bytes)", amount, ""));
            _after("redeem", may, done);
            if (done) _extinguish(from, amount);
        } else {
            _redeemForced(how % 8 == 7 ? _debtor(whom) : from, amount);
        }
    }

    /// @dev What the holder promised ends where it no longer fits into what is left.
    function _redeemed(address from, uint256 amount, uint256 kept, Stand memory s) private {
        _extinguish(from, amount);
        if (s.committed > s.balance - kept - amount) _endWishes(from);
    }

    /// @dev For everybody, and seldom, for the token's life ends with it.
    function redeemEarly(uint256 how) external act {
        if (how % 12 != 0) return;
        bool may = _isOpen() && terms.earlyRedemption && !_isMature();
        bool done = _do(abi.encodeCall(token.redeemEarly, ()));
        _after("redeemEarly", may, done);
        if (done) terms.maturity = uint40(time);
    }

    function redeemAtMaturity(uint256 whom, uint256 how) external act {
        if (how % 4 != 0 && !_isMature()) return; // seldom before its time
        uint256 rows = 1 + how % 3;
        address[] memory list = new address[](rows);
        for (uint256 i; i < rows; i++) {
            list[i] = accounts[(whom % accounts.length + i) % accounts.length];
        }
        bool done = _do(abi.encodeCall(token.redeemAtMaturity, (list)));
        _after("redeemAtMaturity", !halted && _isMature(), done);
        if (!done) return;
        for (uint256 i; i < rows; i++) {
            if (balance[list[i]] == 0) continue;
            _extinguish(list[i], balance[list[i]]);
            frozen[list[i]] = 0;
            delete holdings[list[i]];
            _endWishes(list[i]);
        }
    }

    // Stops

    /// @dev With one attempt to transfer at once.
    function stop(uint256 who, uint256 whom, uint256 how) external act {
        if (halted) {
            _resume();
        } else if (paused) {
            _after("unpause", true, _do(abi.encodeCall(token.unpause, ())));
            paused = false;
        } else {
            bool all = how % 2 == 0;
            if (all) platform.halt();
            else _do(abi.encodeCall(token.pause, ()));
            (halted, paused) = (all, !all);
            (address from, address to) = (_holder(who), _anybody(whom));
            Reason said = token.preview(from, from, to, 1);
            (bool done, bytes memory answer) = _as(from, abi.encodeCall(IERC20.transfer, (to, 1)));
            _comparePreview("transfer", said, done, answer);
            _after("transfer while stopped", false, done);
            stoppedFor = how % 4 == 0 ? 0 : 2; // acts to come
        }
    }

    uint256 internal stoppedFor;

    /// @dev Most of a run is not spent stopped.
    function _endLongStop() private {
        if (!halted && !paused || stoppedFor++ < 3) return;
        if (halted) _resume();
        else _after("unpause", true, _do(abi.encodeCall(token.unpause, ())));
        paused = false;
    }

    // Time

    function letTimePass(uint256 how) external act {
        _passTo(time + how % (how % 4 == 0 ? 9 days : 1 days));
    }

    /// @dev To a time at which something ends, to the second before it, or to the second after.
    function letTimeCome(uint256 which, uint256 how) external act {
        uint256 soonest = type(uint256).max;
        for (uint256 i; i < days_.length; i++) {
            soonest = _sooner(soonest, days_[i].at);
        }
        if (which % 2 == 0 || soonest == type(uint256).max) {
            soonest = _sooner(soonest, lockedUntil);
            for (uint256 a; a < accounts.length; a++) {
                for (uint256 i; i < holdings[accounts[a]].length; i++) {
                    soonest = _sooner(soonest, holdings[accounts[a]][i].until);
                }
            }
            for (uint256 i; i < wishes.length; i++) {
                if (wishes[i].open) soonest = _sooner(soonest, wishes[i].deadline);
            }
        }
        if (which % 10 == 1 && terms.maturity > time) soonest = terms.maturity;
        if (soonest != type(uint256).max) _passTo(soonest - 1 + how % 3);
    }

    // Investors

    function changeInvestor(uint256 whom, uint256 how) external act {
        if (halted) return; // the registry has tests of its own
        address wallet = accounts[1 + whom % (accounts.length - 1)];
        Person storage person = persons[personOf[wallet] - 1];
        if (person.suspendedSince != 0) {
            IInvestorRegistry.Reinstatement[] memory rows = new IInvestorRegistry.Reinstatement[](1);
            rows[0] = IInvestorRegistry.Reinstatement(wallet, person.suspendedSince);
            platform.reinstate(rows);
            person.suspendedSince = 0;
        } else if (how % 8 == 0) {
            address[] memory list = new address[](1);
            list[0] = wallet;
            platform.suspend(list);
            person.suspendedSince = uint40(time);
        } else if (how % 4 == 1) {
            IInvestorRegistry.Classification[] memory rows = new IInvestorRegistry.Classification[](1);
            person.class = InvestorClass(1 + (how >> 8) % 3);
            person.classExpiry = uint40(time + 1 + (how >> 16) % 200 days);
            person.residency = Residency((how >> 8) % 8 == 0 ? 3 : 1 + (how >> 16) % 2);
            rows[0] =
                IInvestorRegistry.Classification(wallet, person.class, person.classExpiry, person.residency);
            platform.reclassify(rows);
        } else {
            IInvestorRegistry.Renewal[] memory rows = new IInvestorRegistry.Renewal[](1);
            person.kycExpiry = uint40(time + (how % 16 == 2 ? 1 + (how >> 8) % 1 days : YEAR));
            rows[0] = IInvestorRegistry.Renewal(wallet, person.kycExpiry);
            platform.renew(rows);
        }
    }

    /// @notice What the events of the token in force say.
    function recorded(address account) external view returns (uint256) {
        return recordedBy[token][account];
    }

    // ---------------------------------------------------------------- at the start

    function _registerInvestors() private {
        Registration[] memory rows = new Registration[](INVESTORS);
        for (uint256 i; i < INVESTORS; i++) {
            InvestorClass class = i == 4 ? InvestorClass.PROFESSIONAL : InvestorClass.GENERAL;
            Residency residency = i == 5 ? Residency.NON_RESIDENT : Residency.RESIDENT;
            uint40 expiry = uint40(block.timestamp + YEAR);
            address wallet = _newAccount();
            persons.push(Person(class, residency, expiry, type(uint40).max, 0));
            personOf[wallet] = persons.length;
            rows[i] = RegistrationLib.encode(wallet, expiry, type(uint40).max, class, residency);
        }
        platform.register(rows);
        for (uint256 i = INVESTORS; i < FIRST_WALLETS; i++) {
            _addWallet(accounts[1 + i - INVESTORS]);
        }
    }

    /// @dev Half of the cap is issued; the first four investors get some of it, the first in two wallets.
    function _placeIssue() private {
        supply = terms.cap / 2;
        balance[issuer] = supply;
        token.issue(supply);
        address[] memory to = new address[](5);
        uint256[] memory amounts = new uint256[](5);
        for (uint256 i; i < 5; i++) {
            (to[i], amounts[i]) = (accounts[i < 4 ? 1 + i : 1 + INVESTORS], lot * 50 * (i + 1));
            _moved(issuer, to[i], amounts[i]);
        }
        token.deliver(to, amounts);
        for (uint256 i; i < accounts.length; i++) {
            recordedBy[token][accounts[i]] = balance[accounts[i]];
        }
    }

    function _newAccount() private returns (address account) {
        account = address(uint160(uint256(keccak256(abi.encode("wallet", accounts.length)))));
        accounts.push(account);
    }

    /// @dev A further wallet of the investor, or one there is when there are enough.
    function _addWallet(address existing) private returns (address wallet) {
        if (accounts.length == MOST_ACCOUNTS || halted || personOf[existing] == 0) return _otherWallet(existing);
        wallet = _newAccount();
        personOf[wallet] = personOf[existing];
        IInvestorRegistry.NewWallet[] memory rows = new IInvestorRegistry.NewWallet[](1);
        rows[0] = IInvestorRegistry.NewWallet(existing, wallet);
        platform.addWallets(rows);
    }

    function _retire(address wallet) private {
        if (personOf[wallet] == 0 || retired[wallet]) return;
        // Somebody has to be left to hold.
        address other = _otherWallet(wallet);
        if (other == wallet) return;
        address[] memory list = new address[](1);
        list[0] = wallet;
        platform.retireWallets(list);
        retired[wallet] = true;
    }

    // ---------------------------------------------------------------- the model's part of larger acts

    /// @dev Remembers it as an original that can be reversed.
    function _moved(address from, address to, uint256 amount) private {
        _move(from, to, amount);
        if (amount == 0) return;
        bytes32 hash = keccak256(abi.encode("transaction", ++serial));
        Past memory past =
            Past(Original(hash, uint32(serial % 3), from, to, uint104(amount), uint16(splits)), amount, 0);
        if (pasts.length < MOST_PASTS) pasts.push(past);
        else pasts[serial % MOST_PASTS] = past;
    }

    function _force(address from, address to, uint256 amount) private {
        _unfreezeMoved(from, amount);
        _moved(from, to, amount);
    }

    function _mayForce(address from, address to, uint256 amount, uint8 waivers) private view returns (bool) {
        if (halted || _isIssuer(from) || from == to || amount == 0 || amount > balance[from]) return false;
        if (!_mayReceive(to, waivers & 1 != 0, waivers & 2 != 0)) return false;
        if (waivers & 4 == 0 && !_hasRoom(from, to, amount)) return false;
        if (waivers & 8 != 0) return true;
        return _isWhole(amount) && (!terms.wholePositionOnly || amount == balance[from]);
    }

    /// @dev To whom the units came from, or to another wallet of the same investor where that one was given up.
    function _mayReturn(address from, address to) private view returns (bool) {
        if (to == from) return _isIssuer(to) || _isActive(to);
        return _isActive(to) && _isSamePerson(from, to) && retired[from];
    }

    /// @dev An heir steps in: the sender's lapse, lock-ups, lots and whole position do not matter; freeze and
    /// commitments stay behind with units enough.
    function _maySucceed(address from, address to, uint256 amount) private view returns (bool) {
        if (!_isOpen() || _isMature() || from == to || amount == 0 || amount > balance[from]) return false;
        if (personOf[from] == 0 || persons[personOf[from] - 1].suspendedSince != 0) return false;
        if (!_mayReceive(to, false, false) || !_hasRoom(from, to, amount)) return false;
        Stand memory s = _stand(from);
        return balance[from] - amount >= s.committed + s.frozen;
    }

    function _redeemForced(address from, uint256 amount) private returns (bool done) {
        bool may = !halted && terms.holderRedemption && amount != 0 && amount + _senior(from) <= balance[from];
        bool[] memory covered = _covered();
        _watch(from, from);
        done = _do(abi.encodeCall(token.controllerRedeem, (from, amount, "", "")));
        _after("controllerRedeem", may, done);
        _judgeWatched("controllerRedeem", done, false);
        _checkCovered("controllerRedeem", covered);
        if (!done) return false;
        _unfreezeMoved(from, amount);
        _extinguish(from, amount);
    }

    function _seniorTo(address holder, Holding storage one) private view returns (uint256 pledged, uint256 attached) {
        for (uint256 i; i < holdings[holder].length; i++) {
            Holding storage held = holdings[holder][i];
            if (held.rank > one.rank || (held.rank == one.rank && held.id >= one.id)) continue;
            if (held.kind == RestraintKind.PLEDGE) pledged += held.amount;
            else if (held.kind == RestraintKind.ATTACHMENT) attached += held.amount;
        }
    }

    /// @dev The restraints go with the units: of each kind the holder keeps as much as `kept` covers, each restraint is on both
    /// sides together what it was, and older ones stay older. Which restraint stays is the token's to say.
    function _carry(address from, address to, uint256 kept, Restraint[] memory before) private {
        Restraint[] memory stayed = token.restraintsOf(from);
        Restraint[] memory there = token.restraintsOf(to);
        uint256[3] memory was;
        uint256[3] memory is_;
        for (uint256 i; i < before.length; i++) {
            was[uint8(before[i].kind)] += before[i].amount;
            uint256 wentTo = _sumOf(there, before[i]) - _sumOfModel(to, before[i]);
            if (_sumOf(stayed, before[i]) + wentTo != _sumOf(before, before[i])) {
                wrongOutcome = "a restraint changed on its way";
            }
        }
        _checkOrder(stayed);
        _checkOrder(there);
        for (uint256 i; i < stayed.length; i++) {
            is_[uint8(stayed[i].kind)] += stayed[i].amount;
        }
        for (uint256 kind; kind < 3; kind++) {
            if (is_[kind] != (was[kind] < kept ? was[kind] : kept)) wrongOutcome = "restraints stayed behind";
        }
        _adopt(from, stayed);
        _adopt(to, there);
    }

    /// @dev Each claimant is a later one than those before, whoever it was that the units had belonged to.
    function _checkOrder(Restraint[] memory list) private {
        uint256 last;
        for (uint256 i; i < list.length; i++) {
            if (list[i].claimant == 0) continue;
            if (uint256(list[i].claimant) < last) wrongSeniority = "a senior restraint became junior";
            last = uint256(list[i].claimant);
        }
    }

    function _sumOf(Restraint[] memory list, Restraint memory like) private pure returns (uint256 sum) {
        for (uint256 i; i < list.length; i++) {
            if (list[i].kind == like.kind && list[i].until == like.until && list[i].claimant == like.claimant) {
                sum += list[i].amount;
            }
        }
    }

    function _sumOfModel(address holder, Restraint memory like) private view returns (uint256 sum) {
        for (uint256 i; i < holdings[holder].length; i++) {
            Holding storage held = holdings[holder][i];
            if (held.kind == like.kind && held.until == like.until && held.claimant == like.claimant) sum += held.amount;
        }
    }

    function _adopt(address holder, Restraint[] memory list) private {
        delete holdings[holder];
        for (uint256 i; i < list.length; i++) {
            holdings[holder].push(
                Holding(
                    list[i].id, list[i].rank, list[i].kind, list[i].amount, list[i].until, list[i].claimant
                )
            );
        }
    }

    /// @dev The ids are the token's: the model's new restraints get them in the order in which they were made.
    function _learnIds(address holder) private {
        _forgetExpired(holder);
        Restraint[] memory list = token.restraintsOf(holder);
        uint64 known;
        for (uint256 i; i < holdings[holder].length; i++) {
            if (holdings[holder][i].id > known) known = holdings[holder][i].id;
        }
        for (uint256 i; i < holdings[holder].length; i++) {
            if (holdings[holder][i].id != 0) continue;
            uint64 next;
            for (uint256 j; j < list.length; j++) {
                if (list[j].id > known && (next == 0 || list[j].id < next)) next = list[j].id;
            }
            (holdings[holder][i].id, holdings[holder][i].rank) = (next, next);
            if (next != 0) known = next;
        }
    }

    // ---------------------------------------------------------------- choosing

    /// @dev Most often somebody who holds something.
    /// @dev Now and then the issuer's account, which nothing restrains.
    function _toBeRestrained(uint256 seed) private view returns (address) {
        return seed % 32 == 31 ? issuer : _holder(seed);
    }

    function _holder(uint256 seed) private view returns (address account) {
        uint256 count = accounts.length - 1;
        account = accounts[1 + seed % count];
        if (seed % 8 == 7) return account;
        for (uint256 i; i < count && balance[account] == 0; i++) {
            account = accounts[1 + (seed % count + i) % count];
        }
    }

    /// @dev Most often somebody who may send and has something free.
    function _seller(uint256 seed) private view returns (address account) {
        uint256 count = accounts.length - 1;
        for (uint256 i; i < count && seed % 8 != 7; i++) {
            account = accounts[1 + (seed % count + i) % count];
            if (balance[account] != 0 && _maySend(account) && _stand(account).free != 0) return account;
        }
        return _holder(seed);
    }

    /// @dev Somebody of whose units some are free and some are not, if there is one.
    function _restrained(uint256 seed) private view returns (address account) {
        uint256 count = accounts.length - 1;
        for (uint256 i; i < count; i++) {
            account = accounts[1 + (seed % count + i) % count];
            Stand memory s = _stand(account);
            if (s.free != 0 && s.free < s.balance && _maySend(account)) return account;
        }
        return _holder(seed);
    }

    /// @dev Somebody with units and a pledge or an attachment, if there is one.
    function _debtor(uint256 seed) private view returns (address account) {
        uint256 count = accounts.length - 1;
        for (uint256 i; i < count; i++) {
            account = accounts[1 + (seed % count + i) % count];
            if (balance[account] != 0 && _senior(account) != 0) return account;
        }
        return _holder(seed);
    }

    /// @dev Most often somebody who may receive, seldom the issuer, a stranger, nobody.
    function _anybody(uint256 seed) private view returns (address) {
        uint256 die = (seed >> 128) % 32;
        if (die == 0) return issuer;
        if (die == 1) return address(0xDEAD);
        if (die == 2) return address(0);
        uint256 count = accounts.length - 1;
        address account = accounts[1 + seed % count];
        if (die < 6) return account;
        for (uint256 i; i < count && !_mayReceive(account, false, false); i++) {
            account = accounts[1 + (seed % count + i) % count];
        }
        return account;
    }

    function _otherWallet(address wallet) private view returns (address) {
        for (uint256 a = accounts.length - 1; a > 0; a--) {
            if (_isSamePerson(accounts[a], wallet) && accounts[a] != wallet && !retired[accounts[a]]) return accounts[a];
        }
        return wallet;
    }

    /// @dev What is free, all, one more than that, nothing, or some.
    function _amount(uint256 seed, address holder) private view returns (uint256 amount) {
        uint256 free = _stand(holder).free;
        uint256 die = seed % 16;
        seed >>= 8;
        if (die == 0) return free + 1;
        if (die == 1) return balance[holder] + 1;
        if (die == 2) return 0;
        if (die < 6) return free;
        if (die < 8) return balance[holder];
        amount = seed % (free / (die % 4 + 1) + 2);
        if (die != 15) amount -= amount % lot;
    }

    function _forcedAmount(uint256 seed, address holder, uint256 kept) private view returns (uint256) {
        uint256 there = balance[holder] > kept ? balance[holder] - kept : 0;
        uint256 die = seed % 8;
        if (die < 2) return there + 1;
        if (die < 4) return there;
        uint256 amount = (seed >> 8) % (there + 1);
        return die < 7 ? amount - amount % lot : amount;
    }

    /// @dev More than the balance too, seldom everything.
    function _restraint(uint256 seed, address holder) private view returns (uint256) {
        uint256 die = (seed >> 64) % 32;
        if (die == 0) return type(uint256).max;
        if (die == 1) return EVERYTHING - 1;
        if (die == 2) return (seed >> 128) % (balance[holder] * 2 + 3);
        return (seed >> 128) % (balance[holder] / (1 + die % 8) + 3);
    }

    function _someRestraint(uint256 whom, uint256 which) private view returns (address holder, uint256 index) {
        uint256 count = accounts.length;
        for (uint256 i; i < count; i++) {
            holder = accounts[(whom % count + i) % count];
            if (holdings[holder].length != 0) return (holder, which % holdings[holder].length);
        }
        return (address(0), 0);
    }

    function _sooner(uint256 soonest, uint256 candidate) private view returns (uint256) {
        return candidate > time && candidate < soonest ? candidate : soonest;
    }

    function _passTo(uint256 to) internal {
        if (to <= time) return;
        for (uint256 i; i < days_.length; i++) {
            if (!days_[i].passed && days_[i].at < to) reached["a record date passed"]++;
        }
        _timePasses(to);
        vm.warp(time);
    }

    function _resume() internal {
        platform.resume(platform.haltedSince());
        halted = false;
    }

    // ---------------------------------------------------------------- seen from outside

    /// @dev What the token says of the two sides of an act, before it.
    struct Seen {
        address account;
        Stand position;
        bytes32 restraints;
    }

    Seen[2] internal watched;

    /// @dev Found by {_judgeWatched}.
    string public wrongRestraint;

    function _watch(address one, address other) private {
        watched[0] = _see(one);
        watched[1] = _see(other);
    }

    function _see(address account) private view returns (Seen memory seen) {
        seen.account = account;
        Stand memory s;
        (s.balance, s.committed, s.locked, s.frozen, s.pledged, s.attached, s.free) = token.positionOf(account);
        seen.position = s;
        seen.restraints = keccak256(abi.encode(token.restraintsOf(account)));
    }

    /// @dev Says nothing of how the token does it: what is refused changes nothing, and a movement takes off a restraint
    /// no more than the units that left, unless the act is the restraint's own or carries it along.
    function _judgeWatched(string memory what, bool done, bool carries) private {
        for (uint256 i; i < 2; i++) {
            Seen memory was = watched[i];
            Seen memory now_ = _see(was.account);
            if (!done) {
                bytes32 before = keccak256(abi.encode(was.position, was.restraints));
                if (before != keccak256(abi.encode(now_.position, now_.restraints))) {
                    wrongRestraint = string.concat(what, " was refused and changed something");
                }
                continue;
            }
            if (carries) continue;
            uint256 left = was.position.balance > now_.position.balance ? was.position.balance - now_.position.balance : 0;
            bool kept = now_.position.locked >= was.position.locked && now_.position.frozen + left >= was.position.frozen
                && now_.position.pledged + left >= was.position.pledged
                && now_.position.attached + left >= was.position.attached;
            if (!kept) wrongRestraint = string.concat(what, " took a restraint away that no units left");
        }
    }

    // ---------------------------------------------------------------- doing and comparing

    function _do(bytes memory data) internal returns (bool done) {
        (done,) = _as(address(this), data);
    }

    function _as(address who, bytes memory data) internal returns (bool done, bytes memory answer) {
        return _at(token, who, data);
    }

    function _at(IJP20Token to, address who, bytes memory data) internal returns (bool done, bytes memory answer) {
        if (who != address(this)) vm.prank(who);
        (done, answer) = address(to).call(data);
        // forge keeps the events of what was reverted, too.
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (done) _fold(logs);
    }

    function _after(string memory what, bool may, bool done) internal {
        if (done) reached[what]++;
        if (may != done) _note(string.concat(what, done ? " went through" : " was refused"));
    }

    function _note(string memory what) private {
        if (bytes(wrongOutcome).length == 0) wrongOutcome = what;
    }

    function _comparePreview(string memory what, Reason said, bool done, bytes memory answer) private {
        bool same = done ? said == Reason.NONE : _is(answer, said);
        if (!same && bytes(wrongPreview).length == 0) wrongPreview = what;
    }

    /// @dev The previews of the standards are the same answer.
    function _compareAnswers(address spender, address from, address to, uint256 amount, Reason said) private {
        bool allowed;
        bytes32 reason;
        vm.prank(spender);
        if (spender == from) (allowed,, reason) = token.canTransfer(to, amount, "");
        else (allowed,, reason) = token.canTransferFrom(from, to, amount, "");
        bool same = allowed == (said == Reason.NONE) && reason == bytes32(uint256(said));
        if (spender == from && said != Reason.INSUFFICIENT_BALANCE) {
            same = same && token.canTransfer(from, to, amount) == allowed;
        }
        if (!same && bytes(wrongPreview).length == 0) wrongPreview = "canTransfer";
    }

    /// @dev Whether a refusal says `reason`, in the words of the standard that has some for it.
    function _is(bytes memory answer, Reason reason) internal pure returns (bool) {
        if (answer.length < 4) return false;
        bytes4 selector = bytes4(answer);
        if (selector == IERC20Errors.ERC20InsufficientBalance.selector) return reason == Reason.INSUFFICIENT_BALANCE;
        if (selector == IERC20Errors.ERC20InsufficientAllowance.selector) return reason == Reason.INSUFFICIENT_ALLOWANCE;
        if (selector == IERC20Errors.ERC20InvalidReceiver.selector) return reason == Reason.RECIPIENT_ZERO;
        if (selector == IERC7943Fungible.ERC7943InsufficientUnfrozenBalance.selector) {
            return reason >= Reason.COMMITTED && reason <= Reason.ATTACHED;
        }
        if (selector != ITokenTransfers.TransferRefused.selector || answer.length != 36) return false;
        uint256 code;
        assembly ("memory-safe") {
            code := mload(add(answer, 36))
        }
        return code == uint256(reason);
    }

    function _balances() private view returns (uint256[] memory list) {
        list = new uint256[](accounts.length);
        for (uint256 i; i < list.length; i++) {
            list[i] = balance[accounts[i]];
        }
    }

    function _setBalances(uint256[] memory list) private {
        for (uint256 i; i < list.length; i++) {
            balance[accounts[i]] = list[i];
        }
    }

    function _covered() private view returns (bool[] memory list) {
        list = new bool[](accounts.length);
        for (uint256 i; i < list.length; i++) {
            list[i] = _isCovered(accounts[i]);
        }
    }

    function _isCovered(address holder) private view returns (bool) {
        (uint256 held,,,, uint256 pledged, uint256 attached,) = token.positionOf(holder);
        return held >= pledged && held >= attached;
    }

    function _checkCovered(string memory what, bool[] memory before) private {
        for (uint256 i; i < before.length; i++) {
            if (before[i] && !_isCovered(accounts[i]) && bytes(uncovered).length == 0) uncovered = what;
        }
    }

    /// @dev What no decided case allows does not bring a holder more than the cap has room for.
    function _checkCrowd(string memory what) private {
        if (terms.holderCap == 0) return;
        if (token.holderCount() > terms.holderCap && token.holderCount() > crowd && bytes(overcrowded).length == 0) {
            overcrowded = what;
        }
    }

    uint256 internal crowd; // holders before this act

    function _fold(Vm.Log[] memory logs) private {
        for (uint256 i; i < logs.length; i++) {
            mapping(address account => uint256) storage recorded_ = recordedBy[IJP20Token(logs[i].emitter)];
            if (logs[i].topics[0] == IERC20.Transfer.selector) {
                uint256 amount = abi.decode(logs[i].data, (uint256));
                address from = address(uint160(uint256(logs[i].topics[1])));
                address to = address(uint160(uint256(logs[i].topics[2])));
                unchecked {
                    // A wrong event is found by the invariant, not here.
                    if (from != address(0)) recorded_[from] -= amount;
                    if (to != address(0)) recorded_[to] += amount;
                }
            } else if (logs[i].topics[0] == ITokenLifecycle.UnitsSplit.selector) {
                uint256 ratio = abi.decode(logs[i].data, (uint256));
                for (uint256 a; a < accounts.length; a++) {
                    recorded_[accounts[a]] *= ratio;
                }
            }
        }
    }
}
