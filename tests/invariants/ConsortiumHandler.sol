// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Consortium} from "../../contracts/Consortium.sol";
import {Act, IConsortium, Kind, Request, Role, Rule} from "../../contracts/interfaces/IConsortium.sol";
import {Vault} from "../../contracts/test/Vault.sol";
import {vm} from "./Vm.sol";

/// @title Organisations that propose, sign, take back and execute in any order, with keys and roles that come and go
/// @notice The model is stated from outside: it keeps the signatures that it saw being given, the keys and roles that it
/// saw being decided, and the rules as they were set; nothing of it is read from the Consortium.
contract ConsortiumHandler {
    struct Ask {
        Request request;
        bytes[2] data;
        uint256 version; // of the rule, as the model counts
        uint256 proposedAt;
        uint256 signedAt;
        uint32 proposer;
        bool open;
    }

    struct Signature {
        uint32 organisation;
        address key;
    }

    uint256 private constant LIFETIME = 7 days;
    uint8 private constant NO_SLOT = 255;
    uint32 public constant ORGANISATIONS = 8;
    uint16 private constant NAMED = uint16((1 << uint8(Role.ISSUER)) | (1 << uint8(Role.REGISTRAR)));

    Consortium public immutable consortium;
    Vault public immutable vault;

    Ask[] private asks;
    mapping(uint256 ask => mapping(uint256 slot => Signature)) private signatures;
    mapping(bytes32 caseAndRoot => mapping(uint256 index => bool)) private executed;

    address[] public keys;
    mapping(address key => uint32) public organisationOf; // whose it is or was
    mapping(address key => bool) public isActive;
    mapping(uint32 organisation => bool) public isMember;
    mapping(address scope => mapping(uint32 organisation => uint16)) public rolesOf;

    mapping(bytes4 selector => Rule) private rules;
    mapping(bytes4 selector => uint256) private versions;

    uint256 public expectedTotal = 1;
    uint256 public executions;
    string public wrong;
    /// @dev How often an execution met each objection; the empty one: it was carried out.
    mapping(string objection => uint256) public met;
    uint256 private counter;
    uint256 private time = 1_800_000_000;

    constructor() {
        consortium = new Consortium();
        vault = new Vault(address(consortium));
        uint8[8] memory first = [
            uint8(Role.OPERATOR),
            uint8(Role.REGISTRAR),
            uint8(Role.AUDITOR),
            uint8(Role.ISSUER),
            uint8(Role.CUSTODIAN),
            uint8(Role.AML),
            uint8(Role.EMERGENCY),
            uint8(Role.BROKER)
        ];
        for (uint32 i = 1; i <= ORGANISATIONS; i++) {
            uint16 roles = uint16(1 << first[i - 1]);
            if (i == 5) roles |= uint16((1 << uint8(Role.REGISTRAR)) | (1 << uint8(Role.AUDITOR)));
            // Two can halt, so that the one may lose its keys and the other its role.
            if (i == 6) roles |= uint16(1 << uint8(Role.EMERGENCY));
            if (i == 7) roles |= uint16(1 << uint8(Role.KYC));
            address[] memory own = new address[](2);
            for (uint256 k; k < 2; k++) own[k] = _newKey(i);
            consortium.addOrganisation("one", roles, own);
            (isMember[i], rolesOf[address(0)][i]) = (true, roles);
        }
        consortium.registerTarget(address(vault), Kind.TOKEN, address(0));
        for (uint32 i = 2; i <= 5; i++) {
            uint16 named = rolesOf[address(0)][i] & NAMED;
            if (named == 0) continue;
            consortium.grantRole(i, named == NAMED ? Role.ISSUER : _only(named), address(vault));
            rolesOf[address(vault)][i] = named;
        }
        bytes4[] memory own_ = _ownFunctions();
        uint16 upkeep = _set(Role.OPERATOR) | _set(Role.AUDITOR);
        uint16 market = _set(Role.REGISTRAR) | _set(Role.CUSTODIAN) | _set(Role.BROKER);
        _declare(Kind.CONSORTIUM, own_, Rule(upkeep, upkeep, _slots(upkeep, market, 0), 0, 0, uint24(LIFETIME)));
        _declare(Kind.TOKEN, _one(vault.add.selector), _three(false));
        Rule memory slow = _three(true);
        slow.delay = 1 days;
        _declare(Kind.TOKEN, _one(vault.addTwice.selector), slow);
        Rule memory direct = Rule(_set(Role.AML), _set(Role.AML), _slots(_set(Role.AML), 0, 0), 0, 0, uint24(LIFETIME));
        _declare(Kind.TOKEN, _one(vault.touch.selector), direct);
        consortium.seal();
    }

    modifier at() {
        vm.warp(time);
        _;
    }

    // Acts

    function pass(uint256 how) external {
        time += how % 5 == 0 ? 8 days : how % 5 == 1 ? 1 days : how % 1 days;
    }

    function decide(uint256 what, uint256 how, uint256 luck) external {
        for (uint256 i; i < 3; i++) {
            uint256 kind = uint256(keccak256(abi.encode(what, i))) % 16;
            uint256 own = uint256(keccak256(abi.encode(luck, i)));
            _decide(kind > 12 ? 8 : kind > 9 ? kind % 4 : kind, uint256(keccak256(abi.encode(how, i))), own);
        }
    }

    /// @dev From the proposal to the execution, mostly by who may, with something left out or wrong now and then.
    function _decide(uint256 what, uint256 how, uint256 luck) private at {
        uint256 ask = _ask(what, how, luck);
        if (!_propose(ask, luck)) return;
        for (uint8 slot; slot < 3; slot++) {
            if ((luck >> (8 + slot)) % 16 == 0) continue; // left out
            _sign(ask, slot, uint256(keccak256(abi.encode(how, luck, slot))), (luck >> (16 + slot)) % 4 == 0);
        }
        if (luck % 3 == 0) return; // later
        if ((luck >> 24) % 2 == 0) time += 1 days;
        vm.warp(time);
        _execute(ask, (luck >> 32) % 2, luck >> 40);
        _execute(ask, (luck >> 33) % 2, luck >> 48);
    }

    /// @dev What may come between the last signature and the execution of a request in which nothing is missing.
    function meanwhile(uint256 what, uint256 how) external at {
        uint256 ask = _ask(what % 3, how, how >> 4);
        if (!_propose(ask, 1)) return;
        for (uint8 slot; slot < 3; slot++) _sign(ask, slot, how >> (8 + slot), false);
        _pass(how % 2 == 0 ? 0 : 1 days);
        uint8 slot_ = uint8((how >> 16) % 3);
        Signature memory one = signatures[ask][slot_];
        uint256 event_ = (how >> 24) % 8;
        if (event_ == 0) _pass(1 days - 1);
        else if (event_ == 1) _pass(asks[ask].proposedAt + LIFETIME - time - (how >> 32) % 2);
        else if (event_ == 2) _carryOut(8, how >> 32);
        else if (event_ == 3) _carryOut(abi.encodeCall(IConsortium.revokeKey, (one.key)));
        else if (event_ == 4) _revokeSome(one.organisation, (how >> 32) % 2 == 0 ? address(vault) : address(0));
        else if (event_ == 5) _cancel(ask, _anyKeyOf(asks[ask].proposer));
        else if (event_ > 5) {
            // One signature, or all, and then the request.
            for (uint8 slot; slot < 3; slot++) {
                if (event_ == 7 || slot == slot_) _withdraw(ask, slot, signatures[ask][slot].key);
            }
            if (event_ == 7) _cancel(ask, _anyKeyOf(asks[ask].proposer));
        }
        if (event_ > 2 && how % 3 == 0) {
            _sign(ask, slot_, how >> 40, false);
            _pass((how >> 48) % 2 * 1 days);
        }
        for (uint256 i; i < 3; i++) _execute(ask, (how >> (56 + i)) % 2, (how >> 64) + i);
    }

    /// @dev One organisation, sometimes a party, signs whatever it may, and the others what is left.
    function fillAlone(uint256 what, uint256 how) external at {
        // The fifth has three roles; the seventh stands in for others, where they are parties.
        uint32 greedy = how % 3 == 0 ? uint32(1 + (how >> 8) % ORGANISATIONS) : how % 3 == 1 ? 5 : 7;
        uint256 ask = _ask(what % 3, how, how % 2 == 0 ? 0 : 5 | (greedy - 1) << 4);
        if (!_propose(ask, 1)) return;
        for (uint8 slot; slot < 3; slot++) _signWith(ask, slot, _anyKeyOf(greedy));
        for (uint8 slot; slot < 3; slot++) _sign(ask, slot, how >> (16 + slot), false);
        _pass(1 days);
        _execute(ask, 0, how >> 24);
    }

    /// @dev The power to halt is taken from its two holders, from the one by its keys, from the other by its role.
    function disarm(uint256 how) external at {
        (uint32 one, uint32 other) = how % 2 == 0 ? (uint32(6), uint32(7)) : (uint32(7), uint32(6));
        for (uint256 i; i < keys.length; i++) {
            if (organisationOf[keys[i]] != one || !isActive[keys[i]]) continue;
            _carryOut(abi.encodeCall(IConsortium.revokeKey, (keys[i])));
        }
        Role role = Role.EMERGENCY;
        if (how % 3 == 0) _carryOut(abi.encodeCall(IConsortium.revokeRole, (other, role, address(0))));
        else if (how % 3 == 1) _carryOut(abi.encodeCall(IConsortium.removeOrganisation, (other)));
        else _carryOut(abi.encodeCall(IConsortium.transferRole, (role, address(0), other, 1 + uint32(how >> 8) % 8)));
    }

    function sign(uint256 which, uint8 slot, uint256 how) external at {
        if (asks.length != 0) _sign(which % asks.length, slot % 4, how, true);
    }

    function withdraw(uint256 which, uint8 slot, uint256 how) external at {
        if (asks.length == 0) return;
        uint256 ask = which % asks.length;
        slot %= 3;
        _withdraw(ask, slot, how % 4 == 0 ? _anyKey(how) : signatures[ask][slot].key);
    }

    function cancel(uint256 which, uint256 how) external at {
        if (asks.length == 0) return;
        _cancel(which % asks.length, _anyKey(how));
    }

    function execute(uint256 which, uint256 index, uint256 how) external at {
        // One of the latest.
        if (asks.length != 0) _execute(asks.length - 1 - which % (asks.length < 8 ? asks.length : 8), index % 3, how);
    }

    function touch(uint256 how) external at {
        address key = _anyKey(how);
        bool may = isActive[key] && rolesOf[address(0)][organisationOf[key]] & _set(Role.AML) != 0;
        bytes memory data = abi.encodeCall(Vault.touch, ());
        vm.prank(key);
        (bool done,) =
            address(consortium).call(abi.encodeCall(IConsortium.act, (address(vault), data, "case", "document")));
        if (done != may) _complain("acted at once, or was refused, against the rule");
    }

    function revokeOwnKey(uint256 how, uint256 which) external at {
        address key = _anyKey(how);
        address other = _anyKey(which);
        vm.prank(key);
        (bool done,) = address(consortium).call(abi.encodeCall(IConsortium.revokeOwnKey, (other)));
        if (!done) return;
        if (!isActive[key] || organisationOf[key] != organisationOf[other]) _complain("another's key was revoked");
        isActive[other] = false;
    }

    // What the model says

    function keyCount() external view returns (uint256) {
        return keys.length;
    }

    /// @notice Whether organisations that have a key can fulfil a rule: a signer for each slot, all different, one who
    /// proposes and one who executes. Tried out, all ways.
    function canDecide(bytes4 selector) external view returns (bool) {
        Rule storage rule = rules[selector];
        bool proposes;
        bool executes;
        for (uint32 i = 1; i <= ORGANISATIONS; i++) {
            if (!hasKey(i)) continue;
            proposes = proposes || _counts(i, rule.proposers, address(consortium));
            executes = executes || _counts(i, rule.executors, address(consortium));
        }
        return proposes && executes && _canFill(rule, 0, 0);
    }

    function hasKey(uint32 organisation) public view returns (bool) {
        for (uint256 i; i < keys.length; i++) {
            if (organisationOf[keys[i]] == organisation && isActive[keys[i]]) return isMember[organisation];
        }
        return false;
    }

    function holders(Role role, address scope) public view returns (uint256 count) {
        for (uint32 i = 1; i <= ORGANISATIONS; i++) {
            if (rolesOf[scope][i] & _set(role) != 0) count++;
        }
    }

    function _canFill(Rule storage rule, uint256 slot, uint256 taken) private view returns (bool) {
        if (slot == rule.slots.length) return true;
        for (uint32 i = 1; i <= ORGANISATIONS; i++) {
            if (taken & (1 << i) != 0 || !hasKey(i)) continue;
            if (!_counts(i, rule.slots[slot], address(consortium))) continue;
            if (_canFill(rule, slot + 1, taken | (1 << i))) return true;
        }
        return false;
    }

    /// @dev On the vault, a token, ISSUER and REGISTRAR count where they are named for it, BROKER too once one is.
    function _counts(uint32 organisation, uint16 roles, address target) private view returns (bool) {
        uint16 atLarge = rolesOf[address(0)][organisation];
        if (target == address(consortium)) return atLarge & roles != 0;
        uint16 scoped = NAMED;
        if (holders(Role.BROKER, target) != 0) scoped |= _set(Role.BROKER);
        return ((atLarge & ~scoped) | (rolesOf[target][organisation] & scoped)) & roles != 0;
    }

    function _fits(uint32 organisation, uint16 roles, Rule storage rule, Request storage request)
        private
        view
        returns (bool)
    {
        if (_counts(organisation, roles, request.target)) return true;
        if (!_counts(organisation, rule.standIns, request.target)) return false;
        for (uint32 i = 1; i <= ORGANISATIONS; i++) {
            if (_holdsAny(i, roles, request.target) && !_isParty(i, request)) return false;
        }
        return true;
    }

    function _holdsAny(uint32 organisation, uint16 roles, address target) private view returns (bool) {
        return isMember[organisation] && _counts(organisation, roles, target);
    }

    function _isParty(uint32 organisation, Request storage request) private view returns (bool) {
        for (uint256 i; i < request.parties.length; i++) {
            if (request.parties[i] == organisation) return true;
        }
        return false;
    }

    /// @dev Why a call may not be made now; empty where it may.
    function _objection(uint256 ask, uint256 index, address executor) private view returns (string memory) {
        Ask storage a = asks[ask];
        Request storage request = a.request;
        Rule storage rule = rules[request.selector];
        if (index >= request.calls) return "of a call that is not of the request";
        if (executed[_caseAndRoot(request)][index]) return "twice";
        if (!a.open) return "of a request that is not open";
        if (a.version != versions[request.selector]) return "under a rule that is not in force";
        if (time >= a.proposedAt + rule.lifetime) return "of a request that expired";
        if (!isActive[executor]) return "by no key";
        if (!_fits(organisationOf[executor], rule.executors, rule, request)) return "by who does not execute";
        uint256 signed;
        for (uint256 slot; slot < rule.slots.length; slot++) {
            Signature storage one = signatures[ask][slot];
            if (one.organisation == 0) return "with a signature missing";
            if (!isActive[one.key]) return "with the signature of a revoked key";
            if (signed & (1 << one.organisation) != 0) return "with two signatures of one organisation";
            signed |= 1 << one.organisation;
            if (_isParty(one.organisation, request)) return "with a party's signature";
            if (!_fits(one.organisation, rule.slots[slot], rule, request)) return "with a signature without its role";
        }
        if (time < a.signedAt + rule.delay) return "before its time";
        return "";
    }

    // Steps

    function _pass(uint256 duration) private {
        time += duration;
        vm.warp(time);
    }

    /// @dev A request of the consortium for itself, by whoever may, at once.
    function _carryOut(bytes memory data) private {
        _carryOut(_askFor(address(consortium), data, "", 0));
    }

    function _carryOut(uint256 what, uint256 how) private {
        _carryOut(_ask(what, how, 0));
    }

    function _carryOut(uint256 ask) private {
        if (!_propose(ask, 1)) return;
        for (uint8 slot; slot < 3; slot++) _sign(ask, slot, slot, false);
        _execute(ask, 0, 1);
    }

    function _revokeSome(uint32 organisation, address scope) private {
        if (organisation == 0) return;
        Role role = _held(organisation, scope, Role.OPERATOR);
        _carryOut(abi.encodeCall(IConsortium.revokeRole, (organisation, role, scope)));
    }

    function _withdraw(uint256 ask, uint8 slot, address key) private {
        vm.prank(key);
        (bool done,) = address(consortium).call(abi.encodeCall(IConsortium.withdraw, (_idOf(ask), slot)));
        if (done) delete signatures[ask][slot];
    }

    function _cancel(uint256 ask, address key) private {
        vm.prank(key);
        (bool done,) = address(consortium).call(abi.encodeCall(IConsortium.cancel, (_idOf(ask))));
        if (!done) return;
        if (organisationOf[key] != asks[ask].proposer) _complain("cancelled by who did not propose it");
        asks[ask].open = false;
        for (uint256 slot; slot < 3; slot++) {
            uint32 by = signatures[ask][slot].organisation;
            if (by != 0 && by != asks[ask].proposer) _complain("cancelled though another had signed");
            delete signatures[ask][slot];
        }
    }

    function _propose(uint256 ask, uint256 luck) private returns (bool done) {
        Ask storage a = asks[ask];
        address key = luck % 8 == 0 ? _anyKey(luck >> 64) : _keyFor(ask, rules[a.request.selector].proposers, luck >> 64);
        vm.prank(key);
        (done,) = address(consortium).call(
            abi.encodeCall(IConsortium.propose, (a.request, NO_SLOT, a.request.calls == 1 ? a.data[0] : bytes("")))
        );
        if (!done) return false;
        (a.open, a.proposedAt, a.proposer) = (true, time, organisationOf[key]);
    }

    function _sign(uint256 ask, uint8 slot, uint256 how, bool anybody) private {
        Rule storage rule = rules[asks[ask].request.selector];
        if (slot >= rule.slots.length && !anybody) return;
        _signWith(ask, slot, anybody || slot >= rule.slots.length ? _anyKey(how) : _keyFor(ask, rule.slots[slot], how));
    }

    function _signWith(uint256 ask, uint8 slot, address key) private {
        vm.prank(key);
        (bool done,) = address(consortium).call(abi.encodeCall(IConsortium.sign, (asks[ask].request, slot)));
        if (!done) return;
        signatures[ask][slot] = Signature(organisationOf[key], key);
        asks[ask].signedAt = time;
    }

    function _execute(uint256 ask, uint256 index, uint256 how) private {
        Ask storage a = asks[ask];
        Request storage request = a.request;
        address key = how % 6 == 0 ? _anyKey(how >> 8) : _keyFor(ask, rules[request.selector].executors, how >> 8);
        string memory objection = _objection(ask, index, key);
        met[objection]++;
        bytes memory data = a.data[index % 2];
        bytes32[] memory proof = new bytes32[](request.calls == 2 ? 1 : 0);
        if (request.calls == 2) proof[0] = consortium.leafOf(1 - index % 2, request.target, a.data[1 - index % 2]);
        vm.prank(key);
        (bool done,) =
            address(consortium).call(abi.encodeCall(IConsortium.execute, (request, index, data, proof)));
        if (done && bytes(objection).length != 0) _complain(string.concat("executed ", objection));
        if (!done && bytes(objection).length == 0 && request.target == address(vault)) {
            _complain("refused, though all that the rule asks for is there");
        }
        if (!done) return;
        executed[_caseAndRoot(request)][index] = true;
        executions++;
        _apply(request.selector, data);
    }

    /// @dev What was decided, as the words of the call say it.
    function _apply(bytes4 selector, bytes memory data) private {
        bytes memory rest = _tail(data);
        if (selector == Vault.add.selector) {
            expectedTotal += abi.decode(rest, (uint256));
        } else if (selector == Vault.addTwice.selector) {
            expectedTotal += 2 * abi.decode(rest, (uint256));
        } else if (selector == IConsortium.revokeKey.selector) {
            isActive[abi.decode(rest, (address))] = false;
        } else if (selector == IConsortium.addKey.selector) {
            (uint32 to, address key) = abi.decode(rest, (uint32, address));
            (organisationOf[key], isActive[key]) = (to, true);
            keys.push(key);
        } else if (selector == IConsortium.revokeRole.selector) {
            (uint32 of_, Role role, address scope) = abi.decode(rest, (uint32, Role, address));
            rolesOf[scope][of_] &= ~_set(role);
        } else if (selector == IConsortium.grantRole.selector) {
            (uint32 to, Role role, address scope) = abi.decode(rest, (uint32, Role, address));
            rolesOf[scope][to] |= _set(role);
        } else if (selector == IConsortium.transferRole.selector) {
            (Role role, address scope, uint32 from, uint32 to) = abi.decode(rest, (Role, address, uint32, uint32));
            rolesOf[scope][from] &= ~_set(role);
            rolesOf[scope][to] |= _set(role);
        } else if (selector == IConsortium.removeOrganisation.selector) {
            uint32 removed = abi.decode(rest, (uint32));
            (isMember[removed], rolesOf[address(0)][removed]) = (false, 0);
            for (uint256 i; i < keys.length; i++) {
                if (organisationOf[keys[i]] == removed) isActive[keys[i]] = false;
            }
        } else if (selector == IConsortium.setRules.selector) {
            Act[] memory acts = abi.decode(rest, (Act[]));
            _keep(acts[0].selectors, acts[0].rule);
        }
    }

    // What is asked

    function _ask(uint256 what, uint256 how, uint256 luck) private returns (uint256) {
        if (what > 3) return _askFor(address(consortium), _own(what, how), "", luck);
        bytes memory second = what == 1 ? abi.encodeCall(Vault.add, (1 + (how >> 128) % 1000)) : bytes("");
        return _askFor(address(vault), _market(what, how), second, luck);
    }

    /// @param second Empty where one call is asked for.
    function _askFor(address target, bytes memory data, bytes memory second, uint256 luck)
        private
        returns (uint256 ask)
    {
        ask = asks.length;
        asks.push();
        Ask storage a = asks[ask];
        a.request.target = target;
        a.data = [data, second];
        bytes4 selector = bytes4(data);
        a.request.selector = selector;
        a.request.calls = 1;
        bytes32 leaf = consortium.leafOf(0, target, data);
        if (second.length != 0) {
            a.request.calls = 2;
            bytes32 other = consortium.leafOf(1, target, second);
            leaf = leaf < other ? keccak256(bytes.concat(leaf, other)) : keccak256(bytes.concat(other, leaf));
        }
        a.request.root = leaf;
        a.request.caseId = bytes32(++counter);
        a.request.documentHash = "document";
        a.request.rule = consortium.rule(target == address(vault) ? Kind.TOKEN : Kind.CONSORTIUM, selector);
        a.version = versions[selector];
        if (selector == IConsortium.removeOrganisation.selector) {
            a.request.parties.push(abi.decode(_tail(data), (uint32)));
        } else if (luck % 4 == 1) {
            uint32 first = uint32(1 + (luck >> 4) % ORGANISATIONS);
            a.request.parties.push(first);
            if (luck % 8 == 1 && first < ORGANISATIONS) a.request.parties.push(ORGANISATIONS);
        }
    }

    function _market(uint256 what, uint256 how) private pure returns (bytes memory) {
        uint256 amount = 1 + how % 1000;
        return what == 2 ? abi.encodeCall(Vault.addTwice, (amount)) : abi.encodeCall(Vault.add, (amount));
    }

    function _own(uint256 what, uint256 how) private returns (bytes memory) {
        uint32 one = uint32(1 + how % ORGANISATIONS);
        uint32 other = uint32(1 + (how >> 8) % ORGANISATIONS);
        Role role = Role((how >> 16) % 11);
        address scope = (how >> 24) % 3 == 0 ? address(vault) : address(0);
        // Often one of the two with which everything is halted.
        address key = (how >> 32) % 2 == 0 ? keys[12 + (how >> 33) % 2] : _anyKey(how);
        if (what == 4) return abi.encodeCall(IConsortium.revokeKey, (key));
        if (what == 5) return abi.encodeCall(IConsortium.addKey, (one, address(uint160(0xADD000 + ++counter))));
        if (what == 6) return abi.encodeCall(IConsortium.revokeRole, (one, _held(one, scope, role), scope));
        if (what == 7) {
            if (how % 2 == 0) return abi.encodeCall(IConsortium.grantRole, (one, role, scope));
            return abi.encodeCall(IConsortium.transferRole, (_held(one, scope, role), scope, one, other));
        }
        if (what == 8) {
            Act[] memory acts = new Act[](1);
            acts[0] = Act(Kind.TOKEN, _one(vault.add.selector), _three(how % 2 == 0));
            return abi.encodeCall(IConsortium.setRules, (acts));
        }
        return abi.encodeCall(IConsortium.removeOrganisation, (one));
    }

    // Inside

    function _three(bool withStandIn) private pure returns (Rule memory) {
        uint16 offices = _set(Role.REGISTRAR) | _set(Role.AUDITOR);
        uint16 third = _set(Role.ISSUER) | _set(Role.AML) | _set(Role.BROKER);
        uint16[] memory slots = _slots(_set(Role.REGISTRAR), _set(Role.AUDITOR), third);
        return Rule(offices, offices, slots, withStandIn ? _set(Role.KYC) : 0, 0, uint24(LIFETIME));
    }

    function _declare(uint8 kind, bytes4[] memory selectors, Rule memory rule) private {
        Act[] memory acts = new Act[](1);
        acts[0] = Act(kind, selectors, rule);
        consortium.setRules(acts);
        _keep(selectors, rule);
    }

    function _keep(bytes4[] memory selectors, Rule memory rule) private {
        for (uint256 i; i < selectors.length; i++) {
            rules[selectors[i]] = rule;
            versions[selectors[i]]++;
        }
    }

    function _newKey(uint32 organisation) private returns (address key) {
        key = address(uint160(0xE00000 + keys.length));
        keys.push(key);
        (organisationOf[key], isActive[key]) = (organisation, true);
    }

    function _anyKey(uint256 how) private view returns (address) {
        return keys[how % keys.length];
    }

    function _anyKeyOf(uint32 organisation) private view returns (address) {
        for (uint256 i; i < keys.length; i++) {
            if (organisationOf[keys[i]] == organisation && isActive[keys[i]]) return keys[i];
        }
        return keys[0];
    }

    /// @dev A key of an organisation that may take a part, where there is one; parties are asked last.
    function _keyFor(uint256 ask, uint16 roles, uint256 how) private view returns (address) {
        Request storage request = asks[ask].request;
        Rule storage rule = rules[request.selector];
        for (uint256 i; i < keys.length; i++) {
            address key = keys[(how % keys.length + i) % keys.length];
            uint32 whose = organisationOf[key];
            if (!isActive[key] || _isParty(whose, request) || !_fits(whose, roles, rule, request)) continue;
            bool signed;
            for (uint256 slot; slot < 3; slot++) signed = signed || signatures[ask][slot].organisation == whose;
            if (!signed || how % 3 == 0) return key;
        }
        return _anyKey(how);
    }

    function _idOf(uint256 ask) private view returns (bytes32) {
        return keccak256(abi.encode(asks[ask].request));
    }

    function _caseAndRoot(Request storage request) private view returns (bytes32) {
        return keccak256(abi.encode(request.caseId, request.root));
    }

    function _complain(string memory what) private {
        if (bytes(wrong).length == 0) wrong = what;
    }

    function _ownFunctions() private pure returns (bytes4[] memory own) {
        own = new bytes4[](13);
        own[0] = IConsortium.addOrganisation.selector;
        own[1] = IConsortium.removeOrganisation.selector;
        own[2] = IConsortium.addKey.selector;
        own[3] = IConsortium.revokeKey.selector;
        own[4] = IConsortium.replaceKey.selector;
        own[5] = IConsortium.rotateKey.selector;
        own[6] = IConsortium.grantRole.selector;
        own[7] = IConsortium.revokeRole.selector;
        own[8] = IConsortium.transferRole.selector;
        own[9] = IConsortium.registerTarget.selector;
        own[10] = IConsortium.unregisterTarget.selector;
        own[11] = IConsortium.setRules.selector;
        own[12] = IConsortium.removeRule.selector;
    }

    function _slots(uint16 first, uint16 second, uint16 third) private pure returns (uint16[] memory slots) {
        slots = new uint16[](third != 0 ? 3 : second != 0 ? 2 : 1);
        slots[0] = first;
        if (second != 0) slots[1] = second;
        if (third != 0) slots[2] = third;
    }

    function _one(bytes4 selector) private pure returns (bytes4[] memory list) {
        list = new bytes4[](1);
        list[0] = selector;
    }

    function _set(Role role) private pure returns (uint16) {
        return uint16(1 << uint8(role));
    }

    /// @dev A role that an organisation holds, the next one from `role` on; `role` where it holds none.
    function _held(uint32 organisation, address scope, Role role) private view returns (Role) {
        for (uint8 i; i < 11; i++) {
            Role next = Role((uint8(role) + i) % 11);
            if (rolesOf[scope][organisation] & _set(next) != 0) return next;
        }
        return role;
    }

    function _only(uint16 roles) private pure returns (Role) {
        return roles & _set(Role.ISSUER) != 0 ? Role.ISSUER : Role.REGISTRAR;
    }

    function _tail(bytes memory data) private pure returns (bytes memory rest) {
        rest = new bytes(data.length - 4);
        for (uint256 i; i < rest.length; i++) rest[i] = data[i + 4];
    }
}
