// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ISuccession} from "../interfaces/ISuccession.sol";

/// @title Who came before this platform, who comes after it, and what is still to come over
abstract contract Succession is ISuccession, AccessManaged {
    // Invariant: of the platforms of one line exactly one is in charge, the last.
    ISuccession internal _successor;
    uint48 internal _walletCount;

    // Invariant: not zero only where there is a predecessor; it never rises.
    ISuccession internal _predecessor;
    uint48 internal _walletsToCarry;
    uint48 internal _tokensToAdopt;

    modifier whenInCharge() {
        _requireInCharge();
        _;
    }

    /// @inheritdoc ISuccession
    function predecessor() external view returns (ISuccession) {
        return _predecessor;
    }

    /// @inheritdoc ISuccession
    function successor() external view returns (ISuccession) {
        return _successor;
    }

    /// @inheritdoc ISuccession
    function left() external view returns (uint256 wallets, uint256 tokens) {
        return (_walletsToCarry, _tokensToAdopt);
    }

    /// @inheritdoc ISuccession
    function walletCount() external view returns (uint256) {
        return _walletCount;
    }

    function _requireInCharge() private view {
        if (address(_successor) != address(0)) revert NotInCharge(address(_successor));
    }

    /// @dev While it is not finished, what is not known here may be known to the predecessor, and what changes here is
    /// written there.
    function _isUnfinished() internal view returns (bool) {
        return _walletsToCarry != 0 || _tokensToAdopt != 0;
    }
}
