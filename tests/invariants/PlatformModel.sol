// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Who is behind a wallet, as somebody would keep it on paper
/// @notice Persons have a number, wallets a list, and each fact a field of its own: nothing here is packed, linked or
/// counted ahead. Which platform knows what is not part of it, for an investor is the same on all of them.
abstract contract PlatformModel {
    struct Person {
        address[] wallets; // the first one first
        uint40 kycExpiry;
        uint40 classExpiry;
        uint8 class;
        uint8 residency;
        bool suspended;
        uint32 suspendedBy;
        uint40 suspendedAt;
        uint32 confirmedBy;
        uint40 confirmedAt;
        bool came; // the platform in charge has this person: enrolled or carried there
    }

    uint256 public time;
    uint256 public haltedSince;

    Person[] internal persons; // number p is at p − 1
    mapping(address wallet => uint256) public personOf;
    mapping(address wallet => bool) public retired;
    mapping(address account => bool) public reserved;
    mapping(uint256 person => mapping(uint32 organisation => bool)) public liftedUnconfirmed;

    address[] public wallets; // all that anybody has
    mapping(uint256 token => mapping(address wallet => uint256)) public units;

    function walletCount() external view returns (uint256) {
        return wallets.length;
    }

    function person(uint256 number) public view returns (Person memory) {
        return persons[number - 1];
    }

    function personCount() external view returns (uint256) {
        return persons.length;
    }

    /// @dev The word as `Facts` lays it out, less RING.
    function wordOf(address wallet) public view returns (uint256 word) {
        if (reserved[wallet]) return 1 << 99;
        if (personOf[wallet] == 0) return 0;
        Person storage p = persons[personOf[wallet] - 1];
        word = (uint256(uint160(p.wallets[0]) >> 8) << 104) | (uint256(p.kycExpiry) << 56)
            | (uint256(p.classExpiry) << 16) | (uint256(p.class) << 8) | p.residency;
        if (p.suspended) word |= 1 << 96;
        if (retired[wallet]) word |= 1 << 97;
    }

    function holdersOf(uint256 token) public view returns (uint256 count) {
        for (uint256 p; p < persons.length; p++) {
            if (_unitsOfPerson(token, p + 1) != 0) count++;
        }
    }

    function supplyOf(uint256 token) public view returns (uint256 sum) {
        for (uint256 w; w < wallets.length; w++) {
            sum += units[token][wallets[w]];
        }
    }

    /// @dev Whether a holder may send at all.
    function maySend(address wallet) public view returns (bool) {
        return haltedSince == 0 && _inUse(wallet) && persons[personOf[wallet] - 1].kycExpiry > time;
    }

    /// @dev Whether somebody may receive at all: any class, any residency, but not lapsed.
    function mayReceive(address wallet) public view returns (bool) {
        return maySend(wallet) && persons[personOf[wallet] - 1].classExpiry > time;
    }

    function _inUse(address wallet) internal view returns (bool) {
        uint256 number = personOf[wallet];
        return number != 0 && !persons[number - 1].suspended && !retired[wallet];
    }

    function _unitsOfPerson(uint256 token, uint256 number) internal view returns (uint256 sum) {
        address[] storage theirs = persons[number - 1].wallets;
        for (uint256 w; w < theirs.length; w++) {
            sum += units[token][theirs[w]];
        }
    }

    function _walletsToCome() internal view returns (uint256 count) {
        for (uint256 p; p < persons.length; p++) {
            if (!persons[p].came) count += persons[p].wallets.length;
        }
    }
}
