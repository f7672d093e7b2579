// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPlatform} from "../interfaces/IPlatform.sol";
import {IConsentTransfers} from "../interfaces/IConsentTransfers.sol";
import {HolderWord} from "./HolderWord.sol";
import {TokenWord} from "./TokenWord.sol";
import {Restraint} from "../types/Restraint.sol";
import {Placement} from "../types/Terms.sol";

/// @title All state of a token, once
/// @notice The token's six contracts inherit this and nothing else that has storage, so that their layouts are
/// equal by construction. Each invariant stands beside the state that it speaks of; `tests/invariants` checks it.
abstract contract TokenStorage {
    /// @dev What units, restraints and allowances are counted in, and what no amount may reach: "everything".
    uint256 internal constant MAX_UNITS = type(uint104).max;

    /// @dev In a struct, so that who reads a word and writes it back computes its slot once.
    struct Holder {
        HolderWord word;
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
        uint16 ended; // how often all commitments ended at once: by a move to a new wallet, by redemption
        uint16 unfrozen; // how often the freeze was lowered by decision
    }

    struct Supply {
        uint104 total;
        uint104 cap;
        uint16 tranches;
        uint32 openLosses; // recorded and not restored
    }

    struct Issue {
        uint120 unitPrice; // yen for a whole unit at issue
        uint104 lotSize; // scales with splits
        uint16 lotSplits; // the split count that `lotSize` speaks of
        uint8 decimals;
        Placement placement;
    }

    struct FreezeAtOnce {
        uint40 at;
        uint16 unfrozen; // of the account when it was made; another number now: a decision has replaced it
        bool confirmed;
    }

    struct ConsentTransfer {
        address from;
        uint40 deadline;
        IConsentTransfers.Status status;
        uint16 splits; // the split count that `amount` speaks of
        uint16 ended; // of the sender when it was made; another number now: it ended with the position
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

    /// @dev The Consortium (`IAuthority`).
    address internal _authority;

    /// @dev What a transfer needs of the token as a whole.
    TokenWord internal _word;

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
    mapping(address holder => mapping(uint256 index => HolderWord)) internal _snapshots;

    /// @dev Invariant: what is committed is the sum of the holder's open requests, brought up to date.
    mapping(address holder => Restrained) internal _restrained;

    /// @dev Invariant: at most `MAX_RESTRAINTS` each; no amount is 0; in the order of their ranks, so that what came
    /// first is senior, also where it was carried to another wallet.
    mapping(address holder => Restraint[]) internal _restraints;
    uint40 internal _lastRestraint;

    /// @dev Invariant: zero, or an account that has the restraint.
    mapping(uint64 id => address holder) internal _restraintHolder;

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
    mapping(uint256 id => ConsentTransfer) internal _consentTransfers;
    uint256 internal _consentTransferCount;

    mapping(bytes32 name => Document) internal _documents;
    bytes32[] internal _documentNames;

    /// @dev Invariant: what was reversed is never more than the amount of the original, both brought up to date.
    mapping(bytes32 originalId => Quantity) internal _reversed;

    /// @dev What a log took from the register by an error: the digest of incident and log while it is to be restored,
    /// then `RESTORED`. Invariant: of one log no more is restored than it took, once, under whatever incident.
    mapping(bytes32 lossId => bytes32 digest) internal _losses;

    /// @dev Who takes or took the register over from this token. See {Takeover}.
    /// Invariant: of a token and its successor exactly one is in force.
    address internal _successor;

    /// @dev From whom this token takes or took it over. Set at creation for good.
    address internal _predecessor;

    /// @dev Of the predecessor's register. Invariant: no position and no investor is counted twice.
    uint104 internal _carriedUnits;
    uint32 internal _carriedHolders;
    bool internal _carryingBegun;

    /// @dev The key is a holder's address, or an investor's id with a bit above it. By predecessor, so that no word of
    /// the predecessor's own past stands in the same place.
    mapping(address predecessor => mapping(uint256 what => bool)) internal _isCarried;
}
