// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {JP20Enforcer} from "../../contracts/JP20Enforcer.sol";
import {JP20Takeover} from "../../contracts/JP20Takeover.sol";
import {JP20Restraints} from "../../contracts/JP20Restraints.sol";
import {JP20Servicing} from "../../contracts/JP20Servicing.sol";
import {JP20Terms} from "../../contracts/JP20Terms.sol";
import {JP20Token} from "../../contracts/JP20Token.sol";
import {Platform} from "../../contracts/Platform.sol";
import {Kind} from "../../contracts/interfaces/IConsortium.sol";
import {IInvestorRegistry} from "../../contracts/interfaces/IInvestorRegistry.sol";
import {IJP20Token} from "../../contracts/interfaces/IJP20Token.sol";
import {ISuccession} from "../../contracts/interfaces/ISuccession.sol";
import {OpenAuthority} from "../../contracts/test/OpenAuthority.sol";
import {InvestorClass, Registration, RegistrationLib, Residency} from "../../contracts/types/Facts.sol";
import {Modules} from "../../contracts/types/Modules.sol";
import {Terms} from "../../contracts/types/Terms.sol";
import {PlatformModel} from "./PlatformModel.sol";
import {TestTerms} from "./TestTerms.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @title Everything that can be done to a platform, its successors and their tokens, done at random
/// @notice Each function is one act. It asks the model whether the act may succeed, does it at the platform in charge,
/// and does it to the model where it may. What differs is kept in words, for the invariants to find: a handler never
/// reverts.
contract PlatformHandler is PlatformModel {
    uint256 internal constant TOKENS = 3;
    uint256 internal constant MOST_WALLETS = 20;
    uint256 internal constant MOST_PLATFORMS = 4;
    uint32 internal constant AML = 2;
    uint32 internal constant OTHER_AML = 3;
    uint32 internal constant AUDITOR = 4;

    OpenAuthority internal immutable authority;
    Platform[] public platforms; // one line; the last one is in charge
    IJP20Token[] public tokens;
    mapping(uint256 token => uint256) public homeOf; // the place in `platforms` of the platform that the token asks
    uint256 internal uncarried; // tokens that the platform in charge has not adopted

    string public wrongOutcome;
    mapping(string act => uint256) public reached;
    uint160 private serial;

    constructor() {
        time = block.timestamp;
        authority = new OpenAuthority();
        for (uint32 organisation = AML; organisation <= AUDITOR; organisation++) {
            authority.setOrganisation(_key(organisation), organisation);
        }
        platforms.push(_platform());
        _createTokens();
        for (uint256 i; i < 6; i++) {
            enrol(i, i);
        }
        addWallet(1, 0);
        for (uint256 t; t < TOKENS; t++) {
            for (uint256 w; w < 4; w++) {
                _deliver(t, wallets[w], 10);
            }
        }
    }

    modifier act() {
        vm.warp(time);
        _;
    }

    // Time

    function pass(uint256 seconds_) external {
        time += seconds_ % 40 days;
    }

    // Investors

    function enrol(uint256 who, uint256 how) public act {
        address wallet = how % 5 == 4 ? _anyAccount(who) : _newWallet();
        if (wallets.length >= MOST_WALLETS) return;
        uint40 expiry = uint40(time + 1 days + (how >> 8) % 365 days);
        Registration[] memory rows = new Registration[](1);
        rows[0] = RegistrationLib.encode(
            wallet, expiry, expiry + 1 days, InvestorClass.GENERAL, Residency.RESIDENT
        );
        bool may = haltedSince == 0 && personOf[wallet] == 0 && !reserved[wallet];
        bool done = _do(abi.encodeCall(IInvestorRegistry.register, (rows)));
        _came(wallet, done);
        _compare("enrol", may, _changed(wallet, done));
        if (!may) return;
        persons.push();
        uint256 number = persons.length;
        Person storage p = persons[number - 1];
        (p.kycExpiry, p.classExpiry, p.class, p.residency, p.came) = (expiry, expiry + 1 days, 1, 1, true);
        _own(number, wallet);
    }

    function addWallet(uint256 who, uint256 how) public act {
        if (wallets.length >= MOST_WALLETS) return;
        address existing = _wallet(who);
        address wallet = how % 5 == 4 ? _anyAccount(how >> 8) : _newWallet();
        IInvestorRegistry.NewWallet[] memory rows = new IInvestorRegistry.NewWallet[](1);
        rows[0] = IInvestorRegistry.NewWallet(existing, wallet);
        bool may = haltedSince == 0 && personOf[wallet] == 0 && !reserved[wallet];
        bool done = _do(abi.encodeCall(IInvestorRegistry.addWallets, (rows)));
        _came(existing, done);
        _came(wallet, done);
        _compare("addWallet", may, _changed(wallet, done));
        if (may) _own(personOf[existing], wallet);
    }

    function renew(uint256 who, uint256 how) external act {
        address wallet = _wallet(who);
        uint40 expiry = uint40(time + 1 + how % 365 days);
        IInvestorRegistry.Renewal[] memory rows = new IInvestorRegistry.Renewal[](1);
        rows[0] = IInvestorRegistry.Renewal(wallet, expiry);
        bool done = _do(abi.encodeCall(IInvestorRegistry.renew, (rows)));
        _came(wallet, done);
        _compare("renew", haltedSince == 0, done);
        if (done) _personBehind(wallet).kycExpiry = expiry;
    }

    function reclassify(uint256 who, uint256 how) external act {
        address wallet = _wallet(who);
        uint40 expiry = uint40(time + 1 + how % 365 days);
        uint8 class = uint8(1 + how % 3);
        uint8 residency = uint8(1 + (how >> 8) % 3);
        IInvestorRegistry.Classification[] memory rows = new IInvestorRegistry.Classification[](1);
        rows[0] = IInvestorRegistry.Classification(wallet, InvestorClass(class), expiry, Residency(residency));
        bool done = _do(abi.encodeCall(IInvestorRegistry.reclassify, (rows)));
        _came(wallet, done);
        _compare("reclassify", haltedSince == 0, done);
        if (!done) return;
        Person storage p = _personBehind(wallet);
        (p.class, p.classExpiry, p.residency) = (class, expiry, residency);
    }

    function retire(uint256 who) external act {
        address wallet = _wallet(who);
        bool may = !retired[wallet];
        bool done = _do(abi.encodeCall(IInvestorRegistry.retireWallets, (_one(wallet))));
        _came(wallet, done);
        _compare("retire", true, done);
        if (may) retired[wallet] = true;
    }

    function suspendAtOnce(uint256 who, uint256 how) external act {
        address wallet = _wallet(who);
        uint32 organisation = how % 2 == 0 ? AML : OTHER_AML;
        Person storage p = _personBehind(wallet);
        bool may = !p.suspended && !liftedUnconfirmed[personOf[wallet]][organisation];
        bool done = _by(organisation, abi.encodeCall(IInvestorRegistry.suspendAtOnce, (_one(wallet))));
        _came(wallet, done);
        if (may) {
            (p.suspended, p.suspendedBy, p.suspendedAt) = (true, organisation, uint40(time));
            (p.confirmedBy, p.confirmedAt) = (0, 0);
        }
        _compare("suspendAtOnce", true, done);
    }

    function suspend(uint256 who) external act {
        address wallet = _wallet(who);
        Person storage p = _personBehind(wallet);
        bool done = _do(abi.encodeCall(IInvestorRegistry.suspend, (_one(wallet))));
        _came(wallet, done);
        _compare("suspend", true, done);
        if (!p.suspended) {
            (p.suspended, p.suspendedBy, p.suspendedAt) = (true, 0, uint40(time));
            (p.confirmedBy, p.confirmedAt) = (0, uint40(time));
        } else if (p.confirmedAt == 0) {
            (p.confirmedBy, p.confirmedAt) = (0, uint40(time));
        }
    }

    function confirm(uint256 who, uint256 how) external act {
        address wallet = _wallet(who);
        Person storage p = _personBehind(wallet);
        uint32 organisation = how % 4 == 0 ? AML : AUDITOR;
        uint40 since = how % 5 == 0 ? uint40(time + 1) : p.suspendedAt;
        bool may = p.suspended && since == p.suspendedAt && p.confirmedAt == 0 && p.suspendedBy != organisation;
        IInvestorRegistry.Confirmation[] memory rows = new IInvestorRegistry.Confirmation[](1);
        rows[0] = IInvestorRegistry.Confirmation(wallet, since);
        bool done = _by(organisation, abi.encodeCall(IInvestorRegistry.confirmSuspension, (rows)));
        _came(wallet, done);
        _compare("confirm", true, done);
        if (may) (p.confirmedBy, p.confirmedAt) = (organisation, uint40(time));
    }

    function reinstate(uint256 who, uint256 how) external act {
        address wallet = _wallet(who);
        Person storage p = _personBehind(wallet);
        uint40 since = how % 5 == 0 ? uint40(time + 1) : p.suspendedAt;
        IInvestorRegistry.Reinstatement[] memory rows = new IInvestorRegistry.Reinstatement[](1);
        rows[0] = IInvestorRegistry.Reinstatement(wallet, since);
        bool done = _do(abi.encodeCall(IInvestorRegistry.reinstate, (rows)));
        _came(wallet, done);
        _compare("reinstate", haltedSince == 0, done);
        if (!done || !p.suspended || since != p.suspendedAt) return;
        if (p.confirmedAt == 0) liftedUnconfirmed[personOf[wallet]][p.suspendedBy] = true;
        (p.suspended, p.suspendedBy, p.suspendedAt) = (false, 0, 0);
        (p.confirmedBy, p.confirmedAt) = (0, 0);
    }

    // The stop

    function halt(uint256 where) external act {
        Platform at = platforms[where % platforms.length];
        bool may = haltedSince == 0;
        (bool done,) = address(at).call(abi.encodeCall(at.halt, ()));
        _compare("halt", may, done);
        if (done) haltedSince = time;
    }

    function resume(uint256 where, uint256 how) external act {
        Platform at = platforms[where % platforms.length];
        uint256 since = how % 4 == 0 ? time + 1 : haltedSince;
        bool may = haltedSince != 0 && since == haltedSince;
        (bool done,) = address(at).call(abi.encodeCall(at.resume, (since)));
        _compare("resume", may, done);
        if (done) haltedSince = 0;
    }

    // Succession

    function succeed(uint256 how) external act {
        if (platforms.length == MOST_PLATFORMS) return;
        Platform present = _inCharge();
        Platform next = _platform();
        if (how % 3 == 0 && haltedSince == 0) {
            next.halt();
        }
        uint256 stop = next.haltedSince() > haltedSince ? next.haltedSince() : haltedSince;
        bool may = _walletsToCome() == 0 && uncarried == 0;
        (bool done,) = address(present).call(abi.encodeCall(ISuccession.appointSuccessor, (next)));
        _compare("succeed", may, done);
        if (!done) return;
        platforms.push(next);
        haltedSince = stop;
        uncarried = TOKENS;
        for (uint256 p; p < persons.length; p++) {
            persons[p].came = false;
        }
    }

    function carry(uint256 who) external act {
        address wallet = _wallet(who);
        vm.prank(address(0xBEEF)); // anybody
        bool done = _do(abi.encodeCall(ISuccession.carry, (_one(wallet))));
        _came(wallet, done);
        _compare("carry", true, done);
    }

    function carryAll() external act {
        bool done = _do(abi.encodeCall(ISuccession.carry, (wallets)));
        for (uint256 p; p < persons.length; p++) {
            persons[p].came = true;
        }
        _compare("carryAll", true, done);
    }

    function adopt(uint256 which) external act {
        uint256 t = which % TOKENS;
        bool may = homeOf[t] + 1 < platforms.length && _walletsToCome() == 0;
        bool done = _do(abi.encodeCall(ISuccession.adopt, (_one(address(tokens[t])))));
        _compare("adopt", may, done);
        if (!done) return;
        homeOf[t]++;
        uncarried--;
    }

    /// @dev Whoever tries to lead a token elsewhere leads it nowhere.
    function follow(uint256 which) external act {
        vm.prank(address(0xBEEF));
        (bool done,) = address(tokens[which % TOKENS]).call(abi.encodeWithSignature("followPlatform()"));
        _compare("follow", false, done);
    }

    // Units

    function transfer(uint256 which, uint256 who, uint256 whom, uint256 how) external act {
        uint256 t = which % TOKENS;
        (address from, address to) = (_holder(t, who), _wallet(whom));
        uint256 amount = how % 3 == 0 && units[t][from] != 0 ? units[t][from] : 1;
        bool may = maySend(from) && mayReceive(to) && amount <= units[t][from];
        vm.prank(from);
        (bool done,) = address(tokens[t]).call(abi.encodeWithSignature("transfer(address,uint256)", to, amount));
        _compare("transfer", may, done);
        if (!done) return;
        units[t][from] -= amount;
        units[t][to] += amount;
    }

    function deliver(uint256 which, uint256 whom) external act {
        uint256 t = which % TOKENS;
        address to = _wallet(whom);
        if (haltedSince == 0 && mayReceive(to)) _deliver(t, to, 3);
    }

    /// @dev Whoever holds can be redeemed: whatever became of KYC, class, status and platform.
    function redeem(uint256 which, uint256 who) external act {
        uint256 t = which % TOKENS;
        address holder = _holder(t, who);
        uint256 amount = units[t][holder];
        (bool done,) = address(tokens[t]).call(
            abi.encodeWithSignature("controllerRedeem(address,uint256,bytes,bytes)", holder, amount, "", "")
        );
        _compare("redeem", haltedSince == 0 && amount != 0, done);
        if (done) units[t][holder] = 0;
    }

    // For the invariants

    function inCharge() external view returns (Platform) {
        return _inCharge();
    }

    function platformCount() external view returns (uint256) {
        return platforms.length;
    }

    function tokenCount() external pure returns (uint256) {
        return TOKENS;
    }

    function toCome() external view returns (uint256 wallets_, uint256 tokens_) {
        return (_walletsToCome(), uncarried);
    }

    // Inside

    function _inCharge() internal view returns (Platform) {
        return platforms[platforms.length - 1];
    }

    function _platform() private returns (Platform made) {
        made = new Platform(address(authority));
        authority.setKind(address(made), Kind.PLATFORM);
    }

    function _createTokens() private {
        Platform first = platforms[0];
        Modules memory modules = Modules(
            address(new JP20Servicing(first)),
            address(new JP20Restraints(first)),
            address(new JP20Enforcer(first)),
            address(new JP20Terms(first)),
            address(new JP20Takeover(first))
        );
        address code = World.storeCode(bytes.concat(hex"00", type(JP20Token).creationCode));
        first.approveVersion(code, modules, first.codeHashOf(code, modules));
        Terms memory terms = TestTerms.plain();
        (terms.classes, terms.residencies, terms.holderCap, terms.maturity) = (14, 14, 1000, 0);
        (terms.lockedUntil, terms.holderRedemption) = (0, true);
        for (uint256 t; t < TOKENS; t++) {
            terms.code = string(abi.encodePacked("CODE", bytes1(uint8(65 + t))));
            terms.symbol = string(abi.encodePacked("SYM", bytes1(uint8(65 + t))));
            terms.issuerAccount = address(uint160(0x155E << 64) + uint160(t) * 0x1_0000);
            tokens.push(IJP20Token(first.createToken(1, terms, 1, 2)));
            (reserved[address(tokens[t])], reserved[terms.issuerAccount]) = (true, true);
            tokens[t].issue(1_000);
        }
    }

    function _deliver(uint256 t, address to, uint256 amount) private {
        if (tokens[t].undistributed() < amount) return;
        uint256[] memory amounts = new uint256[](1);
        amounts[0] = amount;
        tokens[t].deliver(_one(to), amounts);
        units[t][to] += amount;
        if (tokens[t].balanceOf(to) != units[t][to]) _note("a delivery went astray");
    }

    function _own(uint256 number, address wallet) private {
        persons[number - 1].wallets.push(wallet);
        personOf[wallet] = number;
        wallets.push(wallet);
    }

    /// @dev Whoever is acted on comes over with it, unless the act as a whole was refused.
    function _came(address wallet, bool done) private {
        if (done && personOf[wallet] != 0) persons[personOf[wallet] - 1].came = true;
    }

    /// @dev Whether a batch of one took its row: `personOf` is what it was before.
    function _changed(address wallet, bool done) private view returns (bool) {
        if (!done || personOf[wallet] != 0) return false;
        return _inCharge().investor(wallet).id != 0;
    }

    function _personBehind(address wallet) private view returns (Person storage) {
        return persons[personOf[wallet] - 1];
    }

    function _do(bytes memory data) private returns (bool done) {
        (done,) = address(_inCharge()).call(data);
    }

    function _by(uint32 organisation, bytes memory data) private returns (bool done) {
        vm.prank(_key(organisation), _key(organisation));
        (done,) = address(_inCharge()).call(data);
    }

    function _key(uint32 organisation) private pure returns (address) {
        return address(uint160(0xAE << 64) + organisation);
    }

    function _compare(string memory name, bool may, bool done) private {
        if (done) reached[name]++;
        if (may != done) _note(string.concat(name, may ? " was refused" : " went through"));
    }

    function _note(string memory what) private {
        if (bytes(wrongOutcome).length == 0) wrongOutcome = what;
    }

    /// @dev Neighbours differ in the 19th byte, which is the last one of an id.
    function _newWallet() private returns (address) {
        return address((uint160(0xB0B) << 64) + (++serial << 8));
    }

    function _wallet(uint256 seed) private view returns (address) {
        return wallets[seed % wallets.length];
    }

    /// @dev A wallet with units of the token, where there is one.
    function _holder(uint256 t, uint256 seed) private view returns (address wallet) {
        for (uint256 i; i < wallets.length; i++) {
            wallet = _wallet(seed % wallets.length + i);
            if (units[t][wallet] != 0) break;
        }
    }

    /// @dev Somebody's wallet, a token, or an issuer's account.
    function _anyAccount(uint256 seed) private view returns (address) {
        if (seed % 3 == 0) return address(tokens[seed % TOKENS]);
        if (seed % 3 == 1) return tokens[seed % TOKENS].issuerAccount();
        return wallets.length == 0 ? address(this) : _wallet(seed >> 8);
    }

    function _one(address account) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = account;
    }
}
