// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title ERC-2535: which contract has which function; interface id 0x48e2b093
/// @notice https://eips.ethereum.org/EIPS/eip-2535. For explorers, which show a token's whole ABI by it. Nothing is
/// ever cut: what is answered is what was there when the token was made.
interface IDiamondLoupe {
    struct Facet {
        address facetAddress;
        bytes4[] functionSelectors;
    }

    /// @notice The token itself and its five modules, with the selectors of each.
    function facets() external view returns (Facet[] memory);
    /// @notice None where the address is none of the five.
    function facetFunctionSelectors(address facet) external view returns (bytes4[] memory selectors);
    function facetAddresses() external view returns (address[] memory);
    /// @notice The zero address where the token has no such function.
    function facetAddress(bytes4 selector) external view returns (address);
}
