// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice What the platform knows of a wallet, in one storage slot. Zero is a wallet that nobody knows.
///
/// | bits      | what                                                                              |
/// |-----------|-----------------------------------------------------------------------------------|
/// | 104 … 255 | investor: the opaque id, zero where the account is no investor's wallet           |
/// |  96 … 103 | status: SUSPENDED, RETIRED, RING, RESERVED                                        |
/// |  56 …  95 | kycExpiry, unix seconds: KYC is valid while `block.timestamp < kycExpiry`         |
/// |  16 …  55 | classExpiry, unix seconds, in the same meaning; `NEVER` for a class that stays    |
/// |   8 …  15 | class, an `InvestorClass`                                                         |
/// |   0 …   7 | residency, a `Residency`                                                          |
///
/// Outside the status this is the `Registration` with which the investor's first wallet came, less the last byte of its
/// address, whose place the status takes.
type Facts is uint256;

/// @notice A row of a whitelist: a wallet and its first facts, in one word.
///
/// | bits     | what                            |
/// |----------|---------------------------------|
/// | 96 … 255 | wallet                          |
/// | 56 …  95 | kycExpiry                       |
/// | 16 …  55 | classExpiry                     |
/// |  8 …  15 | class, an `InvestorClass`       |
/// |  0 …   7 | residency, a `Residency`        |
///
/// That is `wallet << 96 | kycExpiry << 56 | classExpiry << 16 | class << 8 | residency`.
type Registration is uint256;

/// @notice 一般投資家, 特定投資家, 適格機関投資家. A token admits classes by a bit mask of `1 << class`.
enum InvestorClass {
    NONE,
    GENERAL,
    PROFESSIONAL,
    QUALIFIED_INSTITUTION
}

/// @notice A token admits residencies by a bit mask of `1 << residency`.
enum Residency {
    NONE,
    RESIDENT,
    NON_RESIDENT,
    US_PERSON
}

/// @dev The investor is suspended: the same on all of the investor's wallets.
uint256 constant SUSPENDED = 1 << 96;
/// @dev This wallet was given up, for ever. The investor's other wallets go on.
uint256 constant RETIRED = 1 << 97;
/// @dev The investor has further wallets.
uint256 constant RING = 1 << 98;
/// @dev No investor's wallet, now or later: a token of this platform, or an account that a token issues to.
uint256 constant RESERVED = 1 << 99;

/// @dev The expiry of a class that does not lapse.
uint40 constant NEVER = type(uint40).max;

using FactsLib for Facts global;
using RegistrationLib for Registration global;

/// @title The fields of a `Facts` word
/// @dev Nothing here checks anything: the registry writes only valid words.
library FactsLib {
    uint256 private constant KYC_EXPIRY = uint256(type(uint40).max) << 56;
    uint256 private constant CLASS_EXPIRY = uint256(type(uint40).max) << 16;
    uint256 private constant CLASS_AND_RESIDENCY = type(uint16).max;

    /// @return The investor's id, zero where the account is no investor's wallet.
    function investor(Facts facts) internal pure returns (uint152) {
        return uint152(Facts.unwrap(facts) >> 104);
    }

    function kycExpiry(Facts facts) internal pure returns (uint40) {
        return uint40(Facts.unwrap(facts) >> 56);
    }

    function classExpiry(Facts facts) internal pure returns (uint40) {
        return uint40(Facts.unwrap(facts) >> 16);
    }

    /// @return As a number, so that `1 << class` is at hand and the compiler adds no check of an enum's range.
    function class(Facts facts) internal pure returns (uint256) {
        return uint8(Facts.unwrap(facts) >> 8);
    }

    /// @return As a number, like `class`.
    function residency(Facts facts) internal pure returns (uint256) {
        return uint8(Facts.unwrap(facts));
    }

    /// @return Whether the account is an investor's wallet, be it suspended or retired.
    function isKnown(Facts facts) internal pure returns (bool) {
        return Facts.unwrap(facts) >> 104 != 0;
    }

    /// @return Whether the account is an investor's wallet in use: neither suspended nor given up.
    function isActive(Facts facts) internal pure returns (bool) {
        return Facts.unwrap(facts) >> 104 != 0 && Facts.unwrap(facts) & (SUSPENDED | RETIRED) == 0;
    }

    function isSuspended(Facts facts) internal pure returns (bool) {
        return Facts.unwrap(facts) & SUSPENDED != 0;
    }

    function isRetired(Facts facts) internal pure returns (bool) {
        return Facts.unwrap(facts) & RETIRED != 0;
    }

    /// @return Whether the investor has further wallets.
    function isInRing(Facts facts) internal pure returns (bool) {
        return Facts.unwrap(facts) & RING != 0;
    }

    /// @return Whether the account is a token, or one that a token issues to.
    function isReserved(Facts facts) internal pure returns (bool) {
        return Facts.unwrap(facts) & RESERVED != 0;
    }

    function with(Facts facts, uint256 flag) internal pure returns (Facts) {
        return Facts.wrap(Facts.unwrap(facts) | flag);
    }

    function without(Facts facts, uint256 flag) internal pure returns (Facts) {
        return Facts.wrap(Facts.unwrap(facts) & ~flag);
    }

    function withKycExpiry(Facts facts, uint40 expiry) internal pure returns (Facts) {
        return Facts.wrap((Facts.unwrap(facts) & ~KYC_EXPIRY) | (uint256(expiry) << 56));
    }

    function withClass(Facts facts, InvestorClass class_, uint40 expiry, Residency residency_)
        internal
        pure
        returns (Facts)
    {
        return Facts.wrap(
            (Facts.unwrap(facts) & ~(CLASS_EXPIRY | CLASS_AND_RESIDENCY)) | (uint256(expiry) << 16)
                | (uint256(class_) << 8) | uint256(residency_)
        );
    }
}

/// @title The fields of a `Registration` word
library RegistrationLib {
    uint256 private constant TAIL_OF_WALLET = uint256(type(uint8).max) << 96;

    function encode(
        address wallet_,
        uint40 kycExpiry,
        uint40 classExpiry,
        InvestorClass class,
        Residency residency
    ) internal pure returns (Registration) {
        return Registration.wrap(
            (uint256(uint160(wallet_)) << 96) | (uint256(kycExpiry) << 56) | (uint256(classExpiry) << 16)
                | (uint256(class) << 8) | uint256(residency)
        );
    }

    function wallet(Registration row) internal pure returns (address) {
        return address(uint160(Registration.unwrap(row) >> 96));
    }

    /// @return The wallet's first facts. The investor's id is the head of the wallet's address, which is the head of
    /// this word as well, so only the tail has to go.
    function toFacts(Registration row) internal pure returns (Facts) {
        return Facts.wrap(Registration.unwrap(row) & ~TAIL_OF_WALLET);
    }
}
