// The command line as plain values. CLI11 stays behind this header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/gate_options.h"

namespace leak::scan {

enum class Command { kPrintText, kRun, kSnapshot, kAnalyze, kInfo, kDump, kExport, kCheck, kDiff, kExplain };

// Which traces, which part of them, and where names come from.
struct InputOptions {
  std::vector<std::string> traces;
  std::optional<std::uint64_t> from_ns;
  std::optional<std::uint64_t> to_ns;
  std::uint32_t snapshots = 8;
  unsigned threads = 0;  // 0: by the number of processors
  std::string roots;  // kinds of roots that count, by comma; empty: all
  std::vector<std::string> debug_dirs;
  std::string sysroot;
};

// Which reports, and how much is in them. "-" is standard output.
struct OutputOptions {
  std::string html;
  std::string json;
  bool text = false;
  std::size_t top = 10;
  std::size_t max_sites = 50000;
  bool all_sites = false;
  bool source = true;  // lines of it in findings
};

// The memory that a process may use.
struct LimitOptions {
  std::optional<std::uint64_t> bytes;  // absent: as recorded; 0: none
  std::optional<std::uint64_t> horizon_ns;
};

struct RunOptions {
  std::string trace;  // empty: named by the library, in the working directory
  std::vector<std::pair<std::string, std::string>> settings;  // LEAKHOOK_* variables
  std::vector<std::string> command;
  std::string artifacts;         // a directory for all that is written
  bool include_children = true;  // else only the program itself is recorded
};

struct SnapshotOptions {
  int pid = 0;
  std::string label;
  bool graph = false;
};

struct DiffOptions {
  std::string per_marker;
  bool per_second = false;
  bool all_sites = false;
};

struct InfoOptions {
  bool json = false;
  bool columns = false;
};

struct DumpOptions {
  bool stacks = false;
  bool symbols = false;
  bool json_lines = false;
};

struct Options {
  Command command = Command::kPrintText;
  std::string text;  // kPrintText: help or version
  InputOptions input;
  OutputOptions output;
  LimitOptions limit;
  RunOptions run;
  SnapshotOptions snapshot;
  DumpOptions dump;
  GateOptions gate;
  DiffOptions diff;
  InfoOptions info;
  std::string explained;  // a kind of leak; empty: the list of them
  std::string export_format;
  std::string export_cost = "live";
  std::string export_file = "-";
};

// Throws CommandError for a command line that makes no sense; the message says what would.
Options parse_command_line(const std::vector<std::string>& arguments);

}  // namespace leak::scan
