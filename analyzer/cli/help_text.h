// The part of --help that teaches by example.
#pragma once

namespace leak::scan {

inline constexpr const char* kMainHelp =
    "Examples:\n"
    "  leakscan run --html report.html -- ./server --port 8080\n"
    "  LD_PRELOAD=libleakhook.so ./server; leakscan analyze leakhook.server.*.zst\n"
    "\n"
    "leakscan COMMAND --help explains one command.\n"
    "Exit codes: 0 fine; 1 a gate found something; 2 the command cannot be done; run returns the program's "
    "own.";

inline constexpr const char* kRunHelp =
    "Everything from the program's name on belongs to the program.\n"
    "Examples:\n"
    "  leakscan run -- ./myapp --its own arguments\n"
    "  leakscan run --html report.html --text -- ./myapp\n"
    "  leakscan run -o before.zst --only myapp -- make test\n"
    "  leakscan run --fail-on 'lost>0' --artifacts leaks/ -- ctest\n"
    "Children are recorded too, each in a trace of its own. Rules are those of leakscan check. Returns the "
    "program's exit code, or 128 + signal "
    "number, or 23 where the program succeeded and a rule is broken.";

inline constexpr const char* kSnapshotHelp =
    "The process goes on at once; with --graph it is stopped while the kernel copies its page tables, some "
    "30 ms "
    "a gigabyte.\n"
    "Examples:\n"
    "  leakscan snapshot $(pidof myserver) --label 'after the load test'\n"
    "  leakscan snapshot 4711 --graph && leakscan analyze leakhook.myserver.4711.zst";

inline constexpr const char* kAnalyzeHelp =
    "Without --html or --json the report is text.\n"
    "Examples:\n"
    "  leakscan analyze leakhook.myapp.4711.zst\n"
    "  leakscan analyze *.zst --html report.html       a process tree, in one report\n"
    "  leakscan analyze t.zst --from 30s --to 2m       without the start-up\n"
    "  leakscan analyze t.zst --json - | jq '.processes[0].totals'\n"
    "  leakscan analyze t.zst --sysroot ~/device --debug-dir ~/symbols";

inline constexpr const char* kInfoHelp =
    "Examples:\n"
    "  leakscan info leakhook.myapp.4711.zst\n"
    "  leakscan info --columns t.zst                   what the trace is made of\n"
    "  leakscan info --json t.zst | jq .dropped_events";

inline constexpr const char* kDumpHelp =
    "Tab-separated columns: time in ns, thread, operation, address, size, old address, stack (leaf first). "
    "What an\n"
    "event does not have is empty. Events of one thread are in its order; those of several threads within "
    "one\n"
    "time stamp (--time-ns of run) are in no particular order.\n"
    "Examples:\n"
    "  leakscan dump t.zst | cut -f3 | sort | uniq -c\n"
    "  leakscan dump -s --from 1s --to 1.1s t.zst\n"
    "  leakscan dump --format jsonl --symbols t.zst | jq 'select(.size > 1000000)'";

inline constexpr const char* kExportHelp =
    "Examples:\n"
    "  leakscan export t.zst --format collapsed | flamegraph.pl > live.svg\n"
    "  leakscan export t.zst --format collapsed --cost peak -o peak.txt";

inline constexpr const char* kDiffHelp =
    "Places are matched by their functions, so a rebuild or moved lines do not matter. What two runs of one\n"
    "program may differ in is no change. Rules are about AFTER; what leaks in BEFORE is known.\n"
    "Examples:\n"
    "  leakscan diff before.zst after.zst\n"
    "  leakscan diff before.zst after.zst --fail-on 'new_leaks>0' --markdown comment.md\n"
    "  leakscan diff before.zst after.zst --per request     of programs that call "
    "leakhook_snapshot(\"request\")\n"
    "Returns 0, or 1 when a rule is broken, 2 when it cannot be done.";

inline constexpr const char* kExplainHelp =
    "What it is, how leakscan recognises it, code that leaks and code that does not, and what to do.\n"
    "Examples:\n"
    "  leakscan explain                     the list of all kinds\n"
    "  leakscan explain reference-cycle";

inline constexpr const char* kCheckHelp =
    "A rule says what must not be: lost>0, lost_bytes>64K, cycles>0, growth>1MB/min, peak>512MB,\n"
    "live_bytes>1G, allocations>1e6, new_leaks>0, site(REGEX):allocations>1000. It is judged for each "
    "process;\n"
    "leakscan(1) has all facts. A rule about what was not recorded is an error unless it ends in 'if "
    "known'.\n"
    "Examples:\n"
    "  leakscan check *.zst --fail-on 'lost>0' --junit leaks.xml --sarif leaks.sarif\n"
    "  leakscan check t.zst --baseline leaks.txt --update-baseline    accept what leaks today\n"
    "  leakscan check t.zst --baseline leaks.txt                      fail on new leaks only\n"
    "  leakscan check --print-suppressions\n"
    "Returns 0 when all rules hold, 1 when one is broken, 2 when that cannot be said.";

}  // namespace leak::scan
