// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EmergencyStop} from "./EmergencyStop.sol";
import {IConsortium} from "../interfaces/IConsortium.sol";
import {IInvestorRegistry, RegistryReason} from "../interfaces/IInvestorRegistry.sol";
import {ISuccession} from "../interfaces/ISuccession.sol";
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

    /// @dev So that all wallets of an investor can be suspended, or carried to another platform, in one transaction.
    uint256 private constant MAX_WALLETS = 256;

    /// @dev Invariant: `since` is zero exactly where the investor's wallets are not SUSPENDED.
    mapping(uint152 investor => Suspension) private _suspensions;

    mapping(uint152 investor => mapping(uint32 organisation => bool)) private _needsSignature;

    // ------------------------------------------------------------------ whitelist

    /// @inheritdoc IInvestorRegistry
    function register(Registration[] calldata rows) external restricted whenInCharge whenNotHalted {
        uint48 registered;
        bool unfinished = _isUnfinished(); // read once for all rows: where it is not, it never is again
        for (uint256 i = 0; i < rows.length; ++i) {
            Registration row = rows[i];
            address wallet = row.wallet();
            Facts facts = row.toFacts();
            RegistryReason reason = _judge(wallet, facts, unfinished);
            if (reason == RegistryReason.NONE) {
                if (unfinished) _write(wallet, facts);
                else _facts[wallet] = facts;
                unchecked {
                    ++registered;
                }
                emit WalletRegistered(wallet, facts);
            } else {
                emit RowRefused(i, wallet, reason);
            }
        }
        _walletCount += registered;
    }

    /// @inheritdoc IInvestorRegistry
    function addWallets(NewWallet[] calldata rows) external restricted whenInCharge whenNotHalted {
        for (uint256 i = 0; i < rows.length; ++i) {
            address existing = rows[i].existing;
            address wallet = rows[i].wallet;
            Facts facts = _factsNow(existing);
            RegistryReason reason = _judgeWallet(wallet, true);
            if (!facts.isKnown()) emit RowRefused(i, existing, RegistryReason.NOT_REGISTERED);
            else if (_countWallets(existing, facts) == MAX_WALLETS) {
                emit RowRefused(i, existing, RegistryReason.TOO_MANY_WALLETS);
            } else if (reason != RegistryReason.NONE) emit RowRefused(i, wallet, reason);
            else _addWallet(existing, facts, wallet);
        }
    }

    /// @inheritdoc IInvestorRegistry
    function renew(Renewal[] calldata rows) external restricted whenInCharge whenNotHalted {
        for (uint256 i = 0; i < rows.length; ++i) {
            Renewal calldata row = rows[i];
            _requireFuture(row.wallet, row.kycExpiry);
            _setFacts(row.wallet, _knownFacts(row.wallet).withKycExpiry(row.kycExpiry));
        }
    }

    /// @inheritdoc IInvestorRegistry
    function reclassify(Classification[] calldata rows) external restricted whenInCharge whenNotHalted {
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
    function suspendAtOnce(address[] calldata wallets) external restricted whenInCharge {
        _suspend(wallets, _actingOrganisation());
    }

    /// @inheritdoc IInvestorRegistry
    function suspend(address[] calldata wallets) external restricted whenInCharge {
        _suspend(wallets, 0);
    }

    /// @inheritdoc IInvestorRegistry
    function confirmSuspension(Confirmation[] calldata rows) external restricted whenInCharge {
        uint32 organisation = _actingOrganisation();
        for (uint256 i = 0; i < rows.length; ++i) {
            RegistryReason reason = _confirmOne(rows[i], organisation);
            if (reason != RegistryReason.NONE) emit RowRefused(i, rows[i].wallet, reason);
        }
    }

    /// @inheritdoc IInvestorRegistry
    function reinstate(Reinstatement[] calldata rows) external restricted whenInCharge whenNotHalted {
        for (uint256 i = 0; i < rows.length; ++i) {
            address wallet = rows[i].wallet;
            Facts facts = _factsNow(wallet);
            Suspension memory record = _suspensions[facts.investor()];
            if (!facts.isKnown()) emit RowRefused(i, wallet, RegistryReason.NOT_REGISTERED);
            else if (!facts.isSuspended()) emit RowRefused(i, wallet, RegistryReason.NOT_SUSPENDED);
            else if (record.since != rows[i].since) emit RowRefused(i, wallet, RegistryReason.OTHER_SUSPENSION);
            else _reinstate(wallet, facts, record);
        }
    }

    // ------------------------------------------------------------------ wallets given up

    /// @inheritdoc IInvestorRegistry
    function retireWallets(address[] calldata wallets) external restricted whenInCharge {
        for (uint256 i = 0; i < wallets.length; ++i) {
            address wallet = wallets[i];
            Facts facts = _factsNow(wallet);
            if (!facts.isKnown()) {
                emit RowRefused(i, wallet, RegistryReason.NOT_REGISTERED);
            } else if (facts.isRetired()) {
                emit RowRefused(i, wallet, RegistryReason.ALREADY_RETIRED);
            } else {
                facts = facts.with(RETIRED);
                _write(wallet, facts);
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
        wallets = new address[](_countWallets(wallet, facts));
        address next = wallet;
        for (uint256 i = 0; i < wallets.length; ++i) {
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
        return liftedUnconfirmed(_facts[wallet].investor(), organisation);
    }

    /// @inheritdoc ISuccession
    function liftedUnconfirmed(uint152 id, uint32 organisation) public view returns (bool) {
        if (_needsSignature[id][organisation]) return true;
        return address(_predecessor) != address(0) && _predecessor.liftedUnconfirmed(id, organisation);
    }

    // ------------------------------------------------------------------ succession

    /// @inheritdoc ISuccession
    function carry(address[] calldata wallets) external {
        for (uint256 i = 0; i < wallets.length; ++i) {
            if (!_factsNow(wallets[i]).isKnown()) emit RowRefused(i, wallets[i], RegistryReason.NOT_REGISTERED);
        }
    }

    /// @inheritdoc ISuccession
    /// @dev RING stays as it is here, where the wallets that came later have no place in the ring.
    function mirror(address wallet, Facts facts) external {
        if (msg.sender != address(_successor)) revert NotNeighbour(msg.sender);
        facts = facts.without(RING).with(Facts.unwrap(_facts[wallet]) & RING);
        _facts[wallet] = facts;
        emit FactsChanged(wallet, facts);
    }

    // ------------------------------------------------------------------ inside

    /// @dev Keeps an account from ever becoming an investor's wallet: its word is not zero and has no id, so that it
    /// costs `register` nothing to refuse it.
    function _reserve(address account) internal {
        Facts facts = _factsNow(account);
        if (facts.isKnown()) revert InvestorAccount(account);
        if (facts.isReserved()) return;
        facts = Facts.wrap(RESERVED);
        _write(account, facts);
        emit AccountReserved(account, facts);
    }

    function _judge(address wallet, Facts facts, bool unfinished) private returns (RegistryReason) {
        if (facts.kycExpiry() <= block.timestamp) return RegistryReason.KYC_EXPIRED;
        if (facts.classExpiry() <= block.timestamp) return RegistryReason.CLASS_EXPIRED;
        // Zero wraps to the largest number, so each of these two refuses what is none and what is not in the enum.
        unchecked {
            if (facts.class() - 1 >= uint256(type(InvestorClass).max)) return RegistryReason.INVALID_CLASS;
            if (facts.residency() - 1 >= uint256(type(Residency).max)) return RegistryReason.INVALID_RESIDENCY;
        }
        return _judgeWallet(wallet, unfinished);
    }

    /// @param unfinished Whether the predecessor may know the wallet.
    function _judgeWallet(address wallet, bool unfinished) private returns (RegistryReason) {
        if (uint160(wallet) >> 8 == 0) return RegistryReason.INVALID_WALLET;
        Facts present = unfinished ? _factsNow(wallet) : _facts[wallet];
        if (Facts.unwrap(present) == 0) return RegistryReason.NONE;
        return present.isReserved() ? RegistryReason.RESERVED_ACCOUNT : RegistryReason.ALREADY_REGISTERED;
    }

    function _addWallet(address existing, Facts facts, address wallet) private {
        if (facts.isInRing()) {
            _next[wallet] = _next[existing];
        } else {
            facts = facts.with(RING);
            _write(existing, facts);
            emit FactsChanged(existing, facts);
            _next[wallet] = existing;
        }
        _next[existing] = wallet;
        facts = facts.without(RETIRED);
        _write(wallet, facts);
        ++_walletCount;
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
        Facts facts = _factsNow(wallet);
        uint152 id = facts.investor();
        if (id == 0) return RegistryReason.NOT_REGISTERED;
        bool decided = organisation == 0;
        if (facts.isSuspended()) {
            if (!decided || _suspensions[id].confirmedAt != 0) return RegistryReason.ALREADY_SUSPENDED;
            _confirm(id, 0);
            return RegistryReason.NONE;
        }
        if (liftedUnconfirmed(id, organisation)) return RegistryReason.SIGNATURE_REQUIRED;

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

    function _confirmOne(Confirmation calldata row, uint32 organisation) private returns (RegistryReason) {
        Facts facts = _factsNow(row.wallet);
        if (!facts.isKnown()) return RegistryReason.NOT_REGISTERED;
        if (!facts.isSuspended()) return RegistryReason.NOT_SUSPENDED;
        Suspension storage record = _suspensions[facts.investor()];
        if (record.since != row.since) return RegistryReason.OTHER_SUSPENSION;
        if (record.confirmedAt != 0) return RegistryReason.ALREADY_CONFIRMED;
        if (record.organisation == organisation) return RegistryReason.OWN_SUSPENSION;
        _confirm(facts.investor(), organisation);
        return RegistryReason.NONE;
    }

    function _confirm(uint152 id, uint32 organisation) private {
        Suspension storage record = _suspensions[id];
        record.confirmedBy = organisation;
        record.confirmedAt = uint40(block.timestamp);
        emit SuspensionConfirmed(id, organisation);
    }

    function _reinstate(address wallet, Facts facts, Suspension memory record) private {
        uint152 id = facts.investor();
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
            _write(each, own);
            emit FactsChanged(each, own);
            each = facts.isInRing() ? _next[each] : wallet;
        } while (each != wallet);
    }

    function _knownFacts(address wallet) private returns (Facts facts) {
        facts = _factsNow(wallet);
        if (!facts.isKnown()) revert WalletNotRegistered(wallet);
    }

    /// @dev The facts on which an act rests: whom only the predecessor knows is carried first.
    function _factsNow(address wallet) private returns (Facts facts) {
        facts = _facts[wallet];
        if (Facts.unwrap(facts) != 0 || !_isUnfinished()) return facts;
        _carry(wallet);
        return _facts[wallet];
    }

    /// @dev All wallets of an investor at once, or a reserved account; nothing where the predecessor knows neither.
    function _carry(address wallet) private {
        IInvestorRegistry source = IInvestorRegistry(address(_predecessor));
        Facts facts = source.factsOf(wallet);
        if (facts.isReserved()) {
            _facts[wallet] = facts;
            emit AccountReserved(wallet, facts);
        }
        if (!facts.isKnown()) return;

        address[] memory wallets = source.walletsOf(wallet);
        for (uint256 i = 0; i < wallets.length; ++i) {
            address next = facts.isInRing() ? wallets[(i + 1) % wallets.length] : address(0);
            _carryWallet(wallets[i], next, source.factsOf(wallets[i]));
        }
        _walletCount += uint48(wallets.length);
        _walletsToCarry -= uint48(wallets.length);
        if (!facts.isSuspended()) return;
        Suspension memory record = source.suspension(wallet);
        _suspensions[facts.investor()] = record;
        emit SuspensionCarried(
            facts.investor(), record.organisation, record.since, record.confirmedBy, record.confirmedAt
        );
    }

    function _carryWallet(address wallet, address next, Facts facts) private {
        _facts[wallet] = facts;
        if (next != address(0)) _next[wallet] = next;
        emit WalletCarried(wallet, next, facts);
    }

    /// @dev The one way in which facts change: also where tokens still ask the predecessor.
    function _write(address wallet, Facts facts) private {
        _facts[wallet] = facts;
        if (_isUnfinished()) _predecessor.mirror(wallet, facts);
    }

    function _countWallets(address wallet, Facts facts) private view returns (uint256 count) {
        count = 1;
        if (!facts.isInRing()) return count;
        for (address each = _next[wallet]; each != wallet; each = _next[each]) ++count;
    }

    function _requireFuture(address wallet, uint40 expiry) private view {
        if (expiry <= block.timestamp) revert ExpiryNotInFuture(wallet, expiry);
    }

    function _actingOrganisation() private view returns (uint32) {
        return IConsortium(authority()).actingOrganisation();
    }
}
