"""Deploy the platform: the consortium with its organisations and policy, and what its tokens share.

    brownie run deploy_platform main [consortium.toml] [governance.toml] --network ganache
    python scripts/deploy_platform.py [consortium.toml] [governance.toml]

The founder's key sets everything up, then seals it and has no power any more. The addresses go to
deployments/<chain id>.json, from which the other scripts take them. Run again it deploys nothing;
where a development chain was started again, its old record is kept beside the new one.
"""

import sys
from pathlib import Path

from jp20.operations.files.inputs import load_consortium, load_policy
from jp20.operations.governance.platform import deploy_platform, set_aside, verify
from jp20.scripting import console, script, show, workspace

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@script
def main(
    consortium: str = str(EXAMPLES / "consortium.toml"),
    governance: str = str(EXAMPLES / "governance.toml"),
) -> None:
    organisations = load_consortium(Path(consortium))
    policy = load_policy(Path(governance))
    place = workspace()
    connection, file = place.connection, place.deployment_file
    founder = place.founder_key(organisations.founder)
    kept = set_aside(connection, file)
    if kept is not None:
        console.print(f"以前の記録を保存しました / The old record is kept: {kept}")
    deployment = deploy_platform(
        connection,
        founder,
        policy,
        organisations.organisations,
        file,
        outbox=place.outbox,
    )
    show(
        "参加組織 / Organisations",
        ("名称 / name", "役割 / roles", "#鍵 / keys"),
        (
            (each.name, ", ".join(role.name for role in each.roles), len(each.keys))
            for each in organisations.organisations
        ),
    )
    show(
        "基盤 / Platform",
        ("コントラクト / contract", "アドレス / address", "コード / code"),
        (
            (
                check.name,
                check.address,
                "一致 / as compiled" if check.matches else "不一致 / DIFFERS",
            )
            for check in verify(connection, deployment)
        ),
    )
    console.print(
        f"{len(policy.acts)} 件の規則で封印済み / sealed with {len(policy.acts)} rules: {file}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
