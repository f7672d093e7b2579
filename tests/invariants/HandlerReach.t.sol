// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Handler} from "./Handler.sol";
import {TestTerms} from "./TestTerms.sol";
import {vm} from "./Vm.sol";
import {Terms} from "../../contracts/types/Terms.sol";

/// @title That the invariants are not kept by doing nothing
/// @notice An act that never goes through would leave its invariants untested. Here the handler's acts are done in
/// random order on fresh tokens, and each kind of act has to have succeeded.
contract HandlerReach {
    uint256 internal constant TOKENS = 12;
    uint256 internal constant ACTS = 300;

    /// @dev forge prints these with -vv.
    event log_named_uint(string key, uint256 value);

    string[] internal everywhere = [
        "deliver", "issue", "lockUp", "shortenLockUp", "setTokenLockUp", "shortenTokenLockUp",
        "setFrozenTokens", "unfreeze", "freezeAtOnce", "pledge", "placeAttachment", "releasePledge", "releaseAttachment", "forcedTransfer",
        "units were forced", "executeRestraint", "reverse", "recordIncident", "a loss was recorded", "a loss was restored",
        "movePosition", "restraints moved", "units were sold", "units were inherited", "restraints were inherited", "split",
        "setRecordDate", "withdrawRecordDate", "redeemPart", "units were redeemed in part", "redeemFrom", "controllerRedeem",
        "redeemEarly", "redeemAtMaturity", "a reversal followed", "restraints moved without units", "a record date passed", "unpause"
    ];
    mapping(string act => uint256) internal reached;

    function setUp() external {
        vm.warp(1_800_000_000);
    }

    function test_EveryActGoesThrough_OnAPlainToken() external {
        everywhere.push("transfer");
        everywhere.push("transferFrom");
        everywhere.push("batchTransfer");
        everywhere.push("redeem");
        _tryOut(TestTerms.plain());
    }

    function test_EveryActGoesThrough_OnATokenWithCapAndLots() external {
        everywhere.push("transfer");
        everywhere.push("transferFrom");
        everywhere.push("batchTransfer");
        everywhere.push("redeem");
        _tryOut(TestTerms.capped());
    }

    function test_EveryActGoesThrough_OnAConsentToken() external {
        everywhere.push("requestTransfer");
        everywhere.push("approveTransfer");
        everywhere.push("approveTransfers");
        everywhere.push("a request was served");
        everywhere.push("rejectTransfer");
        everywhere.push("cancelTransfer");
        _tryOut(TestTerms.consent());
    }

    // Inside

    function _tryOut(Terms memory terms) private {
        for (uint256 t; t < TOKENS; t++) {
            Handler handler = new Handler(terms);
            for (uint256 i; i < ACTS; i++) {
                _act(handler, uint256(keccak256(abi.encode(t, i))));
            }
            for (uint256 i; i < everywhere.length; i++) {
                reached[everywhere[i]] += handler.reached(everywhere[i]);
            }
            vm.warp(1_800_000_000);
        }
        for (uint256 i; i < everywhere.length; i++) {
            emit log_named_uint(everywhere[i], reached[everywhere[i]]);
        }
        for (uint256 i; i < everywhere.length; i++) {
            require(reached[everywhere[i]] != 0, everywhere[i]);
        }
    }

    /// @dev Arguments that an act does not have are ignored.
    function _act(Handler handler, uint256 seed) private {
        bytes4[30] memory acts = [
            handler.transfer.selector,
            handler.transferFrom.selector,
            handler.batchTransfer.selector,
            handler.deliver.selector,
            handler.issue.selector,
            handler.requestTransfer.selector,
            handler.answerRequest.selector,
            handler.lockUp.selector,
            handler.shortenLockUp.selector,
            handler.tokenLockUp.selector,
            handler.freeze.selector,
            handler.restraint.selector,
            handler.release.selector,
            handler.forcedTransfer.selector,
            handler.executeRestraint.selector,
            handler.reverse.selector,
            handler.loseUnits.selector,
            handler.redistribute.selector,
            handler.moveToNewWallet.selector,
            handler.recordTransfer.selector,
            handler.split.selector,
            handler.setRecordDate.selector,
            handler.withdrawRecordDate.selector,
            handler.redeem.selector,
            handler.redeemEarly.selector,
            handler.redeemAtMaturity.selector,
            handler.stop.selector,
            handler.letTimePass.selector,
            handler.letTimeCome.selector,
            handler.changeInvestor.selector
        ];
        (bool done,) = address(handler).call(
            abi.encodePacked(
                acts[seed % 30], keccak256(abi.encode(seed, 1)), keccak256(abi.encode(seed, 2)),
                keccak256(abi.encode(seed, 3)), keccak256(abi.encode(seed, 4))
            )
        );
        require(done, "the handler reverted");
    }
}
