// One fixed report through all renderers, compared byte for byte with tests/golden/reports. After a wanted
// change: LEAK_UPDATE_GOLDEN=1 render_test, and look at the difference.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "render/collapsed_renderer.h"
#include "render/event_lines.h"
#include "render/info_renderer.h"
#include "render/json_renderer.h"
#include "render/text_renderer.h"
#include "support/fixed_report.h"

namespace leak::scan {
namespace {

using nlohmann::json;

std::string rendered(const Renderer& renderer) {
  std::ostringstream out;
  renderer.render(test::fixed_report(), out);
  return out.str();
}

void expect_golden(const std::string& text, const std::string& name) {
  const std::string path = std::string(LEAK_GOLDEN_REPORTS) + "/" + name;
  if (std::getenv("LEAK_UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << text;
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path;
  const std::string golden((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(text, golden) << path;
}

std::set<std::string> names_of(const json& object) {
  std::set<std::string> names;
  for (const auto& [name, value] : object.items()) names.insert(name);
  return names;
}

void expect_names(const json& object, const std::vector<std::string>& wanted) {
  const std::set<std::string> names = names_of(object);
  for (const std::string& name : wanted) EXPECT_TRUE(names.contains(name)) << name << " in " << object.dump();
}

TEST(TextRenderer, MatchesItsGoldenReport) {
  expect_golden(rendered(TextRenderer({false, 100, 10})), "fixed.txt");
}

TEST(TextRenderer, KeepsToTheWidthAndToTheRows) {
  std::istringstream lines(rendered(TextRenderer({false, 60, 1})));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 60U) << line;
}

TEST(TextRenderer, TellsOnlyTheWorstOfManyProcessesInFull) {
  const std::string text = rendered(TextRenderer({false, 100, 1}));
  EXPECT_NE(text.find("pid 4242, ran"), std::string::npos);
  EXPECT_EQ(text.find("pid 4250, ran"), std::string::npos);
  EXPECT_NE(text.find("1 more processes are only in the tree above"), std::string::npos);
}

TEST(TextRenderer, ColoursOnlyWhenAsked) {
  EXPECT_EQ(rendered(TextRenderer({false, 100, 10})).find('\x1b'), std::string::npos);
  EXPECT_NE(rendered(TextRenderer({true, 100, 10})).find("\x1b[1;33mWARNING"), std::string::npos);
}

TEST(TextRenderer, LetsNoControlCharacterThrough) {
  EXPECT_NE(rendered(TextRenderer({true, 0, 10})).find("plugins?[31m"), std::string::npos);
}

TEST(CollapsedRenderer, MatchesItsGoldenReport) {
  expect_golden(rendered(CollapsedRenderer(Cost::kLive)), "fixed.collapsed");
}

TEST(CollapsedRenderer, CountsWhatIsAskedFor) {
  EXPECT_NE(rendered(CollapsedRenderer(Cost::kAllocations)).find(" 2000\n"), std::string::npos);
  EXPECT_NE(rendered(CollapsedRenderer(Cost::kTemporary)).find(" 500\n"), std::string::npos);
  EXPECT_EQ(cost_named("peak"), Cost::kPeak);
  EXPECT_FALSE(cost_named("cpu"));
}

TEST(JsonRenderer, MatchesItsGoldenReport) { expect_golden(rendered(JsonRenderer()), "fixed.json"); }

TEST(JsonRenderer, HasEveryNameOfTheContract) {
  const json report = json::parse(rendered(JsonRenderer()));
  EXPECT_EQ(report["schema_version"], 1);
  expect_names(report, {"schema_version", "tool", "processes", "frames"});
  expect_names(report["tool"], {"name", "version"});
  const json& process = report["processes"][0];
  expect_names(process, {"exe", "argv", "pid", "parent_pid", "start_time_unix_ns", "duration_ns", "allocator",
                         "end", "totals", "mappings", "severity", "findings", "sites", "timeline",
                         "snapshots", "modules", "threads", "diagnostics"});
  expect_names(process["end"], {"kind", "code"});
  expect_names(process["totals"], {"allocations", "deallocations", "allocated_bytes", "live_blocks",
                                   "live_bytes", "peak_bytes", "peak_time_ns", "temporary_allocations"});
  expect_names(process["mappings"], {"maps", "unmaps", "live_bytes", "peak_bytes"});
  expect_names(process["findings"][0],
               {"kind", "severity", "title", "bytes", "blocks", "site", "evidence", "advice"});
  expect_names(process["sites"][0], {"id", "stack", "allocations", "allocated_bytes", "live_blocks",
                                     "live_bytes", "peak_bytes", "temporary_allocations", "growth"});
  expect_names(process["sites"][0]["growth"], {"slope_bytes_per_s", "slope_low_bytes_per_s",
                                               "slope_high_bytes_per_s", "confidence", "verdict"});
  expect_names(process["timeline"], {"time_ns", "heap_bytes", "blocks", "rss_bytes"});
  expect_names(process["snapshots"][0], {"label", "time_ns", "heap_bytes", "blocks", "rss_bytes"});
  expect_names(process["modules"][0], {"path", "build_id", "epochs"});
  expect_names(process["threads"][0], {"tid", "name"});
  expect_names(process["diagnostics"],
               {"dropped_events", "torn_frames", "truncated", "recovered_from_journal", "warnings"});
  expect_names(report["frames"][0], {"id", "function", "file", "line", "module", "address", "inlined"});
}

TEST(JsonRenderer, LeavesOutWhatIsNotKnownYet) {
  const json processes = json::parse(rendered(JsonRenderer()))["processes"];
  for (const char* part : {"truth", "cycles", "types", "resources"})
    EXPECT_FALSE(processes[1].contains(part)) << part;
  const json& process = processes[0];
  EXPECT_TRUE(process.contains("truth"));
  EXPECT_FALSE(process["sites"][1].contains("lost"));
  EXPECT_FALSE(process["sites"][1].contains("growth"));
}

ReportModel sampled_report() {
  ReportModel model = test::fixed_report();
  ReportProcess& process = model.processes[0];
  process.sampling = {{12'300'000'000, 512U << 10, 50, 83}};
  process.totals.sampled = ReportSampled{40, 200'000, 300'000};
  for (ReportSite& site : process.sites) site.sampled = ReportSampled{20, 100'000, 150'000};
  return model;
}

TEST(TextRenderer, ShowsTheErrorsOfEstimates) {
  std::ostringstream out;
  TextRenderer({}).render(sampled_report(), out);
  const std::string text = std::move(out).str();
  EXPECT_NE(text.find("Heap (estimated from a sample)"), std::string::npos);
  EXPECT_NE(text.find("1.0 MiB ± 195.3 KiB in 1,010 blocks"), std::string::npos);
  EXPECT_NE(text.find("1.0 MiB ± 97.7 KiB   1,000"), std::string::npos) << text;
  EXPECT_EQ(rendered(TextRenderer({})).find("±"), std::string::npos);
}

TEST(JsonRenderer, GivesTheErrorsOfEstimates) {
  std::ostringstream out;
  JsonRenderer().render(sampled_report(), out);
  const nlohmann::json process = nlohmann::json::parse(out.str()).at("processes").at(0);
  EXPECT_EQ(process.at("sampling").at("periods").at(0).at("sample_bytes"), 512U << 10);
  EXPECT_EQ(process.at("sampling").at("periods").at(0).at("measured_permille"), 83);
  EXPECT_EQ(process.at("totals").at("live_bytes_error"), 200'000);
  EXPECT_EQ(process.at("sites").at(0).at("recorded_live_blocks"), 20);
  EXPECT_EQ(process.at("sites").at(0).at("allocated_bytes_error"), 150'000);
  const nlohmann::json exact = nlohmann::json::parse(rendered(JsonRenderer())).at("processes").at(0);
  EXPECT_FALSE(exact.contains("sampling"));
  EXPECT_FALSE(exact.at("sites").at(0).contains("live_bytes_error"));
}

TEST(JsonRenderer, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(json::parse(rendered(JsonRenderer()))["processes"][1]["exe"], "/usr/libexec/helper\xef\xbf\xbd");
}

TEST(EventLines, AreTabSeparatedWithEmptyFields) {
  ListedEvent event{1500, 42, "operator new[]", 0xff0, 16, std::nullopt, {"0x10", "0x20"}};
  std::string text;
  append_text_line(event, true, text);
  EXPECT_EQ(text, "1500\t42\toperator new[]\t0xff0\t16\t\t0x10 < 0x20\n");
  text.clear();
  append_text_line(ListedEvent{1, 2, "free", 0x30, std::nullopt, std::nullopt, {}}, false, text);
  EXPECT_EQ(text, "1\t2\tfree\t0x30\t\t\n");
}

TEST(EventLines, AreJsonWithOnlyWhatIsThere) {
  std::string text;
  append_json_line(ListedEvent{1, 2, "realloc", 0x30, 8, 0x20, {"main"}}, true, text);
  EXPECT_EQ(
      text,
      R"({"time_ns":1,"tid":2,"op":"realloc","address":"0x30","size":8,"old_address":"0x20","stack":["main"]})"
      "\n");
}

TraceInfo small_info() {
  TraceInfo info;
  info.process.trace_path = "a.zst";
  info.process.exe = "/bin/a";
  info.end_kind = "exited";
  info.events = 12345;
  info.event_chunks = 3;
  info.drops = {{"disk_full", 5}};
  info.diagnostics.dropped_events = 5;
  info.threads = {{7, "main", 0, 0}};
  info.modules = {{"/bin/a", "abcd", {}}};
  return info;
}

TEST(InfoRenderer, TellsOfWaitsOnlyWhenThereWereAny) {
  TraceInfo info = small_info();
  std::ostringstream quiet;
  render_info_text({info}, quiet);
  EXPECT_EQ(quiet.str().find("waited"), std::string::npos);
  info.back_pressure = {1234, 5'600'000'000, 7'000'000'000};
  std::ostringstream text;
  render_info_text({info}, text);
  EXPECT_NE(text.str().find("waited        1,234 times for the recorder, 5.60 s"), std::string::npos) << text.str();
  std::ostringstream out;
  render_info_json({info}, out);
  EXPECT_EQ(json::parse(out.str())["back_pressure"]["wait_ns"], 5'600'000'000);
}

TEST(InfoRenderer, TellsOfASampleOnlyWhenItIsOne) {
  TraceInfo info = small_info();
  std::ostringstream whole;
  render_info_text({info}, whole);
  EXPECT_EQ(whole.str().find("1 block per"), std::string::npos);
  info.sampling = {{1'500'000'000, 64U << 10, 50, 120}};
  std::ostringstream text;
  render_info_text({info}, text);
  EXPECT_NE(text.str().find("1 block per 64.0 KiB, from 1.50 s on, to keep the CPU budget"), std::string::npos)
      << text.str();
  std::ostringstream out;
  render_info_json({info}, out);
  EXPECT_EQ(json::parse(out.str())["sampling"][0]["sample_bytes"], 65536);
}

TEST(InfoRenderer, WritesColumnsThatWereMeasured) {
  TraceInfo info = small_info();
  info.columns = {{{"operation", 24690, 300}, {"heap graphs", 0, 0}}, 3, 2};
  std::ostringstream text;
  render_info_text({info}, text);
  EXPECT_NE(text.str().find("operation          24.1 KiB         300 B       2.000"), std::string::npos) << text.str();
  EXPECT_NE(text.str().find("predicted in 2 of 3 chunks"), std::string::npos) << text.str();
  std::ostringstream out;
  render_info_json({info}, out);
  const json columns = json::parse(out.str())["columns"];
  EXPECT_EQ(columns["parts"][0]["stored_bytes"], 24690);
  EXPECT_EQ(columns["parts"][0]["uncompressed_bytes"], 300);
  EXPECT_FALSE(columns["parts"][1].contains("uncompressed_bytes"));
}

TEST(InfoRenderer, WritesTextAndJson) {
  std::ostringstream text;
  render_info_text({small_info()}, text);
  EXPECT_NE(text.str().find("12,345 in 3 chunks"), std::string::npos);
  EXPECT_NE(text.str().find("5, 5 disk_full"), std::string::npos);
  std::ostringstream out;
  render_info_json({small_info()}, out);
  const json info = json::parse(out.str());
  EXPECT_EQ(info["events"], 12345);
  EXPECT_EQ(info["drops"]["disk_full"], 5);
  EXPECT_EQ(info["modules"][0]["build_id"], "abcd");
  std::ostringstream several;
  render_info_json({small_info(), small_info()}, several);
  EXPECT_EQ(json::parse(several.str()).size(), 2U);
}

}  // namespace
}  // namespace leak::scan
