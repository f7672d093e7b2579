// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice A trade, as both sides agree to it. Its id is `keccak256(abi.encode(trade))`: who agrees to the id agrees to
/// all of it. There is no salt: equal trades differ by their `externalId`.
/// @param externalId the trade's id where it was made, opaque; no personal data
/// @param token the JP20 token that is delivered
/// @param units what is delivered, at the token's split count of the agreement; it scales with later splits
/// @param payment what is paid in: an ERC-20, another JP20 token, or zero: through a bank
/// @param price in the smallest unit of `payment`; whole yen through a bank
/// @param deadline unix seconds; from then on nothing settles
/// @param payingAgent through a bank: the organisation (PAYING_AGENT) that confirms the seller's money; else 0
/// @param broker through a bank: the buyer's organisation (BROKER), which confirms the payment; else 0
struct Trade {
    bytes32 externalId;
    address token;
    address seller;
    address buyer;
    uint104 units;
    address payment;
    uint128 price;
    uint40 deadline;
    uint32 payingAgent;
    uint32 broker;
}

/// @title Delivery versus payment (G14, G22)
/// @notice Both legs or neither, in one transaction. The seller's units stay the seller's until then: they are
/// committed in their token ({ITokenCommitments}) and delivered from there. The payment is one of three:
///
/// - an **ERC-20**: the buyer allows this contract the price, which goes from the buyer straight to the seller. What
///   arrives and what leaves must be the price exactly, so that a token that takes a fee settles nothing;
/// - another **JP20 token**: the buyer commits the price in it, as the seller commits the units;
/// - a **bank**: the buyer's broker confirms that the buyer has paid, and the paying agent that it holds the money for
///   the seller. The agent pays out on {TradeSettled}, and pays back on {TradeCancelled} and from the deadline on.
///
/// | state       | by                                                                                  |
/// |-------------|-------------------------------------------------------------------------------------|
/// | `PROPOSED`  | one side agreed                                                                     |
/// | `MATCHED`   | both sides agreed; from here neither can draw back alone before the deadline       |
/// | `SETTLED`   | both legs are done, once and for ever                                               |
/// | `CANCELLED` | either side while proposed, both sides when matched, anybody from the deadline on   |
///
/// While the platform of the token is halted nobody agrees, confirms or settles; cancelling goes on.
interface ISettlement {
    enum Status {
        NONE,
        PROPOSED,
        MATCHED,
        SETTLED,
        CANCELLED
    }

    /// @notice Where a trade stands; in one storage slot.
    /// @param sellerCommitment the commitment in `token`; means something once the seller agreed
    /// @param buyerCommitment the commitment in `payment`; likewise, where that is a JP20 token
    struct Progress {
        Status status;
        bool sellerAgreed;
        bool buyerAgreed;
        bool sellerCancels;
        bool buyerCancels;
        bool paid; // the buyer's broker says so
        bool received; // the paying agent says so
        bool paidInUnits; // `payment` is a JP20 token
        uint64 sellerCommitment;
        uint64 buyerCommitment;
    }

    /// @notice The first side agreed.
    event TradeProposed(
        bytes32 indexed id, address indexed seller, address indexed buyer, address by, Trade trade
    );
    /// @notice The second side agreed.
    event TradeMatched(bytes32 indexed id, address by);
    /// @notice The buyer's broker confirmed that the buyer has paid.
    /// @param organisation 0 where a request decided it
    event PaymentConfirmed(bytes32 indexed id, uint32 indexed organisation);
    /// @notice The paying agent confirmed that it holds the money for the seller.
    /// @param organisation 0 where a request decided it
    event ReceiptConfirmed(bytes32 indexed id, uint32 indexed organisation);
    /// @param units what was delivered, in the units of that day
    /// @param paid what was paid; of a JP20 token in the units of that day
    event TradeSettled(
        bytes32 indexed id,
        address indexed token,
        uint256 indexed sellerCommitment,
        uint256 units,
        address payment,
        uint256 buyerCommitment,
        uint256 paid
    );
    /// @notice What one party of a netting paid another for all trades of it together.
    event NetPaid(address indexed payment, address indexed from, address indexed to, uint256 amount);
    /// @notice One side of a matched trade wants to end it.
    event CancellationAsked(bytes32 indexed id, address indexed by);
    event TradeCancelled(bytes32 indexed id, address indexed by);

    /// @notice Something about the trade contradicts itself; `field` says what.
    error InvalidTrade(string field);
    /// @notice The trade is not in the state that the act asks for.
    error TradeNotIn(bytes32 id, Status wanted, Status found);
    /// @notice The deadline has passed.
    error TradeExpired(bytes32 id, uint40 deadline);
    /// @notice Neither the seller nor the buyer, or agreed already.
    error NotAskedToAgree(bytes32 id, address caller);
    /// @notice The commitment is not one of the trade's units to this contract, by this party for the other, to the
    /// trade's deadline or later; or it serves another trade.
    error CommitmentMismatch(address token, uint256 commitment);
    /// @notice The trade names another organisation for this.
    error NotNamed(bytes32 id, uint32 organisation);
    error AlreadyConfirmed(bytes32 id);
    /// @notice The bank's or the broker's confirmation is missing.
    error NotConfirmed(bytes32 id);
    /// @notice The payment token debited or credited another amount than the price.
    error PaymentDiffers(address payment, address account, uint256 expected, uint256 found);
    /// @notice What is netted is paid in one token.
    error PaymentsDiffer(uint256 index, address payment);
    /// @notice Trade `index` of a netting is in the way, for the reason that its token gave; nothing was settled.
    error TradeInTheWay(uint256 index, bytes32 id, bytes reason);
    error TooManyTrades(uint256 trades, uint256 most);
    /// @notice The caller may not end the trade now.
    error NotCancellable(bytes32 id, address caller);
    /// @notice The emergency stop is on (G12).
    error PlatformHalted();

    /// @notice Agrees to the trade. For its seller and its buyer, whoever comes first.
    /// Emits {TradeProposed}, then {TradeMatched}. Reverts with {InvalidTrade}, {NotAskedToAgree}, {TradeExpired},
    /// {CommitmentMismatch}, {TradeNotIn}, {PlatformHalted}.
    /// @param commitment the seller's in `token`, or the buyer's in `payment` where that is a JP20 token; else 0
    function agree(Trade calldata trade, uint256 commitment) external returns (bytes32 id);

    /// @notice The buyer's broker confirms that the buyer has paid; 100 trades at most, all or none.
    /// Emits {PaymentConfirmed}. Reverts with {TradeNotIn}, {TradeExpired}, {NotNamed}, {AlreadyConfirmed},
    /// {InvalidTrade}, {PlatformHalted}.
    /// @custom:act confirm-payment
    function confirmPayment(Trade[] calldata trades) external;

    /// @notice The paying agent confirms that it holds the money for the seller; 100 trades at most, all or none.
    /// Emits {ReceiptConfirmed}. Reverts like {confirmPayment}.
    /// @custom:act confirm-receipt
    function confirmReceipt(Trade[] calldata trades) external;

    /// @notice Settles a matched trade: both legs, or neither. Anybody may call it.
    /// Emits {TradeSettled}. Reverts with {TradeNotIn}, {TradeExpired}, {NotConfirmed}, {PaymentDiffers}, or with what
    /// the token or the payment token says.
    function settle(Trade calldata trade) external;

    /// @notice Settles trades together, all or none: each delivers its units, and what is paid in an ERC-20, the same
    /// for all, is paid net: who owes more than is owed to them pays the difference. 100 trades at most. Anybody may
    /// call it.
    /// Emits {TradeSettled} for each, and {NetPaid}. Reverts like {settle}, and with {TradeInTheWay},
    /// {PaymentsDiffer}, {TooManyTrades}.
    function settleNet(Trade[] calldata trades) external;

    /// @notice Ends a trade and releases its commitments. For either side while it is proposed; for both, one
    /// after the other, once it is matched; by anybody from the deadline on, and where a commitment of it has ended
    /// or a token of it was replaced, whose successor then releases what it took over. Works while halted.
    /// Emits {CancellationAsked}, or {TradeCancelled}. Reverts with {TradeNotIn}, {NotCancellable}.
    function cancel(Trade calldata trade) external;

    function idOf(Trade calldata trade) external pure returns (bytes32);

    function progressOf(bytes32 id) external view returns (Progress memory);

    /// @return The trade that a commitment serves or served; zero: none.
    function tradeOf(address token, uint256 commitment) external view returns (bytes32);
}
