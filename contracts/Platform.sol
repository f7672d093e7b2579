// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {IEmergencyStop} from "./interfaces/IEmergencyStop.sol";
import {IInvestorRegistry} from "./interfaces/IInvestorRegistry.sol";
import {IPlatform} from "./interfaces/IPlatform.sol";
import {ISuccession} from "./interfaces/ISuccession.sol";
import {ITokenDirectory} from "./interfaces/ITokenDirectory.sol";
import {Adoption} from "./platform/Adoption.sol";
import {Facts} from "./types/Facts.sol";

/// @title What all tokens of a chain share
/// @dev Puts the parts together (`Adoption` on `TokenDirectory` on `InvestorRegistry` on `EmergencyStop` on
/// `Succession`) and adds only the call that reads from two of them at once.
contract Platform is IPlatform, Adoption, ERC165 {
    constructor(address consortium) AccessManaged(consortium) {}

    /// @inheritdoc IPlatform
    /// @dev Every transfer of every token comes here, and three reads are nearly all that it costs. By itself the
    /// compiler would go through memory more often and copy the results once more. An array of fixed size in calldata
    /// is not checked at all, where two parameters of type address would be; what is no address is nobody's wallet.
    function transferFacts(address[2] calldata parties) external view returns (bool, Facts, Facts) {
        assembly {
            // Scratch space: the key and the slot of `_facts`, as Solidity hashes them for a mapping.
            mstore(0x20, _facts.slot)
            mstore(0x00, calldataload(parties))
            let fromFacts := sload(keccak256(0x00, 0x40))
            mstore(0x00, calldataload(add(parties, 0x20)))
            let toFacts := sload(keccak256(0x00, 0x40))
            // The last word overwrites the free memory pointer, which nobody reads after `return`.
            mstore(0x00, iszero(iszero(sload(_haltedSince.slot))))
            mstore(0x20, fromFacts)
            mstore(0x40, toFacts)
            return(0x00, 0x60)
        }
    }

    /// @notice ERC-165: `IPlatform` and each of its parts.
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IPlatform).interfaceId || interfaceId == type(IEmergencyStop).interfaceId
            || interfaceId == type(IInvestorRegistry).interfaceId || interfaceId == type(ITokenDirectory).interfaceId
            || interfaceId == type(ISuccession).interfaceId || super.supportsInterface(interfaceId);
    }
}
