// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Targets} from "./Targets.sol";
import {IConsortium, Kind, Role} from "../interfaces/IConsortium.sol";

/// @title Organisations
/// @notice The organisations of the consortium, their keys and their roles (S2).
/// @dev Invariants: an active organisation has a key; a role that has holders in a scope never has none
/// again; a key belongs to one organisation for ever; a removed organisation holds no role anywhere.
abstract contract Organisations is Targets {
    struct Organisation {
        bool active;
        uint16 roles; // at large
        uint32 keys; // active ones
        uint32 tokenRoles; // how many (token, role) it holds
        string name;
    }

    struct Key {
        address account;
        uint32 organisation;
        bool active;
    }

    uint16 internal constant ALL_ROLES = uint16((1 << (uint256(type(Role).max) + 1)) - 1);
    uint16 private constant TOKEN_ROLES =
        uint16((1 << uint8(Role.ISSUER)) | (1 << uint8(Role.BROKER)) | (1 << uint8(Role.REGISTRAR)));

    /// @inheritdoc IConsortium
    uint32 public organisationCount;
    /// @inheritdoc IConsortium
    uint24 public keyCount;

    mapping(uint32 organisation => Organisation) private _organisations;
    mapping(uint24 number => Key) private _keys;
    mapping(address account => uint24 number) private _numbers;
    mapping(address token => mapping(uint32 organisation => uint16 roles)) private _tokenRoles;
    mapping(address scope => mapping(Role => uint32)) private _holders;

    // ------------------------------------------------------------------ organisations

    /// @inheritdoc IConsortium
    function addOrganisation(string calldata name, uint16 roles, address[] calldata keys)
        external
        governed
        returns (uint32 organisation)
    {
        require(bytes(name).length != 0, OrganisationNameMissing());
        require(keys.length != 0, OrganisationWithoutKey(name));
        require(roles & ~ALL_ROLES == 0, RolesUnknown(roles));

        organisation = ++organisationCount;
        Organisation storage entry = _organisations[organisation];
        (entry.active, entry.name) = (true, name);
        emit OrganisationAdded(organisation, name);

        for (uint256 i; i < keys.length; ++i) _addKey(organisation, keys[i]);
        for (uint8 i; i <= uint8(type(Role).max); ++i) {
            if (roles & (1 << i) != 0) _grant(organisation, Role(i), address(0));
        }
    }

    /// @inheritdoc IConsortium
    function removeOrganisation(uint32 organisation) external governed {
        Organisation storage entry = _active(organisation);
        require(entry.tokenRoles == 0, OrganisationHoldsTokenRoles(organisation, entry.tokenRoles));

        uint16 roles = entry.roles;
        for (uint8 i; i <= uint8(type(Role).max); ++i) {
            if (roles & (1 << i) != 0) _takeUnlessLast(organisation, Role(i), address(0));
        }
        (entry.active, entry.keys, entry.roles) = (false, 0, 0);
        emit OrganisationRemoved(organisation);
    }

    // ------------------------------------------------------------------ keys

    /// @inheritdoc IConsortium
    function addKey(uint32 organisation, address key) external governed {
        _active(organisation);
        _addKey(organisation, key);
    }

    /// @inheritdoc IConsortium
    function revokeKey(address key) external governed {
        _revokeUnlessLast(_known(key), key);
    }

    /// @inheritdoc IConsortium
    function replaceKey(address oldKey, address newKey) external governed {
        uint32 organisation = _known(oldKey);
        _addKey(organisation, newKey);
        _revoke(organisation, oldKey);
    }

    /// @inheritdoc IConsortium
    function revokeOwnKey(address key) external {
        uint32 organisation = _known(msg.sender);
        uint32 owner = _known(key);
        require(owner == organisation, KeyOfAnotherOrganisation(key, owner));
        _revokeUnlessLast(organisation, key);
    }

    function _addKey(uint32 organisation, address account) private {
        require(account != address(0) && _numbers[account] == 0, KeyAlreadyUsed(account));
        uint24 number = ++keyCount;
        _numbers[account] = number;
        _keys[number] = Key({account: account, organisation: organisation, active: true});
        ++_organisations[organisation].keys;
        emit KeyAdded(organisation, account, number);
    }

    function _revokeUnlessLast(uint32 organisation, address account) private {
        require(_organisations[organisation].keys > 1, LastKey(organisation, account));
        _revoke(organisation, account);
    }

    function _revoke(uint32 organisation, address account) private {
        uint24 number = _numbers[account];
        _keys[number].active = false;
        --_organisations[organisation].keys;
        emit KeyRevoked(organisation, account, number);
    }

    // ------------------------------------------------------------------ roles

    /// @inheritdoc IConsortium
    function grantRole(uint32 organisation, Role role, address scope) external governed {
        _active(organisation);
        require(
            scope == address(0) || (TOKEN_ROLES & _bit(role) != 0 && kindOf(scope) == Kind.TOKEN),
            RoleNotScoped(role, scope)
        );
        _grant(organisation, role, scope);
    }

    /// @inheritdoc IConsortium
    function revokeRole(uint32 organisation, Role role, address scope) external governed {
        _takeUnlessLast(organisation, role, scope);
    }

    /// @inheritdoc IConsortium
    function transferRole(Role role, address scope, uint32 from, uint32 to) external governed {
        _active(to);
        // What is held in a scope could be given in it, so no need to judge the scope again.
        _take(from, role, scope);
        _grant(to, role, scope);
    }

    /// @inheritdoc IConsortium
    function registerToken(address token, uint32 issuer, uint32 registrar) external {
        require(kindOf(msg.sender) == Kind.PLATFORM, NotPlatform(msg.sender));
        require(_sealed, NotSealed());
        require(holdsRole(issuer, Role.ISSUER, address(0)), RoleNotHeld(issuer, Role.ISSUER, address(0)));
        require(holdsRole(registrar, Role.REGISTRAR, address(0)), RoleNotHeld(registrar, Role.REGISTRAR, address(0)));
        _register(token, Kind.TOKEN);
        _grant(issuer, Role.ISSUER, token);
        _grant(registrar, Role.REGISTRAR, token);
    }

    function _grant(uint32 organisation, Role role, address scope) private {
        uint16 roles = rolesOf(organisation, scope);
        require(roles & _bit(role) == 0, RoleAlreadyHeld(organisation, role, scope));
        _setRoles(organisation, scope, roles | _bit(role));
        ++_holders[scope][role];
        if (scope != address(0)) ++_organisations[organisation].tokenRoles;
        emit RoleGranted(organisation, role, scope);
    }

    function _takeUnlessLast(uint32 organisation, Role role, address scope) private {
        _take(organisation, role, scope);
        require(_holders[scope][role] != 0, LastHolder(organisation, role, scope));
    }

    function _take(uint32 organisation, Role role, address scope) private {
        uint16 roles = rolesOf(organisation, scope);
        require(roles & _bit(role) != 0, RoleNotHeld(organisation, role, scope));
        _setRoles(organisation, scope, roles & ~_bit(role));
        --_holders[scope][role];
        if (scope != address(0)) --_organisations[organisation].tokenRoles;
        emit RoleRevoked(organisation, role, scope);
    }

    function _setRoles(uint32 organisation, address scope, uint16 roles) private {
        if (scope == address(0)) _organisations[organisation].roles = roles;
        else _tokenRoles[scope][organisation] = roles;
    }

    // ------------------------------------------------------------------ reading

    /// @inheritdoc IConsortium
    function organisationOf(address key) public view returns (uint32) {
        Key storage entry = _keys[_numbers[key]];
        uint32 organisation = entry.organisation;
        return entry.active && _organisations[organisation].active ? organisation : 0;
    }

    /// @inheritdoc IConsortium
    function holdsRole(uint32 organisation, Role role, address scope) public view returns (bool) {
        return _holdsOneOf(organisation, _bit(role), scope);
    }

    /// @inheritdoc IConsortium
    function holders(Role role, address scope) public view returns (uint32) {
        return _holders[scope][role];
    }

    /// @inheritdoc IConsortium
    function rolesOf(uint32 organisation, address scope) public view returns (uint16) {
        return scope == address(0) ? _organisations[organisation].roles : _tokenRoles[scope][organisation];
    }

    /// @inheritdoc IConsortium
    function organisationInfo(uint32 organisation)
        external
        view
        returns (string memory name, bool active, uint32 keys, uint32 tokenRoles)
    {
        Organisation storage entry = _organisations[organisation];
        return (entry.name, entry.active, entry.keys, entry.tokenRoles);
    }

    /// @inheritdoc IConsortium
    function keyInfo(uint24 number) external view returns (address key, uint32 organisation, bool active) {
        Key storage entry = _keys[number];
        return (entry.account, entry.organisation, entry.active && _organisations[entry.organisation].active);
    }

    /// @dev The number of the caller's key, and its organisation.
    function _caller() internal view returns (uint24 number, uint32 organisation) {
        return (_numbers[msg.sender], _known(msg.sender));
    }

    /// @dev At large or for the target where that is a token.
    function _holdsOneOf(uint32 organisation, uint16 roles, address target) internal view returns (bool) {
        return _organisations[organisation].roles & roles != 0 || _tokenRoles[target][organisation] & roles != 0;
    }

    function _organisationOfNumber(uint24 number) internal view returns (uint32) {
        return _keys[number].organisation;
    }

    /// @dev Whether a signature by this key fills a slot of these roles now. A removed organisation holds
    /// no role, so no need to look whether it is active.
    function _counts(uint24 number, uint16 roles, address target) internal view returns (bool) {
        Key storage entry = _keys[number];
        return entry.active && _holdsOneOf(entry.organisation, roles, target);
    }

    function _bit(Role role) internal pure returns (uint16) {
        return uint16(1 << uint8(role));
    }

    function _known(address key) private view returns (uint32 organisation) {
        organisation = organisationOf(key);
        require(organisation != 0, KeyUnknown(key));
    }

    function _active(uint32 organisation) private view returns (Organisation storage entry) {
        entry = _organisations[organisation];
        require(entry.active, OrganisationUnknown(organisation));
    }
}
