#include "patterns/containers.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "patterns/type_names.h"

namespace leak::scan {

namespace {

// How the template arguments of a library's class tell what it holds.
enum class Form {
  kMap,         // <Key, Value, ...>
  kOne,         // <Value, ...>
  kTree,        // <Key, Key or pair<Key const, Value>, ...>
  kNode,        // <Key or pair<Key const, Value>, ...>
  kWholeClass,  // the class's own name is all there is to say
};

struct Known {
  std::string_view head;  // without inline namespaces
  ContainerKind kind;
  Form form;
  std::string_view plain;   // of a map or a sequence; empty: the head
  std::string_view as_set;  // the same without values
};

constexpr auto kKeyed = ContainerKind::kKeyed;
constexpr auto kSequence = ContainerKind::kSequence;

constexpr auto kKnown = std::to_array<Known>({
    {"std::unordered_map", kKeyed, Form::kMap, "", ""},
    {"std::unordered_multimap", kKeyed, Form::kMap, "", ""},
    {"std::unordered_set", kKeyed, Form::kOne, "", ""},
    {"std::map", kKeyed, Form::kMap, "", ""},
    {"std::multimap", kKeyed, Form::kMap, "", ""},
    {"std::set", kKeyed, Form::kOne, "", ""},
    {"std::multiset", kKeyed, Form::kOne, "", ""},
    {"std::_Hashtable", kKeyed, Form::kTree, "std::unordered_map", "std::unordered_set"},
    {"std::__detail::_Map_base", kKeyed, Form::kTree, "std::unordered_map", "std::unordered_set"},
    {"std::__detail::_Insert", kKeyed, Form::kTree, "std::unordered_map", "std::unordered_set"},
    {"std::__detail::_Insert_base", kKeyed, Form::kTree, "std::unordered_map", "std::unordered_set"},
    {"std::_Rb_tree", kKeyed, Form::kTree, "std::map", "std::set"},
    {"std::__detail::_Hash_node", kKeyed, Form::kNode, "std::unordered_map", "std::unordered_set"},
    {"std::_Rb_tree_node", kKeyed, Form::kNode, "std::map", "std::set"},
    {"std::__hash_table", kKeyed, Form::kNode, "std::unordered_map", "std::unordered_set"},
    {"std::__hash_node", kKeyed, Form::kNode, "std::unordered_map", "std::unordered_set"},
    {"std::__tree", kKeyed, Form::kNode, "std::map", "std::set"},
    {"std::__tree_node", kKeyed, Form::kNode, "std::map", "std::set"},
    {"std::vector", kSequence, Form::kOne, "", ""},
    {"std::deque", kSequence, Form::kOne, "", ""},
    {"std::list", kSequence, Form::kOne, "", ""},
    {"std::forward_list", kSequence, Form::kOne, "", ""},
    {"std::_Vector_base", kSequence, Form::kOne, "std::vector", ""},
    {"std::_Deque_base", kSequence, Form::kOne, "std::deque", ""},
    {"std::_List_base", kSequence, Form::kOne, "std::list", ""},
    {"std::_List_node", kSequence, Form::kOne, "std::list", ""},
    {"std::__list_node", kSequence, Form::kOne, "std::list", ""},
    {"std::_Fwd_list_node", kSequence, Form::kOne, "std::forward_list", ""},
    {"boost::unordered::unordered_map", kKeyed, Form::kMap, "", ""},
    {"boost::unordered::unordered_flat_map", kKeyed, Form::kMap, "", ""},
    {"boost::container::flat_map", kKeyed, Form::kMap, "", ""},
    {"boost::container::vector", kSequence, Form::kOne, "", ""},
    {"boost::multi_index::multi_index_container", kKeyed, Form::kOne, "", ""},
    {"absl::flat_hash_map", kKeyed, Form::kMap, "", ""},
    {"absl::node_hash_map", kKeyed, Form::kMap, "", ""},
    {"absl::btree_map", kKeyed, Form::kMap, "", ""},
    {"tsl::robin_map", kKeyed, Form::kMap, "", ""},
    {"QHash", kKeyed, Form::kMap, "", ""},
    {"QMap", kKeyed, Form::kMap, "", ""},
    {"QCache", kKeyed, Form::kMap, "", ""},
    {"QList", kSequence, Form::kOne, "", ""},
    {"QVector", kSequence, Form::kOne, "", ""},
    {"hashbrown::raw::RawTable", kKeyed, Form::kOne, "HashMap", ""},
    {"hashbrown::map::HashMap", kKeyed, Form::kMap, "HashMap", ""},
    {"std::collections::hash::map::HashMap", kKeyed, Form::kMap, "HashMap", ""},
    {"alloc::collections::btree::map::BTreeMap", kKeyed, Form::kMap, "BTreeMap", ""},
    {"alloc::vec::Vec", kSequence, Form::kOne, "Vec", ""},
    {"alloc::raw_vec::RawVec", kSequence, Form::kOne, "Vec", ""},
    {"boost::signals2::signal", ContainerKind::kCallbacks, Form::kWholeClass, "", ""},
    {"sigc::signal", ContainerKind::kCallbacks, Form::kWholeClass, "", ""},
});

// Functions of C libraries, whose containers have no types.
struct KnownFunction {
  std::string_view prefix;
  ContainerKind kind;
  std::string_view plain;
};
constexpr auto kKnownFunctions = std::to_array<KnownFunction>({
    {"g_hash_table_", kKeyed, "GHashTable"},
    {"g_tree_insert", kKeyed, "GTree"},
    {"g_list_", kSequence, "GList"},
    {"g_slist_", kSequence, "GSList"},
    {"g_queue_", kSequence, "GQueue"},
    {"g_ptr_array_", kSequence, "GPtrArray"},
    {"g_array_", kSequence, "GArray"},
    {"g_signal_connect", ContainerKind::kCallbacks, "signal handlers"},
    {"g_closure_", ContainerKind::kCallbacks, "closures"},
    {"QObject::connect", ContainerKind::kCallbacks, "connections of QObject"},
    {"hcreate", kKeyed, "hsearch table"},
    {"hsearch", kKeyed, "hsearch table"},
    {"tsearch", kKeyed, "tsearch tree"},
});

// "std::pair<int const, Page>" is a key and a value; anything else is a key alone.
std::vector<std::string> key_and_value(std::string_view element) {
  const TemplateName pair = take_apart(element);
  const std::string head = plain_type(pair.head);
  const bool is_pair = head == "std::pair" || head == "std::__hash_value_type" || head == "std::__value_type";
  if (!is_pair || pair.arguments.size() != 2) return {plain_type(element)};
  std::string key = plain_type(pair.arguments[0]);
  if (key.ends_with(" const")) key.resize(key.size() - std::string_view(" const").size());
  return {key, plain_type(pair.arguments[1])};
}

std::vector<std::string> contents_of(const Known& known, const TemplateName& name) {
  const std::vector<std::string_view>& arguments = name.arguments;
  switch (known.form) {
    case Form::kMap:
      if (arguments.size() < 2) return {};
      return {plain_type(arguments[0]), plain_type(arguments[1])};
    case Form::kOne:
      return {plain_type(arguments[0])};
    case Form::kTree:
      return arguments.size() < 2 ? std::vector<std::string>{} : key_and_value(arguments[1]);
    case Form::kNode:
      return key_and_value(arguments[0]);
    case Form::kWholeClass:
      break;
  }
  return {};
}

std::optional<Container> container_named(const TemplateName& name) {
  if (name.arguments.empty()) return std::nullopt;
  const std::string head = plain_type(name.head);
  const auto known =
      std::find_if(kKnown.begin(), kKnown.end(), [&head](const Known& one) { return head == one.head; });
  if (known == kKnown.end()) return std::nullopt;
  const std::vector<std::string> contents = contents_of(*known, name);
  std::string_view plain = known->plain.empty() ? known->head : known->plain;
  if (contents.size() == 1 && !known->as_set.empty()) plain = known->as_set;
  Container container{known->kind, std::string(plain)};
  for (std::size_t i = 0; i != contents.size(); ++i) {
    container.name.append(i == 0 ? "<" : ", ").append(contents[i]);
  }
  if (!contents.empty()) {
    container.name += '>';
    if (is_callable(contents.back())) container.kind = ContainerKind::kCallbacks;
  }
  return container;
}

}  // namespace

std::optional<Container> container_of_function(std::string_view function) {
  for (const KnownFunction& known : kKnownFunctions) {
    if (function.starts_with(known.prefix)) return Container{known.kind, std::string(known.plain)};
  }
  if (const std::optional<Container> container = container_named(take_apart(function))) return container;
  // "std::__new_allocator<std::_Rb_tree_node<...> >::allocate", "std::allocator_traits<std::allocator<...>
  // >".
  std::string_view inner = function;
  for (int depth = 0; depth != 4; ++depth) {
    const TemplateName name = take_apart(inner);
    if (name.arguments.empty()) return std::nullopt;
    inner = name.arguments.front();
    const TemplateName part = take_apart(inner);
    if (!part.head.ends_with("_node")) continue;
    return container_named(part);
  }
  return std::nullopt;
}

std::optional<Container> container_of_type(std::string_view type) {
  if (type.ends_with("[]")) {
    const std::string element = plain_type(type.substr(0, type.size() - 2));
    if (element.starts_with("std::__detail::_Hash_node_base")) return std::nullopt;  // its buckets
    return Container{is_callable(element) ? ContainerKind::kCallbacks : kSequence,
                     "std::vector<" + element + ">"};
  }
  return container_named(take_apart(type));
}

bool is_callable(std::string_view type) {
  static constexpr std::array<std::string_view, 5> kCallables = {"std::function<", "std::move_only_function<",
                                                                 "std::_Function_handler<",
                                                                 "boost::function<", "absl::AnyInvocable<"};
  return std::any_of(kCallables.begin(), kCallables.end(), [type](std::string_view callable) {
    return type.find(callable) != std::string_view::npos;
  });
}

bool is_closure(std::string_view type) {
  // As symbols and as debug information of gcc spell it, then as clang does.
  if (type.ends_with('}')) return type.find("{lambda(") != std::string_view::npos;
  if (const std::size_t number = type.rfind("::$_"); number != std::string_view::npos) {
    return type.find_first_not_of("0123456789", number + 4) == std::string_view::npos;
  }
  while (true) {
    const TemplateName name = take_apart(type);
    if (name.arguments.empty()) return false;
    if (name.rest.empty()) return name.head.ends_with("::") && name.arguments.front().starts_with("lambda(");
    type = name.rest;
  }
}

}  // namespace leak::scan
