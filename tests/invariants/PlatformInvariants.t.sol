// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Platform} from "../../contracts/Platform.sol";
import {IInvestorRegistry} from "../../contracts/interfaces/IInvestorRegistry.sol";
import {IJP20Token} from "../../contracts/interfaces/IJP20Token.sol";
import {Facts} from "../../contracts/types/Facts.sol";
import {Reason} from "../../contracts/types/Reason.sol";
import {PlatformHandler} from "./PlatformHandler.sol";
import {PlatformModel} from "./PlatformModel.sol";
import {vm} from "./Vm.sol";

/// forge-config: default.invariant.runs = 16
/// forge-config: default.invariant.depth = 48
/// @title The invariants of a platform and of the platforms that come after it, after every act of the handler
/// @notice Each stands as a sentence beside the state in `contracts/platform`, or in the interface that promises it.
contract PlatformInvariants {
    uint256 private constant RING = 1 << 98;
    uint256 private constant RESERVED = 1 << 99;

    PlatformHandler private handler;

    function setUp() public {
        vm.warp(1_800_000_000);
        handler = new PlatformHandler();
    }

    /// @notice forge's own convention: only the handler is called.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @notice An act goes through where the specification lets it, and only there.
    function invariant_OutcomeIsTheModels() external view {
        require(bytes(handler.wrongOutcome()).length == 0, handler.wrongOutcome());
    }

    /// @notice The platform in charge has the facts of whoever came to it, word by word; whom it does not have its
    /// predecessor has.
    function invariant_FactsAreTheModels() external view {
        Platform platform = handler.inCharge();
        for (uint256 i; i < handler.walletCount(); i++) {
            address wallet = handler.wallets(i);
            bool came = handler.person(handler.personOf(wallet)).came;
            uint256 word = Facts.unwrap(platform.factsOf(wallet)) & ~RING;
            require(word == (came ? handler.wordOf(wallet) : 0), "facts are not the model's");
        }
    }

    /// @notice While tokens ask the predecessor, its words are those of the platform in charge.
    function invariant_ThePredecessorsWordsAreCurrent() external view {
        (uint256 wallets, uint256 tokens) = handler.toCome();
        if (wallets + tokens == 0) return;
        Platform before = handler.platforms(handler.platformCount() - 2);
        for (uint256 i; i < handler.walletCount(); i++) {
            address wallet = handler.wallets(i);
            require(
                Facts.unwrap(before.factsOf(wallet)) & ~RING == handler.wordOf(wallet), "the predecessor's are stale"
            );
        }
    }

    /// @notice Two wallets have one id where they are one investor's, and only there; the ring leads through all of
    /// them.
    function invariant_AnIdIsOneInvestor() external view {
        Platform platform = handler.inCharge();
        for (uint256 i; i < handler.walletCount(); i++) {
            address wallet = handler.wallets(i);
            PlatformModel.Person memory person = handler.person(handler.personOf(wallet));
            if (!person.came) continue;
            address[] memory ring = platform.walletsOf(wallet);
            require(ring.length == person.wallets.length, "a wallet is missing from a ring");
            for (uint256 k; k < ring.length; k++) {
                require(handler.personOf(ring[k]) == handler.personOf(wallet), "a stranger is in a ring");
            }
            for (uint256 k; k < handler.walletCount(); k++) {
                address other = handler.wallets(k);
                if (!handler.person(handler.personOf(other)).came) continue;
                require(
                    platform.isSameInvestor(wallet, other) == (handler.personOf(wallet) == handler.personOf(other)),
                    "two investors share an id, or one has two"
                );
            }
        }
    }

    /// @notice A wallet never changes its investor, on whatever platform.
    function invariant_AWalletNeverChangesItsInvestor() external view {
        for (uint256 p; p < handler.platformCount(); p++) {
            for (uint256 i; i < handler.walletCount(); i++) {
                address wallet = handler.wallets(i);
                uint152 id = handler.platforms(p).factsOf(wallet).investor();
                address first = handler.person(handler.personOf(wallet)).wallets[0];
                require(id == 0 || id == uint152(uint160(first) >> 8), "a wallet changed its investor");
            }
        }
    }

    /// @notice A token and its issuer's account are reserved wherever the token is listed, and no investor's anywhere.
    function invariant_ReservedIsNeverAnInvestor() external view {
        for (uint256 t; t < handler.tokenCount(); t++) {
            IJP20Token token = handler.tokens(t);
            for (uint256 p; p < handler.platformCount(); p++) {
                Platform platform = handler.platforms(p);
                uint256 ofToken = Facts.unwrap(platform.factsOf(address(token)));
                uint256 ofIssuer = Facts.unwrap(platform.factsOf(token.issuerAccount()));
                bool listed = p <= handler.homeOf(t);
                require(platform.isToken(address(token)) == listed, "a token is listed where it never was");
                require(ofToken == RESERVED || (ofToken == 0 && !listed), "a token is not reserved");
                require(ofIssuer == RESERVED || (ofIssuer == 0 && !listed), "an issuer's account is not reserved");
            }
        }
    }

    /// @notice A suspension's record is there exactly where the investor is suspended, on whatever platform it was
    /// made.
    function invariant_SuspensionsAreTheModels() external view {
        Platform platform = handler.inCharge();
        for (uint256 i; i < handler.walletCount(); i++) {
            address wallet = handler.wallets(i);
            PlatformModel.Person memory person = handler.person(handler.personOf(wallet));
            if (!person.came) continue;
            IInvestorRegistry.Suspension memory record = platform.suspension(wallet);
            require(
                record.organisation == person.suspendedBy && record.since == person.suspendedAt
                    && record.confirmedBy == person.confirmedBy && record.confirmedAt == person.confirmedAt,
                "a suspension is not the model's"
            );
            require((record.since != 0) == person.suspended, "a record without a suspension");
            for (uint32 organisation = 2; organisation < 4; organisation++) {
                require(
                    platform.needsSignatureToSuspend(wallet, organisation)
                        == handler.liftedUnconfirmed(handler.personOf(wallet), organisation),
                    "what was lifted unconfirmed was forgotten"
                );
            }
        }
    }

    /// @notice One stop: the same on all platforms of the line.
    function invariant_AStopIsThatOfAll() external view {
        for (uint256 p; p < handler.platformCount(); p++) {
            require(handler.platforms(p).haltedSince() == handler.haltedSince(), "a platform missed a stop");
        }
    }

    /// @notice What is still to come is counted right, and each token asks the platform that adopted it last.
    function invariant_WhatIsToComeIsCounted() external view {
        (uint256 wallets, uint256 tokens) = handler.inCharge().left();
        (uint256 walletsToCome, uint256 tokensToCome) = handler.toCome();
        require(wallets == walletsToCome && tokens == tokensToCome, "what is to come is miscounted");
        require(handler.inCharge().walletCount() == handler.walletCount() - walletsToCome, "wallets are miscounted");
        for (uint256 t; t < handler.tokenCount(); t++) {
            require(
                address(handler.tokens(t).platform()) == address(handler.platforms(handler.homeOf(t))),
                "a token asks another platform"
            );
        }
    }

    /// @notice Units stay where they are when a platform is replaced, and holders are counted by investor.
    function invariant_HoldersAreTheModels() external view {
        for (uint256 t; t < handler.tokenCount(); t++) {
            IJP20Token token = handler.tokens(t);
            for (uint256 i; i < handler.walletCount(); i++) {
                address wallet = handler.wallets(i);
                require(token.balanceOf(wallet) == handler.units(t, wallet), "a balance is not the model's");
            }
            require(token.holderCount() == handler.holdersOf(t), "holders are miscounted");
            require(token.totalSupply() == handler.supplyOf(t) + token.undistributed(), "units are nowhere");
        }
    }

    /// @notice Nobody is stuck: whoever may sell by the facts sells, to whoever may buy, on whichever platform.
    function invariant_WhoMaySellSells() external {
        vm.warp(handler.time());
        for (uint256 t; t < handler.tokenCount(); t++) {
            IJP20Token token = handler.tokens(t);
            for (uint256 i; i < handler.walletCount(); i++) {
                address from = handler.wallets(i);
                if (handler.units(t, from) == 0) continue;
                address to = handler.wallets((i + 1) % handler.walletCount());
                bool sells = token.preview(from, from, to, 1) == Reason.NONE;
                require(sells == (handler.maySend(from) && handler.mayReceive(to)), "somebody is stuck, or should be");
            }
        }
    }
}

/// @notice Every act of the handler goes through: invariants that nothing reaches would prove nothing.
contract PlatformHandlerReach {
    function test_EveryActGoesThrough() external {
        vm.warp(1_800_000_000);
        PlatformHandler handler = new PlatformHandler();
        for (uint256 i; i < 600; i++) {
            _act(handler, uint256(keccak256(abi.encode("reach", i))));
        }
        require(bytes(handler.wrongOutcome()).length == 0, handler.wrongOutcome());
        string[16] memory acts = [
            "enrol", "addWallet", "renew", "reclassify", "retire", "suspendAtOnce", "suspend", "confirm",
            "reinstate", "halt", "resume", "succeed", "carry", "adopt", "transfer", "redeem"
        ];
        for (uint256 i; i < acts.length; i++) {
            require(handler.reached(acts[i]) != 0, acts[i]);
        }
        require(handler.platformCount() == 4, "the line is as long as it can be");
    }

    function _act(PlatformHandler h, uint256 seed) private {
        uint256 a = seed >> 16;
        uint256 b = seed >> 80;
        uint256 c = seed >> 144;
        uint256 die = seed % 23;
        if (die == 0) h.enrol(a, b);
        else if (die == 1) h.addWallet(a, b);
        else if (die == 2) h.renew(a, b);
        else if (die == 3) h.reclassify(a, b);
        else if (die == 4 && a % 4 == 0) h.retire(b);
        else if (die == 5) h.suspendAtOnce(a, b);
        else if (die == 6) h.suspend(a);
        else if (die == 7) h.confirm(a, b);
        else if (die < 10) h.reinstate(a, b);
        else if (die == 10) h.halt(a);
        else if (die < 13) h.resume(a, b);
        else if (die == 13) h.succeed(a);
        else if (die == 14) h.carry(a);
        else if (die == 15) h.adopt(a);
        else if (die == 16) h.transfer(a, b, c, seed);
        else if (die == 17 && a % 3 == 0) h.redeem(a, b);
        else if (die == 18) h.carryAll();
        else if (die == 19) h.transfer(a, b, c, seed);
        else if (die == 20) h.deliver(a, b);
        else if (die == 21) h.renew(a, b);
        else h.pass(a % 3 days);
    }
}
