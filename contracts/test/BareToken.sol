// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPlatform} from "../interfaces/IPlatform.sol";
import {Modules} from "../types/Modules.sol";
import {Terms} from "../types/Terms.sol";

/// @title What the directory makes in the platform's own tests: a token's constructor and nothing behind it
contract BareToken {
    IPlatform public platform;
    address public authority;
    Modules public modules;
    string public symbol;
    string public code;
    address public issuerAccount;
    bytes32 public termsHash;
    bool public haltedAtBirth;
    bool public inForce;

    error TermsRefused(string name);

    constructor(IPlatform platform_, address authority_, Modules memory modules_, Terms memory terms) {
        if (keccak256(bytes(terms.name)) == keccak256("refused")) revert TermsRefused(terms.name);
        // solhint-disable-next-line reason-string, gas-custom-errors
        if (keccak256(bytes(terms.name)) == keccak256("silent")) revert();
        platform = platform_;
        authority = authority_;
        modules = modules_;
        (symbol, code, issuerAccount) = (terms.symbol, terms.code, terms.issuerAccount);
        termsHash = keccak256(abi.encode(terms));
        inForce = terms.extra.length == 0;
        haltedAtBirth = platform_.halted();
    }

    function setInForce(bool inForce_) external {
        inForce = inForce_;
    }

    function followPlatform() external {
        platform = IPlatform(address(platform.successor()));
    }
}
