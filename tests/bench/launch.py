"""Runs one command and says what it cost: ``launch.py RESULT OUTPUT COMMAND...``; RESULT gets JSON, OUTPUT its standard output.

A process of its own because Linux counts the memory of the process that starts another into the other's peak: this one
is as small as Python can be, the benchmark is not. Standard library alone, and little of that.
"""

import os
import sys
import time


def main() -> None:
    result, output, *command = sys.argv[1:]
    opened = (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    began = time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[opened])
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - began
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    with open(result, "w", encoding="ascii") as file:
        file.write(
            f'{{"cpu": {usage.ru_utime + usage.ru_stime}, "wall": {wall}, "peak_mb": {usage.ru_maxrss / unit}, '
            f'"code": {os.waitstatus_to_exitcode(status)}}}'
        )


if __name__ == "__main__":
    main()
