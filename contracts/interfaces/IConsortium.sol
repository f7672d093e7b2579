// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {RuleWord} from "../consortium/RuleWord.sol";

/// @notice The eleven roles of the consortium. A set of roles is a bitmap: bit `uint8(role)`.
/// @dev ISSUER, BROKER and REGISTRAR can be held at large or for one token, the others at large only. For a token,
/// ISSUER and REGISTRAR are those named for it: at large the two roles let an organisation be named, and act on a
/// platform. BROKER is who is named for the token or, where nobody is, who holds it at large. Who holds OPERATOR or
/// VALIDATOR holds no other role (S8).
enum Role {
    OPERATOR,
    VALIDATOR,
    ISSUER,
    BROKER,
    REGISTRAR,
    KYC,
    AML,
    AUDITOR,
    EMERGENCY,
    CUSTODIAN,
    PAYING_AGENT
}

/// @notice What a governed contract is; the policy is written by kind and selector.
/// @dev Plain numbers, so that a room built later (distributions, voting) takes the next one without a
/// new Consortium.
library Kind {
    uint8 internal constant NONE = 0;
    uint8 internal constant CONSORTIUM = 1;
    uint8 internal constant PLATFORM = 2;
    uint8 internal constant TOKEN = 3;
    uint8 internal constant SETTLEMENT = 4;
}

/// @notice Who may propose an act, whose signatures it needs, who executes it, after what delay and
/// within what time.
/// @param proposers Bitmap of roles.
/// @param executors Bitmap of roles.
/// @param slots One bitmap of roles for each signature, one to seven. Each slot is filled by another
/// organisation.
/// @param standIns Bitmap of roles, may be empty. Where all who hold the roles that may propose, sign a
/// slot or execute are party to a request, an organisation with one of these roles does it in their place
/// (S4).
/// @param delay Seconds between the last signature and the first execution.
/// @param lifetime Seconds between proposal and expiry; more than `delay`.
struct Rule {
    uint16 proposers;
    uint16 executors;
    uint16[] slots;
    uint16 standIns;
    uint24 delay;
    uint24 lifetime;
}

/// @notice One act of the policy: all selectors under which it can be called have one rule.
/// @param kind See {Kind}.
/// @param selectors The names of the act; the first time they declare it, later they must be the same
/// in the same order.
/// @param rule See {Rule}.
struct Act {
    uint8 kind;
    bytes4[] selectors;
    Rule rule;
}

/// @notice One call or many on one function of one contract, to be decided on as a whole.
/// @dev Its id is `keccak256(abi.encode(request))`: a signature on the id binds all of it. There is
/// no salt: the same calls under the same case are executed once, for ever.
/// @param target The contract to be called.
/// @param selector The function to be called.
/// @param root Merkle root of the calls (leaf see {IConsortium-leafOf}, pairs sorted); the leaf itself
/// where there is one call.
/// @param calls How many calls, at least one. Their indices are 0 … calls − 1.
/// @param caseId The case that the decision belongs to; not zero.
/// @param documentHash Hash of the document that the decision rests on; not zero.
/// @param parties Organisations that are party to what is decided, in ascending order: they neither propose
/// nor sign it.
/// @param rule The rule's word at the time of proposal, see {IConsortium-rule}. Another word at
/// execution voids the request, even one that says the same.
struct Request {
    address target;
    bytes4 selector;
    bytes32 root;
    uint32 calls;
    bytes32 caseId;
    bytes32 documentHash;
    uint32[] parties;
    RuleWord rule;
}

/// @title Consortium
/// @notice The organisations, their keys, their roles, the policy of who proposes, signs and executes
/// what, and the requests under way (G17, S2, S3, S4). It is the authority of every governed contract:
/// {canCall} is that of OpenZeppelin's `IAuthority`, in the form that also returns a delay.
/// @dev Until {seal}, the founder sets up organisations and policy; afterwards the Consortium changes
/// itself only by executing a request on itself. Functions that do so are marked *governed*: anyone
/// else is refused with {NotGovernance}.
interface IConsortium {
    // ------------------------------------------------------------------ events: organisations

    event OrganisationAdded(uint32 indexed organisation, string name);
    /// @dev Ends all keys and roles of the organisation; no further event says so.
    event OrganisationRemoved(uint32 indexed organisation);
    event KeyAdded(uint32 indexed organisation, address indexed key, uint24 number);
    event KeyRevoked(uint32 indexed organisation, address indexed key, uint24 number);
    event RoleGranted(uint32 indexed organisation, Role indexed role, address indexed scope);
    event RoleRevoked(uint32 indexed organisation, Role indexed role, address indexed scope);

    // ------------------------------------------------------------------ events: policy

    event TargetRegistered(address indexed target, uint8 indexed kind, address indexed scope);
    event TargetUnregistered(address indexed target, uint8 indexed kind);
    /// @param rule The word as {rule} returns it.
    event RuleSet(uint8 indexed kind, uint16 indexed act, bytes4[] selectors, RuleWord rule);
    event RuleRemoved(uint8 indexed kind, uint16 indexed act, bytes4[] selectors);
    event Sealed(address indexed founder);

    // ------------------------------------------------------------------ events: requests

    /// @param data The call's data where the proposer published it, else empty.
    event RequestProposed(
        bytes32 indexed id,
        bytes32 indexed caseId,
        uint32 indexed organisation,
        address key,
        Request request,
        bytes data
    );
    event RequestSigned(bytes32 indexed id, uint32 indexed organisation, uint8 slot, address key);
    event SignatureWithdrawn(bytes32 indexed id, uint32 indexed organisation, uint8 slot, address key);
    event RequestCancelled(bytes32 indexed id, uint32 indexed organisation, address key);
    event CallExecuted(bytes32 indexed id, uint32 indexed organisation, uint256 index, address key);

    /// @param selector The function that one key called at once, on `target`.
    /// @param dataHash `keccak256` of the call's data.
    event ActedDirectly(
        bytes32 indexed caseId,
        address indexed target,
        uint32 indexed organisation,
        bytes4 selector,
        bytes32 documentHash,
        bytes32 dataHash,
        address key
    );

    // ------------------------------------------------------------------ errors: organisations

    /// @notice Neither the Consortium itself nor, before the seal, its founder.
    error NotGovernance(address caller);
    error OrganisationUnknown(uint32 organisation);
    error OrganisationNameMissing();
    error OrganisationWithoutKey(string name);
    /// @notice A token role is taken or exchanged by name before its holder is removed.
    error OrganisationHoldsTokenRoles(uint32 organisation, uint32 count);
    /// @notice Not the key of an organisation, or revoked.
    error KeyUnknown(address key);
    /// @notice A key belongs to one organisation for ever, and a revoked one never returns.
    error KeyAlreadyUsed(address key);
    error KeyOfAnotherOrganisation(address key, uint32 organisation);
    /// @notice A key takes away itself, or one that came later.
    error KeyOlder(address key);
    error LastKey(uint32 organisation, address key);
    /// @notice Nobody else holds the role; of EMERGENCY: nobody else who has a key.
    error LastHolder(uint32 organisation, Role role, address scope);
    error RoleAlreadyHeld(uint32 organisation, Role role, address scope);
    error RoleNotHeld(uint32 organisation, Role role, address scope);
    /// @notice The role is held at large only, or the scope is no token.
    error RoleNotScoped(Role role, address scope);
    /// @notice Who holds OPERATOR or VALIDATOR holds no other role.
    error RolesIncompatible(uint32 organisation, Role role);
    /// @notice The organisation has to be among those who signed the request being executed.
    error NotSignedBy(uint32 organisation);
    /// @notice A bitmap with a bit that stands for no role.
    error RolesUnknown(uint16 roles);

    // ------------------------------------------------------------------ errors: policy

    error TargetInvalid(address target, uint8 kind);
    error TargetAlreadyRegistered(address target, uint8 kind);
    /// @notice What was once of a kind is never of another.
    error TargetOfAnotherKind(address target, uint8 kind);
    error TargetUnknown(address target);
    /// @notice A scope is a registered token, and only what is neither Consortium, platform nor token has one.
    error ScopeInvalid(address target, address scope);
    /// @notice Not a registered platform in an execution of its own.
    error NotPlatform(address caller);
    /// @notice A rule for nothing: what is registered as no kind has no rule.
    error KindUnknown(uint8 kind);
    error ActEmpty(uint8 kind);
    error ActUnknown(uint8 kind, bytes4 selector);
    /// @notice The selector belongs to an act with other selectors; an act is ruled as a whole.
    error SelectorOfAnotherAct(uint8 kind, bytes4 selector, uint16 act);
    /// @notice No proposer, no executor, no slot, or a slot without a role.
    error RuleIncomplete(uint8 kind, bytes4 selector);
    error TooManySlots(uint256 slots, uint256 most);
    error LifetimeTooShort(uint256 lifetime, uint256 delay);
    /// @notice The operator and the validators never move units: they are in no rule but those for the Consortium and
    /// for platforms, the operator beside the upkeep of a contract.
    error RoleWithoutPowerOverTokens(Role role, bytes4 selector);
    error RoleWithoutHolder(Role role);
    /// @notice The Consortium's own functions stay listed.
    error OwnRuleMissing(bytes4 selector);
    /// @notice A rule for the Consortium itself with one signature, a delay of more than 30 days, less than a day to
    /// execute in, or one that the organisations with a key cannot fulfil.
    error OwnRuleUnfit(bytes4 selector);
    error AlreadySealed();
    error NotSealed();

    // ------------------------------------------------------------------ errors: requests

    /// @notice The policy does not list the selector for the target's kind.
    error NotListed(address target, bytes4 selector);
    /// @notice The request names another rule than the one in force.
    error RuleChanged(RuleWord named, RuleWord inForce);
    /// @notice One signature is enough: a key with the role calls {act}.
    error CalledDirectly(address target, bytes4 selector);
    /// @notice One signature is not enough, or there is a delay: it is proposed.
    error NotDirect(address target, bytes4 selector);
    /// @notice A request or an act names a case and a document.
    error EvidenceMissing(bytes32 caseId, bytes32 documentHash);
    error CallsMissing();
    /// @notice The published data is not the request's only call.
    error DataMismatch(bytes32 id);
    /// @notice What waits for a time is published, so that everybody sees it coming: one call, with its data.
    error DataMissing(bytes32 id);
    error RequestOpen(bytes32 id);
    error RequestNotOpen(bytes32 id);
    error RequestExpired(bytes32 id, uint256 expiredAt);
    /// @notice All its calls are executed.
    error RequestDone(bytes32 id);
    /// @notice The organisation holds none of the roles (a bitmap) that the rule asks for here.
    error RoleMissing(uint32 organisation, uint16 roles);
    error PartyToTheRequest(uint32 organisation);
    error PartiesNotAscending();
    error SlotUnknown(uint8 slot);
    error SlotTaken(uint8 slot, uint32 organisation);
    error AlreadySigned(uint32 organisation, uint8 slot);
    error NotOwnSignature(uint32 organisation, uint8 slot);
    error NotProposingOrganisation(uint32 organisation);
    /// @notice Another organisation has signed: who proposed it takes back no more than an own signature.
    error SignedByOthers(bytes32 id);
    error SignatureMissing(uint8 slot);
    /// @notice Given, but the key is revoked, or its organisation no longer holds a role of the slot.
    error SignatureLapsed(uint8 slot, uint32 organisation);
    error TooEarly(bytes32 id, uint256 readyAt);
    error CallUnknown(bytes32 id, uint256 index);
    error CallAlreadyExecuted(bytes32 id, uint256 index);
    error SelectorMismatch(bytes4 named, bytes4 called);
    error ProofInvalid(bytes32 id, uint256 index);
    /// @notice Nothing is executed, or acted directly, inside an execution or a direct act.
    error ExecutionUnderWay(address target, bytes4 selector);
    /// @notice Who is to be removed has to be named as a party.
    error SubjectNotParty(uint32 organisation);

    // ------------------------------------------------------------------ organisations

    /// @notice Adds an organisation with its first keys and its roles at large.
    /// @dev Governed. Emits {OrganisationAdded}, {KeyAdded}, {RoleGranted}. Reverts with
    /// {OrganisationNameMissing}, {OrganisationWithoutKey}, {KeyAlreadyUsed}, {RolesUnknown},
    /// {RolesIncompatible}.
    /// @param name Public name of the organisation, no personal data.
    /// @param roles Bitmap of roles at large.
    /// @param keys At least one address that no organisation has or had.
    /// @return organisation Its number, from 1 upwards.
    /// @custom:act add-organisation
    function addOrganisation(string calldata name, uint16 roles, address[] calldata keys)
        external
        returns (uint32 organisation);

    /// @notice Ends all keys and roles of an organisation. It signs nothing of it: a request for it has
    /// to name the organisation as a party ({SubjectNotParty}).
    /// @dev Governed. Emits {OrganisationRemoved}. Reverts with {OrganisationUnknown}, {LastHolder},
    /// {OrganisationHoldsTokenRoles}, {OwnRuleUnfit} (the rest could not govern).
    /// @custom:act remove-organisation
    function removeOrganisation(uint32 organisation) external;

    /// @notice Gives an organisation a further key.
    /// @dev Governed. Emits {KeyAdded}. Reverts with {OrganisationUnknown}, {KeyAlreadyUsed}.
    /// @custom:act add-key
    function addKey(uint32 organisation, address key) external;

    /// @notice Takes a key away, an organisation's last one too; its signatures on open requests count no
    /// more. Without a key an organisation keeps its roles, and can be given a key ({addKey}).
    /// @dev Governed. Emits {KeyRevoked}. Reverts with {KeyUnknown}; for a last key also with
    /// {OwnRuleUnfit} (the others could not give it one) and {LastHolder} (nobody could halt).
    /// @custom:act revoke-key
    function revokeKey(address key) external;

    /// @notice Exchanges a key, the last one too, for another in one step. The new one is as old as the one
    /// whose place it takes (see {revokeOwnKey}).
    /// @dev Governed. Emits {KeyAdded}, {KeyRevoked}. Reverts with {KeyUnknown}, {KeyAlreadyUsed}.
    /// @custom:act replace-key
    function replaceKey(address oldKey, address newKey) external;

    /// @notice The same, where the key's own organisation is among those who signed the request.
    /// @dev Governed. Emits {KeyAdded}, {KeyRevoked}. Reverts with {KeyUnknown}, {KeyAlreadyUsed},
    /// {NotSignedBy}.
    /// @custom:act rotate-key
    function rotateKey(address oldKey, address newKey) external;

    /// @notice An organisation takes away one of its own keys at once, with that key or an older one: the
    /// first thing to do when one is stolen (G27). The oldest key is the one to be kept offline.
    /// @dev Emits {KeyRevoked}. Reverts with {KeyUnknown}, {KeyOfAnotherOrganisation}, {KeyOlder}, {LastKey}.
    function revokeOwnKey(address key) external;

    /// @notice Gives a role at large (scope zero) or for one token.
    /// @dev Governed. Emits {RoleGranted}. Reverts with {OrganisationUnknown}, {RoleAlreadyHeld},
    /// {RoleNotScoped}, {RolesIncompatible}.
    /// @custom:act grant-role
    function grantRole(uint32 organisation, Role role, address scope) external;

    /// @notice Takes a role away; signatures that rest on it count no more.
    /// @dev Governed. Emits {RoleRevoked}. Reverts with {RoleNotHeld}, {LastHolder}, {OwnRuleUnfit} (the
    /// rest could not govern).
    /// @custom:act revoke-role
    function revokeRole(uint32 organisation, Role role, address scope) external;

    /// @notice Moves a role, the last one of its scope too, from one organisation to another in one step.
    /// @dev Governed. Emits {RoleGranted}, {RoleRevoked}. Reverts with {OrganisationUnknown},
    /// {RoleNotHeld}, {RoleAlreadyHeld}, {RolesIncompatible}, {OwnRuleUnfit} (the organisations could not
    /// govern then), {LastHolder} (nobody could halt).
    /// @custom:act transfer-role
    function transferRole(Role role, address scope, uint32 from, uint32 to) external;

    /// @notice The organisation of a key; 0 if it has none, is revoked, or its organisation is removed.
    function organisationOf(address key) external view returns (uint32);

    /// @notice Whether an organisation holds a role where it counts for a contract (see {Role}); zero: at
    /// large.
    function holdsRole(uint32 organisation, Role role, address target) external view returns (bool);

    /// @notice How many organisations hold a role in exactly this scope (zero: at large).
    function holders(Role role, address scope) external view returns (uint32);

    /// @notice Bitmap of the roles that an organisation holds in exactly this scope (zero: at large).
    function rolesOf(uint32 organisation, address scope) external view returns (uint16);

    /// @return name Public name, also of a removed organisation.
    /// @return active False where it was never added, or was removed.
    /// @return keys How many keys it has.
    /// @return tokenRoles How many roles for single tokens it holds.
    function organisationInfo(uint32 organisation)
        external
        view
        returns (string memory name, bool active, uint32 keys, uint32 tokenRoles);

    /// @notice How many organisations were ever added; their numbers are 1 … count.
    function organisationCount() external view returns (uint32);

    /// @notice How many keys were ever added; their numbers are 1 … count.
    function keyCount() external view returns (uint24);

    /// @notice A key by its number, as signatures name it.
    /// @return key Its address.
    /// @return organisation Whose it is or was.
    /// @return active False where it was revoked.
    function keyInfo(uint24 number) external view returns (address key, uint32 organisation, bool active);

    // ------------------------------------------------------------------ policy

    /// @notice Puts a contract under the rules of a kind.
    /// @dev Governed. Emits {TargetRegistered}. Reverts with {TargetInvalid} (no code, kind NONE or
    /// CONSORTIUM), {TargetAlreadyRegistered}, {TargetOfAnotherKind}, {ScopeInvalid}.
    /// @param scope The token whose ISSUER, REGISTRAR and BROKER count for a contract beside it; zero for a
    /// token or a platform. Without a scope no ISSUER and no REGISTRAR counts for a contract beside the tokens.
    /// @custom:act register-target
    function registerTarget(address target, uint8 kind, address scope) external;

    /// @notice Takes a contract out of the rules: nothing on it can be called or proposed any more.
    /// @dev Governed. Emits {TargetUnregistered}. Reverts with {TargetUnknown}, {TargetInvalid} (the
    /// Consortium itself).
    /// @custom:act unregister-target
    function unregisterTarget(address target) external;

    /// @notice Puts a new token under the rules of kind TOKEN and gives its issuer and its registrar
    /// their roles for it.
    /// @dev By a registered platform only, while a request on it is executed ({NotPlatform}), after the seal
    /// ({NotSealed}). Emits {TargetRegistered}, {RoleGranted}. Reverts with {TargetAlreadyRegistered},
    /// {TargetOfAnotherKind}, {TargetInvalid} (no code), {RoleNotHeld} (at large), {NotSignedBy}.
    /// @param issuer Organisation that holds ISSUER at large and signed the request.
    /// @param registrar Organisation that holds REGISTRAR at large and signed the request.
    function registerToken(address token, uint32 issuer, uint32 registrar) external;

    /// @notice Sets the rules of acts, declaring those that are new.
    /// @dev Governed. Emits {RuleSet} for each. Reverts with {KindUnknown}, {ActEmpty}, {SelectorOfAnotherAct},
    /// {RuleIncomplete}, {TooManySlots}, {LifetimeTooShort}, {RolesUnknown}, {RoleWithoutPowerOverTokens},
    /// {OwnRuleUnfit} (kind CONSORTIUM), {RoleWithoutHolder} (after the seal).
    /// @custom:act set-rules
    function setRules(Act[] calldata acts) external;

    /// @notice Takes an act off the list: it can be neither called nor proposed any more.
    /// @dev Governed. Emits {RuleRemoved}. Reverts with {ActEmpty}, {ActUnknown},
    /// {SelectorOfAnotherAct}, {OwnRuleMissing} (kind CONSORTIUM).
    /// @custom:act remove-rule
    function removeRule(uint8 kind, bytes4[] calldata selectors) external;

    /// @notice Ends the founder's power for good; from here on requests can be proposed.
    /// @dev By the founder only ({NotGovernance}). Emits {Sealed}. Reverts with {AlreadySealed},
    /// {OwnRuleMissing}, {RoleWithoutHolder} (a role that a rule names). That each rule can be met by
    /// distinct organisations is checked off the chain, before (`jp20.domain.governance.policy`).
    function seal() external;

    function isSealed() external view returns (bool);

    function founder() external view returns (address);

    /// @notice The kind of a governed contract; NONE where it is not registered.
    function kindOf(address target) external view returns (uint8);

    /// @notice The token whose issuer, registrar and brokers count for a contract: of a token itself; zero
    /// where there is none.
    function scopeOf(address target) external view returns (address);

    /// @notice The rule of an act as one word (see {RuleWord}), zero where it is not listed.
    /// @dev The version counts all changes of the policy, so no word ever returns.
    function rule(uint8 kind, bytes4 selector) external view returns (RuleWord);

    /// @notice Whether a caller may call a function of a governed contract now; delay is always 0.
    /// @dev True for the Consortium during exactly that call, and before the seal for the founder on a
    /// listed function of a platform.
    function canCall(address caller, address target, bytes4 selector)
        external
        view
        returns (bool immediate, uint32 delay);

    /// @notice The organisation whose key acts directly now; 0 while a request is executed, and where
    /// nothing is under way.
    function actingOrganisation() external view returns (uint32);

    /// @notice Whether an organisation that holds a role in exactly this scope (zero: at large) signed the
    /// request that is being executed: what the chain knows of who is party to it is judged so (S4).
    function isSignedByHolder(Role role, address scope) external view returns (bool);

    // ------------------------------------------------------------------ requests

    /// @notice Proposes a request, and signs one slot of it where the proposer holds its role.
    /// @dev By a key whose organisation holds one of the rule's proposing roles. One that was cancelled
    /// or has expired can be proposed again; its executed calls stay executed. Emits {RequestProposed},
    /// {RequestSigned}. Reverts with {NotSealed}, {KeyUnknown}, {NotListed}, {RuleChanged},
    /// {CalledDirectly}, {EvidenceMissing}, {CallsMissing}, {DataMismatch}, {RoleMissing},
    /// {PartyToTheRequest}, {PartiesNotAscending}, {RequestOpen}, {RequestDone}, {SlotUnknown},
    /// {SubjectNotParty}, {DataMissing} (the rule has a delay).
    /// @param slot The slot to sign, 0 … 6, or 255 for none.
    /// @param data The data of the request's only call, published so that each signer reads it from
    /// their own node; empty where there are many calls or they travel with the document, which what has a
    /// delay may not.
    /// @return id See {idOf}.
    function propose(Request calldata request, uint8 slot, bytes calldata data) external returns (bytes32 id);

    /// @notice Fills a slot of an open request. A slot whose signature has lapsed can be filled anew.
    /// @dev Emits {RequestSigned}. Reverts with {KeyUnknown}, {RequestNotOpen}, {RequestExpired},
    /// {SlotUnknown}, {RoleMissing}, {PartyToTheRequest}, {AlreadySigned} (any key of the
    /// organisation, any slot), {SlotTaken}.
    function sign(Request calldata request, uint8 slot) external;

    /// @notice Takes back a signature of one's own organisation; also stops the calls of a request that
    /// are not yet executed.
    /// @dev Emits {SignatureWithdrawn}. Reverts with {KeyUnknown}, {RequestNotOpen}, {SlotUnknown},
    /// {NotOwnSignature}.
    function withdraw(bytes32 id, uint8 slot) external;

    /// @notice Closes a request, by the organisation that proposed it, while no other one has signed.
    /// @dev Emits {RequestCancelled}. Reverts with {KeyUnknown}, {RequestNotOpen},
    /// {NotProposingOrganisation}, {SignedByOthers}.
    function cancel(bytes32 id) external;

    /// @notice Makes one call of a request. All signatures are judged again as of now.
    /// @dev By a key whose organisation holds one of the rule's executing roles; a party may, since
    /// executing decides nothing. Emits {CallExecuted} and what the target emits; hands on the target's
    /// revert unchanged. Reverts with {ExecutionUnderWay}, {KeyUnknown}, {RoleMissing},
    /// {RequestNotOpen}, {RequestExpired}, {RuleChanged}, {SignatureMissing}, {SignatureLapsed},
    /// {TooEarly}, {CallUnknown}, {CallAlreadyExecuted}, {SelectorMismatch}, {ProofInvalid},
    /// {SubjectNotParty}.
    /// @param index Which call, from 0.
    /// @param data Its data, selector first.
    /// @param proof Its Merkle proof; empty where the request has one call.
    /// @return What the target returned.
    function execute(Request calldata request, uint256 index, bytes calldata data, bytes32[] calldata proof)
        external
        returns (bytes memory);

    /// @notice Calls a function for which one signature is enough, at once, with the case and the document
    /// that it rests on: the only way to do so (G17).
    /// @dev Emits {ActedDirectly} and what the target emits; hands on the target's revert unchanged.
    /// Reverts with {NotSealed}, {KeyUnknown}, {NotListed}, {NotDirect}, {EvidenceMissing}, {RoleMissing},
    /// {ExecutionUnderWay}.
    /// @param data The call's data, selector first.
    /// @return What the target returned.
    function act(address target, bytes calldata data, bytes32 caseId, bytes32 documentHash)
        external
        returns (bytes memory);

    /// @notice Where a request stands; all zero where it was never proposed or was cancelled.
    /// @return proposer Number of the key that proposed it.
    /// @return proposedAt Unix time in seconds; expiry is this plus the rule's lifetime.
    /// @return signedAt Unix time in seconds of the last signature, 0 if none; the rule's delay runs from it.
    function requestState(bytes32 id) external view returns (uint24 proposer, uint32 proposedAt, uint32 signedAt);

    /// @notice Numbers of the keys that signed, by slot; 0 where none did. Whether they still count is
    /// judged at execution.
    function signaturesOf(bytes32 id) external view returns (uint24[7] memory);

    /// @notice Whether a call was executed. Counted by case and calls, so that another request with the
    /// same calls under the same case finds them executed too.
    function isExecuted(bytes32 caseId, bytes32 root, uint256 index) external view returns (bool);

    /// @notice How many calls of a root were executed under a case.
    function executedCount(bytes32 caseId, bytes32 root) external view returns (uint32);

    /// @notice `keccak256(abi.encode(request))`.
    function idOf(Request calldata request) external pure returns (bytes32);

    /// @notice The Merkle leaf of a call: `keccak256(bytes.concat(keccak256(abi.encode(index, target, data))))`.
    function leafOf(uint256 index, address target, bytes calldata data) external pure returns (bytes32);
}
