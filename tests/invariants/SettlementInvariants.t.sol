// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IJP20Token} from "../../contracts/interfaces/IJP20Token.sol";
import {ISettlement, Trade} from "../../contracts/interfaces/ISettlement.sol";
import {SettlementHandler} from "./SettlementHandler.sol";
import {vm} from "./Vm.sol";

/// @title Delivery versus payment, after every act of the handler (G14, G22)
contract SettlementInvariants {
    SettlementHandler internal handler;

    function setUp() public {
        vm.warp(1_800_000_000);
        handler = new SettlementHandler();
    }

    /// @notice forge's own convention: only the handler is called.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @notice What a settlement moved is both legs of its trades, to the unit and to the yen; what was refused moved
    /// nothing.
    function invariant_BothLegsOrNeither() external view {
        string memory wrong = handler.wrong();
        require(bytes(wrong).length == 0, wrong);
    }

    /// @notice A trade is settled once, and then it says so.
    function invariant_ATradeIsSettledOnce() external {
        vm.warp(handler.time());
        for (uint256 i; i < handler.tradeCount(); i++) {
            (bytes32 id, ISettlement.Progress memory progress) = _progress(handler.tradeAt(i));
            uint256 times = handler.timesSettled(id);
            require(times <= 1, "a trade was settled twice");
            require((progress.status == ISettlement.Status.SETTLED) == (times == 1), "a state is not what happened");
        }
    }

    /// @notice Units and money are conserved, and the settlement contract holds neither.
    function invariant_NothingIsMadeOrKept() external {
        vm.warp(handler.time());
        address settlement = address(handler.settlement());
        uint256 sum;
        for (uint256 i; i < handler.partyCount(); i++) {
            sum += handler.money().balanceOf(handler.parties(i));
        }
        require(sum == 1_000 * handler.partyCount(), "money was made or lost");
        require(_units(handler.token()) == handler.token().totalSupply(), "units were made or lost");
        require(_units(handler.other()) == handler.other().totalSupply(), "units of the other were made or lost");
        require(handler.money().balanceOf(settlement) == 0, "money was kept");
        require(handler.token().balanceOf(settlement) == 0, "units were kept");
    }

    /// @notice What a holder has committed is what their open commitments add up to; a matched trade has its
    /// commitments open, unless the position ended.
    function invariant_WhatIsCommittedIsWhatTradesNeed() external {
        vm.warp(handler.time());
        uint256[] memory needed = new uint256[](handler.partyCount());
        for (uint256 i; i < handler.tradeCount(); i++) {
            Trade memory trade = handler.tradeAt(i);
            (, ISettlement.Progress memory progress) = _progress(trade);
            bool stands =
                progress.status == ISettlement.Status.PROPOSED || progress.status == ISettlement.Status.MATCHED;
            if (!stands || !progress.sellerAgreed) continue;
            (address agent, address from,, uint256 amount,, bool open) =
                handler.token().commitment(progress.sellerCommitment);
            require(open && agent == address(handler.settlement()) && from == trade.seller, "a commitment is gone");
            needed[_indexOf(from)] += amount;
        }
        for (uint256 i; i < needed.length; i++) {
            (, uint256 committed,,,,,) = handler.token().positionOf(handler.parties(i));
            require(committed >= needed[i], "less is committed than trades need");
        }
    }

    // Inside

    function _progress(Trade memory trade) private view returns (bytes32 id, ISettlement.Progress memory) {
        id = handler.settlement().idOf(trade);
        return (id, handler.settlement().progressOf(id));
    }

    function _units(IJP20Token token) private view returns (uint256 sum) {
        sum = token.balanceOf(token.issuerAccount());
        for (uint256 i; i < handler.partyCount(); i++) {
            sum += token.balanceOf(handler.parties(i));
        }
    }

    function _indexOf(address party) private view returns (uint256 index) {
        while (handler.parties(index) != party) index++;
    }
}

/// @title That the invariants are not kept by doing nothing
contract SettlementReach {
    uint256 internal constant WORLDS = 8;
    uint256 internal constant ACTS = 250;

    /// @dev forge prints these with -vv.
    event log_named_uint(string key, uint256 value);

    string[] internal everywhere = [
        "agree", "settle", "settleNet", "paid in money", "paid in units", "paid through a bank", "cancel", "transfer",
        "force", "split"
    ];
    mapping(string act => uint256) internal reached;

    function test_EveryActGoesThrough() external {
        for (uint256 w; w < WORLDS; w++) {
            vm.warp(1_800_000_000);
            SettlementHandler handler = new SettlementHandler();
            for (uint256 i; i < ACTS; i++) {
                _act(handler, uint256(keccak256(abi.encode(w, i))));
            }
            for (uint256 i; i < everywhere.length; i++) {
                reached[everywhere[i]] += handler.reached(everywhere[i]);
            }
        }
        for (uint256 i; i < everywhere.length; i++) {
            emit log_named_uint(everywhere[i], reached[everywhere[i]]);
            require(reached[everywhere[i]] != 0, everywhere[i]);
        }
    }

    /// @dev Arguments that an act does not have are ignored.
    function _act(SettlementHandler handler, uint256 seed) private {
        bytes4[11] memory acts = [
            handler.propose.selector,
            handler.agree.selector,
            handler.confirm.selector,
            handler.settle.selector,
            handler.settleNet.selector,
            handler.cancel.selector,
            handler.transfer.selector,
            handler.restrain.selector,
            handler.force.selector,
            handler.split.selector,
            handler.letTimePass.selector
        ];
        (bool done,) = address(handler).call(
            abi.encodePacked(acts[seed % 11], keccak256(abi.encode(seed, 1)), keccak256(abi.encode(seed, 2)))
        );
        require(done, "the handler reverted");
    }
}
