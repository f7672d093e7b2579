// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IConsentTransfers} from "../interfaces/IConsentTransfers.sol";
import {IDiamondLoupe} from "../interfaces/IDiamondLoupe.sol";
import {IERC1594} from "../interfaces/IERC1594.sol";
import {IERC1643} from "../interfaces/IERC1643.sol";
import {IERC1644} from "../interfaces/IERC1644.sol";
import {IERC7943Fungible} from "../interfaces/IERC7943.sol";
import {IRecordedTransfers} from "../interfaces/IRecordedTransfers.sol";
import {ITermChanges} from "../interfaces/ITermChanges.sol";
import {ITokenCommitments} from "../interfaces/ITokenCommitments.sol";
import {ITokenEnforcement} from "../interfaces/ITokenEnforcement.sol";
import {ITokenLifecycle} from "../interfaces/ITokenLifecycle.sol";
import {ITokenRestraints} from "../interfaces/ITokenRestraints.sol";
import {ITokenSwitches} from "../interfaces/ITokenSwitches.sol";
import {ITokenTerms} from "../interfaces/ITokenTerms.sol";
import {ITokenTransfers} from "../interfaces/ITokenTransfers.sol";
import {ITokenTakeover} from "../interfaces/ITokenTakeover.sol";
import {Modules} from "../types/Modules.sol";

/// @title Which of a token's six contracts has a function
/// @notice A contract may have 24,576 bytes of code (EIP-170); a token's code has more. So that a transfer calls no
/// other contract of the token, what holders do stands in the token; what organisations decide stands in five modules
/// that all tokens of a version share, reached by `delegatecall` from the token's fallback. A module may have 20,000
/// bytes. What is in the token is paid for at each creation of a token, what is in a module once a version.
///
/// | contract       | what stands there                                    | why there                               |
/// |----------------|------------------------------------------------------|-----------------------------------------|
/// | JP20Token      | ERC-20, permit, ERC-1594 for holders, transfers that | the path of every transfer, and what    |
/// |                | wait for consent, previews, positions, authority     | wallets ask most                        |
/// | JP20Servicing  | issue, delivery, redemption, split, record dates,    | the life of the issue                   |
/// |                | pause, platform, transfers made elsewhere            |                                         |
/// | JP20Restraints | lock-up, freeze, pledge, attachment, commitments     | what keeps a holder's units             |
/// | JP20Enforcer   | forced transfer and redemption, reversal,            | what moves units without their holder   |
/// |                | redistribution, new wallet                           |                                         |
/// | JP20Terms      | terms and their changes, documents, record dates     | what the token says of itself           |
/// |                | gone by, which contract has which function           |                                         |
/// | JP20Takeover   | a token replaced by another, from both sides         | used once in a token's life, if ever    |
///
/// All six are listed below: {Loupe} answers from the lists, and the fallback sends to the terms what is in no other
/// list. `tools/check_contracts.py` compares the lists with the compiled contracts.
library Routing {
    // Eight selectors a word, the first on the left; zero where there is none.

    bytes32 private constant TOKEN_1 = bytes32(IERC20.transfer.selector) | bytes32(IERC20.transferFrom.selector) >> 32
        | bytes32(IERC20.approve.selector) >> 64 | bytes32(IERC20.totalSupply.selector) >> 96
        | bytes32(IERC20.balanceOf.selector) >> 128 | bytes32(IERC20.allowance.selector) >> 160
        | bytes32(IERC20Metadata.name.selector) >> 192 | bytes32(IERC20Metadata.symbol.selector) >> 224;
    bytes32 private constant TOKEN_2 = bytes32(IERC20Metadata.decimals.selector)
        | bytes32(IERC20Permit.permit.selector) >> 32 | bytes32(IERC20Permit.nonces.selector) >> 64
        | bytes32(IERC20Permit.DOMAIN_SEPARATOR.selector) >> 96 | bytes32(IERC165.supportsInterface.selector) >> 128
        | bytes32(IAccessManaged.authority.selector) >> 160 | bytes32(IAccessManaged.setAuthority.selector) >> 192
        | bytes32(IAccessManaged.isConsumingScheduledOp.selector) >> 224;
    bytes32 private constant TOKEN_3 = bytes32(IERC1594.canTransfer.selector)
        | bytes32(IERC1594.canTransferFrom.selector) >> 32 | bytes32(IERC1594.redeem.selector) >> 64
        | bytes32(IERC1594.transferFromWithData.selector) >> 96 | bytes32(IERC1594.transferWithData.selector) >> 128
        | bytes32(IERC7943Fungible.canReceive.selector) >> 160 | bytes32(IERC7943Fungible.canSend.selector) >> 192
        | bytes32(IERC7943Fungible.canTransfer.selector) >> 224;
    bytes32 private constant TOKEN_4 = bytes32(IERC7943Fungible.getFrozenTokens.selector)
        | bytes32(ITokenTransfers.batchTransfer.selector) >> 32 | bytes32(ITokenTransfers.eip712Domain.selector) >> 64
        | bytes32(ITokenTransfers.freeBalanceOf.selector) >> 96 | bytes32(ITokenTransfers.modules.selector) >> 128
        | bytes32(ITokenTransfers.positionOf.selector) >> 160 | bytes32(ITokenTransfers.preview.selector) >> 192
        | bytes32(ITokenTransfers.previewAccount.selector) >> 224;
    bytes32 private constant TOKEN_5 = bytes32(ITokenTransfers.restraintsOf.selector)
        | bytes32(IConsentTransfers.approveTransfer.selector) >> 32
        | bytes32(IConsentTransfers.approveTransfers.selector) >> 64
        | bytes32(IConsentTransfers.cancelTransfer.selector) >> 96
        | bytes32(IConsentTransfers.consentTransfer.selector) >> 128
        | bytes32(IConsentTransfers.previewRequest.selector) >> 160
        | bytes32(IConsentTransfers.rejectTransfer.selector) >> 192
        | bytes32(IConsentTransfers.requestTransfer.selector) >> 224;

    bytes32 private constant SERVICING_1 = bytes32(IERC1594.issue.selector)
        | bytes32(IERC1594.redeemFrom.selector) >> 32
        | bytes32(ITokenLifecycle.deliver.selector) >> 64
        | bytes32(ITokenLifecycle.issue.selector) >> 96
        | bytes32(ITokenLifecycle.previewDelivery.selector) >> 128
        | bytes32(ITokenLifecycle.redeemAtMaturity.selector) >> 160
        | bytes32(ITokenLifecycle.redeemEarly.selector) >> 192
        | bytes32(ITokenLifecycle.redeemPart.selector) >> 224;
    bytes32 private constant SERVICING_2 = bytes32(ITokenLifecycle.setRecordDate.selector)
        | bytes32(ITokenLifecycle.split.selector) >> 32
        | bytes32(ITokenLifecycle.withdrawRecordDate.selector) >> 64
        | bytes32(ITokenSwitches.followPlatform.selector) >> 96
        | bytes32(ITokenSwitches.pause.selector) >> 128
        | bytes32(ITokenSwitches.platform.selector) >> 160
        | bytes32(ITokenSwitches.unpause.selector) >> 192;
    bytes32 private constant SERVICING_3 = bytes32(IRecordedTransfers.recordTransfer.selector)
        | bytes32(IRecordedTransfers.recordSuccession.selector) >> 32
        | bytes32(ITokenLifecycle.previewRedemption.selector) >> 64;

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
        | bytes32(ITokenRestraints.restraintOf.selector) >> 160;
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

    bytes32 private constant TERMS_1 = bytes32(IERC1594.isIssuable.selector)
        | bytes32(ITokenTerms.balanceAtRecordDate.selector) >> 32
        | bytes32(ITokenTerms.cap.selector) >> 64
        | bytes32(ITokenTerms.code.selector) >> 96
        | bytes32(ITokenTerms.holderCount.selector) >> 128
        | bytes32(ITokenTerms.issuerAccount.selector) >> 160
        | bytes32(ITokenTerms.lockedUntil.selector) >> 192
        | bytes32(ITokenTerms.lotSize.selector) >> 224;
    bytes32 private constant TERMS_2 = bytes32(ITokenTerms.maturity.selector)
        | bytes32(ITokenTerms.paused.selector) >> 32
        | bytes32(ITokenTerms.recordDates.selector) >> 64
        | bytes32(ITokenTerms.rules.selector) >> 96
        | bytes32(ITokenTerms.splitFactor.selector) >> 128
        | bytes32(ITokenTerms.splits.selector) >> 160
        | bytes32(ITokenTerms.supplyAtRecordDate.selector) >> 192
        | bytes32(ITokenTerms.termSheetHash.selector) >> 224;
    bytes32 private constant TERMS_3 = bytes32(ITokenTerms.tranches.selector)
        | bytes32(ITokenTerms.undistributed.selector) >> 32
        | bytes32(ITokenTerms.unitPrice.selector) >> 64
        | bytes32(ITermChanges.changeCap.selector) >> 96
        | bytes32(ITermChanges.changeClasses.selector) >> 128
        | bytes32(ITermChanges.changeConsentRequired.selector) >> 160
        | bytes32(ITermChanges.changeHolderCap.selector) >> 192
        | bytes32(ITermChanges.changeLotSize.selector) >> 224;
    bytes32 private constant TERMS_4 = bytes32(ITermChanges.changeResidencies.selector)
        | bytes32(ITermChanges.extendMaturity.selector) >> 32
        | bytes32(IERC1643.getAllDocuments.selector) >> 64
        | bytes32(IERC1643.getDocument.selector) >> 96
        | bytes32(IERC1643.removeDocument.selector) >> 128
        | bytes32(IERC1643.setDocument.selector) >> 160
        | bytes32(IDiamondLoupe.facetAddress.selector) >> 192
        | bytes32(IDiamondLoupe.facetAddresses.selector) >> 224;
    bytes32 private constant TERMS_5 = bytes32(IDiamondLoupe.facetFunctionSelectors.selector)
        | bytes32(IDiamondLoupe.facets.selector) >> 32;
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
        if (_isIn(SERVICING_1, selector) || _isIn(SERVICING_2, selector) || _isIn(SERVICING_3, selector)) {
            return modules.servicing;
        }
        if (_isIn(RESTRAINTS_1, selector) || _isIn(RESTRAINTS_2, selector) || _isIn(RESTRAINTS_3, selector)) {
            return modules.restraints;
        }
        if (_isIn(TAKEOVER_1, selector) || _isIn(TAKEOVER_2, selector)) return modules.takeover;
        return modules.terms;
    }

    /// @param index 0 for the token itself, then its modules in the order of {Modules}.
    function selectorsOf(uint256 index) internal pure returns (bytes4[] memory selectors) {
        bytes32[5] memory rows = _rows(index);
        selectors = new bytes4[](40);
        uint256 count;
        for (uint256 i; i < 40; i++) {
            bytes4 selector = bytes4(rows[i / 8] << (32 * (i % 8)));
            if (selector != 0) selectors[count++] = selector;
        }
        assembly ("memory-safe") {
            // Shorter than it was allocated.
            mstore(selectors, count)
        }
    }

    function _rows(uint256 index) private pure returns (bytes32[5] memory) {
        if (index == 0) return [TOKEN_1, TOKEN_2, TOKEN_3, TOKEN_4, TOKEN_5];
        if (index == 1) return [SERVICING_1, SERVICING_2, SERVICING_3, bytes32(0), bytes32(0)];
        if (index == 2) return [RESTRAINTS_1, RESTRAINTS_2, RESTRAINTS_3, bytes32(0), bytes32(0)];
        if (index == 3) return [ENFORCER_1, ENFORCER_2, bytes32(0), bytes32(0), bytes32(0)];
        if (index == 4) return [TERMS_1, TERMS_2, TERMS_3, TERMS_4, TERMS_5];
        return [TAKEOVER_1, TAKEOVER_2, bytes32(0), bytes32(0), bytes32(0)];
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
