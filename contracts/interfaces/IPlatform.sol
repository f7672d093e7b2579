// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IEmergencyStop} from "./IEmergencyStop.sol";
import {IInvestorRegistry} from "./IInvestorRegistry.sol";
import {ISuccession} from "./ISuccession.sol";
import {ITokenDirectory} from "./ITokenDirectory.sol";
import {Facts} from "../types/Facts.sol";

/// @title What all tokens of a chain share: investor facts, the emergency stop, the directory of tokens, succession
/// @notice Its ERC-165 id, `type(IPlatform).interfaceId`, is the selector of `transferFacts`; the id of each part
/// is its own.
interface IPlatform is ITokenDirectory, IInvestorRegistry, IEmergencyStop, ISuccession {
    /// @notice All that a transfer needs to know from outside its token, in one call that reads three slots (G7, G12).
    /// @param parties From and to. In one parameter because that is cheaper to decode; the calldata is the same as that
    /// of two addresses.
    /// @return halted_ Whether the platform is halted.
    /// @return fromFacts The facts of the first, as `factsOf` gives them.
    /// @return toFacts The facts of the second.
    function transferFacts(address[2] calldata parties)
        external
        view
        returns (bool halted_, Facts fromFacts, Facts toFacts);
}
