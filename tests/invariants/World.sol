// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {JP20Enforcer} from "../../contracts/JP20Enforcer.sol";
import {JP20Restraints} from "../../contracts/JP20Restraints.sol";
import {JP20Servicing} from "../../contracts/JP20Servicing.sol";
import {JP20Terms} from "../../contracts/JP20Terms.sol";
import {JP20Takeover} from "../../contracts/JP20Takeover.sol";
import {JP20Token} from "../../contracts/JP20Token.sol";
import {Platform} from "../../contracts/Platform.sol";
import {IJP20Token} from "../../contracts/interfaces/IJP20Token.sol";
import {OpenAuthority} from "../../contracts/test/OpenAuthority.sol";
import {Modules} from "../../contracts/types/Modules.sol";
import {Terms} from "../../contracts/types/Terms.sol";

/// @title A platform with one token, made the way a platform makes tokens
/// @dev Whoever builds it takes the part of a Consortium that executes a request: it may call everything.
library World {
    function build(Terms memory terms) internal returns (Platform platform, IJP20Token token) {
        OpenAuthority authority = new OpenAuthority();
        platform = new Platform(address(authority));
        Modules memory modules = Modules(
            address(new JP20Servicing(platform)),
            address(new JP20Restraints(platform)),
            address(new JP20Enforcer(platform)),
            address(new JP20Terms(platform)),
            address(new JP20Takeover(platform))
        );
        address creationCode = storeCode(bytes.concat(hex"00", type(JP20Token).creationCode));
        uint256 version = platform.approveVersion(
            creationCode, modules, platform.codeHashOf(creationCode, modules)
        );
        token = IJP20Token(platform.createToken(version, terms, 1, 2));
    }

    /// @dev A contract whose code is `code`: PUSH2 length, DUP1, PUSH1 12, PUSH1 0, CODECOPY, PUSH1 0, RETURN.
    function storeCode(bytes memory code) internal returns (address stored) {
        bytes memory creation = bytes.concat(hex"61", bytes2(uint16(code.length)), hex"80600c6000396000f3", code);
        assembly ("memory-safe") {
            stored := create(0, add(creation, 32), mload(creation))
        }
        require(stored != address(0), "the code was not stored");
    }
}
