// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPlatform} from "./IPlatform.sol";

/// @title What stops this token alone, and which platform it listens to (G12)
interface ITokenSwitches {
    event Paused(address account);
    event Unpaused(address account);
    event PlatformReplaced(IPlatform indexed from, IPlatform indexed to);

    /// @notice Not the address of a platform.
    error InvalidPlatform(address platform);

    /// @notice Stops this token alone; enforcement still works.
    /// Called by: ISSUER, REGISTRAR, AUDITOR or EMERGENCY alone.
    function pause() external;
    /// @notice Called by: ISSUER, REGISTRAR, AUDITOR.
    function unpause() external;

    /// @notice Listens to another platform from now on. Works while halted. Called by: the platform-wide signatures.
    function setPlatform(IPlatform to) external;
    /// @notice The platform that this token listens to.
    function platform() external view returns (IPlatform);
}
