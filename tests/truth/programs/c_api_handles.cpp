// A C library's handle is lost, with all that only the handle knew.
#include <cstdlib>

#include "truth.h"

namespace {

struct Handle {
  char* name;
  struct Table* table;
};

struct Table {
  void* rows[8];
};

void work(bool fixed) {
  auto* handle = escape(static_cast<Handle*>(std::calloc(1, sizeof(Handle))));
  handle->name = strdup("a name of 21 letters");
  handle->table = static_cast<Table*>(std::calloc(1, sizeof(Table)));
  for (void*& row : handle->table->rows) row = std::malloc(40);
  escape(handle);
  if (!fixed) return;
  for (void* row : handle->table->rows) std::free(row);
  std::free(handle->table);
  std::free(handle->name);
  std::free(handle);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
