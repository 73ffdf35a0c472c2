#include "patterns/containers.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

using enum ContainerKind;

TEST(Containers, KnowsFunctionsThatAllocateForThem) {
  const std::pair<const char*, Container> cases[] = {
      {"std::_Hashtable<int, std::pair<int const, Page>, std::allocator<std::pair<int const, Page> > "
       ">::_M_emplace",
       {kKeyed, "std::unordered_map<int, Page>"}},
      {"std::_Hashtable<int, int, std::allocator<int> >::_M_insert", {kKeyed, "std::unordered_set<int>"}},
      {"std::_Rb_tree<Key, std::pair<Key const, Page>, std::_Select1st<X> >::_M_create_node",
       {kKeyed, "std::map<Key, Page>"}},
      {"std::unordered_map<int, Page>::operator[]", {kKeyed, "std::unordered_map<int, Page>"}},
      {"std::vector<Page*, std::allocator<Page*> >::_M_realloc_insert<Page*>",
       {kSequence, "std::vector<Page*>"}},
      {"std::__cxx11::list<Page, std::allocator<Page> >::push_back", {kSequence, "std::list<Page>"}},
      {"std::__new_allocator<std::_Rb_tree_node<std::pair<int const, Page> > >::allocate",
       {kKeyed, "std::map<int, Page>"}},
      {"std::vector<std::function<void ()>, std::allocator<std::function<void ()> > >::push_back",
       {kCallbacks, "std::vector<std::function<void ()>>"}},
      {"g_hash_table_insert", {kKeyed, "GHashTable"}},
      {"g_signal_connect_data", {kCallbacks, "signal handlers"}},
  };
  for (const auto& [function, container] : cases)
    EXPECT_EQ(container_of_function(function), container) << function;
}

TEST(Containers, OtherFunctionsAreNone) {
  for (const char* function : {"malloc", "std::__new_allocator<char>::allocate", "std::make_shared<Page>",
                               "Cache<int, Page>::insert", "my_hash_table_insert", "std::vector<",
                               "std::function<void ()>::operator()"}) {
    EXPECT_EQ(container_of_function(function), std::nullopt) << function;
  }
}

TEST(Containers, KnowsTheBlocksTheyAreMadeOf) {
  EXPECT_EQ(container_of_type("std::__detail::_Hash_node<std::pair<int const, std::string>, false>"),
            (Container{kKeyed, "std::unordered_map<int, std::string>"}));
  EXPECT_EQ(container_of_type("std::_List_node<Event>"), (Container{kSequence, "std::list<Event>"}));
  EXPECT_EQ(container_of_type("Page*[]"), (Container{kSequence, "std::vector<Page*>"}));
  EXPECT_EQ(container_of_type("std::function<void ()>[]"),
            (Container{kCallbacks, "std::vector<std::function<void ()>>"}));
  EXPECT_EQ(container_of_type("std::__detail::_Hash_node_base*[]"), std::nullopt);
  EXPECT_EQ(container_of_type("Page"), std::nullopt);
}

TEST(Containers, KnowsClosuresAsCompilersNameThem) {
  EXPECT_TRUE(is_closure("Session::start()::{lambda()#1}"));
  EXPECT_TRUE(is_closure("(anonymous namespace)::work(bool)::<lambda(int)>"));
  EXPECT_TRUE(is_closure("Pool<Job>::run()::<lambda()>"));
  EXPECT_TRUE(is_closure("main::$_0"));
  EXPECT_FALSE(is_closure("std::tuple<work()::<lambda()>>"));
  EXPECT_FALSE(
      is_closure("std::thread::_State_impl<std::thread::_Invoker<std::tuple<main::{lambda()#1}> > >"));
  EXPECT_FALSE(is_closure("Page"));
  EXPECT_TRUE(is_callable("std::function<void ()>"));
  EXPECT_FALSE(is_callable("std::future<int>"));
}

}  // namespace
}  // namespace leak::scan
