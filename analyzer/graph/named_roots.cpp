#include "graph/named_roots.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/text.h"

namespace leak::scan {

namespace {

using trace::RootKind;

class RootNamer {
 public:
  RootNamer(const HeapGraph& graph, const HeapHistory& history, Symbolizer& symbolizer)
      : graph_(graph), history_(history), symbolizer_(symbolizer) {}

  NamedRoots run(const RootSet& roots) && {
    for (const HeapRoot& root : graph_.roots) {
      named_.of.push_back(roots.contains(root.kind) ? number_of(root) : NamedRoots::kNotCounted);
    }
    return std::move(named_);
  }

 private:
  // Words of one array or object stand one after the other: the last answer often holds.
  std::uint32_t number_of(const HeapRoot& root) {
    const bool is_variable = root.kind == RootKind::kData || root.kind == RootKind::kStaticTls;
    if (is_variable && root.where >= variable_begin_ && root.where < variable_end_) return variable_;
    NamedRoot name = root.kind == RootKind::kData        ? variable_at(root)
                     : root.kind == RootKind::kStaticTls ? thread_local_at(root)
                                                         : other(root);
    const std::string key = name.kind + '\0' + name.name + '\0' + name.file + '\0' + name.module;
    const auto [known, is_new] = numbers_.try_emplace(key, static_cast<std::uint32_t>(named_.names.size()));
    if (is_new) named_.names.push_back(std::move(name));
    if (is_variable) variable_ = known->second;
    return known->second;
  }

  const Module* module_at(std::uint64_t address) const {
    for (const Module& module : history_.modules) {
      if (!module.gone_ns && address >= module.map_start && address < module.map_end) return &module;
    }
    return nullptr;
  }

  NamedRoot variable_at(const HeapRoot& root) {
    variable_begin_ = root.where;
    variable_end_ = root.where + 1;
    NamedRoot name{"global", {}, {}, {}};
    const Module* module = module_at(root.where);
    const std::string path = module != nullptr                      ? module->path
                             : root.context < graph_.modules.size() ? graph_.modules[root.context].path
                                                                    : std::string();
    name.module = base_name(path);
    if (module != nullptr) {
      if (std::optional<DataSymbol> symbol = symbolizer_.data_at(root.where, *module)) {
        variable_begin_ = root.where - symbol->offset;
        variable_end_ = variable_begin_ + symbol->size;
        name.name = std::move(symbol->name);
        name.file = std::move(symbol->file);
        return name;
      }
    }
    name.name = "data";  // of a stripped file: all of it is one
    return name;
  }

  NamedRoot thread_local_at(const HeapRoot& root) {
    variable_begin_ = root.where;
    variable_end_ = root.where + 1;
    NamedRoot name{"tls", "thread-local data of " + thread_text(root.context), {}, {}};
    const Module* const program = program_itself();
    if (program == nullptr || root.context >= graph_.threads.size()) return name;
    const std::uint64_t pointer = graph_.threads[root.context].thread_pointer;
    if (root.where >= pointer) return name;
    if (std::optional<DataSymbol> symbol = symbolizer_.thread_local_at(pointer - root.where, *program)) {
      variable_begin_ = root.where - symbol->offset;
      variable_end_ = variable_begin_ + symbol->size;
      name.name = symbol->name + " of " + thread_text(root.context);
      name.file = std::move(symbol->file);
      name.module = base_name(program->path);
    }
    return name;
  }

  const Module* program_itself() const {
    for (const Module& module : history_.modules) {
      if (!module.gone_ns && module.path == history_.process.exe) return &module;
    }
    return nullptr;
  }

  NamedRoot other(const HeapRoot& root) const {
    switch (root.kind) {
      case RootKind::kStack:
        return {"stack", "stack of " + thread_text(root.context), {}, {}};
      case RootKind::kRegister:
        return {"registers", "registers of " + thread_text(root.context), {}, {}};
      case RootKind::kThreadControl:
      case RootKind::kDynamicTls:
        return {"tls", "thread-local data of " + thread_text(root.context), {}, {}};
      case RootKind::kEpoll:
        return {"kernel", "epoll descriptor " + std::to_string(root.context), {}, {}};
      case RootKind::kTimer:
        return {"kernel", "timer " + std::to_string(root.context), {}, {}};
      case RootKind::kIoUring:
        return {"kernel", "io_uring", {}, {}};
      case RootKind::kSignalStack:
        return {"stack", "signal stack of " + thread_text(root.context), {}, {}};
      case RootKind::kUntracedMapping:
        return {"mapping", "memory mapped before or around the recording", {}, {}};
      case RootKind::kPinned:
        return {"registered", "registered by the program", {}, {}};
      case RootKind::kData:
      case RootKind::kStaticTls:
        break;
    }
    return {"other", "root of a newer kind at " + hex_text(root.where), {}, {}};
  }

  std::string thread_text(std::uint32_t index) const {
    if (index >= graph_.threads.size()) return "an unknown thread";
    const std::uint32_t tid = graph_.threads[index].tid;
    const auto thread = std::find_if(history_.threads.begin(), history_.threads.end(),
                                     [tid](const Thread& one) { return one.tid.value == tid; });
    const bool has_name = thread != history_.threads.end() && !thread->name.empty();
    return "thread " + std::to_string(tid) + (has_name ? " (" + thread->name + ")" : std::string());
  }

  const HeapGraph& graph_;
  const HeapHistory& history_;
  Symbolizer& symbolizer_;
  NamedRoots named_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::uint64_t variable_begin_ = 0;
  std::uint64_t variable_end_ = 0;
  std::uint32_t variable_ = 0;
};

}  // namespace

NamedRoots name_roots(const HeapGraph& graph, const RootSet& roots, const HeapHistory& history,
                      Symbolizer& symbolizer) {
  return RootNamer(graph, history, symbolizer).run(roots);
}

std::string text_of(const NamedRoot& root) {
  std::string text = root.name;
  if (!root.file.empty()) text.append(" in ").append(base_name(root.file));
  if (!root.module.empty()) text += " (" + root.module + ")";
  return text;
}

}  // namespace leak::scan
