#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include "base/command_error.h"
#include "base/did_you_mean.h"
#include "cli/durations.h"
#include "cli/help_text.h"
#include "cli/sizes.h"

namespace leak::scan {

namespace {

CLI::Option* add_time(CLI::App& command, const std::string& name, std::optional<std::uint64_t>& target,
                      const std::string& description) {
  return command
      .add_option_function<std::string>(
          name,
          [&target, name](const std::string& text) {
            target = parse_duration(text);
            if (!target)
              throw CommandError(name + " takes a time such as 1.5s, 200ms or 2m, not '" + text + "'");
          },
          description)
      ->type_name("TIME");
}

void add_traces(CLI::App& command, InputOptions& input) {
  command.add_option("trace", input.traces, "Trace files")->required()->type_name("TRACE");
}

void add_symbol_options(CLI::App& command, InputOptions& input) {
  command.add_option("--debug-dir", input.debug_dirs, "Look for debug files (or unstripped copies) here too")
      ->type_name("DIR")
      ->allow_extra_args(false);
  command.add_option("--sysroot", input.sysroot, "Root of the system that the program ran on")
      ->type_name("DIR");
}

void add_range_options(CLI::App& command, InputOptions& input) {
  add_time(command, "--from", input.from_ns, "Count only allocations after this time of the run");
  add_time(command, "--to", input.to_ns, "Count only allocations before this time; live is as of then");
}

void add_limit_options(CLI::App& command, LimitOptions& limit) {
  command
      .add_option_function<std::string>(
          "--limit",
          [&limit](const std::string& text) {
            limit.bytes = text == "none" ? 0 : parse_size(text);
            if (!limit.bytes || (*limit.bytes == 0 && text != "none"))
              throw CommandError("--limit takes a size such as 512M or 2G, or none, not '" + text + "'");
          },
          "Memory that a process may use, such as 2G, or none (default: the limit of its control group)")
      ->type_name("SIZE");
  add_time(command, "--horizon", limit.horizon_ns,
           "Growth that meets the limit within this time is critical (default 24h)");
}

void add_report_options(CLI::App& command, Options& options) {
  OutputOptions& output = options.output;
  command.add_option("--html", output.html, "Write the HTML report here ('-' is standard output)")
      ->type_name("FILE");
  command.add_option("--json", output.json, "Write the JSON report here ('-' is standard output)")
      ->type_name("FILE");
  command.add_flag("--text", output.text, "Print the text report");
  command.add_option("--top", output.top, "Rows of each table of the text report (default 10)")
      ->type_name("N");
  command.add_option("--max-sites", output.max_sites, "Allocation sites in HTML and JSON (default 50000)")
      ->type_name("N");
  command.add_flag("--all-sites", output.all_sites, "No limit on allocation sites");
  command.add_flag("!--no-source", output.source, "Leave lines of source code out of HTML and JSON");
  command
      .add_option("--roots", options.input.roots,
                  "Roots that keep blocks reachable, of: globals,stacks,registers,tls,kernel,mappings")
      ->type_name("KINDS");
  command.add_option("--snapshots", options.input.snapshots, "Automatic snapshots (default 8)")
      ->type_name("N")
      ->check(CLI::Range(0, 1000));
  command.add_option("--threads", options.input.threads, "Threads that analyze (default: one per processor)")
      ->type_name("N")
      ->check(CLI::Range(1, 256));
  add_limit_options(command, options.limit);
  add_range_options(command, options.input);
  add_symbol_options(command, options.input);
}

// The library's settings that are options of `run`.
struct HookSetting {
  const char* option;
  const char* variable;
  const char* type;
  const char* description;
};
constexpr auto kHookSettings = std::to_array<HookSetting>({
    {"--only", "LEAKHOOK_ONLY", "EXE,...", "Record only executables of these names, such as 'server,test_*'"},
    {"--max-bytes", "LEAKHOOK_MAX_BYTES", "SIZE",
     "Largest size of a trace, such as 500M; the rest is counted as dropped"},
    {"--level", "LEAKHOOK_LEVEL", "N", "Compression level of the trace, -5 to 19 (default 1)"},
    {"--time-ns", "LEAKHOOK_TIME_NS", "N", "Grain of time stamps in nanoseconds (default 2000)"},
    {"--sample-ms", "LEAKHOOK_SAMPLE_MS", "N",
     "Milliseconds between samples of the resident set (default 50)"},
    {"--buffer-kb", "LEAKHOOK_BUFFER_KB", "N", "Room for events that wait to be written (default 4096)"},
    {"--address-model", "LEAKHOOK_ADDRESS_MODEL", "0|1",
     "0: spell addresses out instead of predicting them (default 1)"},
    {"--scan", "LEAKHOOK_SCAN", "WHEN",
     "When to look which blocks are reachable: exit (default), demand, off, or exit,_exit"},
    {"--scan-interval", "LEAKHOOK_SCAN_INTERVAL", "TIME", "Look also every so often, such as 30s"},
    {"--scan-signal", "LEAKHOOK_SCAN_SIGNAL", "SIGNAL", "Look also at this signal, such as USR2"},
    {"--scan-stop", "LEAKHOOK_SCAN_STOP", "HOW",
     "The first way of stopping the program that is tried: tracer (default), signal or none"},
    {"--sample-bytes", "LEAKHOOK_SAMPLE_BYTES", "SIZE",
     "Record a sample, one block per SIZE on average (512K in production); figures become estimates"},
    {"--sample-seed", "LEAKHOOK_SAMPLE_SEED", "N", "Makes samples repeatable"},
    {"--max-overhead", "LEAKHOOK_MAX_OVERHEAD", "PERCENT",
     "Switch to a sample when recording costs more than this share of CPU time, such as 5%"},
    {"--track", "LEAKHOOK_TRACK", "WHAT", "Resources to record: fds,threads (default), fds, threads or none"},
    {"--verify-stacks", "LEAKHOOK_VERIFY_STACKS", "N",
     "Compare one stack in N with libunwind; 'leakscan info' shows the outcome"},
});

void add_run(CLI::App& app, Options& options) {
  CLI::App& run = *app.add_subcommand("run", "Run a program and record its memory");
  run.footer(kRunHelp);
  run.prefix_command();
  run.add_option("-o,--output", options.run.trace, "Name of the trace (default leakhook.<exe>.<pid>.zst)")
      ->type_name("FILE");
  for (const HookSetting& setting : kHookSettings) {
    run.add_option_function<std::string>(
           setting.option,
           [&options, &setting](const std::string& value) {
             options.run.settings.emplace_back(setting.variable, value);
           },
           setting.description)
        ->type_name(setting.type);
  }
  run.add_flag("--include-children,!--no-children", options.run.include_children,
               "Record the whole process tree, or only the program itself (default: the tree)");
  run.add_option("--artifacts", options.run.artifacts,
                 "Write traces and all reports into this directory, under fixed names")
      ->type_name("DIR");
  run.add_flag_callback(
      "--free-stacks", [&options] { options.run.settings.emplace_back("LEAKHOOK_FREE_STACKS", "1"); },
      "Record who frees a block, too; leakscan dump --stacks shows it");
  run.add_flag_callback(
      "--scrub", [&options] { options.run.settings.emplace_back("LEAKHOOK_SCRUB", "1"); },
      "Zero blocks before they are freed, so that no stale pointer hides a leak");
  add_report_options(run, options);
  add_gate_options(run, options.gate, GateScope::kEverything);
}

void add_check(CLI::App& app, Options& options) {
  CLI::App& command = *app.add_subcommand("check", "Judge traces by rules, for continuous integration");
  command.footer(kCheckHelp);
  command.add_option("trace", options.input.traces, "Trace files")->type_name("TRACE");
  add_gate_options(command, options.gate, GateScope::kEverything);
  command.add_flag("--print-suppressions", options.gate.print_suppressions,
                   "Print the built-in suppressions");
  add_limit_options(command, options.limit);
  add_range_options(command, options.input);
  add_symbol_options(command, options.input);
}

void add_diff(CLI::App& app, Options& options) {
  CLI::App& command = *app.add_subcommand("diff", "Compare two recordings, place by place");
  command.footer(kDiffHelp);
  command.add_option("trace", options.input.traces, "Two traces: before and after")
      ->type_name("BEFORE AFTER");
  command.add_option("--html", options.output.html, "Write an HTML page here ('-' is standard output)")
      ->type_name("FILE");
  command.add_option("--json", options.output.json, "Write JSON here ('-' is standard output)")
      ->type_name("FILE");
  command.add_flag("--text", options.output.text, "Print the text, also where another form is written");
  command.add_option("--top", options.output.top, "Rows of each table of the text (default 10)")
      ->type_name("N");
  CLI::Option* marker =
      command.add_option("--per", options.diff.per_marker, "Compare per pass of this snapshot's label")
          ->type_name("LABEL");
  command.add_flag("--per-second", options.diff.per_second, "Compare per second of the runs")
      ->excludes(marker);
  command.add_flag("--all-sites", options.diff.all_sites,
                   "Also what is the same within the variation of runs");
  add_gate_options(command, options.gate, GateScope::kRules);
  add_symbol_options(command, options.input);
}

void add_snapshot(CLI::App& app, Options& options) {
  CLI::App& command = *app.add_subcommand("snapshot", "Put a snapshot into the trace of a running process");
  command.footer(kSnapshotHelp);
  command.add_option("pid", options.snapshot.pid, "A process that is being recorded")
      ->required()
      ->type_name("PID")
      ->check(CLI::PositiveNumber);
  command.add_option("--label", options.snapshot.label, "Name of the snapshot in the report")
      ->type_name("TEXT");
  command.add_flag("--graph", options.snapshot.graph, "Look also which blocks are reachable, and from where");
}

void add_export(CLI::App& app, Options& options) {
  CLI::App& command = *app.add_subcommand("export", "Write a trace in the format of another tool");
  command.footer(kExportHelp);
  add_traces(command, options.input);
  command.add_option("--format", options.export_format, "Format: collapsed (stacks for flame graphs)")
      ->required()
      ->check(CLI::IsMember({"collapsed"}))
      ->type_name("FORMAT");
  command
      .add_option("--cost", options.export_cost,
                  "live, peak, allocations, allocated or temporary (default live)")
      ->check(CLI::IsMember({"live", "peak", "allocations", "allocated", "temporary"}))
      ->type_name("COST");
  command.add_option("-o,--output", options.export_file, "Write here instead of standard output")
      ->type_name("FILE");
  add_range_options(command, options.input);
  add_symbol_options(command, options.input);
}

void add_commands(CLI::App& app, Options& options) {
  add_run(app, options);
  add_snapshot(app, options);

  CLI::App& analyze = *app.add_subcommand("analyze", "Make a report of one or more traces");
  analyze.footer(kAnalyzeHelp);
  add_traces(analyze, options.input);
  add_report_options(analyze, options);
  add_suppression_option(analyze, options.gate);

  CLI::App& info = *app.add_subcommand("info", "Print the header, counts, drops and modules of traces");
  info.footer(kInfoHelp);
  add_traces(info, options.input);
  info.add_flag("--json", options.info.json, "As JSON");
  info.add_flag("--columns", options.info.columns, "Add how many bytes each property of the events takes");

  CLI::App& dump = *app.add_subcommand("dump", "Print every event of a trace, one line each");
  dump.footer(kDumpHelp);
  dump.add_option_function<std::string>(
          "trace", [&options](const std::string& trace) { options.input.traces = {trace}; }, "Trace file")
      ->required()
      ->type_name("TRACE");
  dump.add_flag("-s,--stacks", options.dump.stacks, "Add the stack, leaf first, as addresses");
  dump.add_flag("--symbols", options.dump.symbols, "Add the stack with names");
  dump.add_option_function<std::string>(
          "--format", [&options](const std::string& format) { options.dump.json_lines = format == "jsonl"; },
          "text or jsonl (default text)")
      ->check(CLI::IsMember({"text", "jsonl"}))
      ->type_name("FORMAT");
  add_range_options(dump, options.input);
  add_symbol_options(dump, options.input);

  add_export(app, options);
  add_check(app, options);
  add_diff(app, options);

  CLI::App& explain = *app.add_subcommand("explain", "Explain a kind of leak that reports name");
  explain.footer(kExplainHelp);
  explain.add_option("kind", options.explained, "Such as unbounded-cache; without it, all are listed")
      ->type_name("KIND");
}

Command command_named(const std::string& name) {
  if (name == "run") return Command::kRun;
  if (name == "snapshot") return Command::kSnapshot;
  if (name == "analyze") return Command::kAnalyze;
  if (name == "info") return Command::kInfo;
  if (name == "dump") return Command::kDump;
  if (name == "check") return Command::kCheck;
  if (name == "diff") return Command::kDiff;
  if (name == "explain") return Command::kExplain;
  return Command::kExport;
}

std::vector<std::string> known_words(CLI::App& app, CLI::App* command) {
  std::vector<std::string> words;
  if (command == nullptr) {
    for (const CLI::App* one : app.get_subcommands({})) words.push_back(one->get_name());
    words.insert(words.end(), {"--help", "--version"});
    return words;
  }
  for (const CLI::Option* option : command->get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  return words;
}

// One sentence for a word that nobody knows.
std::string unknown_word(CLI::App& app, CLI::App* command, const std::string& word) {
  const std::string typed = word.substr(0, word.find('='));
  const bool is_option = typed.starts_with("-");
  std::string message = (is_option            ? "there is no option '"
                         : command == nullptr ? "there is no command '"
                                              : "unexpected argument '") +
                        typed + "'";
  if (command != nullptr) message += " for " + command->get_name();
  const std::optional<std::string> meant = closest_word(typed, known_words(app, command));
  if (meant) return message + "; did you mean '" + *meant + "'?";
  return message + "; see leakscan " + (command == nullptr ? "" : command->get_name() + " ") + "--help";
}

CLI::App* chosen_command(CLI::App& app) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  return chosen.empty() ? nullptr : chosen.front();
}

// The first word that looks like a command, when CLI11 found none.
void refuse_unknown_command(CLI::App& app, const std::vector<std::string>& arguments) {
  if (chosen_command(app) == nullptr && !arguments.empty()) {
    throw CommandError(unknown_word(app, nullptr, arguments.front()));
  }
}

void parse(CLI::App& app, const std::vector<std::string>& arguments, Options& options) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants them
  try {
    app.parse(reversed);
  } catch (const CLI::CallForVersion&) {
    options.text = "leakscan " LEAKSCAN_VERSION "\n";
  } catch (const CLI::CallForHelp&) {
    const CLI::App* command = chosen_command(app);
    options.text = command == nullptr ? app.help() : command->help();
  } catch (const CLI::ExtrasError&) {
    const std::vector<std::string> extras = app.remaining(true);
    throw CommandError(unknown_word(app, chosen_command(app), extras.empty() ? "" : extras.front()));
  } catch (const CLI::ParseError& error) {
    refuse_unknown_command(app, arguments);
    const CLI::App* command = chosen_command(app);
    throw CommandError(std::string(error.what()) + "; see leakscan " +
                       (command == nullptr ? "" : command->get_name() + " ") + "--help");
  }
}

// What stands after the options of `run`, and after "--" as it is.
std::vector<std::string> program_of(CLI::App& app, const std::vector<std::string>& after_dashes) {
  std::vector<std::string> program = chosen_command(app)->remaining();
  if (!program.empty() && program.front().starts_with("-")) {
    throw CommandError(unknown_word(app, chosen_command(app), program.front()));
  }
  if (!program.empty() && !after_dashes.empty()) {
    program.emplace_back("--");  // it was the program's own
  }
  program.insert(program.end(), after_dashes.begin(), after_dashes.end());
  if (program.empty()) {
    throw CommandError("run needs a program: leakscan run -- ./program arguments");
  }
  return program;
}

void refuse_aimless_check(const Options& options) {
  if (options.gate.print_suppressions) return;
  if (options.input.traces.empty())
    throw CommandError("check needs a trace: leakscan check t.zst --fail-on 'lost>0'");
  if (!options.gate.is_used()) {
    throw CommandError("check needs a rule or a baseline: --fail-on 'lost>0', or --baseline FILE");
  }
}

}  // namespace

Options parse_command_line(const std::vector<std::string>& arguments) {
  Options options;
  CLI::App app("leakscan says where the memory of a native Linux process goes, and why it never comes back.",
               "leakscan");
  app.footer(kMainHelp);
  app.set_version_flag("--version", "leakscan " LEAKSCAN_VERSION);
  app.require_subcommand(1);
  add_commands(app, options);

  std::vector<std::string> own = arguments;
  std::vector<std::string> after_dashes;
  const auto dashes = std::find(own.begin(), own.end(), "--");
  if (!own.empty() && own.front() == "run" && dashes != own.end()) {
    after_dashes.assign(dashes + 1, own.end());
    own.erase(dashes, own.end());
  }
  if (own.empty()) {
    throw CommandError("no command given; try leakscan run -- ./program, or leakscan --help");
  }
  parse(app, own, options);
  if (!options.text.empty()) return options;
  options.command = command_named(chosen_command(app)->get_name());
  if (options.command == Command::kRun) options.run.command = program_of(app, after_dashes);
  if (options.command == Command::kCheck) refuse_aimless_check(options);
  if (options.command == Command::kDiff && options.input.traces.size() != 2) {
    throw CommandError("diff needs two traces: leakscan diff before.zst after.zst");
  }
  if (options.input.from_ns && options.input.to_ns && *options.input.from_ns >= *options.input.to_ns) {
    throw CommandError("--from must be before --to");
  }
  return options;
}

}  // namespace leak::scan
