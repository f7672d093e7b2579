// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAuthority} from "@openzeppelin/contracts/access/manager/IAuthority.sol";
import {TokenStorage} from "./TokenStorage.sol";

/// @title Who may: asked of the Consortium
/// @notice What OpenZeppelin's `AccessManaged` does, without its external functions, which would stand in each of the
/// token's six contracts; `JP20Token` has them once. There are no scheduled calls: delays run in the Consortium.
abstract contract Governed is TokenStorage {
    /// @dev Whole calldata reaches the token's modules, so `msg.sig` is what the caller called.
    modifier restricted() {
        _requireAuthorised();
        _;
    }

    function _requireAuthorised() private view {
        if (!IAuthority(_authority).canCall(msg.sender, address(this), msg.sig)) {
            revert IAccessManaged.AccessManagedUnauthorized(msg.sender);
        }
    }
}
