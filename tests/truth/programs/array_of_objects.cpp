// An array of objects with destructors begins with their number, and the program knows only the place
// behind it.
#include <string>

#include "truth.h"

namespace {

[[gnu::used]] std::string* g_kept;

void work(bool fixed) {
  g_kept = new std::string[10];
  std::string* lost = escape(new std::string[5]);
  if (!fixed) return;
  delete[] g_kept;
  delete[] lost;
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
