#include "support/fixed_report.h"

namespace leak::test {

namespace {

using namespace scan;

ReportSite site(std::uint32_t id, std::vector<FrameId> stack, FrameId blamed, std::uint64_t blocks,
                std::uint64_t bytes) {
  ReportSite made;
  made.id = id;
  made.stack = std::move(stack);
  made.blamed = blamed;
  made.allocations = blocks * 2;
  made.allocated_bytes = bytes * 2;
  made.deallocations = blocks;
  made.live_blocks = blocks;
  made.live_bytes = bytes;
  made.peak_blocks = blocks;
  made.peak_bytes = bytes;
  made.temporary_allocations = blocks / 2;
  made.live_bytes_over_time = {bytes / 4, bytes / 2, bytes};
  return made;
}

// What a heap graph adds.
void add_truth(ReportProcess& process) {
  ReportGraphView exit;
  exit.when = "exit";
  exit.time_ns = 12'300'000'000;
  exit.blocks.still_reachable = {1010, 1'049'600};
  exit.stop = "tracer";
  exit.pause_ns = 250'000;
  ReportGraphView after = exit;
  after.when = "after_destructors";
  after.time_ns = 12'340'000'000;
  after.blocks = {{990, 1'000'000}, {10, 48'576}, {8, 824}, {1, 100}, {2, 200}};
  after.mappings.definitely_lost = {1, 4096};
  after.runtime = {1, 72'704};
  after.threads_missed = 1;
  process.truth = ReportTruth{{exit, after}};
  ReportSite& site = process.sites[0];
  site.lost = ReportClasses{{990, 1'000'000}, {10, 48'576}, {}, {}, {}};
  site.lost_at_exit = ReportClasses{{}, {}, {}, {}, {1000, 1'048'576}};
  site.retained_lost = ReportCount{1000, 1'048'576};
  site.types = {{"shop::Item", 1000, 1'048'576, 1000, 1'048'576}};
  process.sites[1].retained_by = {{"g_cart in cart.cpp (shop)", "global", 10, 1024}};
  process.sites[1].path =
      ReportPath{"g_cart in cart.cpp (shop)", {{"shop::Cart", 64, 0, 1}, {"", 1024, 16, {}}}};
  ReportCycle cycle;
  cycle.instances = 2;
  cycle.bytes = 384;
  cycle.block_count = 2;
  cycle.proven = true;
  cycle.blocks = {{"shop::Cart", 96, 1, 1, 1}, {"shop::Item", 96, 0, 1, 1}};
  cycle.edges = {{0, 24, 1, 0, true, false, false}, {1, 32, 0, 0, true, false, true}};
  cycle.advice = "Make the shared pointer at offset 32 of shop::Item a weak one.";
  process.cycles = {cycle};
  process.rings = {{3, 360, 5, 1, "shop::List"}};
  process.types = {{"shop::Item", 1000, 1'048'576, 1000, 1'048'576}, {"shop::Cart", 10, 1024, 0, 0}};
  process.retained = {{"g_cart in cart.cpp (shop)", "global", 10, 1024}};
  process.weakly_held = {{"shop::Image", 1, 4, 400'136}};
  process.graph_delta =
      ReportGraphDelta{"marker:warm",
                       "after_destructors",
                       {{0, 500, 549'576, {{"g_cart in cart.cpp (shop)", "global", 1, 24}}}}};
}

ReportProcess parent() {
  ReportProcess process;
  process.trace_path = "leakhook.shop.4242.zst";
  process.exe = "/usr/bin/shop";
  process.argv = {"shop", "--port", "8080"};
  process.pid = 4242;
  process.parent_pid = 1;
  process.start_time_unix_ns = 1'700'000'000'000'000'000;
  process.duration_ns = 12'345'000'000;
  process.allocator = "glibc 2.36";
  process.end_kind = "signaled";
  process.end_code = 9;
  process.totals = {5000, 3000, 2000, 9'000'000, 1010, 1'049'600, 2'000'000, 1500, 7'000'000'000, 505, 3, {}};
  process.mappings.maps = 12;
  process.mappings.unmaps = 10;
  process.mappings.live_bytes = 8192;
  process.mappings.peak_bytes = 65536;
  process.mappings.brk_bytes = 4096;
  process.mappings.sites = {{{FrameId(3)}, FrameId(3), 12, 98304, 8192, ReportCount{1, 4096}}};
  process.severity = Severity::kWarning;
  process.verdict = "1 potential leak holds 1.0 MiB when the recording ended.";
  ReportFinding finding;
  finding.kind = "leak";
  finding.title =
      "Memory allocated in shop::Cart::add (cart.cpp:41) piles up: +83.0 KiB/s, still rising at the end";
  finding.bytes = 1'048'576;
  finding.blocks = 1000;
  finding.site = 0;
  finding.evidence = {{"growth", "+83.0 KiB/s"}, {"confidence", "99 %"}};
  finding.advice = "Find out who owns these blocks.";
  finding.pattern = ReportPattern{"unbounded-cache", "Unbounded cache", 0.75, {"It finds by key.", "Nothing was removed."}};
  process.findings = {finding};
  process.sites = {site(0, {FrameId(0), FrameId(1), FrameId(2), FrameId(3)}, FrameId(1), 1000, 1'048'576),
                   site(1, {FrameId(4), FrameId(3)}, FrameId(4), 10, 1024)};
  process.sites[0].growth = ReportGrowth{84992, 80000, 90000, 0.99, "leak"};
  process.sites[1].inherited_bytes = 24;
  process.sites_total = 7;
  process.top = {{0, 1}, {0, 1}, {0, 1}, {0, 1}, {0}, {0}};
  add_truth(process);
  process.bucket_end_ns = {4'000'000'000, 8'000'000'000, 12'345'000'000};
  process.timeline = {
      {4'000'000'000, 12'345'000'000}, {500'000, 1'049'600}, {600'000, 2'000'000}, {500, 1010}, {0, 8192},
      {4'000'000, 6'000'000}, {3'000'000, 5'000'000}};
  process.snapshots = {
      {"warm", false, 4'000'000'000, 500'000, 500, 4'000'000, 0, {{0, 500, 499'000}}},
      {"auto 100%", true, 12'345'000'000, 1'049'600, 1010, 6'000'000, 8192, {{0, 1000, 1'048'576}}}};
  process.comparison =
      ReportComparison{"warm", "auto 100%", 4'000'000'000, 12'345'000'000, 549'600, 510, {{0, 549'576, 500}}};
  process.modules = {{"/usr/bin/shop", "abcd01", {{0x400000, 0x500000, 0, std::nullopt}}},
                     {"/usr/lib/plugin.so", "", {{0x7f0000000000, 0x7f0000001000, 5, 9}}}};
  process.threads = {{4242, "shop", 2900, 8'900'000}, {4243, "worker", 100, 100'000}};
  process.allocations_by_function = {{"operator new", 2500}, {"malloc", 500}};
  process.deallocations_by_function = {{"operator delete", 2000}};
  process.size_classes = {{16, 2000, 40'000}, {1024, 1000, 8'960'000}};
  process.diagnostics.dropped_events = 17;
  process.diagnostics.torn_frames = 1;
  process.diagnostics.first_damage_offset = 4096;
  process.diagnostics.truncated = true;
  process.diagnostics.recovered_from_journal = true;
  process.diagnostics.recovered_events = 300;
  process.diagnostics.warnings = {"/usr/lib/plugin.so was rebuilt since the recording."};
  return process;
}

ReportProcess child() {
  ReportProcess process;
  process.trace_path = "leakhook.helper.4250.zst";
  process.exe = "/usr/libexec/helper\xff";  // a file name that is no UTF-8
  process.argv = {"helper", "a;b"};
  process.pid = 4250;
  process.parent_pid = 4242;
  process.parent = 0;
  process.depth = 1;
  process.forked_from = "leakhook.shop.4242.zst";
  process.fork_time_ns = 3'000'000'000;
  process.start_time_unix_ns = 1'700'000'003'000'000'000;
  process.duration_ns = 850'000;
  process.end_kind = "exited";
  process.verdict = "The heap peaked at 0 B; nothing was left at exit.";
  return process;
}

}  // namespace

ReportModel fixed_report() {
  ReportModel model;
  model.tool_version = "1.2.3";
  model.severity = Severity::kWarning;
  model.frames = {
      {"std::__new_allocator<Item>::allocate(unsigned long)", "/usr/include/c++/12/new_allocator.h", 137,
       "/usr/bin/shop", 0x401234, true, true, {}},
      {"shop::Cart::add(Item const&)", "/src/shop/cart.cpp", 41, "/usr/bin/shop", 0x401234, false, false, {}},
      {"void shop::serve<Request>(Request)", "/src/shop/server.cpp", 99, "/usr/bin/shop", 0x401300, false,
       false, {}},
      {"main", "/src/shop/main.cpp", 12, "/usr/bin/shop", 0x401400, false, false, {}},
      {"load;plugins\x1b[31m", "", 0, "/usr/lib/plugin.so", 0x7f0000000010, false, false, {}}};
  model.processes = {parent(), child()};
  model.patterns = {{"unbounded-cache", "Unbounded cache", "What it is.", "How it is known.", "keep(<all>);",
                     "keep(some);", "Give it a limit.", {"steady-growth"}}};
  return model;
}

}  // namespace leak::test
