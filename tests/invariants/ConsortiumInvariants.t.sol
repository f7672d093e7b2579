// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Consortium} from "../../contracts/Consortium.sol";
import {IConsortium, Role} from "../../contracts/interfaces/IConsortium.sol";
import {Vault} from "../../contracts/test/Vault.sol";
import {ConsortiumHandler} from "./ConsortiumHandler.sol";
import {vm} from "./Vm.sol";

/// forge-config: default.invariant.runs = 16
/// forge-config: default.invariant.depth = 64
/// @title The invariants of a Consortium, after every act of the handler
/// @notice Each stands as a sentence beside the state in `contracts/consortium`.
contract ConsortiumInvariants {
    ConsortiumHandler private handler;

    function setUp() public {
        vm.warp(1_800_000_000);
        handler = new ConsortiumHandler();
    }

    /// @notice forge's own convention: only the handler is called.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @notice That the invariants are not kept by executing nothing, or nothing that has ever to be refused.
    function test_EveryObjectionIsMet() external {
        string[12] memory objections = [
            "",
            "of a call that is not of the request",
            "twice",
            "of a request that is not open",
            "under a rule that is not in force",
            "of a request that expired",
            "by who does not execute",
            "by no key",
            "with a signature missing",
            "with the signature of a revoked key",
            "with a signature without its role",
            "before its time"
        ];
        uint256[12] memory met;
        for (uint256 run; run < 8; run++) {
            vm.warp(1_800_000_000);
            handler = new ConsortiumHandler();
            for (uint256 i; i < 60; i++) {
                uint256 how = uint256(keccak256(abi.encode(run, i)));
                if (how % 4 == 0) handler.decide(how >> 8, how >> 16, how >> 24);
                else if (how % 4 == 1) handler.fillAlone(how >> 8, how >> 16);
                else handler.meanwhile(how >> 8, how >> 16);
            }
            handler.disarm(run);
            this.invariant_NoCallWithoutItsSignatures();
            for (uint256 i; i < met.length; i++) met[i] += handler.met(objections[i]);
        }
        for (uint256 i; i < met.length; i++) require(met[i] != 0, objections[i]);
    }

    /// @notice A call is executed where the signatures of the rule in force were given, each by another organisation,
    /// none a party, in time, and only there; and no call twice.
    function invariant_NoCallWithoutItsSignatures() external view {
        require(bytes(handler.wrong()).length == 0, handler.wrong());
    }

    /// @notice What was done is what was decided, once.
    function invariant_WhatIsDoneWasDecidedOnce() external view {
        require(handler.vault().total() == handler.expectedTotal(), "something was done twice, or undecided");
    }

    /// @notice Nobody may call anything outside an execution; inside, nothing but what is executed.
    function invariant_OnlyWhatRunsIsCalled() external view {
        (Consortium consortium, Vault vault) = (handler.consortium(), handler.vault());
        require(!vault.opensAnother(), "another function was open");
        (bool may,) = consortium.canCall(address(consortium), address(vault), Vault.add.selector);
        require(!may, "open outside an execution");
        (may,) = consortium.canCall(address(handler), address(vault), Vault.add.selector);
        require(!may, "open to the founder");
    }

    /// @notice A key is whose it was given to, until it is revoked; roles are what was decided.
    function invariant_KeysAndRolesAreTheModels() external view {
        Consortium consortium = handler.consortium();
        for (uint256 i; i < handler.keyCount(); i++) {
            address key = handler.keys(i);
            uint32 whose = handler.isActive(key) ? handler.organisationOf(key) : 0;
            require(consortium.organisationOf(key) == whose, "a key is another's");
        }
        address scope = address(handler.vault());
        for (uint32 i = 1; i <= handler.ORGANISATIONS(); i++) {
            require(consortium.rolesOf(i, address(0)) == handler.rolesOf(address(0), i), "roles are not the model's");
            require(consortium.rolesOf(i, scope) == handler.rolesOf(scope, i), "named roles are not the model's");
        }
    }

    /// @notice A role that had a holder has one.
    function invariant_TheLastHolderStays() external view {
        address scope = address(handler.vault());
        Role[9] memory held = [
            Role.OPERATOR,
            Role.ISSUER,
            Role.BROKER,
            Role.REGISTRAR,
            Role.KYC,
            Role.AML,
            Role.AUDITOR,
            Role.EMERGENCY,
            Role.CUSTODIAN
        ];
        for (uint256 i; i < held.length; i++) require(handler.holders(held[i], address(0)) != 0, "no holder is left");
        require(handler.holders(Role.ISSUER, scope) != 0, "the token has no issuer");
        require(handler.holders(Role.REGISTRAR, scope) != 0, "the token has no registrar");
    }

    /// @notice Organisations that have a key can give another one a key, and can halt.
    function invariant_NobodyIsLockedOut() external view {
        require(handler.canDecide(IConsortium.addKey.selector), "no key can be given any more");
        bool halts;
        for (uint32 i = 1; i <= handler.ORGANISATIONS(); i++) {
            bool emergency = handler.rolesOf(address(0), i) & (1 << uint8(Role.EMERGENCY)) != 0;
            halts = halts || (emergency && handler.hasKey(i));
        }
        require(halts, "nobody can halt");
    }
}
