// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice How the issue was placed. It decides whether units may be split (G6).
enum Placement {
    PUBLIC, //          募集
    SMALL_NUMBER, //    少人数私募: units stay as few as they were offered, so no split
    QUALIFIED, //       適格機関投資家私募
    PROFESSIONAL //     特定投資家私募
}

/// @notice The term sheet as the chain keeps it (G1). Amounts are in units (the smallest, where there are decimals),
/// money in whole yen, times in unix seconds. The constructor emits it whole as `TermsSet`.
struct Terms {
    string name;
    string symbol; // unique on the platform
    string code; // security code, unique on the platform, 1 to 31 bytes
    string product; // what is issued, e.g. "real estate trust beneficiary interest"
    string right; // the right that a unit stands for
    string perfection; // the register whose entry perfects a transfer (対抗要件)
    uint8 decimals; // 0 by default: one unit is one right
    uint104 cap; // units that may ever be outstanding; more than 0
    uint104 lotSize; // transfers are multiples of it; 0 or 1: any amount
    uint128 unitPrice; // yen for one unit (10^decimals) at issue; below 2^120
    address issuerAccount; // holds what is not distributed; never an investor's wallet
    uint40 maturity; // 0: none
    uint40 lockedUntil; // the token's own lock-up; 0: none
    uint32 holderCap; // investors that may hold; 0: no cap, and none can be given later
    Placement placement;
    uint8 classes; // bit 1 << InvestorClass for each class that may hold
    uint8 residencies; // bit 1 << Residency for each residency that may hold
    bool wholePositionOnly; // 一括譲渡: a transfer moves all that the holder has
    bool consentRequired; // transfers wait for the registrar's or issuer's consent
    bool expiredMayDispose; // a holder whose KYC ran out may still sell
    bool earlyRedemption; // the whole issue, before maturity
    bool partialRedemption; // a part of every holder's units
    bool holderRedemption; // one holder's units
    bytes32 termSheetHash; // SHA-256 of the term sheet file
    bytes extra; // empty, or of a token that is to replace another: ABI-encoded its address, and a number (G32)
}
