// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Organisations} from "./Organisations.sol";
import {RuleWord, RuleWords} from "./RuleWord.sol";
import {Act, IConsortium, Kind, Role, Rule} from "../interfaces/IConsortium.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

/// @title Policy
/// @notice Who proposes, signs and executes what, by kind of contract and selector (G17).
/// @dev Invariants: all selectors of an act have the same word; no word is ever used twice; only rules for the
/// Consortium and for platforms name a validator, or the operator beside the upkeep of a contract; after the seal each
/// of the Consortium's own functions has a rule that its organisations can fulfil, by two of them at least.
abstract contract Policy is Organisations {
    /// @dev Upkeep of a contract, which the operator takes part in and which moves no unit: whom it asks for leave.
    bytes4 private constant SET_AUTHORITY = IAccessManaged.setAuthority.selector;

    /// @dev The Consortium's governed functions, eight in a word.
    bytes32 private constant OWN_FUNCTIONS = bytes32(IConsortium.addOrganisation.selector)
        | (bytes32(IConsortium.removeOrganisation.selector) >> 32) | (bytes32(IConsortium.addKey.selector) >> 64)
        | (bytes32(IConsortium.revokeKey.selector) >> 96) | (bytes32(IConsortium.replaceKey.selector) >> 128)
        | (bytes32(IConsortium.rotateKey.selector) >> 160) | (bytes32(IConsortium.grantRole.selector) >> 192)
        | (bytes32(IConsortium.revokeRole.selector) >> 224);
    bytes32 private constant MORE_OWN_FUNCTIONS = bytes32(IConsortium.transferRole.selector)
        | (bytes32(IConsortium.registerTarget.selector) >> 32) | (bytes32(IConsortium.unregisterTarget.selector) >> 64)
        | (bytes32(IConsortium.setRules.selector) >> 96) | (bytes32(IConsortium.removeRule.selector) >> 128);

    uint256 private constant LONGEST_OWN_DELAY = 30 days;
    uint256 private constant SHORTEST_OWN_TIME = 1 days;

    uint32 private _version; // counts all changes
    uint16 private _actCount;
    uint16 private _namedRoles; // roles that a rule named since the beginning

    mapping(uint256 kindAndSelector => RuleWord) private _rules;
    mapping(uint16 act => bytes32 kindAndSelectors) private _acts;

    /// @inheritdoc IConsortium
    function setRules(Act[] calldata acts) external governed {
        for (uint256 i; i < acts.length; ++i) {
            Act calldata act = acts[i];
            _setRule(act.kind, act.selectors, act.rule);
        }
    }

    /// @inheritdoc IConsortium
    function removeRule(uint8 kind, bytes4[] calldata selectors) external governed {
        (uint16 act,) = _actOf(kind, selectors);
        if (act == 0) revert ActUnknown(kind, selectors[0]);
        if (kind == Kind.CONSORTIUM) revert OwnRuleMissing(selectors[0]);
        delete _acts[act];
        for (uint256 i; i < selectors.length; ++i) _rules[_key(kind, selectors[i])] = RuleWord.wrap(0);
        emit RuleRemoved(kind, act, selectors);
    }

    /// @inheritdoc IConsortium
    function rule(uint8 kind, bytes4 selector) public view returns (RuleWord) {
        return _rules[_key(kind, selector)];
    }

    /// @dev The rule in force for a function of a contract, none where there is none.
    function _ruleFor(address target, bytes4 selector) internal view returns (RuleWord) {
        return rule(kindOf(target), selector);
    }

    function _requireRuleFor(address target, bytes4 selector) internal view returns (RuleWord word) {
        word = _ruleFor(target, selector);
        if (word.isNone()) revert NotListed(target, selector);
    }

    function _setRule(uint8 kind, bytes4[] calldata selectors, Rule calldata rule_) private {
        if (kind == Kind.NONE) revert KindUnknown(kind);
        (uint16 act, bytes32 names) = _actOf(kind, selectors);
        if (act == 0) {
            act = ++_actCount;
            _acts[act] = names;
        }

        uint256 slots = rule_.slots.length;
        if (slots > RuleWords.SLOTS) revert TooManySlots(slots, RuleWords.SLOTS);
        RuleWord word = RuleWords.encode(rule_, ++_version, act);
        uint16 roles = _requireSound(kind, selectors, word, slots);
        if (_sealed) _requireHolders(roles);
        else _namedRoles |= roles;
        for (uint256 i; i < selectors.length; ++i) _rules[_key(kind, selectors[i])] = word;
        if (_sealed && kind == Kind.CONSORTIUM) _requireDecidable(selectors[0], word, _rolesWithKeys());
        emit RuleSet(kind, act, selectors, word);
    }

    /// @dev The act that has exactly these selectors; 0 where none of them belongs to any.
    function _actOf(uint8 kind, bytes4[] calldata selectors) private view returns (uint16 act, bytes32 names) {
        if (selectors.length == 0) revert ActEmpty(kind);
        names = keccak256(abi.encode(kind, selectors));
        act = rule(kind, selectors[0]).act();
        if (act != 0) {
            if (_acts[act] != names) revert SelectorOfAnotherAct(kind, selectors[0], act);
            return (act, names);
        }
        for (uint256 i = 1; i < selectors.length; ++i) {
            uint16 other = rule(kind, selectors[i]).act();
            if (other != 0) revert SelectorOfAnotherAct(kind, selectors[i], other);
        }
    }

    // ------------------------------------------------------------------ what is a rule

    /// @dev Returns all roles that the rule names.
    function _requireSound(uint8 kind, bytes4[] calldata selectors, RuleWord word, uint256 slots)
        private
        pure
        returns (uint16 roles)
    {
        bool complete = word.proposers() != 0 && word.executors() != 0 && slots != 0;
        roles = word.proposers() | word.executors() | word.standIns();
        for (uint256 i; i < slots; ++i) {
            complete = complete && word.slot(i) != 0;
            roles |= word.slot(i);
        }
        if (!complete) revert RuleIncomplete(kind, selectors[0]);
        if (roles & ~ALL_ROLES != 0) revert RolesUnknown(roles);
        (uint256 delay, uint256 lifetime) = (word.delay(), word.lifetime());
        if (lifetime <= delay) revert LifetimeTooShort(lifetime, delay);
        if (kind == Kind.CONSORTIUM) {
            bool fit = slots > 1 && delay <= LONGEST_OWN_DELAY && lifetime - delay >= SHORTEST_OWN_TIME;
            if (!fit) revert OwnRuleUnfit(selectors[0]);
        } else if (kind != Kind.PLATFORM) {
            _requireNoTokenPower(selectors, roles);
        }
    }

    /// @dev Whatever is no platform may move units, of what kind it ever be.
    function _requireNoTokenPower(bytes4[] calldata selectors, uint16 roles) private pure {
        if (roles & _bit(Role.VALIDATOR) != 0) revert RoleWithoutPowerOverTokens(Role.VALIDATOR, selectors[0]);
        if (roles & _bit(Role.OPERATOR) == 0) return;
        for (uint256 i; i < selectors.length; ++i) {
            if (selectors[i] != SET_AUTHORITY) revert RoleWithoutPowerOverTokens(Role.OPERATOR, selectors[i]);
        }
    }

    function _requireHolders(uint16 roles) private view {
        for (uint8 i; i <= uint8(type(Role).max); ++i) {
            if (roles & (1 << i) != 0 && holders(Role(i), address(0)) == 0) revert RoleWithoutHolder(Role(i));
        }
    }

    // ------------------------------------------------------------------ the Consortium's own functions

    /// @dev Reverts unless each role named has a holder, the Consortium can govern itself, and somebody can halt.
    /// @param organisation Whose loss is judged; zero where nobody lost anything.
    function _requireComplete(uint32 organisation) internal view {
        _requireHolders(_namedRoles);
        uint16[] memory roles = _rolesWithKeys();
        _requireOwn(OWN_FUNCTIONS, roles);
        _requireOwn(MORE_OWN_FUNCTIONS, roles);
        _requireHalting(organisation, roles);
    }

    /// @dev A holder without a key stops nothing.
    function _requireHalting(uint32 organisation, uint16[] memory roles) private view {
        if (holders(Role.EMERGENCY, address(0)) != 0 && _count(roles, _bit(Role.EMERGENCY)) == 0) {
            revert LastHolder(organisation, Role.EMERGENCY, address(0));
        }
    }

    /// @param selectors Up to eight, from the high end.
    function _requireOwn(bytes32 selectors, uint16[] memory roles) private view {
        for (; selectors != 0; selectors <<= 32) {
            bytes4 selector = bytes4(selectors);
            _requireDecidable(selector, rule(Kind.CONSORTIUM, selector), roles);
        }
    }

    /// @inheritdoc Organisations
    function _requireGovernable(uint32 organisation) internal view override {
        if (_sealed) _requireComplete(organisation);
    }

    /// @inheritdoc Organisations
    function _requireRecoverable(uint32 organisation) internal view override {
        if (!_sealed) return;
        uint16[] memory roles = _rolesWithKeys();
        bytes4 selector = IConsortium.addKey.selector;
        _requireDecidable(selector, rule(Kind.CONSORTIUM, selector), roles);
        _requireHalting(organisation, roles);
    }

    /// @dev Whether somebody can propose it, somebody execute it, and each slot be signed by another organisation. That
    /// is so exactly where any set of slots can be signed by at least so many organisations (Hall).
    /// @param roles Those of each organisation that has a key.
    function _requireDecidable(bytes4 selector, RuleWord word, uint16[] memory roles) private pure {
        if (word.isNone()) revert OwnRuleMissing(selector);
        bool possible = _count(roles, word.proposers()) != 0 && _count(roles, word.executors()) != 0;
        uint256 slots;
        while (word.slot(slots) != 0) ++slots;
        for (uint256 set = 1; set < 1 << slots; ++set) {
            (uint16 any, uint256 signatures) = (0, 0);
            for (uint256 i; i < slots; ++i) {
                if (set & (1 << i) == 0) continue;
                any |= word.slot(i);
                ++signatures;
            }
            possible = possible && _count(roles, any) >= signatures;
        }
        if (!possible) revert OwnRuleUnfit(selector);
    }

    /// @dev How many organisations hold one of some roles.
    function _count(uint16[] memory roles, uint16 any) private pure returns (uint256 count) {
        for (uint256 i; i < roles.length; ++i) {
            if (roles[i] & any != 0) ++count;
        }
    }

    function _key(uint8 kind, bytes4 selector) private pure returns (uint256) {
        return (uint256(kind) << 32) | uint32(selector);
    }
}
