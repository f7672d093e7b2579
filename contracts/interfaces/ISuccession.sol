// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Facts} from "../types/Facts.sol";

/// @title A platform is replaced (G12, G32)
/// @notice The code of a platform never changes. A new one takes its place in four steps, each of which can be the last
/// for as long as one likes: nothing that works before a step stops working after it.
///
/// 1. `appointSuccessor` on the present platform: one decision, in one transaction. From then on the new platform is
///    **in charge**: it alone enrols, changes and suspends investors and creates tokens, and one halt or resumption, on
///    either, is that of both.
/// 2. `carry` copies what the old platform knows of its investors, as words: ids, classes, expiries, status, the ring
///    of wallets, suspensions. Anybody may call it, for it copies what is there and nothing else. An investor whom
///    somebody changes first is carried by that change.
/// 3. `adopt` lists tokens of the old platform and lets them follow. It is refused until every wallet was carried, so
///    that no holder is unknown to the platform that the token asks.
/// 4. Nothing: when the last token was adopted, nothing asks the old platform any more.
///
/// Until then what the new platform changes about a wallet is written to the old one as well, for the tokens that still
/// ask there. A platform is succeeded once, and only after all tokens of its own predecessor were adopted, so that
/// never more than two are in use.
interface ISuccession {
    /// @notice This platform is in charge in place of `predecessor` from now on.
    /// @param wallets How many wallets are to be carried.
    /// @param tokens How many tokens are to be adopted.
    event PlatformSucceeded(address indexed predecessor, uint256 wallets, uint256 tokens);
    event SuccessorAppointed(address indexed successor);
    /// @notice A wallet came over from the predecessor, with these facts.
    /// @param next The investor's next wallet, zero where this is the only one.
    event WalletCarried(address indexed wallet, address next, Facts facts);
    /// @notice A suspension came over, as it stands.
    event SuspensionCarried(
        uint152 indexed investor, uint32 organisation, uint40 since, uint32 confirmedBy, uint40 confirmedAt
    );
    event TokenAdopted(address indexed token, string code);

    /// @notice Another platform is in charge.
    error NotInCharge(address successor);
    /// @notice There is an investor or a token already: only a new platform can succeed another.
    error NotEmpty();
    /// @notice The Consortium does not know the account as a platform.
    error UnknownPlatform(address account);
    /// @notice Neither the predecessor nor the successor.
    error NotNeighbour(address account);
    /// @notice This platform's own succession is not finished: wallets to carry, tokens to adopt.
    error SuccessionUnfinished(uint256 wallets, uint256 tokens);
    /// @notice Wallets are still to be carried.
    error NotAllCarried(uint256 wallets);
    /// @notice No token of the predecessor, or adopted already.
    error NotToAdopt(address token);

    /// @notice Puts `next` in charge in place of this platform (G32). Where either is halted, both are, and the later
    /// of the two stops counts (G12).
    /// Emits `SuccessorAppointed`, and `PlatformSucceeded` on the other. Reverts with `NotInCharge` where a successor
    /// was appointed before, `SuccessionUnfinished`, `UnknownPlatform`, or `NotEmpty`.
    /// @custom:act appoint-successor
    function appointSuccessor(ISuccession next) external;

    /// @notice Copies investors from the predecessor, each with all wallets (G32). Named by any wallet. Who was carried
    /// before is passed over, so the same call can be sent again. Works while halted.
    /// Emits `WalletCarried` for each wallet and `SuspensionCarried`; or `RowRefused` with NOT_REGISTERED.
    function carry(address[] calldata wallets) external;

    /// @notice Lists tokens of the predecessor here, reserves their addresses and those of their issuers' accounts, and
    /// lets them follow (G32). Works while halted: the tokens stay halted. 100 tokens at most.
    /// Emits `TokenAdopted`, and `PlatformReplaced` on each token. Reverts with `NotAllCarried` or `NotToAdopt`.
    /// @custom:act adopt-tokens
    function adopt(address[] calldata tokens) external;

    /// @notice By the predecessor, in `appointSuccessor`. Reverts with `NotSealed` before the Consortium is sealed,
    /// with `UnknownPlatform` where it does not know the caller as a platform, or with `NotEmpty`.
    /// @return since The stop that counts for both from now on, zero where neither is halted.
    function succeed(uint256 haltedSince, uint256 wallets, uint256 tokens) external returns (uint256 since);

    /// @notice By a neighbour (`NotNeighbour`): it was halted, or resumed where `since` is zero.
    function followStop(uint256 since) external;

    /// @notice By the successor (`NotNeighbour`): the facts of a wallet are now these.
    function mirror(address wallet, Facts facts) external;

    /// @return The platform in whose place this one came, or zero.
    function predecessor() external view returns (ISuccession);

    /// @return The platform that came in place of this one, or zero.
    function successor() external view returns (ISuccession);

    /// @return wallets How many are still to be carried from the predecessor.
    /// @return tokens How many are still to be adopted.
    function left() external view returns (uint256 wallets, uint256 tokens);

    /// @return How many wallets investors have here, the retired ones and the carried ones included.
    function walletCount() external view returns (uint256);

    /// @return Whether a suspension by the organisation was lifted unconfirmed, here or on a predecessor.
    function liftedUnconfirmed(uint152 investor, uint32 organisation) external view returns (bool);
}
