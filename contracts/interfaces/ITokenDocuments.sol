// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC1643} from "./IERC1643.sol";

/// @title The documents of an issue, by name, place and hash (G1)
interface ITokenDocuments is IERC1643 {
    error DocumentUnknown(bytes32 name);
    /// @notice A document has a name, a place and a hash.
    error DocumentIncomplete(bytes32 name);
}
