// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Reason} from "../types/Reason.sol";
import {Restraint} from "../types/Restraint.sol";
import {Modules} from "../types/Modules.sol";

/// @title What holders do, and what anybody may ask (G3, G7, G15)
/// @notice Refusals are `ERC20InsufficientBalance`, `ERC20InsufficientAllowance` and `ERC20InvalidReceiver` of
/// ERC-6093, `ERC7943InsufficientUnfrozenBalance` where a restraint of the holder stands in the way, else
/// {TransferRefused}.
interface ITokenTransfers {
    /// @notice A movement is refused for `reason`.
    error TransferRefused(Reason reason);
    /// @notice Row `index` of a batch is refused, and with it the batch.
    error RowInTheWay(uint256 index, Reason reason);
    /// @notice The lists of a batch differ in length.
    error LengthMismatch(uint256 first, uint256 second);
    /// @notice The emergency stop is on (G12); for acts that are no movement of units.
    error PlatformHalted();
    /// @notice The platform did not answer; nothing moves (fails closed).
    error PlatformUnavailable();
    /// @notice ERC-2612: the deadline has passed.
    error ERC2612ExpiredSignature(uint256 deadline);
    /// @notice ERC-2612: not signed by the owner.
    error ERC2612InvalidSigner(address signer, address owner);

    /// @notice One sender, many recipients, all or nothing, 300 rows at most. Emits one
    /// `Transfer` a row. To existing holders 300 rows fit into 4 million gas.
    function batchTransfer(address[] calldata recipients, uint256[] calldata amounts) external returns (bool);

    /// @notice What a `transferFrom(from, to, amount)` by `spender` would answer now, or, where `spender == from`, a
    /// `transfer` by them. `NONE` if and only if it would succeed.
    function preview(address spender, address from, address to, uint256 amount) external view returns (Reason);

    /// @notice Why the account as such may not send or not receive units of this token now; `NONE` where it may.
    function previewAccount(address account) external view returns (Reason sending, Reason receiving);

    /// @notice Units of `holder` that no restraint keeps: balance − committed − max(locked, frozen, pledged, attached).
    function freeBalanceOf(address holder) external view returns (uint256);

    /// @notice Balance and restraints of `holder` now; `locked`, `pledged` and `attached` are sums of their kind.
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
        );

    /// @notice Lock-ups that still run, pledges and attachments of `holder`, in today's units.
    function restraintsOf(address holder) external view returns (Restraint[] memory);

    /// @notice ERC-5267.
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        );

    /// @notice The four contracts that the token's code is continued in.
    function modules() external view returns (Modules memory);
}
