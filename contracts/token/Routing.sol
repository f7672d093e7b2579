// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC1644} from "../interfaces/IERC1644.sol";
import {IERC7943Fungible} from "../interfaces/IERC7943.sol";
import {IRecordedTransfers} from "../interfaces/IRecordedTransfers.sol";
import {ITokenCommitments} from "../interfaces/ITokenCommitments.sol";
import {ITokenEnforcement} from "../interfaces/ITokenEnforcement.sol";
import {ITokenRestraints} from "../interfaces/ITokenRestraints.sol";
import {ITokenTakeover} from "../interfaces/ITokenTakeover.sol";
import {Modules} from "../types/Modules.sol";

/// @title Which of a token's five contracts has a function
/// @notice A contract may have 24,576 bytes of code (EIP-170); a token's code has more. So that a transfer calls no
/// other contract of the token, what holders do stands in the token; what organisations decide stands in four modules
/// that all tokens of a version share, reached by `delegatecall` from the token's fallback. A module may have 20,000
/// bytes. What is in the token is paid for at each creation of a token, what is in a module once a version.
///
/// | contract       | what stands there                                    | why there                               |
/// |----------------|------------------------------------------------------|-----------------------------------------|
/// | JP20Token      | ERC-20, permit, ERC-1594 for holders, transfers that | the path of every transfer, and what    |
/// |                | wait for consent, previews, positions, authority     | wallets ask most                        |
/// | JP20Servicing  | terms, issue, delivery, redemption, split, record    | the life of the issue                   |
/// |                | dates, documents, pause, platform                    |                                         |
/// | JP20Restraints | lock-up, freeze, pledge, attachment, commitments,    | what keeps a holder's units, and the    |
/// |                | transfers made elsewhere                             | successions that take it along          |
/// | JP20Enforcer   | forced transfer and redemption, reversal,            | what moves units without their holder   |
/// |                | redistribution, new wallet                           |                                         |
/// | JP20Takeover   | a token replaced by another, from both sides         | used once in a token's life, if ever    |
///
/// `JP20Restraints`, `JP20Enforcer` and `JP20Takeover` are listed below; what is in no list and not in the token is servicing's.
/// `tools/check_contracts.py` compares the lists with the compiled contracts.
library Routing {
    // Eight selectors a word, the first on the left; zero where there is none.

    bytes32 private constant RESTRAINTS_1 = bytes32(ITokenRestraints.setTokenLockUp.selector)
        | bytes32(ITokenRestraints.shortenTokenLockUp.selector) >> 32 | bytes32(ITokenRestraints.lockUp.selector) >> 64
        | bytes32(ITokenRestraints.shortenLockUp.selector) >> 96
        | bytes32(IERC7943Fungible.setFrozenTokens.selector) >> 128
        | bytes32(ITokenRestraints.unfreeze.selector) >> 160
        | bytes32(ITokenRestraints.freezeAtOnce.selector) >> 192
        | bytes32(ITokenRestraints.confirmFreeze.selector) >> 224;
    bytes32 private constant RESTRAINTS_2 = bytes32(ITokenRestraints.freezeAtOnceOf.selector)
        | bytes32(ITokenRestraints.pledge.selector) >> 32 | bytes32(ITokenRestraints.releasePledge.selector) >> 64
        | bytes32(ITokenRestraints.placeAttachment.selector) >> 96
        | bytes32(ITokenRestraints.releaseAttachment.selector) >> 128
        | bytes32(ITokenRestraints.restraintOf.selector) >> 160
        | bytes32(IRecordedTransfers.recordTransfer.selector) >> 192
        | bytes32(IRecordedTransfers.recordSuccession.selector) >> 224;
    bytes32 private constant RESTRAINTS_3 = bytes32(ITokenCommitments.commitTransfer.selector)
        | bytes32(ITokenCommitments.settleTransfer.selector) >> 32
        | bytes32(ITokenCommitments.releaseTransfer.selector) >> 64
        | bytes32(ITokenCommitments.commitment.selector) >> 96;

    bytes32 private constant ENFORCER_1 = bytes32(IERC7943Fungible.forcedTransfer.selector)
        | bytes32(ITokenEnforcement.forcedTransferWith.selector) >> 32
        | bytes32(ITokenEnforcement.batchForcedTransfer.selector) >> 64
        | bytes32(IERC1644.controllerTransfer.selector) >> 96 | bytes32(IERC1644.controllerRedeem.selector) >> 128
        | bytes32(IERC1644.isControllable.selector) >> 160 | bytes32(ITokenEnforcement.reverse.selector) >> 192
        | bytes32(ITokenEnforcement.reversed.selector) >> 224;
    bytes32 private constant ENFORCER_2 = bytes32(ITokenEnforcement.recordIncident.selector)
        | bytes32(ITokenEnforcement.redistribute.selector) >> 32 | bytes32(ITokenEnforcement.lossOf.selector) >> 64
        | bytes32(ITokenEnforcement.movePosition.selector) >> 96;

    bytes32 private constant TAKEOVER_1 = bytes32(ITokenTakeover.closeFor.selector)
        | bytes32(ITokenTakeover.reopen.selector) >> 32 | bytes32(ITokenTakeover.handOver.selector) >> 64
        | bytes32(ITokenTakeover.carryHolders.selector) >> 96 | bytes32(ITokenTakeover.carrySlots.selector) >> 128
        | bytes32(ITokenTakeover.takeOver.selector) >> 160 | bytes32(ITokenTakeover.slots.selector) >> 192
        | bytes32(ITokenTakeover.storageLayout.selector) >> 224;
    bytes32 private constant TAKEOVER_2 = bytes32(ITokenTakeover.inForce.selector)
        | bytes32(ITokenTakeover.successor.selector) >> 32 | bytes32(ITokenTakeover.predecessor.selector) >> 64
        | bytes32(ITokenTakeover.carried.selector) >> 96;

    /// @return The module that continues a call which the token itself has no function for.
    function moduleOf(Modules memory modules, bytes4 selector) internal pure returns (address) {
        if (_isIn(ENFORCER_1, selector) || _isIn(ENFORCER_2, selector)) return modules.enforcer;
        if (_isIn(RESTRAINTS_1, selector) || _isIn(RESTRAINTS_2, selector) || _isIn(RESTRAINTS_3, selector)) {
            return modules.restraints;
        }
        if (_isIn(TAKEOVER_1, selector) || _isIn(TAKEOVER_2, selector)) return modules.takeover;
        return modules.servicing;
    }

    /// @dev Compares eight selectors at once: a lane is zero where its selector is the one asked for, and only from a
    /// zero lane does subtracting 1 borrow into a top bit that was not set.
    function _isIn(bytes32 row, bytes4 selector) private pure returns (bool found) {
        assembly ("memory-safe") {
            let ones := 0x0000000100000001000000010000000100000001000000010000000100000001
            let lanes := xor(row, mul(ones, shr(224, selector)))
            found := iszero(iszero(and(and(sub(lanes, ones), not(lanes)), shl(31, ones))))
        }
    }
}
