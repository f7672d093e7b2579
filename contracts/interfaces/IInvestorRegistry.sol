// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Facts, InvestorClass, Registration, Residency} from "../types/Facts.sol";

/// @notice Why a row of a batch was left out. The codes are final: a new one goes to the end.
enum RegistryReason {
    NONE, //                 0
    INVALID_WALLET, //       1  address zero, or one of which all but the last byte is zero
    ALREADY_REGISTERED, //   2  a wallet comes once, and a retired one never again
    RESERVED_ACCOUNT, //     3  a token of this platform, or an account that a token issues to
    KYC_EXPIRED, //          4  the expiry given is not in the future
    CLASS_EXPIRED, //        5  likewise
    INVALID_CLASS, //        6  none, or not one of `InvestorClass`
    INVALID_RESIDENCY, //    7  none, or not one of `Residency`
    NOT_REGISTERED, //       8  nobody's wallet
    ALREADY_SUSPENDED, //    9
    NOT_SUSPENDED, //       10
    SIGNATURE_REQUIRED, //  11  the organisation suspended this investor before, and nobody confirmed it
    OTHER_SUSPENSION, //    12  the suspension that the row is about is over; this is another
    ALREADY_RETIRED, //     13
    TOO_MANY_WALLETS, //    14  the investor has 256
    ALREADY_CONFIRMED, //   15
    OWN_SUSPENSION //       16  who suspended at once does not confirm it
}

/// @title Who is behind a wallet: facts, not verdicts (G7, S1, S7)
/// @notice An investor is an opaque id with one wallet or several, and carries class, residency, KYC expiry and
/// status. Each token judges these facts by its own rules. Nothing personal is here (S5).
///
/// **The id** is the first 19 bytes of the address of the investor's first wallet. It is random because keys are; it
/// needs no second slot, and nothing has to be invented, kept and agreed on outside. To make a wallet with a given
/// investor's id takes 2^152 tries, to make any two wallets of one id 2^76: nobody can.
///
/// **The wallets** of an investor form a ring. It is written only when a second wallet comes, so that an investor
/// with one wallet, which is nearly everyone, costs one slot.
///
/// **Rows.** A row that is refused is left out and reported by `RowRefused`: one bad row holds up no other. `renew` and
/// `reclassify` alone, which one organisation sends at once and can send again, revert as a whole.
/// The most rows of a batch are so many that they fit into 20 million gas, two thirds of a block of 30 million, where
/// investors have three wallets each (measured by `make bench`).
///
/// Each event carries a wallet's whole word of facts, so that the last one of a wallet is what is stored, and the
/// registry can be rebuilt from events alone. The time of an event is that of its block.
///
/// Who may call what is the Consortium's policy; the roles named here are those of the policy that ships. Whoever may
/// not gets OpenZeppelin's `AccessManagedUnauthorized`.
interface IInvestorRegistry {
    /// @notice A wallet's facts in words.
    struct Investor {
        uint152 id;
        InvestorClass class;
        Residency residency;
        uint40 kycExpiry; // unix seconds; valid while block.timestamp is less
        uint40 classExpiry; // likewise
        bool suspended; // the investor, hence every wallet
        bool retired; // this wallet
        bool reserved; // no investor's wallet, now or later
    }

    struct NewWallet {
        address existing; // any wallet of the investor, a retired one too
        address wallet;
    }

    struct Renewal {
        address wallet; // any wallet of the investor
        uint40 kycExpiry;
    }

    struct Classification {
        address wallet; // any wallet of the investor
        InvestorClass class;
        uint40 classExpiry;
        Residency residency;
    }

    struct Confirmation {
        address wallet; // any wallet of the investor
        uint40 since; // when the suspension began that is confirmed
    }

    struct Reinstatement {
        address wallet; // any wallet of the investor
        uint40 since; // when the suspension began that the decision is about
    }

    /// @notice An investor's suspension; all zero where there is none.
    struct Suspension {
        uint32 organisation; // who suspended at once; zero: a request decided it
        uint40 since; // unix seconds
        uint32 confirmedBy; // zero: nobody yet, or a request
        uint40 confirmedAt; // unix seconds; zero: not confirmed. Overdue after 72 hours
    }

    /// @notice An investor came, with their first wallet.
    event WalletRegistered(address indexed wallet, Facts facts);
    /// @notice An investor got a further wallet.
    event WalletAdded(address indexed wallet, address indexed existing, Facts facts);
    /// @notice The facts of a registered wallet are now these.
    event FactsChanged(address indexed wallet, Facts facts);
    /// @notice The account can never become an investor's wallet. Facts are those of `RESERVED`.
    event AccountReserved(address indexed account, Facts facts);
    /// @param organisation Who suspended at once, or zero where a request decided it.
    event InvestorSuspended(uint152 indexed investor, uint32 indexed organisation);
    /// @param organisation Who confirmed, or zero where a request decided it.
    event SuspensionConfirmed(uint152 indexed investor, uint32 indexed organisation);
    event InvestorReinstated(uint152 indexed investor);
    /// @notice The row was left out; the others were done.
    /// @param index The row's place in the batch, from zero.
    event RowRefused(uint256 indexed index, address indexed account, RegistryReason reason);

    /// @notice Nobody's wallet.
    error WalletNotRegistered(address account);
    /// @notice An expiry has to be in the future.
    error ExpiryNotInFuture(address wallet, uint40 expiry);
    /// @notice `NONE` is no class and no residency.
    error IncompleteClassification(address wallet);
    /// @notice A token issues to an account that is an investor's wallet.
    error InvestorAccount(address account);

    /// @notice Whitelists investors, each with their first wallet (G7). 500 rows at most; they take 12.8 million gas,
    /// 250 take 6.4 million.
    /// Executed by KYC from a request that KYC and AML signed.
    /// Emits `WalletRegistered` for each row, or `RowRefused` with INVALID_WALLET, ALREADY_REGISTERED,
    /// RESERVED_ACCOUNT, KYC_EXPIRED, CLASS_EXPIRED, INVALID_CLASS or INVALID_RESIDENCY. Reverts with `PlatformHalted`.
    /// @custom:act whitelist
    function register(Registration[] calldata rows) external;

    /// @notice Gives investors further wallets, with the facts of the existing ones, a suspension included (G7, G13).
    /// 100 rows at most, and 256 wallets an investor.
    /// Executed by KYC from a request that KYC and AML signed.
    /// Emits `WalletAdded`, and `FactsChanged` for the existing wallet where it was the only one; or `RowRefused` with
    /// INVALID_WALLET, ALREADY_REGISTERED, RESERVED_ACCOUNT, or, for the existing wallet, NOT_REGISTERED or
    /// TOO_MANY_WALLETS. Reverts with `PlatformHalted`.
    /// @custom:act whitelist
    function addWallets(NewWallet[] calldata rows) external;

    /// @notice Sets until when the KYC of investors is valid (G7). 100 rows at most.
    /// Emits `FactsChanged` for each wallet of each investor. Reverts with `PlatformHalted`, `WalletNotRegistered` or
    /// `ExpiryNotInFuture`.
    /// @custom:act renew
    function renew(Renewal[] calldata rows) external;

    /// @notice Sets class and residency of investors (G7). 100 rows at most.
    /// Emits `FactsChanged` for each wallet of each investor. Reverts with `PlatformHalted`, `WalletNotRegistered`,
    /// `ExpiryNotInFuture` or `IncompleteClassification`.
    /// @custom:act reclassify
    function reclassify(Classification[] calldata rows) external;

    /// @notice Suspends investors at once, all their wallets with them (G19). Another
    /// organisation confirms it with `confirmSuspension` within 72 hours, else it stands and is reported overdue.
    /// Works while halted. 100 rows at most.
    /// Where an organisation's suspension of an investor was lifted unconfirmed, that organisation cannot suspend this
    /// investor so again: it takes `suspend`, which is signed.
    /// Emits `InvestorSuspended`, and `FactsChanged` for each wallet; or `RowRefused` with NOT_REGISTERED,
    /// ALREADY_SUSPENDED or SIGNATURE_REQUIRED.
    /// @custom:act suspend-at-once
    function suspendAtOnce(address[] calldata wallets) external;

    /// @notice Suspends investors by a decided request (G19). Where they are suspended at once and unconfirmed, this
    /// confirms it. Works while halted. 100 rows at most.
    /// Emits `InvestorSuspended` and `FactsChanged` for each wallet, or `SuspensionConfirmed`; or `RowRefused` with
    /// NOT_REGISTERED or ALREADY_SUSPENDED.
    /// @custom:act suspend
    function suspend(address[] calldata wallets) external;

    /// @notice Confirms what another organisation suspended at once (G19). Each row names the suspension by its time,
    /// so that what somebody looked at is what they confirm. Works after the 72 hours too, and while halted. 100 rows
    /// at most.
    /// Emits `SuspensionConfirmed`; or `RowRefused` with NOT_REGISTERED, NOT_SUSPENDED, OTHER_SUSPENSION,
    /// ALREADY_CONFIRMED or OWN_SUSPENSION.
    /// @custom:act confirm-suspension
    function confirmSuspension(Confirmation[] calldata rows) external;

    /// @notice Lifts suspensions (G19). Executed by AML or REGISTRAR from a request with two signatures. Each row names
    /// the suspension by its time, so that what was signed about one cannot lift a later one. 100 rows at most.
    /// Emits `InvestorReinstated`, and `FactsChanged` for each wallet; or `RowRefused` with NOT_REGISTERED,
    /// NOT_SUSPENDED or OTHER_SUSPENSION. Reverts with `PlatformHalted`.
    /// @custom:act reinstate
    function reinstate(Reinstatement[] calldata rows) external;

    /// @notice Takes single wallets out of use for ever, for a key that was lost or stolen (G13). The investor's other
    /// wallets go on. 100 rows at most. Works while halted.
    /// Emits `FactsChanged`, or `RowRefused` with NOT_REGISTERED or ALREADY_RETIRED.
    /// @custom:act retire-wallet
    function retireWallets(address[] calldata wallets) external;

    /// @return The facts of an account, all in one word; zero where nobody knows it. Works while halted.
    function factsOf(address account) external view returns (Facts);

    /// @return The same in words; all zero where nobody knows the account.
    function investor(address wallet) external view returns (Investor memory);

    /// @return Whether both are wallets of one investor. False where either is nobody's.
    function isSameInvestor(address a, address b) external view returns (bool);

    /// @return All wallets of the investor behind `wallet`, beginning with it, the retired ones too; none where it is
    /// nobody's.
    function walletsOf(address wallet) external view returns (address[] memory);

    /// @return The suspension under which the investor behind `wallet` is, if any.
    function suspension(address wallet) external view returns (Suspension memory);

    /// @return Whether the organisation can suspend the investor behind `wallet` only with signatures, because an
    /// earlier suspension of its own was lifted unconfirmed.
    function needsSignatureToSuspend(address wallet, uint32 organisation) external view returns (bool);
}
