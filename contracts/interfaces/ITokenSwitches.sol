// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPlatform} from "./IPlatform.sol";

/// @title What stops this token alone, and which platform it listens to (G12)
interface ITokenSwitches {
    event Paused(address account);
    event Unpaused(address account);
    event PlatformReplaced(IPlatform indexed from, IPlatform indexed to);

    /// @notice The token's platform has no successor, or the successor has not adopted the token.
    error NotAdopted(address successor);

    /// @notice Stops this token alone; enforcement still works.
    /// @custom:act pause
    function pause() external;
    /// @notice Lets units move again.
    /// @custom:act unpause
    function unpause() external;

    /// @notice Listens from now on to the platform that succeeded its own and adopted it (G32). Works while halted.
    /// Anybody may call: both were decided, on the platform ({ISuccession}), and adoption calls it itself. There is no
    /// other way to another platform, so a stop that is on stays on (G12).
    function followPlatform() external;
    /// @notice The platform that this token listens to.
    function platform() external view returns (IPlatform);
}
