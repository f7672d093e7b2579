"""`make chain`: a development chain that stays until Ctrl-C, for the tutorial and the scripts.

    chain.py [ganache|anvil]

It stands where `jp20 init` and the scripts look for it, or at the address in JP20_NETWORK. Nothing
of it is kept: on the next one the platform is deployed with `jp20 platform deploy --fresh`.
"""

import os
import sys
from contextlib import suppress
from urllib.parse import urlsplit

from jp20.chain.local import LocalChain
from jp20.chain.rpc.networks import DEVELOPMENT
from jp20.domain.base.text import Text
from jp20.scripting import BadArgument, console, script


@script
def main(program: str = "ganache") -> None:
    if program not in ("ganache", "anvil"):
        raise BadArgument(
            Text.both(
                f'There is no chain "{program}".', f"「{program}」というチェーンはありません。"
            ),
            next_step=Text.both(
                "CHAIN=ganache or CHAIN=anvil.", "CHAIN=ganache か CHAIN=anvil です。"
            ),
        )
    named = os.environ.get("JP20_NETWORK", "")
    url = named if urlsplit(named).port else DEVELOPMENT[program].url
    chain = LocalChain(program, port=urlsplit(url).port or 0)
    with suppress(KeyboardInterrupt), chain as connection:
        console.print(f"{program}: {url}, chain {connection.chain_id}")
        console.print("Ctrl-C で終了します(データは残りません) / Ctrl-C ends it; nothing is kept.")
        chain.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
