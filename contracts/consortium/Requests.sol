// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Policy} from "./Policy.sol";
import {RuleWord} from "./RuleWord.sol";
import {IConsortium, Request} from "../interfaces/IConsortium.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @title Requests
/// @notice Proposed calls that wait for signatures, and their execution (S3, S4).
/// @dev Invariants: a call is executed once under a case; at that moment each slot of the rule in force
/// holds the signature of another organisation, none a party, each with an active key and a role of the slot.
abstract contract Requests is Policy {
    using RuleWord for uint256;

    uint8 private constant NO_SLOT = 255;
    uint256 private constant SLOTS = RuleWord.SLOTS;

    /// @dev One word, from the low end: number of the proposing key 24 | of the signing keys by slot
    /// 7 × 24 | proposed at 32 | last signed at 32 bits (unix seconds, until 2106). Zero where nothing
    /// was proposed, or it was cancelled.
    mapping(bytes32 id => uint256 word) private _requests;

    /// @dev Which calls of a root were executed under a case, 224 to a word. The top 32 bits of the first
    /// word are one more than their number, so that it is not zero when the first is executed.
    mapping(bytes32 caseAndRoot => mapping(uint256 => uint256 bits)) private _executed;

    uint256 private constant CALLS_A_WORD = 224;
    uint256 private constant ONE_EXECUTED = 1 << CALLS_A_WORD;

    // ------------------------------------------------------------------ deciding

    /// @inheritdoc IConsortium
    function propose(Request calldata request, uint8 slot, bytes calldata data) external returns (bytes32 id) {
        require(_sealed, NotSealed());
        (uint24 number, uint32 organisation) = _caller();
        _requireCurrentRule(request);
        _requireNotDirect(request);
        _requireEvidence(request.caseId, request.documentHash);
        _requireRole(organisation, request.rule.proposers(), request.target);
        _requireNoParty(organisation, request);

        id = idOf(request);
        if (data.length != 0) {
            bool matches = request.calls == 1 && request.root == leafOf(0, request.target, data)
                && request.selector == bytes4(data);
            require(matches, DataMismatch(id));
            _requireSubjectIsParty(request, data);
        }
        _begin(id, request);

        uint256 word = number | (block.timestamp << 192);
        if (slot != NO_SLOT) {
            _requireSlot(organisation, request, slot);
            word = _signed(word, slot, number);
        }
        _requests[id] = word;
        emit RequestProposed(id, request.caseId, organisation, msg.sender, request, data);
        if (slot != NO_SLOT) emit RequestSigned(id, organisation, slot, msg.sender);
    }

    /// @inheritdoc IConsortium
    function sign(Request calldata request, uint8 slot) external {
        (uint24 number, uint32 organisation) = _caller();
        bytes32 id = idOf(request);
        uint256 word = _open(id, request);
        _requireNoParty(organisation, request);
        _requireSlot(organisation, request, slot);

        for (uint256 i; i < SLOTS; ++i) {
            uint24 other = _signature(word, i);
            if (other == 0) continue;
            bool lapsed = i == slot && !_counts(other, request.rule.slot(i), request.target);
            if (lapsed) continue;
            uint32 signer = _organisationOfNumber(other);
            require(signer != organisation, AlreadySigned(organisation, uint8(i)));
            require(i != slot, SlotTaken(slot, signer));
        }
        _requests[id] = _signed(word, slot, number);
        emit RequestSigned(id, organisation, slot, msg.sender);
    }

    /// @inheritdoc IConsortium
    function withdraw(bytes32 id, uint8 slot) external {
        (, uint32 organisation) = _caller();
        uint256 word = _requests[id];
        require(word != 0, RequestNotOpen(id));
        require(slot < SLOTS, SlotUnknown(slot));
        uint32 signer = _organisationOfNumber(_signature(word, slot));
        require(signer == organisation, NotOwnSignature(organisation, slot));
        _requests[id] = word & ~_slotMask(slot);
        emit SignatureWithdrawn(id, organisation, slot, msg.sender);
    }

    /// @inheritdoc IConsortium
    function cancel(bytes32 id) external {
        (, uint32 organisation) = _caller();
        uint256 word = _requests[id];
        require(word != 0, RequestNotOpen(id));
        require(_organisationOfNumber(uint24(word)) == organisation, NotProposingOrganisation(organisation));
        delete _requests[id];
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
        uint256 word = _open(id, request);
        _requireRole(organisation, request.rule.executors(), request.target);
        _requireCurrentRule(request);
        _requireSignatures(id, word, request);

        require(index < request.calls, CallUnknown(id, index));
        require(bytes4(data) == request.selector, SelectorMismatch(request.selector, bytes4(data)));
        bytes32 leaf = leafOf(index, request.target, data);
        require(MerkleProof.verifyCalldata(proof, request.root, leaf), ProofInvalid(id, index));
        _requireSubjectIsParty(request, data);
        _markExecuted(id, request, index);
        emit CallExecuted(id, organisation, index, msg.sender);

        return _call(request.target, data, 0);
    }

    /// @inheritdoc IConsortium
    function act(address target, bytes calldata data, bytes32 caseId, bytes32 documentHash)
        external
        returns (bytes memory)
    {
        _requireNothingUnderWay();
        if (!_sealed) revert NotSealed();
        (, uint32 organisation) = _caller();
        bytes4 selector = bytes4(data);
        uint256 word = _ruleFor(target, selector);
        if (word == 0) revert NotListed(target, selector);
        if (!_isDirect(word, target)) revert NotDirect(target, selector);
        _requireEvidence(caseId, documentHash);
        _requireRole(organisation, word.slot(0), target);
        emit ActedDirectly(caseId, target, organisation, selector, documentHash, keccak256(data), msg.sender);

        return _call(target, data, organisation);
    }

    function _requireSignatures(bytes32 id, uint256 word, Request calldata request) private view {
        for (uint256 i; i < SLOTS; ++i) {
            uint16 roles = request.rule.slot(i);
            if (roles == 0) break;
            uint24 number = _signature(word, i);
            require(number != 0, SignatureMissing(uint8(i)));
            // That the organisations differ was judged at signing, and a key never changes its organisation.
            require(
                _counts(number, roles, request.target), SignatureLapsed(uint8(i), _organisationOfNumber(number))
            );
        }
        uint256 readyAt = (word >> 224) + request.rule.delay();
        require(block.timestamp >= readyAt, TooEarly(id, readyAt));
    }

    function _begin(bytes32 id, Request calldata request) private {
        uint256 word = _requests[id];
        require(word == 0 || block.timestamp >= _expiry(word, request), RequestOpen(id));
        require(request.calls != 0, CallsMissing());
        mapping(uint256 => uint256) storage executed = _executed[_caseAndRoot(request.caseId, request.root)];
        uint256 first = executed[0];
        require(first >> CALLS_A_WORD <= request.calls, RequestDone(id));
        if (first == 0) executed[0] = ONE_EXECUTED;
    }

    function _markExecuted(bytes32 id, Request calldata request, uint256 index) private {
        mapping(uint256 => uint256) storage executed = _executed[_caseAndRoot(request.caseId, request.root)];
        uint256 bit = 1 << (index % CALLS_A_WORD);
        uint256 bits = executed[index / CALLS_A_WORD];
        require(bits & bit == 0, CallAlreadyExecuted(id, index));
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
        uint256 word = _requests[id];
        return (uint24(word), uint32(word >> 192), uint32(word >> 224));
    }

    /// @inheritdoc IConsortium
    function signaturesOf(bytes32 id) external view returns (uint24[7] memory numbers) {
        uint256 word = _requests[id];
        for (uint256 i; i < SLOTS; ++i) numbers[i] = _signature(word, i);
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
    function idOf(Request calldata request) public pure returns (bytes32) {
        return keccak256(abi.encode(request));
    }

    /// @inheritdoc IConsortium
    function leafOf(uint256 index, address target, bytes calldata data) public pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(index, target, data))));
    }

    // ------------------------------------------------------------------ judging

    /// @dev The word of a request that was proposed, is not cancelled and has not expired.
    function _open(bytes32 id, Request calldata request) private view returns (uint256 word) {
        word = _requests[id];
        require(word != 0, RequestNotOpen(id));
        uint256 expiry = _expiry(word, request);
        require(block.timestamp < expiry, RequestExpired(id, expiry));
    }

    function _requireCurrentRule(Request calldata request) private view {
        uint256 inForce = _ruleFor(request.target, request.selector);
        require(inForce != 0, NotListed(request.target, request.selector));
        require(inForce == request.rule, RuleChanged(request.rule, inForce));
    }

    /// @dev What one key may do at once, its target has to see as the act of one: executed, it would look like the
    /// decision of several. The Consortium's own functions are never called directly.
    function _requireNotDirect(Request calldata request) private view {
        if (_isDirect(request.rule, request.target)) revert CalledDirectly(request.target, request.selector);
    }

    /// @dev Whether one key of an organisation with the role does it at once.
    function _isDirect(uint256 word, address target) internal view returns (bool) {
        return word.isDirect() && target != address(this);
    }

    function _requireEvidence(bytes32 caseId, bytes32 documentHash) private pure {
        if (caseId == 0 || documentHash == 0) revert EvidenceMissing(caseId, documentHash);
    }

    function _requireRole(uint32 organisation, uint16 roles, address target) private view {
        require(_holdsOneOf(organisation, roles, target), RoleMissing(organisation, roles));
    }

    function _requireSlot(uint32 organisation, Request calldata request, uint8 slot) private view {
        uint16 roles = slot < SLOTS ? request.rule.slot(slot) : 0;
        require(roles != 0, SlotUnknown(slot));
        _requireRole(organisation, roles, request.target);
    }

    function _requireNoParty(uint32 organisation, Request calldata request) private pure {
        require(!_isParty(organisation, request), PartyToTheRequest(organisation));
    }

    /// @dev Nobody signs their own removal, or is asked to.
    function _requireSubjectIsParty(Request calldata request, bytes calldata data) private view {
        if (request.target != address(this) || request.selector != IConsortium.removeOrganisation.selector) return;
        uint32 subject = abi.decode(data[4:], (uint32));
        require(_isParty(subject, request), SubjectNotParty(subject));
    }

    function _isParty(uint32 organisation, Request calldata request) private pure returns (bool) {
        for (uint256 i; i < request.parties.length; ++i) {
            if (request.parties[i] == organisation) return true;
        }
        return false;
    }

    function _expiry(uint256 word, Request calldata request) private pure returns (uint256) {
        return uint32(word >> 192) + request.rule.lifetime();
    }

    function _signature(uint256 word, uint256 slot) private pure returns (uint24) {
        return uint24(word >> (24 * (slot + 1)));
    }

    function _signed(uint256 word, uint256 slot, uint24 number) private view returns (uint256) {
        uint256 kept = word & ~_slotMask(slot) & type(uint224).max;
        return kept | (uint256(number) << (24 * (slot + 1))) | (block.timestamp << 224);
    }

    function _slotMask(uint256 slot) private pure returns (uint256) {
        return uint256(type(uint24).max) << (24 * (slot + 1));
    }

    function _caseAndRoot(bytes32 caseId, bytes32 root) private pure returns (bytes32) {
        return keccak256(abi.encode(caseId, root));
    }
}
