#include "graph/type_names.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "graph/control_blocks.h"
#include "symbols/demangle.h"

namespace leak::scan {

namespace {

constexpr std::size_t kMostVtableLookups = 20'000;

bool ends_with_function(std::string_view function, std::string_view name) {
  const std::size_t open =
      function.find('(', function.rfind(name) == std::string_view::npos ? 0 : function.rfind(name));
  return function.substr(0, open).ends_with(name);
}

// "std::__new_allocator<Foo>::allocate(...)", "static Foo::allocate": the scope of the function `name`.
std::optional<std::string_view> scope_of(std::string_view function, std::string_view name) {
  const std::size_t at = function.rfind(name);
  if (at == std::string_view::npos || !ends_with_function(function, name)) return std::nullopt;
  return function.substr(0, at);
}

std::optional<std::string> argument_of_scope(std::string_view function, std::string_view name) {
  const std::optional<std::string_view> scope = scope_of(function, name);
  if (!scope || !scope->ends_with('>')) return std::nullopt;
  const std::optional<std::string_view> argument = first_template_argument(*scope);
  return argument ? std::optional<std::string>(*argument) : std::nullopt;
}

// "std::make_unique<Foo, int>(int&&)" -> "Foo".
std::optional<std::string> argument_of_function(std::string_view function, std::string_view prefix) {
  const std::size_t at = function.find(prefix);
  if (at == std::string_view::npos) return std::nullopt;
  int depth = 0;
  for (std::size_t i = at + prefix.size() - 1; i != function.size(); ++i) {
    if (function[i] == '<') ++depth;
    if (function[i] == '>' && --depth == 0) {
      const std::optional<std::string_view> argument = first_template_argument(function.substr(0, i + 1));
      return argument ? std::optional<std::string>(*argument) : std::nullopt;
    }
  }
  return std::nullopt;
}

// The object of a control block or node template; other types as they are.
std::string content_of(std::string type) {
  if (type.find("_Sp_counted_ptr_inplace<") != std::string::npos ||
      type.find("__shared_ptr_emplace<") != std::string::npos) {
    const std::optional<std::string_view> object = first_template_argument(type);
    if (object) return std::string(*object);
  }
  return type;
}

bool is_vector_code(std::string_view function) {
  return function.find("_Vector_base<") != std::string_view::npos ||
         function.find("std::vector<") != std::string_view::npos;
}

}  // namespace

std::optional<std::string_view> first_template_argument(std::string_view name) {
  while (name.ends_with(' ')) name.remove_suffix(1);
  if (!name.ends_with('>')) return std::nullopt;
  int depth = 0;
  std::size_t end = name.size() - 1;  // of the first argument, if no comma comes
  for (std::size_t i = name.size(); i-- != 0;) {
    if (name[i] == '>' || name[i] == ')') ++depth;
    if (name[i] == '(') --depth;
    if (name[i] == ',' && depth == 1) end = i;
    if (name[i] != '<' || --depth != 0) continue;
    std::string_view argument = name.substr(i + 1, end - i - 1);
    while (argument.ends_with(' ')) argument.remove_suffix(1);
    return argument.empty() ? std::nullopt : std::optional(argument);
  }
  return std::nullopt;
}

std::string type_of_rtti(const std::string& mangled) {
  static constexpr std::string_view kPrefix = "typeinfo name for ";
  std::string name = demangle("_ZTS" + mangled);
  if (name.starts_with(kPrefix)) name.erase(0, kPrefix.size());
  if (name == "_ZTS" + mangled) return mangled;
  if (!is_control_block_type(mangled)) return name;
  const std::string object = content_of(name);
  if (object != name) return object;
  std::optional<std::string_view> owned = first_template_argument(name);
  if (owned && owned->ends_with('*')) owned->remove_suffix(1);
  return owned ? "control block of shared_ptr<" + std::string(*owned) + ">" : name;
}

std::optional<std::string> type_of_functions(const std::vector<std::string>& functions) {
  std::optional<std::string> element;
  for (const std::string& function : functions) {
    if (function.find("std::string::_M_create") != std::string::npos ||
        function.find("std::string::_M_construct") != std::string::npos) {
      return "std::string text";
    }
    for (const std::string_view prefix : {"std::make_unique<", "std::make_shared<", "alloc::sync::Arc<",
                                          "alloc::boxed::Box<", "alloc::rc::Rc<"}) {
      std::optional<std::string> type = argument_of_function(function, prefix);
      if (type && !element) element = std::move(type);
    }
    if (!element) element = argument_of_scope(function, "::allocate");
    // What a std::function keeps on the heap: the closure.
    if (!element) element = argument_of_function(function, "std::_Function_base::_Base_manager<");
    if (!element && function.starts_with("std::function<")) {
      const std::size_t target = function.find(">::operator=<");
      if (target != std::string::npos)
        element = argument_of_function(function.substr(target), "::operator=<");
    }
    if (element && is_vector_code(function)) return *element + "[]";
  }
  if (element) element = content_of(std::move(*element));
  return element;
}

const std::string& TypeNames::name_of(NodeId node) {
  const std::uint32_t type = graph_.nodes[node].type;
  if (type == 0) return by_stack(graph_.nodes[node].stack);
  if (by_type_.size() <= graph_.types.size()) by_type_.resize(graph_.types.size() + 1);
  std::optional<std::string>& name = by_type_[type];
  if (!name) name = type_of_rtti(graph_.types[type - 1].name);
  return *name;
}

const std::string& TypeNames::by_stack(StackId stack) {
  const auto [known, is_new] = by_stack_.try_emplace(stack);
  if (!is_new || stack.value == 0) return known->second;
  // The allocation and the few library functions around it; further out nobody knows what it was for.
  static constexpr std::size_t kFramesLookedAt = 6;
  std::vector<std::string> functions;
  for (const PcId pc : names_.frames(stack)) {
    if (functions.size() >= kFramesLookedAt) break;
    const std::vector<std::string>& more = names_.functions(pc);
    functions.insert(functions.end(), more.begin(), more.end());
  }
  known->second = type_of_functions(functions).value_or(std::string());
  return known->second;
}

namespace {

class TypeSpreader {
 public:
  TypeSpreader(HeapGraph& graph, const HeapHistory& history, Symbolizer& symbolizer)
      : graph_(graph), history_(history), symbolizer_(symbolizer) {
    for (std::uint32_t i = 0; i != graph.types.size(); ++i) by_vtable_.emplace(graph.types[i].vtable, i + 1);
  }

  void run() {
    for (HeapNode& node : graph_.nodes) {
      if (node.type == 0 && node.first_word != 0) node.type = type_at(node.first_word);
    }
    for (NodeId node = 0; node != graph_.size(); ++node) type_what_is_owned(node);
  }

 private:
  std::uint32_t type_at(std::uint64_t vtable) {
    const Module* module = module_at(vtable);
    if (module == nullptr) return 0;
    const auto [known, is_new] = by_vtable_.try_emplace(vtable, 0);
    if (!is_new || ++lookups_ > kMostVtableLookups) return known->second;
    static constexpr std::string_view kVtable = "_ZTV";
    const std::optional<DataSymbol> symbol = symbolizer_.data_at(vtable, *module);
    if (symbol && symbol->linker_name.starts_with(kVtable)) {
      known->second = add_type(vtable, symbol->linker_name.substr(kVtable.size()));
    }
    return known->second;
  }

  const Module* module_at(std::uint64_t address) const {
    for (const Module& module : history_.modules) {
      if (!module.gone_ns && address >= module.map_start && address < module.map_end) return &module;
    }
    return nullptr;
  }

  std::uint32_t add_type(std::uint64_t vtable, std::string name) {
    graph_.types.push_back({vtable, std::move(name)});
    return static_cast<std::uint32_t>(graph_.types.size());
  }

  // std::shared_ptr<T>(new T): the block holds a T* behind its counts, and its class is named after it.
  void type_what_is_owned(NodeId node) {
    static constexpr std::uint32_t kOwnedOffset = 16;
    static constexpr std::string_view kClass = "St15_Sp_counted_ptrIP";
    const std::uint32_t type = graph_.nodes[node].type;
    if (type == 0 || !graph_.types[type - 1].name.starts_with(kClass)) return;
    for (const HeapEdge& edge : graph_.edges_of(node)) {
      if (edge.from_offset != kOwnedOffset || edge.to_offset != 0 || graph_.nodes[edge.to].type != 0)
        continue;
      const auto [known, is_new] = owned_.try_emplace(type, 0);
      if (is_new) {
        std::string name = graph_.types[type - 1].name.substr(kClass.size());
        const std::size_t policy = name.rfind("LN9__gnu_cxx12_Lock_policyE");
        name.resize(std::min(policy, name.size()));
        known->second = add_type(0, std::move(name));
      }
      graph_.nodes[edge.to].type = known->second;
    }
  }

  HeapGraph& graph_;
  const HeapHistory& history_;
  Symbolizer& symbolizer_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_vtable_;
  std::unordered_map<std::uint32_t, std::uint32_t> owned_;  // type of a control block -> type of its object
  std::size_t lookups_ = 0;
};

}  // namespace

void spread_types(HeapGraph& graph, const HeapHistory& history, Symbolizer& symbolizer) {
  TypeSpreader(graph, history, symbolizer).run();
}

}  // namespace leak::scan
