// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsortium, Role} from "../interfaces/IConsortium.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

/// @title Vault
/// @notice A governed contract for tests of the Consortium: it counts who got through, and it attacks.
contract Vault is AccessManaged {
    uint256 public total = 1; // not zero, so that what a call costs does not change from the first to the next
    uint256 public touched = 1;
    uint32 public lastActing;
    bool public signedByIssuer;
    /// @dev Whether the authority, while it called, might have called something else here.
    bool public opensAnother;

    event Added(uint256 amount);

    error Refused(uint256 why);

    constructor(address authority) AccessManaged(authority) {}

    /// @dev Needs several signatures in the tests' policy.
    function add(uint256 amount) external restricted returns (uint256) {
        total += amount;
        emit Added(amount);
        return total;
    }

    /// @dev Another name for {add}.
    function addTwice(uint256 amount) external restricted {
        total += 2 * amount;
        _look();
        signedByIssuer = IConsortium(authority()).isSignedByHolder(Role.ISSUER, address(this));
    }

    /// @dev One signature, at once, as what ends in `AtOnce`.
    function touch() external restricted returns (uint256) {
        _look();
        return ++touched;
    }

    function refuseAtOnce(uint256 why) external restricted {
        revert Refused(why);
    }

    function reenterAtOnce(address to, bytes calldata data) external restricted {
        _call(to, data);
    }

    /// @dev In no rule.
    function unlisted() external restricted {
        ++total;
    }

    function refuse(uint256 why) external restricted {
        revert Refused(why);
    }

    /// @dev An executed call that calls on, whatever and wherever it is told to.
    function reenter(address to, bytes calldata data) external restricted {
        _call(to, data);
    }

    /// @dev The same for anyone, as a platform's or an organisation's contract would call.
    function forward(address to, bytes calldata data) external {
        _call(to, data);
    }

    function _look() private {
        IConsortium consortium = IConsortium(authority());
        lastActing = consortium.actingOrganisation();
        (opensAnother,) = consortium.canCall(address(consortium), address(this), this.unlisted.selector);
    }

    function _call(address to, bytes calldata data) private {
        (bool done, bytes memory answer) = to.call(data);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }
}
