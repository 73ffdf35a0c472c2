#include "graph/type_names.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

TEST(TypeNames, OfRunTimeTypeInformation) {
  EXPECT_EQ(type_of_rtti("6Parent"), "Parent");
  EXPECT_EQ(type_of_rtti("N3app5CacheE"), "app::Cache");
  EXPECT_EQ(type_of_rtti("St23_Sp_counted_ptr_inplaceI4NodeSaIvELN9__gnu_cxx12_Lock_policyE2EE"), "Node");
  EXPECT_EQ(type_of_rtti("St15_Sp_counted_ptrIP6ParentLN9__gnu_cxx12_Lock_policyE2EE"),
            "control block of shared_ptr<Parent>");
  EXPECT_EQ(type_of_rtti("no such name"), "no such name");
}

TEST(TypeNames, TakeTheFirstTemplateArgument) {
  EXPECT_EQ(first_template_argument("std::allocator<std::pair<A, B> >"), "std::pair<A, B>");
  EXPECT_EQ(first_template_argument("X<A, B<C, D>, E>"), "A");
  EXPECT_EQ(first_template_argument("X<A (*)(B, C), D>"), "A (*)(B, C)");
  EXPECT_EQ(first_template_argument("X<>"), std::nullopt);
  EXPECT_EQ(first_template_argument("X"), std::nullopt);
  EXPECT_EQ(first_template_argument(">>"), std::nullopt);
}

TEST(TypeNames, OfTheFunctionsThatAllocate) {
  EXPECT_EQ(type_of_functions({"operator new(unsigned long)",
                               "std::__new_allocator<Widget>::allocate(unsigned long, void const*)"}),
            "Widget");
  EXPECT_EQ(type_of_functions({"std::__new_allocator<Widget>::allocate(unsigned long, void const*)",
                               "std::_Vector_base<Widget>::_M_allocate(unsigned long)"}),
            "Widget[]");
  EXPECT_EQ(type_of_functions({"std::make_unique<Widget, int>(int&&)"}), "Widget");
  EXPECT_EQ(type_of_functions({"alloc::sync::Arc<app::Node>::new"}), "app::Node");
  EXPECT_EQ(type_of_functions({"std::string::_M_create(unsigned long&, unsigned long)", "main"}),
            "std::string text");
  EXPECT_EQ(type_of_functions({"std::function<void()>::operator=<sessions()::<lambda()>>"}),
            "sessions()::<lambda()>");
  EXPECT_EQ(type_of_functions({"malloc", "main"}), std::nullopt);
  EXPECT_EQ(type_of_functions({}), std::nullopt);
}

}  // namespace
}  // namespace leak::scan
