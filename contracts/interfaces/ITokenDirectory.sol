// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Modules} from "../types/Modules.sol";
import {Terms} from "../types/Terms.sol";

/// @title The tokens of this platform, and the versions from which they are made (G1)
/// @notice A version is the creation code of a token, stored once as a contract's code, with the modules that
/// all its tokens share. Who may call what is the Consortium's policy; the roles named here are those
/// of the policy that ships. All of it works while the platform is halted: a token that is made then starts halted.
interface ITokenDirectory {
    struct Version {
        address creationCode; // its code is one byte 0x00 (STOP, it cannot run) and then the token's creation code
        Modules modules;
        bool retired;
        bytes32 codeHash; // as `codeHashOf` computes it
    }

    event VersionApproved(uint256 indexed version, address creationCode, Modules modules, bytes32 codeHash);
    event VersionRetired(uint256 indexed version);
    /// @param code The security code.
    /// @param termsHash keccak256 of the ABI-encoded terms: `keccak256(abi.encode(terms))`.
    event TokenCreated(
        address indexed token,
        uint256 indexed version,
        string code,
        uint32 issuer,
        uint32 registrar,
        bytes32 termsHash
    );

    /// @notice There is no such version.
    error UnknownVersion(uint256 version);
    error VersionAlreadyRetired(uint256 version);
    /// @notice There is no code at the address.
    error NoCode(address account);
    /// @notice The code at the address does not begin with the byte 0x00, so it could run, or says nothing after it.
    error NotCreationCode(address account);
    /// @notice The code that is there is not the code that was approved.
    error CodeHashMismatch(bytes32 expected, bytes32 actual);
    /// @notice The founder has not yet sealed the Consortium.
    error NotSealed();
    error EmptyCode();
    error EmptySymbol();
    error CodeTaken(string code, address token);
    error SymbolTaken(string symbol, address token);
    /// @notice The creation ended without a reason: no gas left, or code too large.
    error CreationFailed();
    /// @notice No token of this platform, not in force, or not the one that has the code and the symbol.
    error NotInForce(address token);
    /// @notice There is no token at this place.
    error UnknownToken(uint256 index);

    /// @notice Approves a version of the token (G1, G32). Executed by OPERATOR from a request.
    /// Emits `VersionApproved`. Reverts with `NoCode`, `NotCreationCode`, or `CodeHashMismatch` where the code
    /// at the five addresses is not what the signers approved.
    /// @param codeHash What `codeHashOf` gives; signers compute it from their own build.
    /// @return version Its number, from 1.
    /// @custom:act approve-version
    function approveVersion(address creationCode, Modules calldata modules, bytes32 codeHash)
        external
        returns (uint256 version);

    /// @notice No more tokens of this version; those that exist go on. Executed by OPERATOR from a request.
    /// Emits `VersionRetired`. Reverts with `UnknownVersion` or `VersionAlreadyRetired`.
    /// @custom:act retire-version
    function retireVersion(uint256 version) external;

    /// @notice Makes a token and registers it at the Consortium with its issuer and registrar (G1).
    /// Executed by ISSUER from a request that ISSUER and REGISTRAR signed.
    /// The token's address and its issuer's account are reserved: neither can become an investor's wallet. The
    /// address is CREATE2's with salt zero, so it is known from version and terms before the token is made, and a
    /// request can speak of it.
    /// A token whose terms name another in `extra` is to replace it: it has that one's code and symbol, and is found
    /// by them when it has taken over ({ITokenTakeover}); else it reverts with `NotInForce`.
    /// Emits `TokenCreated` and `AccountReserved`. Reverts with `NotSealed`, `UnknownVersion`, `VersionAlreadyRetired`,
    /// `CodeHashMismatch`, `EmptyCode`, `EmptySymbol`, `CodeTaken`, `SymbolTaken`, `InvestorAccount` where the
    /// issuer's account is an investor's wallet, or what the token's constructor or the Consortium reverts with.
    /// @param issuer The issuing organisation, by its number at the Consortium.
    /// @param registrar The organisation that keeps the token's register, likewise.
    /// @custom:act create-token
    function createToken(uint256 version, Terms calldata terms, uint32 issuer, uint32 registrar)
        external
        returns (address token);

    /// @notice Lets code and symbol lead to `token`, which is in force (G32): it took over from the one that they led
    /// to. Anybody may call; the token does when it takes over. Reverts with `NotInForce`.
    function relist(address token) external;

    /// @return The hash over the code hashes (`extcodehash`) of the five, the modules in the order of their struct:
    /// keccak256 of the 160 bytes.
    function codeHashOf(address creationCode, Modules memory modules) external view returns (bytes32);

    /// @return How many versions there are, the retired ones included; they are numbered from 1.
    function versionCount() external view returns (uint256);

    /// @notice Reverts with `UnknownVersion`.
    function version(uint256 number) external view returns (Version memory);

    /// @return All tokens in the order in which they were made or adopted.
    function tokens() external view returns (address[] memory);

    function tokenCount() external view returns (uint256);

    /// @param index From zero. Reverts with `UnknownToken`.
    function tokenAt(uint256 index) external view returns (address);

    /// @return The token with this security code, or zero.
    function tokenByCode(string calldata code) external view returns (address);

    /// @return The token with this symbol, or zero.
    function tokenBySymbol(string calldata symbol) external view returns (address);

    function isToken(address account) external view returns (bool);

    /// @return The version from which the token was made, zero where this platform did not make it.
    function versionOf(address token) external view returns (uint256);
}
