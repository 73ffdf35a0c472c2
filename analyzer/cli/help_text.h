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
    "Children are recorded too, each in a trace of its own. Returns the program's exit code, or 128 + signal "
    "number.";

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

}  // namespace leak::scan
