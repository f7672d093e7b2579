// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {KeyWord, KeyWords} from "./KeyWord.sol";
import {Targets} from "./Targets.sol";
import {IConsortium, Kind, Role} from "../interfaces/IConsortium.sol";

/// @title Organisations
/// @notice The organisations of the consortium, their keys and their roles (S2).
/// @dev Invariants: a role that has holders in a scope never has none again; a key belongs to one organisation for
/// ever; a removed organisation holds no role anywhere; who is OPERATOR or VALIDATOR holds no other role.
abstract contract Organisations is Targets {
    struct Organisation {
        bool active;
        uint32 keys; // active ones
        uint32 tokenRoles; // how many (token, role) it holds
        string name;
    }

    uint16 internal constant ALL_ROLES = uint16((1 << (uint256(type(Role).max) + 1)) - 1);
    /// @dev At large they let an organisation be named for a token, and no more.
    uint16 private constant NAMED_ROLES = uint16((1 << uint8(Role.ISSUER)) | (1 << uint8(Role.REGISTRAR)));
    uint16 private constant TOKEN_ROLES = NAMED_ROLES | uint16(1 << uint8(Role.BROKER));
    /// @dev Upkeep and validation, each a power of its own (S8).
    uint16 private constant LONE_ROLES = uint16((1 << uint8(Role.OPERATOR)) | (1 << uint8(Role.VALIDATOR)));

    /// @inheritdoc IConsortium
    uint32 public organisationCount;
    /// @inheritdoc IConsortium
    uint24 public keyCount;

    mapping(uint32 organisation => Organisation) private _organisations;
    mapping(uint24 number => KeyWord) private _keys;
    mapping(address account => uint24 number) private _numbers;
    /// @dev Of an organisation in a scope, at large in scope zero; see {_in}.
    mapping(uint256 scopeAndOrganisation => uint16) private _roles;
    /// @dev How many organisations hold a role in a scope; see {_in}.
    mapping(uint256 scopeAndRole => uint32) private _holders;

    // ------------------------------------------------------------------ organisations

    /// @inheritdoc IConsortium
    function addOrganisation(string calldata name, uint16 roles, address[] calldata keys)
        external
        governed
        returns (uint32 organisation)
    {
        if (bytes(name).length == 0) revert OrganisationNameMissing();
        if (keys.length == 0) revert OrganisationWithoutKey(name);
        if (roles & ~ALL_ROLES != 0) revert RolesUnknown(roles);

        organisation = ++organisationCount;
        Organisation storage entry = _organisations[organisation];
        (entry.active, entry.name) = (true, name);
        emit OrganisationAdded(organisation, name);

        for (uint256 i; i < keys.length; ++i) _addKey(organisation, keys[i], 0);
        for (uint8 i; i <= uint8(type(Role).max); ++i) {
            if (roles & (1 << i) != 0) _grant(organisation, Role(i), address(0));
        }
    }

    /// @inheritdoc IConsortium
    function removeOrganisation(uint32 organisation) external governed {
        Organisation storage entry = _active(organisation);
        if (entry.tokenRoles != 0) revert OrganisationHoldsTokenRoles(organisation, entry.tokenRoles);

        uint16 roles = _roles[organisation];
        for (uint8 i; i <= uint8(type(Role).max); ++i) {
            if (roles & (1 << i) != 0) _takeUnlessLast(organisation, Role(i), address(0));
        }
        (entry.active, entry.keys) = (false, 0);
        emit OrganisationRemoved(organisation);
        _requireGovernable(organisation);
    }

    // ------------------------------------------------------------------ keys

    /// @inheritdoc IConsortium
    function addKey(uint32 organisation, address key) external governed {
        _active(organisation);
        _addKey(organisation, key, 0);
    }

    /// @inheritdoc IConsortium
    function revokeKey(address key) external governed {
        uint32 organisation = _known(key);
        _revoke(organisation, key);
        if (_organisations[organisation].keys == 0) _requireRecoverable(organisation);
    }

    /// @inheritdoc IConsortium
    function replaceKey(address oldKey, address newKey) external governed {
        _replaceKey(_known(oldKey), oldKey, newKey);
    }

    /// @inheritdoc IConsortium
    function rotateKey(address oldKey, address newKey) external governed {
        uint32 organisation = _known(oldKey);
        if (!_isSignedBy(organisation)) revert NotSignedBy(organisation);
        _replaceKey(organisation, oldKey, newKey);
    }

    /// @inheritdoc IConsortium
    function revokeOwnKey(address key) external {
        uint32 organisation = _known(msg.sender);
        uint32 owner = _known(key);
        if (owner != organisation) revert KeyOfAnotherOrganisation(key, owner);
        if (_rank(key) < _rank(msg.sender)) revert KeyOlder(key);
        if (_organisations[organisation].keys == 1) revert LastKey(organisation, key);
        _revoke(organisation, key);
    }

    function _replaceKey(uint32 organisation, address oldKey, address newKey) private {
        _addKey(organisation, newKey, _rank(oldKey));
        _revoke(organisation, oldKey);
    }

    /// @param rank Zero for a key that takes nobody's place.
    function _addKey(uint32 organisation, address account, uint24 rank) private {
        if (account == address(0) || _numbers[account] != 0) revert KeyAlreadyUsed(account);
        uint24 number = ++keyCount;
        _numbers[account] = number;
        _keys[number] = KeyWords.encode(account, organisation, rank == 0 ? number : rank);
        ++_organisations[organisation].keys;
        emit KeyAdded(organisation, account, number);
    }

    function _revoke(uint32 organisation, address account) private {
        uint24 number = _numbers[account];
        _keys[number] = _keys[number].revoke();
        --_organisations[organisation].keys;
        emit KeyRevoked(organisation, account, number);
    }

    function _rank(address account) private view returns (uint24) {
        return _keys[_numbers[account]].rank();
    }

    // ------------------------------------------------------------------ roles

    /// @inheritdoc IConsortium
    function grantRole(uint32 organisation, Role role, address scope) external governed {
        _active(organisation);
        bool scoped = TOKEN_ROLES & _bit(role) != 0 && kindOf(scope) == Kind.TOKEN;
        if (scope != address(0) && !scoped) revert RoleNotScoped(role, scope);
        _grant(organisation, role, scope);
    }

    /// @inheritdoc IConsortium
    function revokeRole(uint32 organisation, Role role, address scope) external governed {
        _takeUnlessLast(organisation, role, scope);
        _requireGovernable(organisation);
    }

    /// @inheritdoc IConsortium
    function transferRole(Role role, address scope, uint32 from, uint32 to) external governed {
        _active(to);
        // What is held in a scope could be given in it, so no need to judge the scope again.
        _take(from, role, scope);
        _grant(to, role, scope);
        _requireGovernable(from);
    }

    /// @inheritdoc IConsortium
    function registerToken(address token, uint32 issuer, uint32 registrar) external {
        if (kindOf(msg.sender) != Kind.PLATFORM || msg.sender != _executingTarget) revert NotPlatform(msg.sender);
        _requireSealed();
        _register(token, Kind.TOKEN, token);
        _name(issuer, Role.ISSUER, token);
        _name(registrar, Role.REGISTRAR, token);
    }

    /// @dev Nobody is named for a token that they did not sign for.
    function _name(uint32 organisation, Role role, address token) private {
        if (!holdsRole(organisation, role, address(0))) revert RoleNotHeld(organisation, role, address(0));
        if (!_isSignedBy(organisation)) revert NotSignedBy(organisation);
        _grant(organisation, role, token);
    }

    function _grant(uint32 organisation, Role role, address scope) private {
        uint256 place = _in(scope, organisation);
        uint16 held = _roles[place];
        if (held & _bit(role) != 0) revert RoleAlreadyHeld(organisation, role, scope);
        _roles[place] = held | _bit(role);
        ++_holders[_in(scope, uint8(role))];
        Organisation storage entry = _organisations[organisation];
        if (scope != address(0)) ++entry.tokenRoles;
        uint16 all = _roles[organisation] | (entry.tokenRoles == 0 ? 0 : NAMED_ROLES);
        if (all & LONE_ROLES != 0 && all & (all - 1) != 0) revert RolesIncompatible(organisation, role);
        emit RoleGranted(organisation, role, scope);
    }

    function _takeUnlessLast(uint32 organisation, Role role, address scope) private {
        _take(organisation, role, scope);
        if (holders(role, scope) == 0) revert LastHolder(organisation, role, scope);
    }

    function _take(uint32 organisation, Role role, address scope) private {
        uint256 place = _in(scope, organisation);
        uint16 held = _roles[place];
        if (held & _bit(role) == 0) revert RoleNotHeld(organisation, role, scope);
        _roles[place] = held ^ _bit(role);
        --_holders[_in(scope, uint8(role))];
        if (scope != address(0)) --_organisations[organisation].tokenRoles;
        emit RoleRevoked(organisation, role, scope);
    }

    // ------------------------------------------------------------------ whose role counts where

    /// @inheritdoc IConsortium
    function holdsRole(uint32 organisation, Role role, address target) public view returns (bool) {
        return _holdsOneOf(organisation, _bit(role), target);
    }

    /// @dev Whether an organisation holds one of some roles where they count for the target.
    function _holdsOneOf(uint32 organisation, uint16 roles, address target) internal view returns (bool) {
        (uint16 atLarge, address scope) = _atLarge(roles, target);
        // Each look costs as much as all the rest: none where no role could be found, and first where roles are named.
        return (atLarge != roles && scope != address(0) && rolesOf(organisation, scope) & roles != 0)
            || (atLarge != 0 && _roles[organisation] & atLarge != 0);
    }

    /// @dev How many organisations hold a role where it counts for the target.
    function _holdersFor(Role role, address target) internal view returns (uint32) {
        (uint16 atLarge, address scope) = _atLarge(_bit(role), target);
        return holders(role, atLarge == 0 ? scope : address(0));
    }

    /// @dev Which of some roles count at large for a target. The others count where they are held for its scope: ISSUER
    /// and REGISTRAR on everything but the Consortium and a platform, BROKER where one is named for the token.
    function _atLarge(uint16 roles, address target) private view returns (uint16 atLarge, address scope) {
        uint8 kind;
        (kind, scope) = _placeOf(target);
        if (kind <= Kind.PLATFORM) return (roles, address(0));
        atLarge = roles & ~NAMED_ROLES;
        bool broker = scope != address(0) && atLarge & _bit(Role.BROKER) != 0;
        if (broker && holders(Role.BROKER, scope) != 0) atLarge &= ~_bit(Role.BROKER);
    }

    // ------------------------------------------------------------------ reading

    /// @inheritdoc IConsortium
    function organisationOf(address key) public view returns (uint32) {
        uint32 organisation = _keys[_numbers[key]].signer();
        return _organisations[organisation].active ? organisation : 0;
    }

    /// @inheritdoc IConsortium
    function holders(Role role, address scope) public view returns (uint32) {
        return _holders[_in(scope, uint8(role))];
    }

    /// @inheritdoc IConsortium
    function rolesOf(uint32 organisation, address scope) public view returns (uint16) {
        return _roles[_in(scope, organisation)];
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
        KeyWord word = _keys[number];
        return (word.account(), word.organisation(), _organisations[word.signer()].active);
    }

    // ------------------------------------------------------------------ for requests and policy

    /// @dev The number of the caller's key, and its organisation. A removed one holds no role, and cannot do more than
    /// take back what it signed or proposed, so no need to look whether it is active.
    function _caller() internal view returns (uint24 number, uint32 organisation) {
        number = _numbers[msg.sender];
        organisation = _requireKnown(_keys[number].signer(), msg.sender);
    }

    function _organisationOfNumber(uint24 number) internal view returns (uint32) {
        return _keys[number].organisation();
    }

    /// @dev The organisation of a key that is not revoked. A removed organisation holds no role, so no need to look
    /// whether it is active.
    function _signerOfNumber(uint24 number) internal view returns (uint32) {
        return _keys[number].signer();
    }

    /// @dev The roles at large of each organisation that has a key; zero for the others.
    function _rolesWithKeys() internal view returns (uint16[] memory roles) {
        roles = new uint16[](organisationCount);
        for (uint32 i; i < roles.length; ++i) {
            if (_organisations[i + 1].keys != 0) roles[i] = _roles[i + 1];
        }
    }

    function _bit(Role role) internal pure returns (uint16) {
        return uint16(1 << uint8(role));
    }

    /// @dev An organisation, or a role, in a scope; the number itself in scope zero.
    function _in(address scope, uint256 number) private pure returns (uint256) {
        return (uint256(uint160(scope)) << 32) | number;
    }

    function _known(address key) private view returns (uint32) {
        return _requireKnown(organisationOf(key), key);
    }

    function _requireKnown(uint32 organisation, address key) private pure returns (uint32) {
        if (organisation == 0) revert KeyUnknown(key);
        return organisation;
    }

    function _active(uint32 organisation) private view returns (Organisation storage entry) {
        entry = _organisations[organisation];
        if (!entry.active) revert OrganisationUnknown(organisation);
    }

    /// @dev Whether an organisation signed the request being executed.
    function _isSignedBy(uint32 organisation) internal view virtual returns (bool);

    /// @dev Reverts unless the Consortium can go on governing itself, and somebody can still halt, without what an
    /// organisation lost; before the seal it need not.
    function _requireGovernable(uint32 organisation) internal view virtual;

    /// @dev Reverts unless an organisation that has no key any more can be given one, and somebody can still halt.
    function _requireRecoverable(uint32 organisation) internal view virtual;
}
