// `leakscan dump`: every event of a trace, one line each, in bounded memory.
#include <optional>
#include <unordered_map>

#include "base/command_error.h"
#include "base/units.h"
#include "decode/event_merge.h"
#include "inspect.h"
#include "render/event_lines.h"
#include "replay/pc_tables.h"
#include "symbols/elf_symbolizer.h"

namespace leak::scan {

namespace {

// Program counters as text: addresses, or names.
class FrameTexts {
 public:
  FrameTexts(const TraceReader& reader, const TraceClock& clock, std::optional<SymbolOptions> symbols) {
    tables_.add(reader.meta(), clock);
    if (symbols) symbolizer_.emplace(std::move(*symbols));
  }

  void append(std::uint32_t trace_pc_id, std::vector<std::string>& stack) {
    const PcId id = tables_.pc_of(trace_pc_id);
    const auto [entry, is_new] = texts_.try_emplace(id);
    if (is_new) entry->second = texts_of(id);
    stack.insert(stack.end(), entry->second.begin(), entry->second.end());
  }

 private:
  std::vector<std::string> texts_of(PcId id) {
    const ProgramCounter& pc = tables_.pcs()[id.index()];
    if (id.value == trace::kTruncatedPc) return {"[stack cut off]"};
    const Module* module = pc.module == ModuleId{} ? nullptr : &tables_.modules()[pc.module.index() - 1];
    std::vector<std::string> texts;
    if (!symbolizer_) return {hex_address(pc.address)};
    for (const SourceFrame& frame : symbolizer_->frames_at(pc, module)) {
      texts.push_back(frame.file.empty() ? frame.function
                                         : frame.function + " (" + frame.file + ":" + std::to_string(frame.line) + ")");
    }
    return texts;
  }

  static std::string hex_address(std::uint64_t address) {
    std::string text;
    for (; address != 0; address >>= 4) text.insert(text.begin(), "0123456789abcdef"[address & 15]);
    return "0x" + (text.empty() ? std::string("0") : text);
  }

  PcTables tables_;
  std::optional<ElfSymbolizer> symbolizer_;
  std::unordered_map<PcId, std::vector<std::string>> texts_;
};

ListedEvent listed(const MergedEvent& from, const TraceClock& clock) {
  const trace::Event& event = from.event;
  ListedEvent to;
  to.time_ns = clock.ns_at(from.ticks);
  to.tid = from.tid;
  to.operation = trace::name_of(event.op);
  to.address = event.address;
  if (trace::kind_of(event.op) != trace::OpKind::kFree) to.size = event.size;
  if (trace::has_old_address(event.op)) to.old_address = event.old_address;
  to.has_stack = event.has_stack;
  return to;
}

// What the reader of a dump must know, on the side: the lines themselves are data.
void warn_of_damage(const Diagnostics& data, std::ostream& diagnostics) {
  if (data.dropped_events != 0) {
    diagnostics << "leakscan: " << format_count(data.dropped_events) << " events were dropped while recording\n";
  }
  if (data.torn_frames != 0) {
    diagnostics << "leakscan: " << format_count(data.torn_frames) << " frames could not be read to their end\n";
  }
}

}  // namespace

void dump_events(const InputOptions& input, const DumpOptions& options, std::ostream& out, std::ostream& diagnostics) {
  Diagnostics data;
  const TraceReader reader = TraceReader::open(open_trace_files(input.traces.front()), data);
  const TraceClock clock(reader);
  std::optional<SymbolOptions> symbols;
  if (options.symbols) symbols = SymbolOptions{input.debug_dirs, input.sysroot, 0};
  FrameTexts texts(reader, clock, std::move(symbols));
  const bool with_stack = options.stacks || options.symbols;

  EventMerge merge(reader, data);
  MergedEvent event;
  std::string line;
  while (out && merge.next(event)) {
    ListedEvent shown = listed(event, clock);
    if (input.from_ns && shown.time_ns < *input.from_ns) continue;
    if (input.to_ns && shown.time_ns > *input.to_ns) continue;
    if (with_stack && shown.has_stack) {
      for (std::uint32_t id = event.stack; id != 0; id = merge.stack_nodes()[id].caller) {
        texts.append(merge.stack_nodes()[id].pc_id, shown.stack);
      }
    }
    line.clear();
    (options.json_lines ? append_json_line : append_text_line)(shown, with_stack, line);
    out << line;
  }
  if (reader.meta().counters) {
    for (const std::uint64_t drops : reader.meta().counters->dropped) data.dropped_events += drops;
  }
  warn_of_damage(data, diagnostics);
}

}  // namespace leak::scan
