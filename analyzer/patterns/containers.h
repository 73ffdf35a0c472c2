// Containers by the names that their libraries gave them: of the functions that allocate for them, and of the
// nodes and arrays that they are made of. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leak::scan {

enum class ContainerKind {
  kKeyed,      // finds by a key: what caches and registries are made of
  kSequence,   // appended to
  kCallbacks,  // keeps functions to be called later
};

struct Container {
  ContainerKind kind = ContainerKind::kSequence;
  std::string name;  // "std::unordered_map<int, std::string>"

  bool operator==(const Container&) const = default;
};

// Of a function that allocates for one, without parameters:
// "std::_Hashtable<int, std::pair<int const, Page>, ...>::_M_insert_unique_node" -> unordered_map<int, Page>.
std::optional<Container> container_of_function(std::string_view function);

// Of a block that is a part of one: "std::_Rb_tree_node<std::pair<int const, Page> >" -> map<int, Page>,
// "Page[]" -> vector<Page>.
std::optional<Container> container_of_type(std::string_view type);

// What is called later: std::function and its like.
bool is_callable(std::string_view type);

// A lambda's own object.
bool is_closure(std::string_view type);

}  // namespace leak::scan
