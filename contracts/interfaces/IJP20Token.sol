// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC1594} from "./IERC1594.sol";
import {IERC1644} from "./IERC1644.sol";
import {IERC7943Fungible} from "./IERC7943.sol";
import {ITokenTransfers} from "./ITokenTransfers.sol";
import {ITokenCommitments} from "./ITokenCommitments.sol";
import {ITokenDocuments} from "./ITokenDocuments.sol";
import {ITokenSwitches} from "./ITokenSwitches.sol";
import {ITokenTerms} from "./ITokenTerms.sol";
import {ITermChanges} from "./ITermChanges.sol";
import {IDiamondLoupe} from "./IDiamondLoupe.sol";
import {ITokenLifecycle} from "./ITokenLifecycle.sol";
import {ITokenRestraints} from "./ITokenRestraints.sol";
import {IConsentTransfers} from "./IConsentTransfers.sol";
import {IRecordedTransfers} from "./IRecordedTransfers.sol";
import {ITokenEnforcement} from "./ITokenEnforcement.sol";
import {ITokenTakeover} from "./ITokenTakeover.sol";

/// @title A JP20 token as everybody meets it: one address, one ABI
/// @notice Behind it are six contracts with one storage layout: `JP20Token`, which transfers touch, and the modules
/// `JP20Servicing`, `JP20Restraints`, `JP20Enforcer`, `JP20Terms` and `JP20Takeover`, which all tokens of a version
/// share. Times are unix seconds, amounts are units.
/// What is done to many has a bound: so many rows fit into 20 million gas, two thirds of a block of 30 million, even
/// where holders have several restraints and have to be brought up to date (measured by `make bench`).
interface IJP20Token is
    IERC20Metadata,
    IERC20Permit,
    IERC20Errors,
    IERC165,
    IERC1594,
    IERC1644,
    IERC7943Fungible,
    ITokenTransfers,
    ITokenDocuments,
    ITokenSwitches,
    ITokenTerms,
    ITermChanges,
    ITokenLifecycle,
    ITokenRestraints,
    IConsentTransfers,
    ITokenCommitments,
    IRecordedTransfers,
    ITokenEnforcement,
    ITokenTakeover,
    IAccessManaged,
    IDiamondLoupe
{}
