// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {SelfGovernance} from "./SelfGovernance.sol";
import {IConsortium, Kind} from "../interfaces/IConsortium.sol";

/// @title Targets
/// @notice Which contracts the policy governs, as what, and for which token.
/// @dev Invariants: a contract that was once of a kind is never of another; the scope of a token is the token, that of
/// any other contract nothing or a token.
abstract contract Targets is SelfGovernance {
    struct Target {
        uint8 kind;
        bool registered;
        address scope;
    }

    mapping(address target => Target) private _targets;

    constructor() {
        _register(address(this), Kind.CONSORTIUM, address(0));
    }

    /// @inheritdoc IConsortium
    function registerTarget(address target, uint8 kind, address scope) external governed {
        _requireValid(kind != Kind.NONE && kind != Kind.CONSORTIUM, target, kind);
        bool scoped = kind > Kind.TOKEN && kindOf(scope) == Kind.TOKEN;
        if (scope != address(0) && !scoped) revert ScopeInvalid(target, scope);
        _register(target, kind, kind == Kind.TOKEN ? target : scope);
    }

    /// @inheritdoc IConsortium
    function unregisterTarget(address target) external governed {
        uint8 kind = kindOf(target);
        if (kind == Kind.NONE) revert TargetUnknown(target);
        _requireValid(kind != Kind.CONSORTIUM, target, kind);
        _targets[target].registered = false;
        emit TargetUnregistered(target, kind);
    }

    /// @inheritdoc IConsortium
    function kindOf(address target) public view returns (uint8 kind) {
        (kind,) = _placeOf(target);
    }

    /// @inheritdoc IConsortium
    function scopeOf(address target) external view returns (address scope) {
        (, scope) = _placeOf(target);
    }

    function _requireValid(bool valid, address target, uint8 kind) private pure {
        if (!valid) revert TargetInvalid(target, kind);
    }

    /// @dev Both in one look.
    function _placeOf(address target) internal view returns (uint8 kind, address scope) {
        Target memory entry = _targets[target];
        return (entry.registered ? entry.kind : Kind.NONE, entry.scope);
    }

    function _register(address target, uint8 kind, address scope) internal {
        Target storage entry = _targets[target];
        if (entry.registered) revert TargetAlreadyRegistered(target, entry.kind);
        if (entry.kind != Kind.NONE && entry.kind != kind) revert TargetOfAnotherKind(target, entry.kind);
        // The Consortium registers itself while it is built, when it has no code yet.
        _requireValid(kind == Kind.CONSORTIUM || target.code.length != 0, target, kind);
        (entry.kind, entry.registered, entry.scope) = (kind, true, scope);
        emit TargetRegistered(target, kind, scope);
    }
}
