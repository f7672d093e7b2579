// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Organisations} from "./Organisations.sol";
import {Policy} from "./Policy.sol";
import {RequestWord, RequestWords} from "./RequestWord.sol";
import {RuleWord, RuleWords} from "./RuleWord.sol";
import {IConsortium, Request, Role} from "../interfaces/IConsortium.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @title Requests
/// @notice Proposed calls that wait for signatures, and their execution (S3, S4).
/// @dev Invariants: a call is executed once under a case; at that moment each slot of the rule in force
/// holds the signature of another organisation, none a party, each with an active key and a role of the slot, or of a
/// stand-in where all who have a role of the slot are parties.
abstract contract Requests is Policy {
    uint8 private constant NO_SLOT = 255;
    uint256 private constant SLOTS = RuleWords.SLOTS;

    mapping(bytes32 id => RequestWord) private _requests;

    /// @dev Which calls of a root were executed under a case, 224 to a word. The top 32 bits of the first
    /// word are one more than their number, so that it is not zero when the first is executed.
    mapping(bytes32 caseAndRoot => mapping(uint256 => uint256 bits)) private _executed;

    uint256 private constant CALLS_A_WORD = 224;
    uint256 private constant ONE_EXECUTED = 1 << CALLS_A_WORD;

    // ------------------------------------------------------------------ deciding

    /// @inheritdoc IConsortium
    function propose(Request calldata request, uint8 slot, bytes calldata data) external returns (bytes32 id) {
        _requireSealed();
        (uint24 number, uint32 organisation) = _caller();
        _requireCurrentRule(request);
        if (request.rule.isDirect()) revert CalledDirectly(request.target, request.selector);
        _requireEvidence(request.caseId, request.documentHash);
        _requireAscending(request.parties);
        _requireRole(organisation, request.rule.proposers(), request);
        _requireNoParty(organisation, request);

        id = idOf(request);
        if (data.length != 0) {
            bool matches = request.calls == 1 && request.root == leafOf(0, request.target, data)
                && request.selector == bytes4(data);
            if (!matches) revert DataMismatch(id);
            _requireSubjectIsParty(request, data);
        } else if (request.rule.delay() != 0) {
            revert DataMissing(id);
        }
        _begin(id, request);

        RequestWord word = RequestWords.begin(number);
        if (slot != NO_SLOT) {
            _requireRole(organisation, _rolesOfSlot(request, slot), request);
            word = word.sign(slot, number);
        }
        _requests[id] = word;
        emit RequestProposed(id, request.caseId, organisation, msg.sender, request, data);
        if (slot != NO_SLOT) _emitSigned(id, organisation, slot);
    }

    /// @inheritdoc IConsortium
    function sign(Request calldata request, uint8 slot) external {
        (uint24 number, uint32 organisation) = _caller();
        bytes32 id = idOf(request);
        RequestWord word = _open(id, request);
        _requireNoParty(organisation, request);
        uint16 roles = _rolesOfSlot(request, slot);
        _requireRole(organisation, roles, request);

        for (uint256 i; i < SLOTS; ++i) {
            uint24 other = word.signature(i);
            if (other == 0 || (i == slot && !_fills(_signerOfNumber(other), roles, request))) continue;
            uint32 signer = _organisationOfNumber(other);
            if (signer == organisation) revert AlreadySigned(organisation, uint8(i));
            if (i == slot) revert SlotTaken(slot, signer);
        }
        _requests[id] = word.sign(slot, number);
        _emitSigned(id, organisation, slot);
    }

    function _emitSigned(bytes32 id, uint32 organisation, uint8 slot) private {
        emit RequestSigned(id, organisation, slot, msg.sender);
    }

    /// @inheritdoc IConsortium
    function withdraw(bytes32 id, uint8 slot) external {
        (, uint32 organisation) = _caller();
        RequestWord word = _known(id);
        if (slot >= SLOTS) revert SlotUnknown(slot);
        uint32 signer = _organisationOfNumber(word.signature(slot));
        if (signer != organisation) revert NotOwnSignature(organisation, slot);
        _requests[id] = word.withdraw(slot);
        emit SignatureWithdrawn(id, organisation, slot, msg.sender);
    }

    /// @inheritdoc IConsortium
    function cancel(bytes32 id) external {
        (, uint32 organisation) = _caller();
        RequestWord word = _known(id);
        if (_organisationOfNumber(word.proposer()) != organisation) revert NotProposingOrganisation(organisation);
        for (uint256 i; i < SLOTS; ++i) {
            uint24 number = word.signature(i);
            if (number != 0 && _organisationOfNumber(number) != organisation) revert SignedByOthers(id);
        }
        _requests[id] = RequestWord.wrap(0);
        emit RequestCancelled(id, organisation, msg.sender);
    }

    // ------------------------------------------------------------------ executing

    /// @inheritdoc IConsortium
    function execute(Request calldata request, uint256 index, bytes calldata data, bytes32[] calldata proof)
        external
        returns (bytes memory)
    {
        _requireNothingUnderWay();
        (, uint32 organisation) = _caller();
        bytes32 id = idOf(request);
        RequestWord word = _open(id, request);
        _requireRole(organisation, request.rule.executors(), request);
        _requireCurrentRule(request);
        _requireSignatures(id, word, request);

        if (index >= request.calls) revert CallUnknown(id, index);
        if (bytes4(data) != request.selector) revert SelectorMismatch(request.selector, bytes4(data));
        bytes32 leaf = leafOf(index, request.target, data);
        if (!MerkleProof.verifyCalldata(proof, request.root, leaf)) revert ProofInvalid(id, index);
        _requireSubjectIsParty(request, data);
        _markExecuted(id, request, index);
        emit CallExecuted(id, organisation, index, msg.sender);

        return _execute(id, request.target, data);
    }

    /// @inheritdoc IConsortium
    function act(address target, bytes calldata data, bytes32 caseId, bytes32 documentHash)
        external
        returns (bytes memory)
    {
        _requireNothingUnderWay();
        _requireSealed();
        (, uint32 organisation) = _caller();
        bytes4 selector = bytes4(data);
        RuleWord word = _requireRuleFor(target, selector);
        if (!word.isDirect()) revert NotDirect(target, selector);
        _requireEvidence(caseId, documentHash);
        uint16 roles = word.slot(0);
        _requireHeld(_holdsOneOf(organisation, roles, target), organisation, roles);
        emit ActedDirectly(caseId, target, organisation, selector, documentHash, keccak256(data), msg.sender);

        return _call(target, data, organisation);
    }

    function _requireSignatures(bytes32 id, RequestWord word, Request calldata request) private view {
        for (uint8 i; i < SLOTS; ++i) {
            uint16 roles = request.rule.slot(i);
            if (roles == 0) break;
            uint24 number = word.signature(i);
            if (number == 0) revert SignatureMissing(i);
            // That the organisations differ was judged at signing, and a key never changes its organisation.
            if (!_fills(_signerOfNumber(number), roles, request)) {
                revert SignatureLapsed(i, _organisationOfNumber(number));
            }
        }
        uint256 readyAt = word.signedAt() + request.rule.delay();
        if (block.timestamp < readyAt) revert TooEarly(id, readyAt);
    }

    function _begin(bytes32 id, Request calldata request) private {
        RequestWord word = _requests[id];
        if (!word.isNone() && block.timestamp < _expiry(word, request)) revert RequestOpen(id);
        if (request.calls == 0) revert CallsMissing();
        mapping(uint256 => uint256) storage executed = _executed[_caseAndRoot(request.caseId, request.root)];
        uint256 first = executed[0];
        if (first >> CALLS_A_WORD > request.calls) revert RequestDone(id);
        if (first == 0) executed[0] = ONE_EXECUTED;
    }

    function _markExecuted(bytes32 id, Request calldata request, uint256 index) private {
        mapping(uint256 => uint256) storage executed = _executed[_caseAndRoot(request.caseId, request.root)];
        uint256 bit = 1 << (index % CALLS_A_WORD);
        uint256 bits = executed[index / CALLS_A_WORD];
        if (bits & bit != 0) revert CallAlreadyExecuted(id, index);
        if (index < CALLS_A_WORD) {
            executed[0] = (bits | bit) + ONE_EXECUTED;
        } else {
            executed[index / CALLS_A_WORD] = bits | bit;
            executed[0] += ONE_EXECUTED;
        }
    }

    // ------------------------------------------------------------------ reading

    /// @inheritdoc IConsortium
    function requestState(bytes32 id) external view returns (uint24 proposer, uint32 proposedAt, uint32 signedAt) {
        RequestWord word = _requests[id];
        return (word.proposer(), word.proposedAt(), word.signedAt());
    }

    /// @inheritdoc IConsortium
    function signaturesOf(bytes32 id) external view returns (uint24[7] memory numbers) {
        RequestWord word = _requests[id];
        for (uint256 i; i < SLOTS; ++i) numbers[i] = word.signature(i);
    }

    /// @inheritdoc IConsortium
    function isExecuted(bytes32 caseId, bytes32 root, uint256 index) external view returns (bool) {
        uint256 bits = _executed[_caseAndRoot(caseId, root)][index / CALLS_A_WORD];
        return bits & (1 << (index % CALLS_A_WORD)) != 0;
    }

    /// @inheritdoc IConsortium
    function executedCount(bytes32 caseId, bytes32 root) external view returns (uint32) {
        uint256 first = _executed[_caseAndRoot(caseId, root)][0];
        return first == 0 ? 0 : uint32((first >> CALLS_A_WORD) - 1);
    }

    /// @inheritdoc IConsortium
    function isSignedByHolder(Role role, address scope) external view returns (bool found) {
        RequestWord word = _requests[_executingRequest];
        for (uint256 i; i < SLOTS; ++i) {
            found = found || rolesOf(_organisationOfNumber(word.signature(i)), scope) & _bit(role) != 0;
        }
    }

    /// @inheritdoc IConsortium
    function idOf(Request calldata request) public pure returns (bytes32) {
        return keccak256(abi.encode(request));
    }

    /// @inheritdoc IConsortium
    function leafOf(uint256 index, address target, bytes calldata data) public pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(index, target, data))));
    }

    // ------------------------------------------------------------------ judging

    function _known(bytes32 id) private view returns (RequestWord word) {
        word = _requests[id];
        if (word.isNone()) revert RequestNotOpen(id);
    }

    /// @dev The word of a request that was proposed, is not cancelled and has not expired.
    function _open(bytes32 id, Request calldata request) private view returns (RequestWord word) {
        word = _known(id);
        uint256 expiry = _expiry(word, request);
        if (block.timestamp >= expiry) revert RequestExpired(id, expiry);
    }

    function _requireCurrentRule(Request calldata request) private view {
        RuleWord inForce = _requireRuleFor(request.target, request.selector);
        if (RuleWord.unwrap(inForce) != RuleWord.unwrap(request.rule)) revert RuleChanged(request.rule, inForce);
    }

    function _requireEvidence(bytes32 caseId, bytes32 documentHash) private pure {
        if (caseId == 0 || documentHash == 0) revert EvidenceMissing(caseId, documentHash);
    }

    function _requireRole(uint32 organisation, uint16 roles, Request calldata request) private view {
        _requireHeld(_fills(organisation, roles, request), organisation, roles);
    }

    function _requireHeld(bool held, uint32 organisation, uint16 roles) private pure {
        if (!held) revert RoleMissing(organisation, roles);
    }

    /// @dev Whether an organisation holds one of some roles of the rule, or stands in for those who do.
    function _fills(uint32 organisation, uint16 roles, Request calldata request) private view returns (bool) {
        if (_holdsOneOf(organisation, roles, request.target)) return true;
        uint16 standIns = request.rule.standIns();
        return standIns != 0 && _holdsOneOf(organisation, standIns, request.target) && _allAreParties(roles, request);
    }

    /// @dev Whether whoever holds one of some roles is party to a request. Parties are ascending, so none counts twice.
    function _allAreParties(uint16 roles, Request calldata request) private view returns (bool) {
        uint32[] calldata parties = request.parties;
        for (uint8 i; i <= uint8(type(Role).max); ++i) {
            Role role = Role(i);
            if (roles & _bit(role) == 0) continue;
            uint256 others = _holdersFor(role, request.target);
            for (uint256 j; j < parties.length; ++j) {
                if (holdsRole(parties[j], role, request.target)) --others;
            }
            if (others != 0) return false;
        }
        return true;
    }

    function _rolesOfSlot(Request calldata request, uint8 slot) private pure returns (uint16 roles) {
        roles = request.rule.slot(slot);
        if (roles == 0) revert SlotUnknown(slot);
    }

    function _requireAscending(uint32[] calldata parties) private pure {
        for (uint256 i = 1; i < parties.length; ++i) {
            if (parties[i] <= parties[i - 1]) revert PartiesNotAscending();
        }
    }

    function _requireNoParty(uint32 organisation, Request calldata request) private pure {
        if (_isParty(organisation, request)) revert PartyToTheRequest(organisation);
    }

    /// @dev Nobody signs their own removal, or is asked to.
    function _requireSubjectIsParty(Request calldata request, bytes calldata data) private view {
        if (request.target != address(this) || request.selector != IConsortium.removeOrganisation.selector) return;
        uint32 subject = abi.decode(data[4:], (uint32));
        if (!_isParty(subject, request)) revert SubjectNotParty(subject);
    }

    function _isParty(uint32 organisation, Request calldata request) private pure returns (bool) {
        uint32[] calldata parties = request.parties;
        for (uint256 i; i < parties.length; ++i) {
            if (parties[i] == organisation) return true;
        }
        return false;
    }

    /// @inheritdoc Organisations
    function _isSignedBy(uint32 organisation) internal view override returns (bool found) {
        RequestWord word = _requests[_executingRequest];
        for (uint256 i; i < SLOTS; ++i) found = found || _organisationOfNumber(word.signature(i)) == organisation;
    }

    function _expiry(RequestWord word, Request calldata request) private pure returns (uint256) {
        return word.proposedAt() + request.rule.lifetime();
    }

    function _caseAndRoot(bytes32 caseId, bytes32 root) private pure returns (bytes32) {
        return keccak256(abi.encode(caseId, root));
    }
}
