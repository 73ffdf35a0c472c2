// Stands in for libleakhook.so: says where the trace would go, and makes an empty one.
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((constructor)) static void list_trace(void) {
  const char* list = getenv("LEAKHOOK_LIST");
  const char* output = getenv("LEAKHOOK_OUTPUT");
  if (list == NULL || output == NULL || getenv("LEAKHOOK_ENABLED") != NULL) return;
  const int trace = open(output, O_WRONLY | O_CREAT, 0600);
  const int out = open(list, O_WRONLY | O_APPEND);
  if (write(out, output, strlen(output)) < 0 || write(out, "\n", 1) < 0) abort();
  close(trace);
  close(out);
}
