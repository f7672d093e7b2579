// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title ERC-1594: core security token standard
/// @notice https://github.com/ethereum/EIPs/issues/1594. The off-chain document that JP20 asks for is bound by the
/// case and the document hash of the request in the Consortium; `data` is passed on to the events and not judged.
interface IERC1594 {
    event Issued(address indexed operator, address indexed to, uint256 value, bytes data);
    event Redeemed(address indexed operator, address indexed from, uint256 value, bytes data);

    function transferWithData(address to, uint256 value, bytes calldata data) external;
    function transferFromWithData(address from, address to, uint256 value, bytes calldata data) external;
    function isIssuable() external view returns (bool);
    function issue(address tokenHolder, uint256 value, bytes calldata data) external;
    function redeem(uint256 value, bytes calldata data) external;
    function redeemFrom(address tokenHolder, uint256 value, bytes calldata data) external;

    /// @return allowed whether `transfer` by the caller would succeed now
    /// @return status the ERC-1066 code: 0x51 success, 0x50 and 0x52 to 0x58 the kind of refusal
    /// @return reason the {Reason} as bytes32, 0 when allowed
    function canTransfer(address to, uint256 value, bytes calldata data)
        external
        view
        returns (bool allowed, bytes1 status, bytes32 reason);

    /// @notice The same for `transferFrom` by the caller, allowance included.
    function canTransferFrom(address from, address to, uint256 value, bytes calldata data)
        external
        view
        returns (bool allowed, bytes1 status, bytes32 reason);
}
