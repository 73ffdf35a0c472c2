// What a block is, in words of the source: from its vtable, from the shared pointer that owns it, or from the
// templates in the stack that allocated it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/heap_graph.h"
#include "graph/stack_names.h"
#include "symbols/symbolizer.h"

namespace leak::scan {

// The type that a name of run-time type information stands for: "6Parent" -> "Parent". A control block of
// make_shared is its object.
std::string type_of_rtti(const std::string& mangled);

// What these functions (leaf first, demangled) allocate; nullopt when they do not tell.
// "std::__new_allocator<Foo>::allocate" -> "Foo", "std::vector<Foo>::_M_realloc_insert" -> "Foo[]".
std::optional<std::string> type_of_functions(const std::vector<std::string>& functions);

// First argument of the template at the end of `name`: "std::__new_allocator<std::pair<A, B> >" ->
// "std::pair<A, B>". nullopt when it is no template.
std::optional<std::string_view> first_template_argument(std::string_view name);

class TypeNames {
 public:
  TypeNames(const HeapGraph& graph, StackNames& names) : graph_(graph), names_(names) {}

  // Empty when unknown. Looks at the stack only for what has no better evidence.
  const std::string& name_of(NodeId node);

 private:
  const std::string& by_stack(StackId stack);

  const HeapGraph& graph_;
  StackNames& names_;
  std::vector<std::optional<std::string>> by_type_;  // index: HeapNode::type
  std::unordered_map<StackId, std::string> by_stack_;
};

// Gives every node a type whose first word is the vtable pointer of one, or whose control block says what it
// owns; vtables that no type is known for are looked up among the symbols (programs without run-time type
// information).
void spread_types(HeapGraph& graph, const HeapHistory& history, Symbolizer& symbolizer);

}  // namespace leak::scan
