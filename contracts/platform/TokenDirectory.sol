// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {InvestorRegistry} from "./InvestorRegistry.sol";
import {IConsortium} from "../interfaces/IConsortium.sol";
import {IJP20Token} from "../interfaces/IJP20Token.sol";
import {ITokenDirectory} from "../interfaces/ITokenDirectory.sol";
import {Modules} from "../types/Modules.sol";
import {Terms} from "../types/Terms.sol";

/// @title The tokens of this platform, and the versions from which they are made
/// @dev It stands on the registry, where it reserves the accounts that no investor may have.
abstract contract TokenDirectory is ITokenDirectory, InvestorRegistry {
    Version[] private _versions;
    address[] private _tokens;

    /// @dev Invariant: true exactly for the accounts in `_tokens`.
    mapping(address token => bool) internal _isToken;

    /// @dev Zero for a token that was adopted.
    mapping(address token => uint256) private _versionOf;
    /// @dev Invariant: each code, and each symbol, leads to the one token that has it and is in force.
    mapping(string code => address) private _tokenByCode;
    mapping(string symbol => address) private _tokenBySymbol;

    // ------------------------------------------------------------------ versions

    /// @inheritdoc ITokenDirectory
    function approveVersion(address creationCode, Modules calldata modules, bytes32 codeHash)
        external
        restricted
        returns (uint256 number)
    {
        _requireCode(modules.servicing);
        _requireCode(modules.restraints);
        _requireCode(modules.enforcer);
        _requireCode(modules.terms);
        _requireCode(modules.takeover);
        if (creationCode.code.length < 2 || creationCode.code[0] != 0x00) revert NotCreationCode(creationCode);
        _requireCodeHash(creationCode, modules, codeHash);
        _versions.push(
            Version({creationCode: creationCode, modules: modules, retired: false, codeHash: codeHash})
        );
        number = _versions.length;
        emit VersionApproved(number, creationCode, modules, codeHash);
    }

    /// @inheritdoc ITokenDirectory
    function retireVersion(uint256 number) external restricted {
        Version storage retiring = _version(number);
        if (retiring.retired) revert VersionAlreadyRetired(number);
        retiring.retired = true;
        emit VersionRetired(number);
    }

    // ------------------------------------------------------------------ tokens

    /// @inheritdoc ITokenDirectory
    function createToken(uint256 number, Terms calldata terms, uint32 issuer, uint32 registrar)
        external
        restricted
        whenInCharge
        returns (address token)
    {
        if (!IConsortium(authority()).isSealed()) revert NotSealed();
        _requireUnique(terms.code, terms.symbol, terms.extra);
        _reserve(terms.issuerAccount);

        token = _deploy(number, terms);

        _versionOf[token] = number;
        _list(IJP20Token(token));
        IConsortium(authority()).registerToken(token, issuer, registrar);
        emit TokenCreated(token, number, terms.code, issuer, registrar, keccak256(abi.encode(terms)));
    }

    /// @inheritdoc ITokenDirectory
    function relist(address token) external {
        if (!_isToken[token] || !_answers(IJP20Token(token))) revert NotInForce(token);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc ITokenDirectory
    function codeHashOf(address creationCode, Modules memory modules) public view returns (bytes32) {
        return keccak256(
            abi.encode(
                creationCode.codehash,
                modules.servicing.codehash,
                modules.restraints.codehash,
                modules.enforcer.codehash,
                modules.terms.codehash,
                modules.takeover.codehash
            )
        );
    }

    /// @inheritdoc ITokenDirectory
    function versionCount() external view returns (uint256) {
        return _versions.length;
    }

    /// @inheritdoc ITokenDirectory
    function version(uint256 number) external view returns (Version memory) {
        return _version(number);
    }

    /// @inheritdoc ITokenDirectory
    function tokens() external view returns (address[] memory) {
        return _tokens;
    }

    /// @inheritdoc ITokenDirectory
    function tokenCount() external view returns (uint256) {
        return _tokens.length;
    }

    /// @inheritdoc ITokenDirectory
    function tokenAt(uint256 index) external view returns (address) {
        if (index >= _tokens.length) revert UnknownToken(index);
        return _tokens[index];
    }

    /// @inheritdoc ITokenDirectory
    function tokenByCode(string calldata code) external view returns (address) {
        return _tokenByCode[code];
    }

    /// @inheritdoc ITokenDirectory
    function tokenBySymbol(string calldata symbol) external view returns (address) {
        return _tokenBySymbol[symbol];
    }

    /// @inheritdoc ITokenDirectory
    function isToken(address account) external view returns (bool) {
        return _isToken[account];
    }

    /// @inheritdoc ITokenDirectory
    function versionOf(address token) external view returns (uint256) {
        return _versionOf[token];
    }

    // ------------------------------------------------------------------ inside

    function _list(IJP20Token token) internal {
        _reserve(address(token));
        _tokens.push(address(token));
        _isToken[address(token)] = true;
        _answers(token);
    }

    /// @dev Whether the token answers to its code and its symbol from now on.
    function _answers(IJP20Token token) private returns (bool yes) {
        yes = token.inForce();
        if (yes) {
            _tokenByCode[token.code()] = address(token);
            _tokenBySymbol[token.symbol()] = address(token);
        }
    }

    function _tokenCount() internal view returns (uint256) {
        return _tokens.length;
    }

    function _version(uint256 number) private view returns (Version storage) {
        if (number == 0 || number > _versions.length) revert UnknownVersion(number);
        return _versions[number - 1];
    }

    function _requireCode(address account) private view {
        if (account.code.length == 0) revert NoCode(account);
    }

    /// @dev Checked again at each creation: a module that destroyed itself could have been replaced since.
    function _requireCodeHash(address creationCode, Modules memory modules, bytes32 expected) private view {
        bytes32 actual = codeHashOf(creationCode, modules);
        if (actual != expected) revert CodeHashMismatch(expected, actual);
    }

    /// @dev A token that is to replace another has code and symbol of that one, and answers to them when it has.
    function _requireUnique(string calldata code, string calldata symbol, bytes calldata extra) private view {
        if (bytes(code).length == 0) revert EmptyCode();
        if (bytes(symbol).length == 0) revert EmptySymbol();
        address other = _tokenByCode[code];
        if (extra.length == 64) {
            // Of another length the token itself refuses it.
            (address replaced,) = abi.decode(extra, (address, uint256));
            if (replaced == address(0) || other != replaced || _tokenBySymbol[symbol] != replaced) {
                revert NotInForce(replaced);
            }
            return;
        }
        if (other == address(0) && _isUnfinished()) other = _predecessorsDirectory().tokenByCode(code);
        if (other != address(0)) revert CodeTaken(code, other);
        other = _tokenBySymbol[symbol];
        if (other == address(0) && _isUnfinished()) other = _predecessorsDirectory().tokenBySymbol(symbol);
        if (other != address(0)) revert SymbolTaken(symbol, other);
    }

    function _predecessorsDirectory() internal view returns (ITokenDirectory) {
        return ITokenDirectory(address(_predecessor));
    }

    function _deploy(uint256 number, Terms calldata terms) private returns (address token) {
        Version memory made = _version(number);
        if (made.retired) revert VersionAlreadyRetired(number);
        _requireCodeHash(made.creationCode, made.modules, made.codeHash);

        address creationCode = made.creationCode;
        uint256 size = creationCode.code.length - 1;
        // What is run is the creation code and, right behind it, the constructor's arguments. So that neither has to
        // be moved, room for the code is left free in memory, and the arguments are encoded behind the room.
        assembly ("memory-safe") {
            mstore(0x40, and(add(add(mload(0x40), size), 31), not(31)))
        }
        bytes memory arguments = abi.encode(address(this), authority(), made.modules, terms);
        assembly ("memory-safe") {
            let length := mload(arguments)
            // The code's end takes the place of the length of `arguments`, which nobody reads any more; its beginning
            // lies in the room, for this is at least `size` bytes.
            let start := sub(add(arguments, 32), size)
            extcodecopy(creationCode, start, 1, size)
            token := create2(0, start, add(size, length), 0)
            if and(iszero(token), iszero(iszero(returndatasize()))) {
                // The constructor's own reason. Memory from zero on may be overwritten, for this ends the call.
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
        if (token == address(0)) revert CreationFailed();
    }
}
