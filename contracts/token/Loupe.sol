// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IDiamondLoupe} from "../interfaces/IDiamondLoupe.sol";
import {ITokenTransfers} from "../interfaces/ITokenTransfers.sol";
import {Routing} from "./Routing.sol";
import {Modules} from "../types/Modules.sol";

/// @title Which contract has which function, for explorers (ERC-2535)
abstract contract Loupe is IDiamondLoupe {
    /// @inheritdoc IDiamondLoupe
    function facets() external view returns (Facet[] memory all) {
        address[6] memory contracts = _contracts();
        all = new Facet[](6);
        for (uint256 i; i < 6; i++) {
            all[i] = Facet(contracts[i], Routing.selectorsOf(i));
        }
    }

    /// @inheritdoc IDiamondLoupe
    function facetFunctionSelectors(address facet) external view returns (bytes4[] memory selectors) {
        address[6] memory contracts = _contracts();
        for (uint256 i; i < 6; i++) {
            if (contracts[i] == facet) return Routing.selectorsOf(i);
        }
    }

    /// @inheritdoc IDiamondLoupe
    function facetAddresses() external view returns (address[] memory all) {
        address[6] memory contracts = _contracts();
        all = new address[](6);
        for (uint256 i; i < 6; i++) {
            all[i] = contracts[i];
        }
    }

    /// @inheritdoc IDiamondLoupe
    function facetAddress(bytes4 selector) external view returns (address) {
        address[6] memory contracts = _contracts();
        for (uint256 i; i < 6; i++) {
            bytes4[] memory selectors = Routing.selectorsOf(i);
            for (uint256 j; j < selectors.length; j++) {
                if (selectors[j] == selector) return contracts[i];
            }
        }
        return address(0);
    }

    /// @dev Here `address(this)` is the token, which knows its modules.
    function _contracts() private view returns (address[6] memory) {
        Modules memory modules = ITokenTransfers(address(this)).modules();
        return
            [address(this), modules.servicing, modules.restraints, modules.enforcer, modules.terms, modules.takeover];
    }
}
