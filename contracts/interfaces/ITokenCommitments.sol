// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Units that are promised to a settlement (G14)
/// @notice A commitment names a settlement contract, its agent, which alone moves the units, to the recipient that is
/// named, whole. Until then they stay the holder's, and the register shows the holder; they can neither be sold nor
/// promised again. A commitment is a {IConsentTransfers} with an agent: its id is of the same row of numbers, and where
/// the token asks for consent, {IConsentTransfers-approveTransfer} gives it beforehand and
/// {IConsentTransfers-rejectTransfer} refuses it.
///
/// It scales with a split. A redemption and a forced movement pass it. It ends with the position: by redemption of the
/// whole issue, and by a move to a new wallet, to which it does not follow, because the trade names the old one.
interface ITokenCommitments {
    event TransferCommitted(
        uint256 indexed id,
        address indexed from,
        address indexed agent,
        address to,
        uint256 amount,
        uint40 deadline
    );
    /// @notice The registrar or the issuer agreed to it beforehand; nothing has moved.
    event CommitmentApproved(uint256 indexed id);
    event CommitmentSettled(uint256 indexed id, address indexed agent, uint256 amount);
    event CommitmentReleased(uint256 indexed id);

    /// @notice No settlement contract that the token's Consortium lets act for this token: of another kind, or of
    /// another token's scope.
    error AgentUnknown(address agent);
    /// @notice The caller is not the agent, or the holder before the deadline.
    error NotReleasable(uint256 id, address caller);

    /// @notice Commits `amount` of the caller's free units to `agent`. Judged by all rules of a transfer but the
    /// consent.
    /// Emits {TransferCommitted}. Reverts with {AgentUnknown}, or as a transfer does.
    /// @param deadline unix seconds; from then on the units cannot be settled, and the holder can release them
    function commitTransfer(address agent, address to, uint256 amount, uint40 deadline) external returns (uint256 id);

    /// @notice Moves the committed units to the recipient. Only for the agent, while the Consortium lets it. Judged
    /// again by all rules: where they refuse it the commitment stands, until its deadline.
    /// Emits `Transfer` and {CommitmentSettled}. Reverts with {AgentUnknown}, or `TransferRefused` for the reason that
    /// a transfer would have, `REQUEST_CLOSED` (settled, ended, past its deadline) or `CONSENT_REQUIRED` (the token
    /// asks for consent, and nobody gave it).
    /// @return amount in today's units
    function settleTransfer(uint256 id) external returns (uint256 amount);

    /// @notice Ends a commitment; the units are free. For the agent at any time, for the holder from the
    /// deadline on, and before it where the Consortium no longer lets the agent. Works while halted and paused.
    /// Emits {CommitmentReleased}. Reverts with {NotReleasable}, or `TransferRefused(REQUEST_CLOSED)`.
    function releaseTransfer(uint256 id) external;

    /// @notice Zeros where `id` is none of a commitment.
    /// @return agent the settlement contract
    /// @return from the holder
    /// @return to the recipient
    /// @return amount in today's units
    /// @return deadline unix seconds
    /// @return open whether it is neither settled nor ended; it may be past its deadline
    function commitment(uint256 id)
        external
        view
        returns (address agent, address from, address to, uint256 amount, uint40 deadline, bool open);
}
