// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Role} from "../interfaces/IConsortium.sol";

/// @title Stands in for the Consortium in the platform's own tests
/// @notice Whoever has an organisation may call everything, and so may the deployer, who has none and so takes the
/// part of a Consortium that executes a request.
contract OpenAuthority {
    address public requests = msg.sender;
    bool public isSealed = true;
    mapping(address key => uint32) public organisationOf;

    /// @notice What the Consortium would know an account as; see `Kind`.
    mapping(address account => uint8) public kindOf;

    /// @notice The token that a contract beside the tokens is registered for; zero: all.
    mapping(address account => address) public scopeOf;

    /// @notice Whether the token's issuer signed the request that the deployer takes the part of.
    bool public issuerSigned;

    /// @notice Whether who signed has no role for another token than the one that asks.
    bool public strangersSigned;

    /// @notice How many brokers are named for a token.
    mapping(address token => uint32) public brokers;

    event TokenRegistered(address token, uint32 issuer, uint32 registrar);

    error RegistrationRefused(uint32 issuer);

    function setOrganisation(address key, uint32 organisation) external {
        organisationOf[key] = organisation;
    }

    function setKind(address account, uint8 kind) external {
        kindOf[account] = kind;
    }

    function setScope(address account, address token) external {
        scopeOf[account] = token;
    }

    function setIssuerSigned(bool signed) external {
        issuerSigned = signed;
    }

    function setStrangersSigned(bool signed) external {
        strangersSigned = signed;
    }

    function setBrokers(address token, uint32 count) external {
        brokers[token] = count;
    }

    function isSignedByHolder(Role role, address scope) external view returns (bool) {
        return scope == msg.sender ? issuerSigned && role == Role.ISSUER : !strangersSigned;
    }

    function holders(Role role, address scope) external view returns (uint32) {
        return role == Role.BROKER ? brokers[scope] : 1;
    }

    function unseal() external {
        isSealed = false;
    }

    function registerToken(address token, uint32 issuer, uint32 registrar) external {
        if (issuer == 0) revert RegistrationRefused(issuer);
        kindOf[token] = 3;
        emit TokenRegistered(token, issuer, registrar);
    }

    /// @dev The Consortium says whose key acts through it; here whoever has an organisation calls without it.
    function actingOrganisation() external view returns (uint32) {
        // solhint-disable-next-line avoid-tx-origin
        return organisationOf[tx.origin];
    }

    function canCall(address caller, address, bytes4) external view returns (bool, uint32) {
        return (caller == requests || organisationOf[caller] != 0, 0);
    }
}
