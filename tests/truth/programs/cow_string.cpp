// Strings of the old C++ ABI point to their characters; length, capacity and use count lie before these.
#define _GLIBCXX_USE_CXX11_ABI 0
#include <string>

#include "truth.h"

namespace {

[[gnu::used]] std::string* g_names;

void work(bool fixed) {
  g_names = new std::string[10];
  for (int i = 0; i < 10; ++i) g_names[i].assign(75, 'n');
  if (fixed) delete[] g_names;
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
