// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EmergencyStop} from "./EmergencyStop.sol";
import {IConsortium} from "../interfaces/IConsortium.sol";
import {IInvestorRegistry, RegistryReason} from "../interfaces/IInvestorRegistry.sol";
import {
    Facts,
    InvestorClass,
    RESERVED,
    RETIRED,
    RING,
    Registration,
    Residency,
    SUSPENDED
} from "../types/Facts.sol";

/// @title Who is behind a wallet
abstract contract InvestorRegistry is IInvestorRegistry, EmergencyStop {
    /// @dev Invariant: the words of one investor's wallets differ in RETIRED only.
    /// Invariant: an investor's id, once in a word, stays in it.
    mapping(address wallet => Facts) internal _facts;

    /// @dev The investor's next wallet, written where RING is set.
    /// Invariant: following it from any wallet leads through all wallets of the investor and back.
    mapping(address wallet => address) private _next;

    /// @dev Invariant: `since` is zero exactly where the investor's wallets are not SUSPENDED.
    mapping(uint96 investor => Suspension) private _suspensions;

    mapping(uint96 investor => mapping(uint32 organisation => bool)) private _needsSignature;

    // ------------------------------------------------------------------ whitelist

    /// @inheritdoc IInvestorRegistry
    function register(Registration[] calldata rows) external restricted whenNotHalted {
        for (uint256 i = 0; i < rows.length; ++i) {
            Registration row = rows[i];
            address wallet = row.wallet();
            Facts facts = row.toFacts();
            RegistryReason reason = _judge(wallet, facts);
            if (reason == RegistryReason.NONE) {
                _facts[wallet] = facts;
                emit WalletRegistered(wallet, facts);
            } else {
                emit RowRefused(i, wallet, reason);
            }
        }
    }

    /// @inheritdoc IInvestorRegistry
    function addWallets(NewWallet[] calldata rows) external restricted whenNotHalted {
        for (uint256 i = 0; i < rows.length; ++i) {
            address existing = rows[i].existing;
            address wallet = rows[i].wallet;
            Facts facts = _facts[existing];
            RegistryReason reason = _judgeWallet(wallet);
            if (!facts.isKnown()) emit RowRefused(i, existing, RegistryReason.NOT_REGISTERED);
            else if (reason != RegistryReason.NONE) emit RowRefused(i, wallet, reason);
            else _addWallet(existing, facts, wallet);
        }
    }

    /// @inheritdoc IInvestorRegistry
    function renew(Renewal[] calldata rows) external restricted whenNotHalted {
        for (uint256 i = 0; i < rows.length; ++i) {
            Renewal calldata row = rows[i];
            _requireFuture(row.wallet, row.kycExpiry);
            _setFacts(row.wallet, _knownFacts(row.wallet).withKycExpiry(row.kycExpiry));
        }
    }

    /// @inheritdoc IInvestorRegistry
    function reclassify(Classification[] calldata rows) external restricted whenNotHalted {
        for (uint256 i = 0; i < rows.length; ++i) {
            Classification calldata row = rows[i];
            if (row.class == InvestorClass.NONE || row.residency == Residency.NONE) {
                revert IncompleteClassification(row.wallet);
            }
            _requireFuture(row.wallet, row.classExpiry);
            _setFacts(row.wallet, _knownFacts(row.wallet).withClass(row.class, row.classExpiry, row.residency));
        }
    }

    // ------------------------------------------------------------------ suspension

    /// @inheritdoc IInvestorRegistry
    function suspendAtOnce(address[] calldata wallets) external restricted {
        _suspend(wallets, _actingOrganisation());
    }

    /// @inheritdoc IInvestorRegistry
    function suspend(address[] calldata wallets) external restricted {
        _suspend(wallets, 0);
    }

    /// @inheritdoc IInvestorRegistry
    function confirmSuspension(address[] calldata wallets) external restricted {
        uint32 organisation = _actingOrganisation();
        for (uint256 i = 0; i < wallets.length; ++i) {
            address wallet = wallets[i];
            Facts facts = _knownFacts(wallet);
            Suspension storage record = _suspensions[facts.investor()];
            if (!facts.isSuspended()) revert InvestorNotSuspended(wallet);
            if (record.confirmedAt != 0) revert SuspensionAlreadyConfirmed(wallet);
            if (record.organisation == organisation) revert OwnSuspension(wallet, organisation);
            _confirm(facts.investor(), organisation);
        }
    }

    /// @inheritdoc IInvestorRegistry
    function reinstate(Reinstatement[] calldata rows) external restricted whenNotHalted {
        for (uint256 i = 0; i < rows.length; ++i) {
            address wallet = rows[i].wallet;
            Facts facts = _facts[wallet];
            Suspension memory record = _suspensions[facts.investor()];
            if (!facts.isKnown()) emit RowRefused(i, wallet, RegistryReason.NOT_REGISTERED);
            else if (!facts.isSuspended()) emit RowRefused(i, wallet, RegistryReason.NOT_SUSPENDED);
            else if (record.since != rows[i].since) emit RowRefused(i, wallet, RegistryReason.OTHER_SUSPENSION);
            else _reinstate(wallet, facts, record);
        }
    }

    // ------------------------------------------------------------------ wallets given up

    /// @inheritdoc IInvestorRegistry
    function retireWallets(address[] calldata wallets) external restricted {
        for (uint256 i = 0; i < wallets.length; ++i) {
            address wallet = wallets[i];
            Facts facts = _facts[wallet];
            if (!facts.isKnown()) {
                emit RowRefused(i, wallet, RegistryReason.NOT_REGISTERED);
            } else if (facts.isRetired()) {
                emit RowRefused(i, wallet, RegistryReason.ALREADY_RETIRED);
            } else {
                facts = facts.with(RETIRED);
                _facts[wallet] = facts;
                emit FactsChanged(wallet, facts);
            }
        }
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IInvestorRegistry
    function factsOf(address account) external view returns (Facts) {
        return _facts[account];
    }

    /// @inheritdoc IInvestorRegistry
    function investor(address wallet) external view returns (Investor memory) {
        Facts facts = _facts[wallet];
        return Investor({
            id: facts.investor(),
            class: InvestorClass(facts.class()),
            residency: Residency(facts.residency()),
            kycExpiry: facts.kycExpiry(),
            classExpiry: facts.classExpiry(),
            suspended: facts.isSuspended(),
            retired: facts.isRetired(),
            reserved: facts.isReserved()
        });
    }

    /// @inheritdoc IInvestorRegistry
    function isSameInvestor(address a, address b) external view returns (bool) {
        Facts facts = _facts[a];
        return facts.isKnown() && facts.investor() == _facts[b].investor();
    }

    /// @inheritdoc IInvestorRegistry
    function walletsOf(address wallet) external view returns (address[] memory wallets) {
        Facts facts = _facts[wallet];
        if (!facts.isKnown()) return wallets;
        uint256 count = 1;
        if (facts.isInRing()) {
            for (address each = _next[wallet]; each != wallet; each = _next[each]) ++count;
        }
        wallets = new address[](count);
        address next = wallet;
        for (uint256 i = 0; i < count; ++i) {
            wallets[i] = next;
            next = _next[next];
        }
    }

    /// @inheritdoc IInvestorRegistry
    function suspension(address wallet) external view returns (Suspension memory) {
        return _suspensions[_facts[wallet].investor()];
    }

    /// @inheritdoc IInvestorRegistry
    function needsSignatureToSuspend(address wallet, uint32 organisation) external view returns (bool) {
        return _needsSignature[_facts[wallet].investor()][organisation];
    }

    // ------------------------------------------------------------------ inside

    /// @dev Keeps an account from ever becoming an investor's wallet: its word is not zero and has no id, so that it
    /// costs `register` nothing to refuse it.
    function _reserve(address account) internal {
        Facts facts = _facts[account];
        if (facts.isKnown()) revert InvestorAccount(account);
        if (facts.isReserved()) return;
        facts = Facts.wrap(RESERVED);
        _facts[account] = facts;
        emit AccountReserved(account, facts);
    }

    function _judge(address wallet, Facts facts) private view returns (RegistryReason) {
        if (facts.kycExpiry() <= block.timestamp) return RegistryReason.KYC_EXPIRED;
        if (facts.classExpiry() <= block.timestamp) return RegistryReason.CLASS_EXPIRED;
        // Zero wraps to the largest number, so each of these two refuses what is none and what is not in the enum.
        unchecked {
            if (facts.class() - 1 >= uint256(type(InvestorClass).max)) return RegistryReason.INVALID_CLASS;
            if (facts.residency() - 1 >= uint256(type(Residency).max)) return RegistryReason.INVALID_RESIDENCY;
        }
        return _judgeWallet(wallet);
    }

    function _judgeWallet(address wallet) private view returns (RegistryReason) {
        if (uint160(wallet) >> 64 == 0) return RegistryReason.INVALID_WALLET;
        Facts present = _facts[wallet];
        if (Facts.unwrap(present) == 0) return RegistryReason.NONE;
        return present.isReserved() ? RegistryReason.RESERVED_ACCOUNT : RegistryReason.ALREADY_REGISTERED;
    }

    function _addWallet(address existing, Facts facts, address wallet) private {
        if (facts.isInRing()) {
            _next[wallet] = _next[existing];
        } else {
            facts = facts.with(RING);
            _facts[existing] = facts;
            emit FactsChanged(existing, facts);
            _next[wallet] = existing;
        }
        _next[existing] = wallet;
        facts = facts.without(RETIRED);
        _facts[wallet] = facts;
        emit WalletAdded(wallet, existing, facts);
    }

    /// @param organisation Who suspends at once, zero where a request decided it.
    function _suspend(address[] calldata wallets, uint32 organisation) private {
        for (uint256 i = 0; i < wallets.length; ++i) {
            RegistryReason reason = _suspendOne(wallets[i], organisation);
            if (reason != RegistryReason.NONE) emit RowRefused(i, wallets[i], reason);
        }
    }

    function _suspendOne(address wallet, uint32 organisation) private returns (RegistryReason) {
        Facts facts = _facts[wallet];
        uint96 id = facts.investor();
        if (id == 0) return RegistryReason.NOT_REGISTERED;
        bool decided = organisation == 0;
        if (facts.isSuspended()) {
            if (!decided || _suspensions[id].confirmedAt != 0) return RegistryReason.ALREADY_SUSPENDED;
            _confirm(id, 0);
            return RegistryReason.NONE;
        }
        if (_needsSignature[id][organisation]) return RegistryReason.SIGNATURE_REQUIRED;

        _suspensions[id] = Suspension({
            organisation: organisation,
            since: uint40(block.timestamp),
            confirmedBy: 0,
            confirmedAt: decided ? uint40(block.timestamp) : 0
        });
        emit InvestorSuspended(id, organisation);
        _setFacts(wallet, facts.with(SUSPENDED));
        return RegistryReason.NONE;
    }

    function _confirm(uint96 id, uint32 organisation) private {
        Suspension storage record = _suspensions[id];
        record.confirmedBy = organisation;
        record.confirmedAt = uint40(block.timestamp);
        emit SuspensionConfirmed(id, organisation);
    }

    function _reinstate(address wallet, Facts facts, Suspension memory record) private {
        uint96 id = facts.investor();
        if (record.confirmedAt == 0) _needsSignature[id][record.organisation] = true;
        delete _suspensions[id];
        emit InvestorReinstated(id);
        _setFacts(wallet, facts.without(SUSPENDED));
    }

    /// @dev Gives all wallets of the investor these facts; each keeps its own RETIRED.
    function _setFacts(address wallet, Facts facts) private {
        address each = wallet;
        do {
            Facts own = facts.without(RETIRED).with(Facts.unwrap(_facts[each]) & RETIRED);
            _facts[each] = own;
            emit FactsChanged(each, own);
            each = facts.isInRing() ? _next[each] : wallet;
        } while (each != wallet);
    }

    function _knownFacts(address wallet) private view returns (Facts facts) {
        facts = _facts[wallet];
        if (!facts.isKnown()) revert WalletNotRegistered(wallet);
    }

    function _requireFuture(address wallet, uint40 expiry) private view {
        if (expiry <= block.timestamp) revert ExpiryNotInFuture(wallet, expiry);
    }

    function _actingOrganisation() private view returns (uint32) {
        return IConsortium(authority()).actingOrganisation();
    }
}
