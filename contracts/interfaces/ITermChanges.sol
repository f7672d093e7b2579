// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Terms that are changed by decision (G32)
/// @notice Each change is an act of its own, and announced with what was and what is. All work while the token is
/// paused, and are refused while the platform is halted and once maturity has come (`TOKEN_MATURED`), with
/// {TermUnchanged} where nothing would change, and with `InvalidTerms(field)` where the terms would contradict
/// themselves. Who holds stays a holder, whatever the terms say of who may come.
///
/// What no function here changes never changes: name, symbol, code, product, right, perfection, decimals, unit price,
/// placement, issuer's account, whole positions, who may dispose after KYC ran out, which redemptions are allowed, and
/// the hash of the first term sheet. The token's lock-up has acts of its own ({ITokenRestraints}).
interface ITermChanges {
    /// @notice Who may hold: bit masks of `1 << InvestorClass`.
    event ClassesChanged(uint8 from, uint8 to);
    /// @notice Bit masks of `1 << Residency`.
    event ResidenciesChanged(uint8 from, uint8 to);
    event HolderCapChanged(uint32 from, uint32 to);
    /// @notice In units of today; 1: any amount.
    event LotSizeChanged(uint256 from, uint256 to);
    event ConsentRequiredChanged(bool from, bool to);
    /// @notice In units of today.
    event CapChanged(uint256 from, uint256 to);

    /// @notice The term is as it is asked to become.
    error TermUnchanged(string field);
    /// @notice This token's term cannot be changed: it has no holder cap or no maturity, or moves as a whole position.
    error TermFixed(string field);
    /// @notice The units in issue are more than the cap that is asked for.
    error CapBelowSupply(uint256 cap, uint256 supply);
    /// @notice Maturity is put off, never brought forward: {ITokenLifecycle-redeemEarly} does that, where the terms
    /// allow it.
    error MaturityNotLater(uint40 current, uint40 asked);

    /// @notice Who may hold from now on, as in `Terms`: bit 1 << InvestorClass. Emits {ClassesChanged}.
    /// @custom:act change-terms
    function changeClasses(uint8 classes) external;
    /// @notice The same by residency: bit 1 << Residency. Emits {ResidenciesChanged}.
    /// @custom:act change-terms
    function changeResidencies(uint8 residencies) external;
    /// @notice Where the token has a holder cap; it cannot get one or lose it, for holders are counted from the
    /// beginning or not at all. Below the present number nobody new comes until there is room. Emits
    /// {HolderCapChanged}.
    /// @custom:act change-terms
    function changeHolderCap(uint32 holderCap) external;
    /// @notice In today's units; 0 or 1: any amount. Not above the cap, and not where a transfer moves the whole
    /// position. Holdings that are no multiple of it stay, and what is beyond whole lots moves only by decision. Emits
    /// {LotSizeChanged}.
    /// @custom:act change-terms
    function changeLotSize(uint104 lotSize) external;
    /// @notice Requests that are open stay open, and are answered; commitments that no consent was given for need it
    /// from now on, or need it no longer. Emits {ConsentRequiredChanged}.
    /// @custom:act change-terms
    function changeConsentRequired(bool consentRequired) external;
    /// @notice In today's units; below neither the supply nor a lot. Not lowered while a recorded loss is to be
    /// restored, which the cap bounds. Emits {CapChanged}.
    /// @custom:act change-terms
    function changeCap(uint104 cap) external;
    /// @notice To a later time; a token without maturity gets none, and none loses it. Emits `MaturityChanged`.
    /// @custom:act change-terms
    function extendMaturity(uint40 maturity) external;
}
