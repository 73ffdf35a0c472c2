#include "replay/pc_tables.h"

#include <utility>

namespace leak::scan {

void PcTables::add(const TraceMeta& meta, const TraceClock& clock) {
  std::unordered_map<std::uint32_t, ModuleId> module_of_trace_id;
  for (const ModuleMeta& source : meta.modules) {
    const auto [found, is_new] = module_of_trace_id.emplace(
        source.record.module_id, ModuleId(static_cast<std::uint32_t>(modules_.size() + 1)));
    if (!is_new) continue;
    Module& module = modules_.emplace_back();
    module.id = found->second;
    module.path = source.path;
    module.build_id = source.build_id;
    module.load_bias = source.record.load_bias;
    module.map_start = source.record.map_start;
    module.map_end = source.record.map_end;
    module.first_seen_ns = clock.ns_at(source.record.header.ticks);
    if (source.gone_ticks) module.gone_ns = clock.ns_at(*source.gone_ticks);
  }
  pc_of_trace_id_.reserve(meta.pcs.size());
  for (const trace::PcRecord& record : meta.pcs) {
    if (record.pc_id == trace::kTruncatedPc) continue;
    const PcId id(static_cast<std::uint32_t>(pcs_.size()));
    if (!pc_of_trace_id_.emplace(record.pc_id, id).second) continue;
    ProgramCounter& pc = pcs_.emplace_back();
    pc.address = record.pc;
    const auto module = module_of_trace_id.find(record.module_id);
    if (module != module_of_trace_id.end()) pc.module = module->second;
    pc.guessed = (record.header.flags & trace::kPcGuessed) != 0;
    pc.exact = (record.header.flags & trace::kPcExact) != 0;
  }
}

PcId PcTables::pc_of(std::uint32_t trace_pc_id) {
  if (trace_pc_id == trace::kTruncatedPc) return PcId{};
  const auto [found, is_new] =
      pc_of_trace_id_.emplace(trace_pc_id, PcId(static_cast<std::uint32_t>(pcs_.size())));
  if (is_new) pcs_.emplace_back();
  return found->second;
}

PcId PcTables::adopt(PcId foreign, const std::vector<ProgramCounter>& pcs,
                     const std::vector<Module>& modules) {
  if (foreign == PcId{}) return PcId{};
  const auto [found, is_new] = adopted_pcs_.emplace(foreign, PcId(static_cast<std::uint32_t>(pcs_.size())));
  if (!is_new) return found->second;
  ProgramCounter pc = pcs[foreign.index()];
  if (pc.module != ModuleId{}) {
    const auto [module, is_new_module] =
        adopted_modules_.emplace(pc.module, ModuleId(static_cast<std::uint32_t>(modules_.size() + 1)));
    if (is_new_module) {
      modules_.push_back(modules[pc.module.index() - 1]);
      modules_.back().id = module->second;
      // Times are of the child's axis, which starts after the parent mapped it.
      modules_.back().first_seen_ns = 0;
      modules_.back().gone_ns.reset();
    }
    pc.module = module->second;
  }
  pcs_.push_back(pc);
  return found->second;
}

}  // namespace leak::scan
