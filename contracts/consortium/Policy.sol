// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Organisations} from "./Organisations.sol";
import {RuleWord} from "./RuleWord.sol";
import {Act, IConsortium, Kind, Role, Rule} from "../interfaces/IConsortium.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

/// @title Policy
/// @notice Who proposes, signs and executes what, by kind of contract and selector (G17).
/// @dev Invariants: all selectors of an act have the same word; no word is ever used twice; no rule for
/// tokens names a validator, and none that moves units names the operator.
abstract contract Policy is Organisations {
    using RuleWord for uint256;

    /// @dev Upkeep of a token, which the operator takes part in and which moves no unit: whom it asks for permission.
    bytes4 private constant SET_AUTHORITY = IAccessManaged.setAuthority.selector;

    uint32 private _version; // counts all changes
    uint16 private _actCount;
    uint16 private _namedRoles; // roles that a rule named since the beginning

    mapping(uint256 kindAndSelector => uint256 word) private _rules;
    mapping(uint16 act => bytes32 kindAndSelectors) private _acts;

    /// @inheritdoc IConsortium
    function setRules(Act[] calldata acts) external governed {
        for (uint256 i; i < acts.length; ++i) _setRule(acts[i].kind, acts[i].selectors, acts[i].rule);
    }

    /// @inheritdoc IConsortium
    function removeRule(uint8 kind, bytes4[] calldata selectors) external governed {
        (uint16 act,) = _actOf(kind, selectors);
        require(act != 0, ActUnknown(kind, selectors[0]));
        require(kind != Kind.CONSORTIUM, OwnRuleMissing(selectors[0]));
        delete _acts[act];
        for (uint256 i; i < selectors.length; ++i) delete _rules[_key(kind, selectors[i])];
        emit RuleRemoved(kind, act, selectors);
    }

    /// @inheritdoc IConsortium
    function rule(uint8 kind, bytes4 selector) public view returns (uint256) {
        return _rules[_key(kind, selector)];
    }

    /// @dev The rule in force for a function of a contract, zero where there is none.
    function _ruleFor(address target, bytes4 selector) internal view returns (uint256) {
        return rule(kindOf(target), selector);
    }

    /// @dev Reverts unless the Consortium can go on governing itself, and each role named has a holder.
    function _requireComplete() internal view {
        bytes4[12] memory own = [
            IConsortium.addOrganisation.selector,
            IConsortium.removeOrganisation.selector,
            IConsortium.addKey.selector,
            IConsortium.revokeKey.selector,
            IConsortium.replaceKey.selector,
            IConsortium.grantRole.selector,
            IConsortium.revokeRole.selector,
            IConsortium.transferRole.selector,
            IConsortium.registerTarget.selector,
            IConsortium.unregisterTarget.selector,
            IConsortium.setRules.selector,
            IConsortium.removeRule.selector
        ];
        for (uint256 i; i < own.length; ++i) {
            require(rule(Kind.CONSORTIUM, own[i]) != 0, OwnRuleMissing(own[i]));
        }
        _requireHolders(_namedRoles);
    }

    function _setRule(uint8 kind, bytes4[] calldata selectors, Rule calldata rule_) private {
        require(kind != Kind.NONE, KindUnknown(kind));
        (uint16 act, bytes32 names) = _actOf(kind, selectors);
        if (act == 0) {
            act = ++_actCount;
            _acts[act] = names;
        }

        uint16 roles = _requireSound(kind, selectors, rule_);
        if (_sealed) _requireHolders(roles);
        else _namedRoles |= roles;

        uint256 word = RuleWord.pack(rule_, ++_version, act);
        for (uint256 i; i < selectors.length; ++i) _rules[_key(kind, selectors[i])] = word;
        emit RuleSet(kind, act, selectors, word);
    }

    /// @dev The act that has exactly these selectors; 0 where none of them belongs to any.
    function _actOf(uint8 kind, bytes4[] calldata selectors) private view returns (uint16 act, bytes32 names) {
        require(selectors.length != 0, ActEmpty(kind));
        names = keccak256(abi.encode(kind, selectors));
        act = rule(kind, selectors[0]).act();
        if (act != 0) {
            require(_acts[act] == names, SelectorOfAnotherAct(kind, selectors[0], act));
            return (act, names);
        }
        for (uint256 i = 1; i < selectors.length; ++i) {
            uint16 other = rule(kind, selectors[i]).act();
            require(other == 0, SelectorOfAnotherAct(kind, selectors[i], other));
        }
    }

    /// @dev Returns all roles that the rule names.
    function _requireSound(uint8 kind, bytes4[] calldata selectors, Rule calldata rule_)
        private
        pure
        returns (uint16 roles)
    {
        uint256 slots = rule_.slots.length;
        require(slots <= RuleWord.SLOTS, TooManySlots(slots, RuleWord.SLOTS));
        bool complete = rule_.proposers != 0 && rule_.executors != 0 && slots != 0;
        roles = rule_.proposers | rule_.executors;
        for (uint256 i; i < slots; ++i) {
            complete = complete && rule_.slots[i] != 0;
            roles |= rule_.slots[i];
        }
        require(complete, RuleIncomplete(kind, selectors[0]));
        require(roles & ~ALL_ROLES == 0, RolesUnknown(roles));
        require(rule_.lifetime > rule_.delay, LifetimeTooShort(rule_.lifetime, rule_.delay));
        if (kind == Kind.TOKEN) _requireNoTokenPower(selectors, roles);
    }

    function _requireNoTokenPower(bytes4[] calldata selectors, uint16 roles) private pure {
        for (uint256 i; i < selectors.length; ++i) {
            bytes4 selector = selectors[i];
            require(roles & _bit(Role.VALIDATOR) == 0, RoleWithoutPowerOverTokens(Role.VALIDATOR, selector));
            require(
                roles & _bit(Role.OPERATOR) == 0 || selector == SET_AUTHORITY,
                RoleWithoutPowerOverTokens(Role.OPERATOR, selector)
            );
        }
    }

    function _requireHolders(uint16 roles) private view {
        for (uint8 i; i <= uint8(type(Role).max); ++i) {
            require(roles & (1 << i) == 0 || holders(Role(i), address(0)) != 0, RoleWithoutHolder(Role(i)));
        }
    }

    function _key(uint8 kind, bytes4 selector) private pure returns (uint256) {
        return (uint256(kind) << 32) | uint32(selector);
    }
}
