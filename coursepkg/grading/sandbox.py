"""A Linux sandbox without root: Landlock for files and TCP, seccomp for system calls, rlimits.

A process enters it once, for good, with all that it will start. Afterwards it reads the files that
it was given, writes in one folder, and has no sockets, no signals to others, no new processes.
The numbers are those of the kernel's headers (``linux/landlock.h``, ``linux/seccomp.h``,
``linux/filter.h``, ``asm/unistd.h``).
"""

import contextlib
import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

# what a Landlock rule may grant, in the order of the kernel's bits
_RIGHTS = [
    *("execute", "write_file", "read_file", "read_dir", "remove_dir", "remove_file", "make_char", "make_dir"),
    *("make_reg", "make_sock", "make_fifo", "make_block", "make_sym", "refer", "truncate", "ioctl_dev"),
]
_RIGHTS_OF_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_ON_FILES = {"execute", "write_file", "read_file", "truncate", "ioctl_dev"}
_READ = {"read_file", "read_dir"}
_WRITE = _READ | {"write_file", "truncate", "make_reg", "make_dir", "remove_file", "remove_dir"}

_MACHINES = {"x86_64": 0, "aarch64": 1, "arm64": 1}
_AUDIT_ARCH = (0xC000003E, 0xC00000B7)
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF, _SECCOMP = 444, 445, 446, (317, 277)

# system calls that are refused: number on x86-64, on 64-bit Arm; None where it is not there
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    # sockets
    "socket": (41, 198),
    "connect": (42, 203),
    "accept": (43, 202),
    "accept4": (288, 242),
    "bind": (49, 200),
    "listen": (50, 201),
    # other processes: new ones, their memory, signals to them, leaving the process group
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "setsid": (112, 157),
    "setpgid": (109, 154),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274),
    "sched_setaffinity": (203, 122),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # memory that no limit counts
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    # attributes of files, which Landlock does not cover; early versions do not cover truncation either
    "truncate": (76, 45),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "utime": (132, None),
    "utimes": (235, None),
    "utimensat": (280, 88),
    "mknod": (133, None),
    "mknodat": (259, 33),
    # the system
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
    "fspick": (433, 433),
    "fanotify_init": (300, 262),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "acct": (163, 89),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    "iopl": (172, None),
    "ioperm": (173, None),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "setrlimit": (160, 164),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "semget": (64, 190),
    "semop": (65, 193),
    "semtimedop": (220, 192),
    "semctl": (66, 191),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "adjtimex": (159, 171),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "reboot": (169, 142),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "swapon": (167, 224),
    "swapoff": (168, 225),
}
_NEWEST = 462  # calls after this one are newer than this list: they are not there
# calls that are refused by their arguments
_CLONE, _CLONE3, _KILL, _TGKILL, _PRLIMIT, _PRCTL, _FCNTL, _IOCTL, _SOCKETPAIR = (
    (56, 220),
    (435, 435),
    (62, 129),
    (234, 131),
    (302, 261),
    (157, 167),
    (72, 25),
    (16, 29),
    (53, 199),
)
_CLONE_THREAD = 0x10000
_SIGNAL_OWNER = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: the kernel would signal others for it
_HARMLESS_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # of terminals; FIONREAD, FIONBIO, …
_STREAM = 1  # a pair of datagram sockets could send to any other datagram socket
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


def landlock_version() -> int:
    """Return the version of Landlock that this kernel offers; 0 for none."""
    if not sys.platform.startswith("linux") or platform.machine() not in _MACHINES:
        return 0
    return max(_libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1)), 0)


def enter(read: Iterable[str | Path], write: Iterable[str | Path]) -> None:
    """Confine this process for good.

    Parameters
    ----------
    read : iterable of path
        Files and folders that may be read; those that do not exist are passed over.
    write : iterable of path
        Folders in which files may be made, changed and removed.

    Raises
    ------
    OSError
        If the kernel refuses; the process must then not run a student's code.
    """
    if landlock_version() == 0:
        raise OSError(
            errno.ENOSYS, "this system has no Landlock; it needs Linux 5.13 or later on x86-64 or Arm"
        )
    forbid_new_privileges()
    _confine_files(read, write)
    refuse_system_calls()


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the thread that started it ends."""
    with contextlib.suppress(OSError):
        _prctl(_PR_SET_PDEATHSIG, 9)


def forbid_new_privileges() -> None:
    """Keep this process and what it starts from gaining rights; seccomp asks for it."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def _confine_files(read: Iterable[str | Path], write: Iterable[str | Path]) -> None:
    version = landlock_version()
    known = _RIGHTS[: _RIGHTS_OF_ABI.get(version, 16)]
    net = 3 if version >= 4 else 0  # TCP: bind and connect
    scoped = 3 if version >= 6 else 0  # abstract sockets and signals
    size = 8 if version < 4 else 16 if version < 6 else 24
    attributes = struct.pack("QQQ", (1 << len(known)) - 1, net, scoped)[:size]
    ruleset = _call(_CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
    try:
        for paths, rights in ((read, _READ), (write, _WRITE)):
            for path in paths:
                _allow(ruleset, path, [right for right in known if right in rights], known)
        _allow(ruleset, os.devnull, ["read_file", "write_file"], known)
        _call(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str | Path, rights: list[str], known: list[str]) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    try:
        if not os.path.isdir(path):
            rights = [right for right in rights if right in _ON_FILES]
        bits = sum(1 << known.index(right) for right in rights)
        rule = struct.pack("=Qi", bits, descriptor)
        _call(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0))
    finally:
        os.close(descriptor)


def refuse_system_calls() -> None:
    """Install the seccomp filter.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    machine = _MACHINES[platform.machine()]
    program = _filter(machine, os.getpid())
    raw = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(raw, len(raw))
    header = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(buffer))
    _call(_SECCOMP[machine], ctypes.c_uint(1), ctypes.c_uint(0), header)


def _filter(machine: int, pid: int) -> list[tuple[int, int, int, int]]:
    """Assemble the filter: ``(code, jump if true, jump if false, constant)`` for each instruction."""
    load, equal, above, bits, and_, end = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
    allow = (end, 0, 0, 0x7FFF0000)
    refuse = (end, 0, 0, 0x00050000 | errno.EPERM)
    absent = (end, 0, 0, 0x00050000 | errno.ENOSYS)
    kill = (end, 0, 0, 0x80000000)
    number, arch, first, second = 0, 4, 16, 24  # offsets in seccomp_data; an argument has its low word first

    program = [(load, 0, 0, arch), (equal, 1, 0, _AUDIT_ARCH[machine]), kill, (load, 0, 0, number)]
    program += [(above, 0, 1, 0x40000000), refuse]  # x32 calls have other numbers
    program += [(above, 0, 1, _NEWEST + 1), absent]
    for numbers in _REFUSED.values():
        number_here = numbers[machine]
        if number_here is not None:
            program += [(equal, 0, 1, number_here), refuse]
    program += [(equal, 0, 1, _CLONE3[machine]), absent]  # its flags are out of sight; libc then uses clone
    program += [
        (equal, 0, 4, _CLONE[machine]),
        (load, 0, 0, first),
        (bits, 0, 1, _CLONE_THREAD),
        allow,
        refuse,
    ]
    for call in (_KILL, _TGKILL):
        program += [(equal, 0, 4, call[machine]), (load, 0, 0, first), (equal, 0, 1, pid), allow, refuse]
    program += [
        (equal, 0, 3 + len(_SIGNAL_OWNER), _FCNTL[machine]),
        (load, 0, 0, second),
        *[(equal, len(_SIGNAL_OWNER) - i, 0, command) for i, command in enumerate(_SIGNAL_OWNER)],
        allow,
        refuse,
    ]
    program += [
        (equal, 0, 3 + len(_HARMLESS_IOCTLS), _IOCTL[machine]),
        (load, 0, 0, second),
        *[(equal, len(_HARMLESS_IOCTLS) - i, 0, what) for i, what in enumerate(_HARMLESS_IOCTLS)],
        refuse,
        allow,
    ]
    program += [
        (equal, 0, 5, _SOCKETPAIR[machine]),
        (load, 0, 0, second),
        (and_, 0, 0, 0xF),
        (equal, 0, 1, _STREAM),
        allow,
        refuse,
    ]
    changes = [
        (load, 0, 0, first + 16),
        (equal, 0, 2, 0),
        (load, 0, 0, first + 20),
        (equal, 1, 0, 0),
        refuse,
        allow,
    ]
    program += [(equal, 0, len(changes), _PRLIMIT[machine]), *changes]
    program += [
        (equal, 0, 4, _PRCTL[machine]),
        (load, 0, 0, first),
        (equal, 0, 1, _PR_SET_PDEATHSIG),
        refuse,
        allow,
    ]
    return [*program, allow]


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(*arguments: object) -> int:
    libc = _libc()
    libc.syscall.restype = ctypes.c_long
    result = libc.syscall(*arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"system call {arguments[0]}: {os.strerror(code)}")
    return int(result)


def _prctl(option: int, value: int) -> None:
    if _libc().prctl(option, value, 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"prctl {option}: {os.strerror(code)}")
