"""The programs whose stacks scripts/check-stacks compares: the workloads of scripts/bench, programs with code made at
run time, trees of processes, and those of tests/e2e that abuse their stack."""

import subprocess

from benchmark.workloads import Job, Unavailable, Workload, program, write

NODE = """
const { Worker } = require('worker_threads');
let lists = [];
for (let i = 0; i < 200000; i++) lists.push({ i, text: String(i).repeat(3) });
for (let i = 0; i < 20000; i++) lists[i].buffer = Buffer.alloc(10000);
JSON.parse(JSON.stringify(lists.slice(0, 5000)));
for (let i = 0; i < 4; i++) new Worker('let a = []; for (let i = 0; i < 1e5; i++) a.push({ i });', { eval: true });
"""

JAVA = """
import java.util.*;
public class Work {
  public static void main(String[] args) throws Exception {
    Map<Integer, String> map = new HashMap<>();
    for (int i = 0; i < 300000; i++) map.put(i, "value " + i);
    Thread[] threads = new Thread[4];
    for (int i = 0; i < 4; i++) {
      (threads[i] = new Thread(() -> new ArrayList<>(map.values()).sort(null))).start();
    }
    for (Thread thread : threads) thread.join();
    for (int i = 0; i < 200; i++) java.nio.ByteBuffer.allocateDirect(1 << 16);
  }
}
"""


def quietly(*command, cwd):
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"{command[0]} does not work here")


def node(tools, scratch):
    return Job([program("node"), write(scratch / "work.js", NODE)])


def java(tools, scratch):
    write(scratch / "Work.java", JAVA)
    quietly(program("javac"), "Work.java", cwd=scratch)
    return Job([program("java"), "-Xmx256m", "-cp", scratch, "Work"])


def javac(tools, scratch):
    return Job([program("javac"), "-d", scratch, write(scratch / "Work.java", JAVA)])


def git(tools, scratch):
    command = [program("git"), "-c", "user.name=check", "-c", "user.email=check@example.org"]
    quietly(*command, "init", "-q", cwd=scratch)
    for number in range(10):
        for name in range(20):
            write(scratch / f"file{name}.txt", f"{number} {name}\n" * 300)
        quietly(*command, "add", "-A", cwd=scratch)
        quietly(*command, "commit", "-q", "-m", f"round {number}", cwd=scratch)
    return Job([*command, "-C", scratch, "gc", "--aggressive", "--quiet"], env={"HOME": str(scratch)})


def openssl_speed(tools, scratch):
    work = ["-seconds", "2", "rsa2048", "ecdsap256", "sha256", "aes-256-cbc", "ed25519"]
    return Job([program("openssl"), "speed", *work])


def torture(tools, scratch):
    plugins = [tools.e2e_programs / name for name in ("libframes_600.so", "libframes_2200.so")]
    return Job([tools.e2e_programs / "stack_torture", scratch / "log", *plugins, "10000"])


def same_address(tools, scratch):
    plugins = [tools.e2e_programs / name for name in ("libplugin_a.so", "libplugin_b.so")]
    return Job([tools.e2e_programs / "dlopen_same_address", *plugins])


def e2e_program(name, *arguments):
    return lambda tools, scratch: Job([tools.e2e_programs / name, *arguments])


MORE_PROGRAMS = [
    Workload("node", "JavaScript, worker threads", node),
    Workload("java", "Java, threads", java),
    Workload("javac", "the Java compiler", javac),
    Workload("git", "git gc --aggressive and its children", git),
    Workload("openssl-speed", "hand-written assembler", openssl_speed),
    Workload("torture", "exceptions, longjmp, coroutines, sigaltstack, aligned frames, alloca, dlclose", torture),
    Workload("same-address", "libraries that follow each other at one address", same_address),
    Workload("signals", "malloc in handlers, under a storm of signals", e2e_program("signal_storm")),
    Workload("recursion", "60,000 frames", e2e_program("deep_recursion")),
    Workload("exceptions", "thrown through deep stacks in 8 threads", e2e_program("exceptions")),
    Workload("coroutines", "100 of them", e2e_program("coroutines")),
    Workload("small-stacks", "threads with the least possible stack", e2e_program("small_stacks")),
]
