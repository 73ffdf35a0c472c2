// Program counters and modules of one report, numbered densely. Ids in a trace are only names: records may be
// lost, ids may be nonsense, and a forked child also shows stacks of its parent, whose ids mean something
// else.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "decode/trace_meta.h"
#include "replay/heap_history.h"
#include "replay/trace_clock.h"

namespace leak::scan {

class PcTables {
 public:
  PcTables() : pcs_(1) {}  // PcId 0: the unwinder stopped (trace::kTruncatedPc)

  // Starts the tables with what `meta` has.
  void add(const TraceMeta& meta, const TraceClock& clock);

  // The PcId for a trace's pc id; one without a record is given an unknown address.
  PcId pc_of(std::uint32_t trace_pc_id);

  // Copies a program counter, and its module, of another process's tables. Same pc, same result.
  PcId adopt(PcId foreign, const std::vector<ProgramCounter>& pcs, const std::vector<Module>& modules);

  std::vector<ProgramCounter>& pcs() { return pcs_; }
  const std::vector<ProgramCounter>& pcs() const { return pcs_; }
  std::vector<Module>& modules() { return modules_; }

 private:
  std::vector<ProgramCounter> pcs_;
  std::vector<Module> modules_;
  std::unordered_map<std::uint32_t, PcId> pc_of_trace_id_;
  std::unordered_map<PcId, PcId> adopted_pcs_;
  std::unordered_map<ModuleId, ModuleId> adopted_modules_;
};

}  // namespace leak::scan
