// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice Why a movement of units is refused. One code a rule; `NONE` means that nothing stands in the way.
/// The codes are final: a new one goes to the end. Their sentences in English and Japanese are in
/// `jp20/domain/token/reasons.py`.
enum Reason {
    NONE, //                          0  allowed
    PLATFORM_HALTED, //               1  the emergency stop is on (G12)
    TOKEN_PAUSED, //                  2  this token is paused (G12)
    TOKEN_MATURED, //                 3  maturity has come: only redemption is left (G4)
    TOKEN_REDEEMED, //                4  the whole issue was redeemed (G4, G5)
    TOKEN_LOCKED_UP, //               5  the token's own lock-up runs (G8)
    CONSENT_REQUIRED, //              6  the registrar or the issuer has to consent first (G3)
    ZERO_AMOUNT, //                   7
    SENDER_UNKNOWN, //                8  not a wallet of the register (G7)
    SENDER_SUSPENDED, //              9  (G7)
    SENDER_RETIRED, //               10  the wallet was given up (G13)
    SENDER_KYC_EXPIRED, //           11  and this token does not let such a holder dispose (G7)
    SENDER_IS_ISSUER_ACCOUNT, //     12  undistributed units leave by delivery only (G2)
    RECIPIENT_ZERO, //               13
    RECIPIENT_UNKNOWN, //            14
    RECIPIENT_SUSPENDED, //          15
    RECIPIENT_RETIRED, //            16
    RECIPIENT_KYC_EXPIRED, //        17
    RECIPIENT_CLASS, //              18  this class may not hold this token (G7)
    RECIPIENT_CLASS_EXPIRED, //      19  a class that lapsed may sell, not buy (G7)
    RECIPIENT_RESIDENCY, //          20  (G7)
    SPENDER_SUSPENDED, //            21  the platform knows the spender and has suspended or retired it (G7)
    INSUFFICIENT_ALLOWANCE, //       22
    INSUFFICIENT_BALANCE, //         23
    NOT_WHOLE_LOTS, //               24  (G7)
    NOT_WHOLE_POSITION, //           25  this token moves as a whole position (一括譲渡) (G7)
    HOLDER_CAP, //                   26  one holder too many (G7)
    COMMITTED, //                    27  promised to a settlement or to a transfer that waits for consent
    LOCKED_UP, //                    28  the holder's lock-up (G8)
    FROZEN, //                       29  (G7, G19)
    PLEDGED, //                      30  (G24)
    ATTACHED, //                     31  (G11)
    REDEMPTION_NOT_ALLOWED, //       32  the term sheet does not allow this redemption now (G4)
    CAP_EXCEEDED, //                 33  (G1, G5)
    SPLIT_FORBIDDEN, //              34  the placement rules forbid a split (G6)
    NOT_SAME_INVESTOR, //            35  the two wallets belong to different investors (G13)
    WALLET_NOT_RETIRED, //           36  a position moves only from a wallet that was given up (G13)
    REVERSAL_EXCEEDED, //            37  more than the original transfer, less what was already reversed (G10)
    LOSS_EXCEEDED, //                38  a second time, under whatever incident (G9)
    REQUEST_CLOSED, //               39  the transfer request is approved, rejected, cancelled or past its deadline (G3)
    TOO_MANY_RESTRAINTS, //              40  the number of restraints on one holder is bounded
    NO_SUCH_RESTRAINT, //                41  the pledge or attachment to be executed was released (G11)
    SAME_WALLET, //                 42  a movement to where the units are changes nothing (G3, G10, G11)
    CONSENT_NOT_REQUIRED, //        43  this token's transfers wait for nobody's consent (G3)
    NO_SUCH_LOSS, //                44  the log took no units, or is not recorded under the incident (G9)
    TOKEN_CLOSED //                45  it is being replaced, was, or has not replaced another yet (G32)
}
