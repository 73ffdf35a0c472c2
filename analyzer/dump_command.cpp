// `leakscan dump`: every event of a trace, one line each, in bounded memory.
#include <optional>
#include <unordered_map>

#include "base/units.h"
#include "inspect.h"
#include "render/event_lines.h"
#include "replay/event_dump.h"
#include "symbols/elf_symbolizer.h"

namespace leak::scan {

namespace {

// Program counters as text: addresses, or names.
class FrameTexts {
 public:
  FrameTexts(EventDump& dump, std::optional<SymbolOptions> symbols) : dump_(dump) {
    if (symbols) symbolizer_.emplace(std::move(*symbols));
  }

  void append(PcId id, std::vector<std::string>& stack) {
    const auto [entry, is_new] = texts_.try_emplace(id);
    if (is_new) entry->second = texts_of(id);
    stack.insert(stack.end(), entry->second.begin(), entry->second.end());
  }

 private:
  std::vector<std::string> texts_of(PcId id) {
    if (id.value == trace::kTruncatedPc) return {"[stack cut off]"};
    const ProgramCounter& pc = dump_.pcs()[id.index()];
    const Module* module = pc.module == ModuleId{} ? nullptr : &dump_.modules()[pc.module.index() - 1];
    std::vector<std::string> texts;
    if (!symbolizer_) return {hex_address(pc.address)};
    for (const SourceFrame& frame : symbolizer_->frames_at(pc, module)) {
      texts.push_back(frame.file.empty()
                          ? frame.function
                          : frame.function + " (" + frame.file + ":" + std::to_string(frame.line) + ")");
    }
    return texts;
  }

  static std::string hex_address(std::uint64_t address) {
    std::string text;
    for (; address != 0; address >>= 4) text.insert(text.begin(), "0123456789abcdef"[address & 15]);
    return "0x" + (text.empty() ? std::string("0") : text);
  }

  EventDump& dump_;
  std::optional<ElfSymbolizer> symbolizer_;
  std::unordered_map<PcId, std::vector<std::string>> texts_;
};

ListedEvent listed(const DumpedEvent& from) {
  ListedEvent to;
  to.time_ns = from.time_ns;
  to.tid = from.tid.value;
  to.operation = trace::name_of(from.op);
  to.address = from.address;
  if (trace::kind_of(from.op) != trace::OpKind::kFree) to.size = from.size;
  if (trace::has_old_address(from.op)) to.old_address = from.old_address;
  return to;
}

// What the reader of a dump must know, on the side: the lines themselves are data.
void warn_of_damage(const Diagnostics& data, std::ostream& diagnostics) {
  if (data.dropped_events != 0) {
    diagnostics << "leakscan: " << format_count(data.dropped_events)
                << " events were dropped while recording\n";
  }
  if (data.torn_frames != 0) {
    diagnostics << "leakscan: " << format_count(data.torn_frames)
                << " frames could not be read to their end\n";
  }
}

}  // namespace

void dump_events(const InputOptions& input, const DumpOptions& options, std::ostream& out,
                 std::ostream& diagnostics) {
  Diagnostics data;
  EventDump dump(open_trace_files(input.traces.front()), data);
  std::optional<SymbolOptions> symbols;
  if (options.symbols) symbols = SymbolOptions{input.debug_dirs, input.sysroot, 0};
  FrameTexts texts(dump, std::move(symbols));
  const bool with_stack = options.stacks || options.symbols;

  DumpedEvent event;
  std::string line;
  while (out && dump.next(event)) {
    if (input.from_ns && event.time_ns < *input.from_ns) continue;
    if (input.to_ns && event.time_ns > *input.to_ns) continue;
    ListedEvent shown = listed(event);
    if (with_stack) {
      for (const PcId id : event.stack) texts.append(id, shown.stack);
    }
    line.clear();
    (options.json_lines ? append_json_line : append_text_line)(shown, with_stack, line);
    out << line;
  }
  if (dump.meta().counters) {
    for (const std::uint64_t drops : dump.meta().counters->dropped) data.dropped_events += drops;
  }
  warn_of_damage(data, diagnostics);
}

}  // namespace leak::scan
