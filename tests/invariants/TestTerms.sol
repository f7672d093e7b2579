// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Placement, Terms} from "../../contracts/types/Terms.sol";

/// @title Three issues with different rules
library TestTerms {
    /// @dev Everybody may hold and everything is allowed; it matures.
    function plain() internal view returns (Terms memory terms) {
        terms.name = "JP20 real estate";
        terms.symbol = "JPRE";
        terms.code = "JP0000000001";
        terms.cap = 1 << 40;
        terms.issuerAccount = address(uint160(uint256(keccak256("issuer"))));
        terms.maturity = uint40(block.timestamp + 150 days);
        terms.placement = Placement.PUBLIC;
        terms.classes = 2 + 4 + 8;
        terms.residencies = 2 + 4;
        terms.earlyRedemption = true;
        terms.partialRedemption = true;
        terms.holderRedemption = true;
        terms.termSheetHash = "hash";
    }

    /// @dev Four investors at most, lots of ten, no qualified institutions; who ran out of KYC may sell.
    function capped() internal view returns (Terms memory terms) {
        terms = plain();
        terms.cap = 20_000;
        terms.lotSize = 10;
        terms.holderCap = 4;
        terms.classes = 2 + 4;
        terms.maturity = 0;
        terms.expiredMayDispose = true;
    }

    /// @dev Transfers wait for consent.
    function consent() internal view returns (Terms memory terms) {
        terms = plain();
        terms.cap = 1_000_000;
        terms.consentRequired = true;
        terms.holderCap = 5;
    }
}
