"""The commands: each module has a group (`app`), or some commands of one."""
