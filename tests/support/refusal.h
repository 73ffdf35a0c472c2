// What a user is told of input that cannot be used.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/command_error.h"

namespace leak::test {

// The message that `act` refuses its input with; empty when it does not.
template <class Act>
std::string refusal_of(Act&& act) {
  try {
    act();
  } catch (const scan::CommandError& error) {
    EXPECT_EQ(error.code(), scan::ExitCode::kCannot);
    return error.what();
  }
  return {};
}

}  // namespace leak::test
