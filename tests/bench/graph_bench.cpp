// CPU time and memory of the analysis of one heap graph, made up: lists, trees and shared objects, some
// lost.
//
//   graph_bench [blocks] [percent lost]
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>

#include "graph/analyze_graph.h"
#include "support/fake_symbolizer.h"

namespace {

using namespace leak;

constexpr std::uint32_t kSites = 2000;
constexpr std::uint32_t kEdgesPerTenBlocks = 29;
constexpr std::uint64_t kBlockBytes = 64;

scan::HeapHistory synthetic_history(std::uint32_t blocks, std::uint32_t percent_lost) {
  scan::HeapHistory history;
  history.process.allocator = "libc.so.6";
  history.pcs.resize(kSites + 1);
  for (std::uint32_t site = 1; site <= kSites; ++site) {
    history.pcs[site].address = 0x400000 + site;
    history.stacks.intern(scan::StackId(), scan::PcId(site));
  }
  scan::CapturedGraph& graph = history.graphs.emplace_back();
  scan::HeapGraphImage& image = graph.image;
  image.header.trigger = trace::GraphTrigger::kAfterExit;
  image.block_count = blocks;
  std::mt19937 random(1);
  const std::uint32_t kept = std::max(blocks - blocks / 100 * percent_lost, 1U);
  for (std::uint32_t i = 0; i != blocks; ++i) {
    image.nodes.push_back({0x10000000 + i * kBlockBytes, kBlockBytes, 0, 0});
    const auto site = static_cast<std::uint32_t>(1 + random() % kSites);
    graph.origins.push_back({kBlockBytes - 8, i, i, scan::StackId(site), 1, true, true});
    // Lost blocks point anywhere, kept ones to kept ones; each to one that is near, as containers do.
    for (std::uint32_t edge = 0; edge != (i % 10 == 9 ? kEdgesPerTenBlocks - 18 : 2); ++edge) {
      const std::uint32_t limit = i < kept ? kept : blocks;
      const std::uint32_t near = (i + static_cast<std::uint32_t>(random() % 1000)) % limit;
      const std::uint32_t to = edge == 0 ? (i + 1) % limit : near;
      image.edges.push_back({i, to, 8 * (edge % 7), 0, {}, {}});
    }
  }
  for (std::uint32_t i = 0; i != 1000; ++i) {
    const auto to = static_cast<std::uint32_t>(random() % kept);
    image.roots.push_back({trace::RootKind::kData, {}, {}, 0, 0x600000 + 8 * i, to, 0});
  }
  return history;
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

}  // namespace

int main(int argc, char** argv) {
  const auto blocks = static_cast<std::uint32_t>(argc > 1 ? std::atoi(argv[1]) : 1'000'000);
  const auto percent_lost = static_cast<std::uint32_t>(argc > 2 ? std::atoi(argv[2]) : 5);
  scan::HeapHistory history = synthetic_history(blocks, percent_lost);
  const std::size_t edges = history.graphs.front().image.edges.size();
  test::FakeSymbolizer symbolizer;
  const double begin = cpu_seconds();
  const auto analysis = scan::analyze_graphs(history, symbolizer, {});
  const double spent = cpu_seconds() - begin;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf(
      "%u blocks, %zu edges, %llu lost: %.2f s of CPU, %ld MB at most\n", blocks, edges,
      static_cast<unsigned long long>(totals_of(analysis->view().blocks, scan::LossClass::kDefinite).blocks +
                                      totals_of(analysis->view().blocks, scan::LossClass::kIndirect).blocks),
      spent, usage.ru_maxrss / 1024);
  return 0;
}
