// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IInvestorRegistry} from "../interfaces/IInvestorRegistry.sol";
import {IPlatform} from "../interfaces/IPlatform.sol";
import {InvestorClass, Registration, RegistrationLib, Residency} from "../types/Facts.sol";

/// @title Asks a platform what a test cannot ask from outside: by the second, by the gas, and by `Facts`' own names
contract PlatformProbe {
    /// @return gasUsed What `transferFacts` costs its caller, all slots cold.
    function gasOfTransferFacts(IPlatform platform, address from, address to) external view returns (uint256 gasUsed) {
        bytes memory data = abi.encodeCall(IPlatform.transferFacts, ([from, to]));
        assembly ("memory-safe") {
            let before := gas()
            let ok := staticcall(gas(), platform, add(data, 32), mload(data), 0, 0)
            gasUsed := mul(sub(before, gas()), ok)
        }
    }

    function registerFromNow(IPlatform platform, address wallet, int256 kycSeconds, int256 classSeconds) external {
        Registration[] memory rows = new Registration[](1);
        rows[0] = RegistrationLib.encode(
            wallet, _fromNow(kycSeconds), _fromNow(classSeconds), InvestorClass.PROFESSIONAL, Residency.RESIDENT
        );
        platform.register(rows);
    }

    function renewFromNow(IPlatform platform, address wallet, int256 seconds_) external {
        IInvestorRegistry.Renewal[] memory rows = new IInvestorRegistry.Renewal[](1);
        rows[0] = IInvestorRegistry.Renewal(wallet, _fromNow(seconds_));
        platform.renew(rows);
    }

    function reclassifyFromNow(IPlatform platform, address wallet, int256 seconds_) external {
        IInvestorRegistry.Classification[] memory rows = new IInvestorRegistry.Classification[](1);
        rows[0] = IInvestorRegistry.Classification(
            wallet, InvestorClass.PROFESSIONAL, _fromNow(seconds_), Residency.RESIDENT
        );
        platform.reclassify(rows);
    }

    function encode(address wallet, uint40 kycExpiry, uint40 classExpiry, InvestorClass class, Residency residency)
        external
        pure
        returns (Registration)
    {
        return RegistrationLib.encode(wallet, kycExpiry, classExpiry, class, residency);
    }

    function _fromNow(int256 seconds_) private view returns (uint40) {
        return uint40(uint256(int256(block.timestamp) + seconds_));
    }
}
