// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IJP20Token} from "../../contracts/interfaces/IJP20Token.sol";
import {ITokenTakeover} from "../../contracts/interfaces/ITokenTakeover.sol";
import {Reason} from "../../contracts/types/Reason.sol";
import {Terms} from "../../contracts/types/Terms.sol";
import {Handler} from "./Handler.sol";
import {vm} from "./Vm.sol";

/// @title A token with a history that is replaced, again and again
/// @notice The model knows nothing of it: whatever it says of the token it says of the next one. So each invariant of a
/// token is one of the takeover too, holder by holder.
contract TakeoverHandler is Handler {
    uint256 private constant MOST_STEPS = 8;
    address private constant ANYBODY = address(0xA11CE);
    bytes32 private constant DOCUMENT = "prospectus";
    string private constant URI = "https://registrar.example/prospectus-of-the-first-tranche.pdf"; // two words

    Terms private made; // with which each of the tokens was made
    IJP20Token[] public replaced;

    /// @dev The first that went wrong.
    string public wrongTakeover;

    IJP20Token private next;
    bool private nextPaused;
    mapping(IJP20Token token => mapping(address account => bool)) private came;

    constructor(Terms memory terms_) Handler(terms_) {
        made = terms_;
        token.setDocument(DOCUMENT, URI, keccak256("content"));
    }

    /// @notice Steps in any order and any number, some of them hostile; then all that is left, or none of it.
    function replace(uint256 how) external act {
        _create();
        _check(_step(token, abi.encodeCall(ITokenTakeover.closeFor, (address(next)))), "it was not closed");
        for (uint256 i; i < (how >> 8) % MOST_STEPS; i++) {
            _stepOrOther(uint256(keccak256(abi.encode(how, i))));
            _checkSums();
        }
        if (how % 4 == 0) _breakOff();
        else _complete(how);
        _checkSums();
    }

    function replacedCount() external view returns (uint256) {
        return replaced.length;
    }

    /// @notice What the events of a token that was replaced say.
    function recordedOf(IJP20Token of_, address account) external view returns (uint256) {
        return recordedBy[of_][account];
    }

    // Steps

    function _create() private {
        Terms memory like = made;
        like.extra = abi.encode(address(token), ++serial);
        next = IJP20Token(platform.createToken(1, like, 1, 2));
        nextPaused = false;
    }

    function _stepOrOther(uint256 seed) private {
        uint256 die = seed % 10;
        if (die < 4) _carryHolders(_some(seed >> 8));
        else if (die == 4) _carrySlots(_part(_slots(), seed >> 8));
        else if (die == 5) _carrySlots(_slotsOfPositions(seed >> 8));
        else if (die == 6) _carryAField(seed >> 8);
        else if (die == 7) _tryOut(seed >> 8);
        else if (die == 8) _passTo(time + (seed >> 8) % 12 hours);
        else _stop(seed >> 8);
    }

    function _carryHolders(address[] memory holders_) private {
        _check(_byAnybody(abi.encodeCall(ITokenTakeover.carryHolders, (holders_))), "holders were not carried");
        for (uint256 i; i < holders_.length; i++) came[next][holders_[i]] = true;
    }

    function _carrySlots(bytes32[] memory slots) private {
        _check(_byAnybody(abi.encodeCall(ITokenTakeover.carrySlots, (slots))), "words were not carried");
    }

    /// @dev A field, and the name where it is long, are the new token's own.
    function _carryAField(uint256 seed) private {
        bytes32[] memory slots = new bytes32[](1);
        slots[0] = seed % 4 == 0 ? keccak256(abi.encode(16)) : bytes32(seed % 33);
        _check(!_byAnybody(abi.encodeCall(ITokenTakeover.carrySlots, (slots))), "a field was carried");
    }

    /// @dev What must not be: units that move in either, a new token in force before all units came.
    function _tryOut(uint256 seed) private {
        address from = accounts[seed % accounts.length];
        address to = accounts[(seed >> 8) % accounts.length];
        for (uint256 i; i < 2; i++) {
            IJP20Token each = i == 0 ? token : next;
            (bool done, bytes memory answer) = _at(each, from, abi.encodeCall(IERC20.transfer, (to, 1)));
            _check(!done && _is(answer, Reason.TOKEN_CLOSED), "units moved in a closed token");
            _check(!_step(each, abi.encodeWithSignature("issue(uint256)", 1)), "units were issued in a closed token");
        }
        for (uint256 i; i < accounts.length; i++) {
            if (came[next][accounts[i]] || balance[accounts[i]] == 0) continue;
            _check(!_step(next, abi.encodeCall(ITokenTakeover.takeOver, ())), "it is in force without a holder");
            return;
        }
    }

    function _stop(uint256 seed) private {
        if (halted || paused || nextPaused) return;
        if (seed % 3 == 0) {
            platform.halt();
            halted = true;
        } else if (seed % 3 == 1) {
            paused = _do(abi.encodeCall(token.pause, ()));
        } else {
            nextPaused = _step(next, abi.encodeCall(token.pause, ()));
        }
        stoppedFor = 2;
    }

    function _breakOff() private {
        _check(_step(token, abi.encodeCall(ITokenTakeover.reopen, ())), "it was not broken off");
        _check(!_step(next, abi.encodeCall(ITokenTakeover.takeOver, ())), "it took over after it was broken off");
        _check(!_byAnybody(abi.encodeCall(ITokenTakeover.carryHolders, (accounts))), "carried after it was broken off");
        reached["a takeover was broken off"]++;
    }

    function _complete(uint256 how) private {
        if (how % 3 == 0) _carrySlots(_slots());
        _carryHolders(accounts);
        if (how % 3 != 0) _carrySlots(_slots());
        bytes32 before = _others();
        if (!_step(next, abi.encodeCall(ITokenTakeover.takeOver, ()))) return _check(false, "it did not take over");
        replaced.push(token);
        token = next;
        paused = paused || nextPaused;
        _check(_others() == before, "a word did not come over");
        _check(token.paused() == paused, "a pause was lifted by the takeover");
        reached["a token was replaced"]++;
    }

    // What is compared

    /// @dev Old and new together are what the model has, and one of the two says that it is in force.
    function _checkSums() private {
        IJP20Token old = replaced.length != 0 && token == next ? replaced[replaced.length - 1] : token;
        _check(old.inForce() != next.inForce(), "two tokens are in force, or none");
        _check(old.totalSupply() + next.totalSupply() == supply, "the supplies are not the supply");
        for (uint256 i; i < accounts.length; i++) {
            uint256 sum = old.balanceOf(accounts[i]) + next.balanceOf(accounts[i]);
            _check(sum == balance[accounts[i]], "the balances are not the balance");
        }
    }

    /// @dev What the model does not know of the token in force, and what restrains each account, word by word.
    function _others() private view returns (bytes32 sum) {
        (string memory uri, bytes32 content, uint256 modified) = token.getDocument(DOCUMENT);
        sum = keccak256(abi.encode(uri, content, modified, token.getAllDocuments(), token.tranches()));
        for (uint256 i; i < accounts.length; i++) {
            (uint40 at, bool confirmed) = token.freezeAtOnceOf(accounts[i], 0);
            uint256 allowed = token.allowance(accounts[i], ANYBODY);
            sum = keccak256(abi.encode(sum, at, confirmed, allowed, token.allowance(accounts[i], address(this))));
            sum = keccak256(abi.encode(sum, token.restraintsOf(accounts[i])));
        }
    }

    // Words, by the layout of `TokenStorage`

    function _slots() private view returns (bytes32[] memory list) {
        list = new bytes32[](4 * wishes.length + accounts.length * (days_.length + 3) + pasts.length + lost.length + 6);
        uint256 n;
        for (uint256 i; i < wishes.length; i++) {
            for (uint256 k; k < 4; k++) list[n++] = _add(_of(i, 23), k);
        }
        for (uint256 a; a < accounts.length; a++) {
            uint256 account = uint160(accounts[a]);
            for (uint256 i; i < days_.length; i++) list[n++] = _of(i, uint256(_of(account, 6)));
            list[n++] = _of(0, uint256(_of(account, 11)));
            list[n++] = _of(uint160(ANYBODY), uint256(_of(account, 14)));
            list[n++] = _of(uint160(address(this)), uint256(_of(account, 14)));
        }
        for (uint256 i; i < pasts.length; i++) {
            (, bytes32 id) = token.reversed(pasts[i].original);
            list[n++] = _of(uint256(id), 27);
        }
        for (uint256 i; i < lost.length; i++) {
            bytes32 id = keccak256(abi.encode(lost[i].log.transactionHash, lost[i].log.ordinal));
            list[n++] = _of(uint256(id), 28);
        }
        bytes32 document = _of(uint256(DOCUMENT), 25);
        list[n++] = keccak256(abi.encode(26));
        for (uint256 k; k < 3; k++) list[n++] = _add(document, k);
        for (uint256 k; k < 2; k++) list[n++] = _add(keccak256(abi.encode(document)), k);
    }

    /// @dev Words that `carryHolders` copies and counts, by their places before it.
    function _slotsOfPositions(uint256 seed) private view returns (bytes32[] memory list) {
        address account = accounts[seed % accounts.length];
        uint256 place = uint160(account);
        list = new bytes32[](8);
        (list[0], list[1], list[2]) = (_of(place, 2), _of(place, 7), _of(place, 8));
        for (uint256 k; k < 3; k++) list[3 + k] = _add(keccak256(abi.encode(_of(place, 8))), k);
        list[6] = _of(platform.investor(account).id, 12);
        list[7] = _of(splits, 4);
    }

    function _of(uint256 key, uint256 place) private pure returns (bytes32) {
        return keccak256(abi.encode(key, place));
    }

    function _add(bytes32 place, uint256 count) private pure returns (bytes32) {
        return bytes32(uint256(place) + count);
    }

    // Choosing and doing

    function _some(uint256 seed) private view returns (address[] memory list) {
        list = new address[](1 + seed % 5);
        for (uint256 i; i < list.length; i++) {
            list[i] = accounts[uint256(keccak256(abi.encode(seed, i))) % accounts.length];
        }
    }

    function _part(bytes32[] memory all, uint256 seed) private pure returns (bytes32[] memory list) {
        list = new bytes32[](8);
        for (uint256 i; i < list.length; i++) list[i] = all[uint256(keccak256(abi.encode(seed, i))) % all.length];
    }

    function _step(IJP20Token at, bytes memory data) private returns (bool done) {
        (done,) = _at(at, address(this), data);
    }

    function _byAnybody(bytes memory data) private returns (bool done) {
        (done,) = _at(next, ANYBODY, data);
    }

    function _check(bool right, string memory what) private {
        if (!right && bytes(wrongTakeover).length == 0) wrongTakeover = what;
    }
}
