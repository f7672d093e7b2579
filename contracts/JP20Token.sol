// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IDiamondLoupe} from "./interfaces/IDiamondLoupe.sol";
import {IERC1594} from "./interfaces/IERC1594.sol";
import {IERC1643} from "./interfaces/IERC1643.sol";
import {IERC1644} from "./interfaces/IERC1644.sol";
import {IERC7943Fungible} from "./interfaces/IERC7943.sol";
import {IPlatform} from "./interfaces/IPlatform.sol";
import {ITokenTransfers} from "./interfaces/ITokenTransfers.sol";
import {ConsentTransfers} from "./token/ConsentTransfers.sol";
import {Creation} from "./token/Creation.sol";
import {HolderWord} from "./token/HolderWord.sol";
import {PlatformCall} from "./token/PlatformCall.sol";
import {Routing} from "./token/Routing.sol";
import {TokenWord, TokenWords} from "./token/TokenWord.sol";
import {Facts} from "./types/Facts.sol";
import {Modules} from "./types/Modules.sol";
import {Reason} from "./types/Reason.sol";
import {Restraint, RestraintKind} from "./types/Restraint.sol";
import {Terms} from "./types/Terms.sol";

/// @title JP20Token: one issue of a security
/// @notice What holders do, and the path of every transfer (G3, G7). Everything else of {IJP20Token} is in four
/// modules, reached from the fallback by `delegatecall` at addresses that are fixed here for good: {Routing} has the
/// table. There is no proxy and no upgrade: this code never changes.
contract JP20Token is Creation, ConsentTransfers, ITokenTransfers, IERC20Metadata, IERC20Permit {
    bytes32 private constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    address private immutable SERVICING;
    address private immutable RESTRAINTS;
    address private immutable ENFORCER;
    address private immutable TERMS;
    address private immutable TAKEOVER;

    /// @notice The platform's directory makes tokens by it. Reverts with `InvalidTerms(field)` where the terms
    /// contradict themselves.
    constructor(IPlatform platform_, address authority_, Modules memory modules_, Terms memory terms)
        PlatformCall(platform_)
    {
        SERVICING = modules_.servicing;
        RESTRAINTS = modules_.restraints;
        ENFORCER = modules_.enforcer;
        TERMS = modules_.terms;
        TAKEOVER = modules_.takeover;
        _authority = authority_;
        _setTerms(terms);
        emit IAccessManaged.AuthorityUpdated(authority_);
    }

    // ERC-20

    /// @inheritdoc IERC20
    /// @dev Out of the caller's own units. Refusals: see {ITokenTransfers}.
    function transfer(address to, uint256 amount) external returns (bool) {
        _transfer(_currentWord(), msg.sender, to, amount);
        return true;
    }

    /// @inheritdoc IERC20
    /// @dev The caller is whoever the holder allowed, except a spender that the platform knows and has suspended.
    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _transferFrom(from, to, amount, false);
        return true;
    }

    /// @inheritdoc IERC20
    /// @dev Allowances do not scale with a split. Refused while the platform is halted.
    function approve(address spender, uint256 amount) external returns (bool) {
        _approve(msg.sender, spender, amount);
        return true;
    }

    /// @inheritdoc ITokenTransfers
    function batchTransfer(address[] calldata recipients, uint256[] calldata amounts) external returns (bool) {
        _requireSameLength(recipients.length, amounts.length);
        TokenWord word = _currentWord();
        HolderWord sender = _holderForUpdate(msg.sender, word);
        for (uint256 i; i < recipients.length; i++) {
            Reason reason;
            (reason, sender) = _moveRow(word, msg.sender, sender, recipients[i], amounts[i]);
            if (reason != Reason.NONE) revert RowInTheWay(i, reason);
        }
        _holders[msg.sender].word = sender;
        return true;
    }

    /// @inheritdoc IERC20
    function totalSupply() external view returns (uint256) {
        return _supply.total;
    }

    /// @inheritdoc IERC20
    function balanceOf(address account) external view returns (uint256) {
        return _holder(account, _word).balance();
    }

    /// @inheritdoc IERC20
    function allowance(address owner, address spender) external view returns (uint256) {
        return _allowances[owner][spender];
    }

    /// @inheritdoc IERC20Metadata
    function name() external view returns (string memory) {
        return _name;
    }

    /// @inheritdoc IERC20Metadata
    function symbol() external view returns (string memory) {
        return _symbol;
    }

    /// @inheritdoc IERC20Metadata
    function decimals() external view returns (uint8) {
        return _issue.decimals;
    }

    // ERC-2612

    /// @inheritdoc IERC20Permit
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        if (block.timestamp > deadline) revert ERC2612ExpiredSignature(deadline);
        bytes32 structHash = keccak256(abi.encode(PERMIT_TYPEHASH, owner, spender, value, _nonces[owner]++, deadline));
        bytes32 digest = MessageHashUtils.toTypedDataHash(DOMAIN_SEPARATOR(), structHash);
        (address signer,,) = ECDSA.tryRecover(digest, v, r, s); // zero where the signature is none
        if (signer != owner || signer == address(0)) revert ERC2612InvalidSigner(signer, owner);
        _approve(owner, spender, value);
    }

    /// @inheritdoc IERC20Permit
    function nonces(address owner) external view returns (uint256) {
        return _nonces[owner];
    }

    /// @inheritdoc IERC20Permit
    // solhint-disable-next-line func-name-mixedcase
    function DOMAIN_SEPARATOR() public view returns (bytes32) {
        return keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256(bytes(_name)), keccak256("1"), block.chainid, address(this))
        );
    }

    /// @inheritdoc ITokenTransfers
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name_,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return (0x0f, _name, "1", block.chainid, address(this), 0, new uint256[](0));
    }

    // ERC-1594. The data is for who reads the transaction; it is not judged. Every allowance is debited.

    function transferWithData(address to, uint256 value, bytes calldata) external {
        _transfer(_currentWord(), msg.sender, to, value);
    }

    function transferFromWithData(address from, address to, uint256 value, bytes calldata) external {
        _transferFrom(from, to, value, true);
    }

    /// @notice ERC-1594: a holder gives up own units, where the terms let one holder's units be redeemed, under the
    /// conditions of sending them.
    function redeem(uint256 value, bytes calldata data) external {
        TokenWord word = _currentWord();
        (bool halted, Facts facts,) = _facts(word, msg.sender, msg.sender);
        Reason reason = _judgeGivingUp(word, halted, facts, value);
        if (reason != Reason.NONE) _refuse(reason, msg.sender, address(0), value);
        _burn(word, msg.sender, facts, value);
        emit IERC1594.Redeemed(msg.sender, msg.sender, value, data);
    }

    // Previews

    /// @inheritdoc ITokenTransfers
    function preview(address spender, address from, address to, uint256 amount) public view returns (Reason) {
        if (spender == from) return _previewTransfer(_word, from, to, amount);
        return _previewFrom(_word, spender, from, to, amount);
    }

    /// @notice ERC-1594. See {IERC1594-canTransfer}.
    function canTransfer(address to, uint256 value, bytes calldata) external view returns (bool, bytes1, bytes32) {
        return _answer(preview(msg.sender, msg.sender, to, value));
    }

    /// @notice ERC-1594. See {IERC1594-canTransferFrom}.
    function canTransferFrom(address from, address to, uint256 value, bytes calldata)
        external
        view
        returns (bool, bytes1, bytes32)
    {
        return _answer(_previewFrom(_word, msg.sender, from, to, value));
    }

    /// @notice ERC-7943: every permissioned rule and the restraints; that the balance is enough is ERC-20's matter.
    /// Like {canSend} and {canReceive} false, and no revert, where the platform does not answer.
    function canTransfer(address from, address to, uint256 amount) external view returns (bool) {
        try this.preview(from, from, to, amount) returns (Reason reason) {
            if (reason != Reason.INSUFFICIENT_BALANCE) return reason == Reason.NONE;
            Position memory position = _position(from, _word);
            return position.committed + _floor(position) == 0;
        } catch {
            return false;
        }
    }

    /// @notice ERC-7943: whether the account as such may send units of this token now.
    function canSend(address account) external view returns (bool) {
        try this.previewAccount(account) returns (Reason sending, Reason) {
            return sending == Reason.NONE;
        } catch {
            return false;
        }
    }

    /// @notice ERC-7943: whether the account as such may receive units of this token now.
    function canReceive(address account) external view returns (bool) {
        try this.previewAccount(account) returns (Reason, Reason receiving) {
            return receiving == Reason.NONE;
        } catch {
            return false;
        }
    }

    /// @inheritdoc ITokenTransfers
    function previewAccount(address account) external view returns (Reason sending, Reason receiving) {
        TokenWord word = _word;
        (,, Facts facts) = _facts(word, address(0), account);
        return (_judgeSender(word, facts), _judgeRecipient(word, account, facts));
    }

    // Positions

    /// @notice ERC-7943: the frozen amount, which may exceed the balance.
    function getFrozenTokens(address account) external view returns (uint256) {
        return _position(account, _word).frozen;
    }

    /// @inheritdoc ITokenTransfers
    function freeBalanceOf(address holder) external view returns (uint256) {
        return _free(_position(holder, _word));
    }

    /// @inheritdoc ITokenTransfers
    function positionOf(address holder)
        external
        view
        returns (
            uint256 balance,
            uint256 committed,
            uint256 locked,
            uint256 frozen,
            uint256 pledged,
            uint256 attached,
            uint256 free
        )
    {
        Position memory p = _position(holder, _word);
        return (p.balance, p.committed, p.locked, p.frozen, p.pledged, p.attached, _free(p));
    }

    /// @inheritdoc ITokenTransfers
    function restraintsOf(address holder) external view returns (Restraint[] memory restraints) {
        TokenWord word = _word;
        restraints = _restraints[holder];
        uint256 count;
        for (uint256 i; i < restraints.length; i++) {
            Restraint memory restraint = restraints[i];
            if (restraint.kind == RestraintKind.LOCK_UP && block.timestamp >= restraint.until) continue;
            restraint.amount = uint104(_today(restraint.amount, restraint.splits, word));
            restraint.splits = uint16(word.splits());
            restraints[count++] = restraint;
        }
        assembly ("memory-safe") {
            // Shorter than it was allocated: those that have run out are left off.
            mstore(restraints, count)
        }
    }

    // Authority and modules

    /// @notice OpenZeppelin's `IAccessManaged`: the Consortium.
    function authority() external view returns (address) {
        return _authority;
    }

    /// @notice Only the Consortium itself passes, which executes a request on it.
    /// @custom:act set-authority
    function setAuthority(address newAuthority) external {
        if (msg.sender != _authority) revert IAccessManaged.AccessManagedUnauthorized(msg.sender);
        if (newAuthority.code.length == 0) revert IAccessManaged.AccessManagedInvalidAuthority(newAuthority);
        _authority = newAuthority;
        emit IAccessManaged.AuthorityUpdated(newAuthority);
    }

    /// @notice OpenZeppelin's `IAccessManaged`: there are no scheduled calls here.
    function isConsumingScheduledOp() external pure returns (bytes4) {
        return 0;
    }

    /// @inheritdoc ITokenTransfers
    function modules() public view returns (Modules memory) {
        return Modules(SERVICING, RESTRAINTS, ENFORCER, TERMS, TAKEOVER);
    }

    /// @notice ERC-165.
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == type(IERC165).interfaceId || id == type(IERC20).interfaceId
            || id == type(IERC20Metadata).interfaceId || id == type(IERC20Permit).interfaceId
            || id == type(IERC1594).interfaceId || id == type(IERC1643).interfaceId || id == type(IERC1644).interfaceId
            || id == type(IERC7943Fungible).interfaceId || id == type(IAccessManaged).interfaceId
            || id == type(IDiamondLoupe).interfaceId;
    }

    fallback() external {
        address module = Routing.moduleOf(modules(), msg.sig);
        assembly {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), module, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(done) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }

    // Inside

    function _transferFrom(address from, address to, uint256 amount, bool always) private {
        TokenWord word = _currentWord();
        _spend(from, amount, always);
        if (msg.sender != from) {
            Reason reason = _judgeSpender(word, msg.sender);
            if (reason != Reason.NONE) _refuse(reason);
        }
        _transfer(word, from, to, amount);
    }

    function _previewFrom(TokenWord word, address spender, address from, address to, uint256 amount)
        private
        view
        returns (Reason)
    {
        if (_allowances[from][spender] < amount) return Reason.INSUFFICIENT_ALLOWANCE;
        if (spender != from) {
            Reason reason = _judgeSpender(word, spender);
            if (reason != Reason.NONE) return reason;
        }
        return _previewTransfer(word, from, to, amount);
    }

    /// @dev What a transfer asks of its sender and of the amount.
    function _judgeGivingUp(TokenWord word, bool halted, Facts facts, uint256 amount) private view returns (Reason) {
        Reason reason = _judgeTime(word, halted);
        if (reason != Reason.NONE) return reason;
        if (!word.has(TokenWords.HOLDER_REDEMPTION)) return Reason.REDEMPTION_NOT_ALLOWED;
        if (amount == 0) return Reason.ZERO_AMOUNT;
        reason = _judgeSender(word, facts);
        if (reason != Reason.NONE) return reason;
        if (block.timestamp < word.lockedUntil()) return Reason.TOKEN_LOCKED_UP;
        HolderWord sender = _holder(msg.sender, word);
        reason = _judgeAmountRules(word, sender, amount);
        return reason == Reason.NONE ? _judgeFree(word, msg.sender, sender.balance(), amount) : reason;
    }

    function _approve(address owner, address spender, uint256 amount) private {
        if (spender == address(0)) revert IERC20Errors.ERC20InvalidSpender(spender);
        _requireNotHalted(_currentWord());
        _allowances[owner][spender] = amount;
        emit Approval(owner, spender, amount);
    }

    /// @dev ERC-1594's answer, with the status of ERC-1066.
    function _answer(Reason reason) private pure returns (bool, bytes1, bytes32) {
        bytes1 status = 0x50; // transfer failure
        if (reason == Reason.NONE) status = 0x51;
        else if (reason == Reason.INSUFFICIENT_BALANCE) status = 0x52;
        else if (reason == Reason.INSUFFICIENT_ALLOWANCE) status = 0x53;
        else if (reason <= Reason.TOKEN_REDEEMED || reason == Reason.TOKEN_CLOSED) status = 0x54; // halted
        else if (reason == Reason.TOKEN_LOCKED_UP) status = 0x55; // locked
        else if (reason >= Reason.SENDER_UNKNOWN && reason <= Reason.SENDER_IS_ISSUER_ACCOUNT) status = 0x56;
        else if (reason >= Reason.RECIPIENT_ZERO && reason <= Reason.RECIPIENT_RESIDENCY) status = 0x57;
        else if (reason == Reason.SPENDER_SUSPENDED) status = 0x58;
        else if (reason >= Reason.COMMITTED && reason <= Reason.ATTACHED) status = 0x55;
        return (reason == Reason.NONE, status, bytes32(uint256(reason)));
    }
}
