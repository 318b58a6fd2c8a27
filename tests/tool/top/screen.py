"""A terminal that nobody sees: a pane of a private tmux, with a shell in it."""
import os
import shutil
import subprocess
import tempfile
import time

PATIENCE = 30  # seconds, on a machine that is busy


class Screen:
    installed = shutil.which("tmux") is not None

    def __init__(self, columns=80, rows=24, **environment):
        self.size = (columns, rows)
        self.environment = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PS1": "$ ", **environment}

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="vitals-screen.")
        self.socket = os.path.join(self.folder, "tmux")
        own = {"PATH": os.environ["PATH"], "HOME": self.folder, "TMPDIR": self.folder, **self.environment}
        names = [f"{name}={value}" for name, value in own.items()]
        subprocess.run(["env", "-i", *names, "tmux", "-u", "-S", self.socket, "-f", "/dev/null", "new-session", "-d",
                        "-x", str(self.size[0]), "-y", str(self.size[1]), "env", *names, "sh"], check=True)
        self.tmux("set-option", "-g", "status", "off")
        self.tmux("set-option", "-g", "remain-on-exit", "on")
        self.tmux("set-option", "-g", "window-size", "manual")
        self.resize(*self.size)
        return self

    def __exit__(self, *_):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-S", self.socket, *arguments], check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def run(self, command):
        self.tmux("send-keys", "-l", command)
        self.keys("Enter")

    def keys(self, *names):
        self.tmux("send-keys", *names)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def lines(self):
        return self.tmux("capture-pane", "-p").split("\n")[:-1]

    def painted(self):
        """The same with the sequences of colours."""
        return self.tmux("capture-pane", "-p", "-e")

    def told(self, what):
        """A format of tmux: alternate_on, cursor_flag, pane_dead."""
        return self.tmux("display-message", "-p", f"#{{{what}}}").strip()

    def wait(self, is_good, what):
        """The lines, once they are good."""
        end = time.monotonic() + PATIENCE
        while True:
            lines = self.lines()
            if is_good(lines):
                return lines
            if time.monotonic() > end:
                raise AssertionError(f"no {what} on the screen:\n" + "\n".join(lines))
            time.sleep(0.05)

    def wait_for(self, text):
        return self.wait(lambda lines: any(text in line for line in lines), repr(text))
