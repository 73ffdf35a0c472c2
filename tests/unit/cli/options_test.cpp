#include "cli/options.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/refusal.h"

namespace leak::scan {
namespace {

using Words = std::vector<std::string>;

std::string refusal(const Words& arguments) {
  return test::refusal_of([&] { parse_command_line(arguments); });
}

bool says(const std::string& message, const std::string& part) {
  return message.find(part) != std::string::npos;
}

TEST(Options, Analyze) {
  const Options options = parse_command_line(
      {"analyze",   "a.zst", "b.zst",       "--json",      "-",           "--from",      "1.5s",
       "--to=2m",   "--top", "3",           "--debug-dir", "/d1",         "--debug-dir", "/d2",
       "--sysroot", "/s",    "--snapshots", "4",           "--max-sites", "50"});
  EXPECT_EQ(options.command, Command::kAnalyze);
  EXPECT_EQ(options.input.traces, (Words{"a.zst", "b.zst"}));
  EXPECT_EQ(options.output.json, "-");
  EXPECT_EQ(options.input.from_ns, 1'500'000'000U);
  EXPECT_EQ(options.input.to_ns, 120'000'000'000U);
  EXPECT_EQ(options.output.top, 3U);
  EXPECT_EQ(options.input.debug_dirs, (Words{"/d1", "/d2"}));
  EXPECT_EQ(options.input.sysroot, "/s");
  EXPECT_EQ(options.input.snapshots, 4U);
  EXPECT_EQ(options.output.max_sites, 50U);
}

TEST(Options, TracesMayStandAnywhere) {
  EXPECT_EQ(parse_command_line({"analyze", "--debug-dir", "/d", "a.zst"}).input.traces, Words{"a.zst"});
  EXPECT_EQ(parse_command_line({"analyze", "--text", "a.zst", "--html", "x", "b.zst"}).input.traces,
            (Words{"a.zst", "b.zst"}));
}

TEST(Options, RunTakesEverythingFromTheProgramOn) {
  const Options options =
      parse_command_line({"run", "-o", "t.zst", "--html", "r.html", "--", "prog", "--json", "--", "-x"});
  EXPECT_EQ(options.command, Command::kRun);
  EXPECT_EQ(options.run.trace, "t.zst");
  EXPECT_EQ(options.output.html, "r.html");
  EXPECT_EQ(options.run.command, (Words{"prog", "--json", "--", "-x"}));
}

TEST(Options, RunNeedsNoDashes) {
  const Options options = parse_command_line({"run", "--text", "./prog", "--text", "-x", "--help"});
  EXPECT_TRUE(options.output.text);
  EXPECT_EQ(options.run.command, (Words{"./prog", "--text", "-x", "--help"}));
  EXPECT_EQ(parse_command_line({"run", "prog", "a", "--", "b"}).run.command, (Words{"prog", "a", "--", "b"}));
}

TEST(Options, RunPassesTheLibrarysSettings) {
  const Options options = parse_command_line({"run", "--max-bytes", "500M", "--only", "a,b", "--", "prog"});
  ASSERT_EQ(options.run.settings.size(), 2U);
  std::vector<std::pair<std::string, std::string>> wanted = {{"LEAKHOOK_ONLY", "a,b"},
                                                             {"LEAKHOOK_MAX_BYTES", "500M"}};
  EXPECT_TRUE(std::is_permutation(wanted.begin(), wanted.end(), options.run.settings.begin()));
}

TEST(Options, DumpInfoAndExport) {
  const Options dump = parse_command_line({"dump", "-s", "--format", "jsonl", "a.zst"});
  EXPECT_EQ(dump.command, Command::kDump);
  EXPECT_TRUE(dump.dump.stacks);
  EXPECT_TRUE(dump.dump.json_lines);
  EXPECT_TRUE(parse_command_line({"info", "--json", "a.zst"}).info.json);
  EXPECT_FALSE(parse_command_line({"info", "a.zst"}).info.columns);
  EXPECT_TRUE(parse_command_line({"info", "--columns", "a.zst"}).info.columns);
  const Options exported = parse_command_line({"export", "a.zst", "--format", "collapsed", "--cost", "peak"});
  EXPECT_EQ(exported.export_cost, "peak");
  EXPECT_EQ(exported.export_file, "-");
}

TEST(Options, HelpAndVersionAreText) {
  EXPECT_EQ(parse_command_line({"--version"}).text.find("leakscan "), 0U);
  for (const Words& words : {Words{"--help"},
                             {"run", "--help"},
                             {"analyze", "--help"},
                             {"info", "--help"},
                             {"dump", "--help"},
                             {"export", "--help"}}) {
    const Options options = parse_command_line(words);
    EXPECT_EQ(options.command, Command::kPrintText);
    EXPECT_TRUE(says(options.text, "Examples:")) << words.front();
    EXPECT_TRUE(says(options.text, "  leakscan run") || says(options.text, "  leakscan " + words.front()));
  }
}

TEST(Options, MistakesGetOneClearSentence) {
  EXPECT_TRUE(says(refusal({}), "no command given"));
  EXPECT_TRUE(says(refusal({"analyse", "a.zst"}), "did you mean 'analyze'?"));
  EXPECT_TRUE(says(refusal({"analyze", "a.zst", "--jsn", "x"}), "did you mean '--json'?"));
  EXPECT_TRUE(says(refusal({"--verison"}), "did you mean '--version'?"));
  EXPECT_TRUE(says(refusal({"analyze"}), "leakscan analyze --help"));
  EXPECT_TRUE(says(refusal({"analyze", "a.zst", "--from", "soon"}), "--from takes a time such as"));
  EXPECT_TRUE(
      says(refusal({"analyze", "a.zst", "--from", "2s", "--to", "1s"}), "--from must be before --to"));
  EXPECT_TRUE(says(refusal({"analyze", "a.zst", "--top", "many"}), "--top"));
  EXPECT_TRUE(says(refusal({"run"}), "run needs a program"));
  EXPECT_TRUE(says(refusal({
                       "run",
                       "--",
                   }),
                   "run needs a program"));
  EXPECT_TRUE(says(refusal({"run", "--htlm", "x", "prog"}), "did you mean '--html'?"));
  EXPECT_TRUE(says(refusal({"export", "a.zst", "--format", "svg"}), "collapsed"));
  EXPECT_TRUE(says(refusal({"dump", "a.zst", "b.zst"}), "unexpected argument 'b.zst'"));
  for (const Words& words : {Words{"analyse"}, {"analyze"}, {"export", "a.zst"}}) {
    EXPECT_EQ(refusal(words).find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace leak::scan
