// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {SelfGovernance} from "./SelfGovernance.sol";
import {IConsortium, Kind} from "../interfaces/IConsortium.sol";

/// @title Targets
/// @notice Which contracts the policy governs, and as what.
/// @dev Invariant: a contract that was once of a kind is never of another. Roles for a token therefore
/// count on nothing that is not a token.
abstract contract Targets is SelfGovernance {
    struct Target {
        uint8 kind;
        bool registered;
    }

    mapping(address target => Target) private _targets;

    constructor() {
        _register(address(this), Kind.CONSORTIUM);
    }

    /// @inheritdoc IConsortium
    function registerTarget(address target, uint8 kind) external governed {
        require(target.code.length != 0 && kind != Kind.NONE && kind != Kind.CONSORTIUM, TargetInvalid(target, kind));
        _register(target, kind);
    }

    /// @inheritdoc IConsortium
    function unregisterTarget(address target) external governed {
        uint8 kind = kindOf(target);
        require(kind != Kind.NONE, TargetUnknown(target));
        require(kind != Kind.CONSORTIUM, TargetInvalid(target, kind));
        _targets[target].registered = false;
        emit TargetUnregistered(target, kind);
    }

    /// @inheritdoc IConsortium
    function kindOf(address target) public view returns (uint8) {
        Target storage entry = _targets[target];
        return entry.registered ? entry.kind : Kind.NONE;
    }

    function _register(address target, uint8 kind) internal {
        Target storage entry = _targets[target];
        require(!entry.registered, TargetAlreadyRegistered(target, entry.kind));
        require(entry.kind == Kind.NONE || entry.kind == kind, TargetOfAnotherKind(target, entry.kind));
        (entry.kind, entry.registered) = (kind, true);
        emit TargetRegistered(target, kind);
    }
}
