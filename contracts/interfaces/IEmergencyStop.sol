// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title One stop for every token of the platform, those created later included (G12)
/// @notice Where a platform succeeds another, a stop or a resumption on either is that of both ({ISuccession}).
/// @notice Who may call what is the Consortium's policy; the roles named here are those of the policy that ships.
/// While the platform is halted its registry gives no rights (`PlatformHalted`); taking rights away goes on.
interface IEmergencyStop {
    event Halted(address indexed by, uint256 time);
    event Resumed(uint256 haltedSince, uint256 time);

    /// @notice The act gives or changes rights, and the platform is halted.
    error PlatformHalted();
    /// @notice The platform is halted already. The earlier time stands.
    error AlreadyHalted(uint256 since);
    /// @notice There is nothing to resume.
    error NotHalted();
    /// @notice The stop that the resumption was decided about is over, and another one is on.
    error HaltedAgain(uint256 since);

    /// @notice Halts the platform: every basic operation of every token is refused until `resume` (G12).
    /// Emits `Halted`. Reverts with `AlreadyHalted` where it is halted.
    /// @custom:act halt
    function halt() external;

    /// @notice Ends the stop that began at `since` (G12). Executed by OPERATOR from a request that three more
    /// organisations signed. Naming the stop keeps a resumption that was signed for one stop from ending the next.
    /// Emits `Resumed`. Reverts with `NotHalted`, or with `HaltedAgain` where the stop began at another time.
    /// @param since What `haltedSince` was when the resumption was proposed.
    /// @custom:act resume
    function resume(uint256 since) external;

    /// @return Whether the platform is halted now.
    function halted() external view returns (bool);

    /// @return The time of the block in which the platform was halted, zero while it is not.
    function haltedSince() external view returns (uint256);
}
