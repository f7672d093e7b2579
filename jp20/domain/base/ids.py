"""Names of things on the chain. One is not taken for another: mypy holds that, and nothing changes
when a program runs. Bytes are 32 each.
"""

from typing import Final, NewType

TxHash = NewType("TxHash", bytes)
BlockHash = NewType("BlockHash", bytes)

# A request to the Consortium and what it rests on.
RequestId = NewType("RequestId", bytes)
Root = NewType("Root", bytes)  # of the Merkle tree over a request's calls, or over a plan's rows
CaseId = NewType("CaseId", bytes)
DocumentHash = NewType("DocumentHash", bytes)

# An organisation's number counts from 1; an investor's is made of the first wallet.
OrganisationId = NewType("OrganisationId", int)
NOBODY: Final = OrganisationId(0)
InvestorId = NewType("InvestorId", int)
NO_INVESTOR: Final = InvestorId(0)
