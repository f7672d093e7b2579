// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPlatform} from "../interfaces/IPlatform.sol";
import {ITransferRequests} from "../interfaces/ITransferRequests.sol";
import {Claim} from "../types/Claims.sol";
import {Placement} from "../types/Terms.sol";

/// @title All state of a token, once
/// @notice The token's four contracts inherit this and nothing else that has storage, so that their layouts are
/// equal by construction. Each invariant stands beside the state that it speaks of; `tests/invariants` checks it.
abstract contract TokenStorage {
    /// @dev What units, claims and allowances are counted in, and what no amount may reach: "everything".
    uint256 internal constant MAX_UNITS = type(uint104).max;

    /// @dev In a struct, so that who reads a word and writes it back computes its slot once.
    struct Holder {
        uint256 word; // see {HolderWord}
    }

    struct RecordDate {
        uint40 at; // who holds when this second ends
        uint16 splits; // the split count then; set when the date is passed
        uint104 supply; // likewise
    }

    struct Restrained {
        uint104 frozen;
        uint104 committed;
        uint16 splits; // the split count that both speak of
        uint32 ended; // how often all commitments ended at once: by a move to a new wallet, by redemption
    }

    struct Supply {
        uint104 total;
        uint104 cap;
        uint16 tranches;
        bool redeemed; // as a whole, at maturity or early; nothing is issued again
    }

    struct Issue {
        uint128 unitPrice; // yen for a whole unit at issue
        uint104 lotSize; // at issue; scales with splits
        uint8 decimals;
        Placement placement;
    }

    struct FreezeAtOnce {
        uint40 at;
        bool confirmed;
    }

    struct TransferRequest {
        address from;
        uint40 deadline;
        ITransferRequests.Status status;
        uint16 splits; // the split count that `amount` speaks of
        uint32 ended; // of the sender when it was made; another number now: it ended with the position
        address to;
        uint104 amount;
        address agent; // the settlement contract that alone moves the units; 0: the consent moves them
    }

    struct Document {
        string uri;
        bytes32 documentHash;
        uint64 lastModified;
        uint64 position; // in `_documentNames`, from 1
    }

    struct Quantity {
        uint104 amount;
        uint16 splits; // the split count that `amount` speaks of
    }

    struct Loss {
        uint104 amount; // what was not restored yet
        uint16 splits; // the split count that `amount` speaks of
        bool recorded; // stays: a loss is recorded once
    }

    struct Incident {
        uint104 supplyBefore;
        uint16 splits; // the split count that `supplyBefore` speaks of
        mapping(address holder => Loss) losses;
    }

    /// @dev The Consortium (`IAuthority`).
    address internal _authority;

    /// @dev What a transfer needs of the token as a whole. See {TokenWord}.
    uint256 internal _word;

    /// @dev What a transfer needs of a holder.
    /// Invariant: the balances, brought up to date, add up to `_supply.total`.
    /// Invariant: a holder's bound, brought up to date, is at least committed + max(locked, frozen, pledged, attached),
    /// or everything.
    mapping(address holder => Holder) internal _holders;

    /// @dev Invariant: `total ≤ cap < 2^104 − 1`.
    Supply internal _supply;

    /// @dev Units of split count i for one unit at issue, from 1 on; index 0 is 1 and not stored.
    mapping(uint256 count => uint256) internal _splitFactors;

    RecordDate[] internal _recordDates;

    /// @dev The holder's word as it was before its first change after record date `index`.
    /// Invariant: {ITokenLifecycle-balanceAtRecordDate} is what `balanceOf` was when the date ended, for ever.
    mapping(address holder => mapping(uint256 index => uint256)) internal _snapshots;

    /// @dev Invariant: what is committed is the sum of the holder's open requests, brought up to date.
    mapping(address holder => Restrained) internal _restrained;

    /// @dev Invariant: at most `MAX_CLAIMS` each; no amount is 0; in the order of their ids, so that what came first is
    /// senior, also where they were carried to another wallet together.
    mapping(address holder => Claim[]) internal _claims;
    uint64 internal _lastClaim;

    mapping(address account => mapping(uint32 organisation => FreezeAtOnce)) internal _freezesAtOnce;

    /// @dev Kept where the token has a holder cap.
    /// Invariant: `_holderCount` is the number of investors that have a wallet with a balance, and only a decided case
    /// (a rule waived, a reversal, a restoration) brings it above `_holderCap`.
    mapping(uint152 investor => uint256 wallets) internal _walletsWithUnits;
    uint32 internal _holderCount;
    uint32 internal _holderCap;

    mapping(address owner => mapping(address spender => uint256)) internal _allowances;
    mapping(address owner => uint256) internal _nonces;

    string internal _name;
    string internal _symbol;
    string internal _code;
    bytes32 internal _termSheetHash;
    Issue internal _issue;
    address internal _issuerAccount;

    /// @dev Only read where the word says that the platform was replaced.
    IPlatform internal _newPlatform;

    /// @dev Invariant: a request is open until it is answered or its sender's position is gone.
    mapping(uint256 id => TransferRequest) internal _transferRequests;
    uint256 internal _transferRequestCount;

    mapping(bytes32 name => Document) internal _documents;
    bytes32[] internal _documentNames;

    /// @dev Invariant: what was reversed is never more than the amount of the original, both brought up to date.
    mapping(bytes32 originalId => Quantity) internal _reversed;

    /// @dev Invariant: a loss is restored once and no more than it was, and the supply is not lifted above what it was.
    mapping(bytes32 incident => Incident) internal _incidents;
}
