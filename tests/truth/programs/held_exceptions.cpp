// Exceptions that are kept for later lie behind a header that the C++ runtime puts before them.
#include <exception>

#include "truth.h"

namespace {

struct Problem {
  long code[2];
};

[[gnu::used]] std::exception_ptr g_problems[10];

void work(bool fixed) {
  for (std::exception_ptr& problem : g_problems) problem = std::make_exception_ptr(Problem{{1, 2}});
  if (!fixed) return;
  for (std::exception_ptr& problem : g_problems) problem = nullptr;
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
