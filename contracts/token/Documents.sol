// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC1643} from "../interfaces/IERC1643.sol";
import {ITokenDocuments} from "../interfaces/ITokenDocuments.sol";
import {PlatformCall} from "./PlatformCall.sol";

/// @title The documents of an issue, by name, place and hash (ERC-1643)
/// @notice Refused while the platform is halted.
abstract contract Documents is PlatformCall, ITokenDocuments {
    /// @inheritdoc IERC1643
    /// @custom:act document
    function setDocument(bytes32 name, string calldata uri, bytes32 documentHash) external restricted {
        _requireNotHalted(_currentWord());
        if (name == 0 || bytes(uri).length == 0 || documentHash == 0) revert DocumentIncomplete(name);
        Document storage document = _documents[name];
        if (document.position == 0) {
            _documentNames.push(name);
            document.position = uint64(_documentNames.length);
        }
        document.uri = uri;
        document.documentHash = documentHash;
        document.lastModified = uint64(block.timestamp);
        emit DocumentUpdated(name, uri, documentHash);
    }

    /// @inheritdoc IERC1643
    /// @custom:act document
    function removeDocument(bytes32 name) external restricted {
        _requireNotHalted(_currentWord());
        Document memory document = _documents[name];
        if (document.position == 0) revert DocumentUnknown(name);
        bytes32 last = _documentNames[_documentNames.length - 1];
        _documentNames[document.position - 1] = last;
        _documents[last].position = document.position;
        _documentNames.pop();
        delete _documents[name];
        emit DocumentRemoved(name, document.uri, document.documentHash);
    }

    /// @inheritdoc IERC1643
    function getDocument(bytes32 name) external view returns (string memory, bytes32, uint256) {
        Document storage document = _documents[name];
        return (document.uri, document.documentHash, document.lastModified);
    }

    /// @inheritdoc IERC1643
    function getAllDocuments() external view returns (bytes32[] memory) {
        return _documentNames;
    }
}
