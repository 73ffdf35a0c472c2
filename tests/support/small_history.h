// A HeapHistory made by hand: one program, one library, a handful of sites.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "replay/heap_history.h"

namespace leak::test {

class SmallHistory {
 public:
  SmallHistory() {
    history.process.exe = "/usr/bin/shop";
    history.process.argv = {"shop", "--fast"};
    history.process.pid = 4242;
    history.process.end = trace::EndKind::kExited;
    history.process.duration_ns = 10'000'000'000;
    history.pcs.resize(1);
    module("/usr/bin/shop");
    for (std::uint64_t i = 1; i <= 20; ++i) history.bucket_end_ns.push_back(i * 500'000'000);
    for (std::uint64_t i = 0; i <= 32; ++i) {
      history.cohorts.moment_ns.push_back(i * 312'500'000);
      history.cohorts.allocations.push_back(i * 1000);
      if (i != 32) history.cohorts.cohort_begin.push_back(static_cast<std::uint32_t>(i));
    }
  }

  scan::ModuleId module(const std::string& path) {
    scan::Module& module = history.modules.emplace_back();
    module.id = scan::ModuleId(static_cast<std::uint32_t>(history.modules.size()));
    module.path = path;
    return module.id;
  }

  // A stack of addresses, leaf first, in the module.
  scan::StackId stack(const std::vector<std::uint64_t>& addresses,
                      scan::ModuleId module = scan::ModuleId(1)) {
    scan::StackId id;
    for (auto address = addresses.rbegin(); address != addresses.rend(); ++address) {
      id = history.stacks.intern(id, pc(*address, module));
    }
    return id;
  }

  scan::Site& site(scan::StackId stack, std::uint64_t live_blocks, std::uint64_t live_bytes) {
    scan::Site& site = history.sites.emplace_back();
    site.stack = stack;
    site.allocations = live_blocks + 10;
    site.allocated_bytes = live_bytes + 1000;
    site.live = {live_blocks, live_bytes};
    site.recorded_live_blocks = live_blocks;
    site.peak = site.live;
    site.live_bytes_over_time = std::vector<std::uint64_t>(history.bucket_end_ns.size(), live_bytes);
    history.totals.live.blocks += live_blocks;
    history.totals.live.bytes += live_bytes;
    history.totals.peak = history.totals.live;
    return site;
  }

  // Makes blocks of the site born in each of 32 parts of the run; none of them dies.
  static void bear(scan::Site& site, const std::vector<std::uint64_t>& blocks) {
    for (std::uint32_t i = 0; i != blocks.size(); ++i) {
      if (blocks[i] != 0) site.cohorts.born.push_back({i, blocks[i] * 1024});
    }
  }
  static void bear_steadily(scan::Site& site) {
    bear(site, std::vector<std::uint64_t>(32, site.live.blocks / 32 + 1));
  }

  scan::HeapHistory history;

 private:
  scan::PcId pc(std::uint64_t address, scan::ModuleId module) {
    for (std::uint32_t i = 1; i < history.pcs.size(); ++i) {
      if (history.pcs[i].address == address) return scan::PcId(i);
    }
    history.pcs.push_back({address, module, false, false});
    return scan::PcId(static_cast<std::uint32_t>(history.pcs.size() - 1));
  }
};

}  // namespace leak::test
