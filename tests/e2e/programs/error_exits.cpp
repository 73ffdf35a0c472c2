// Ends the program in one of the ways that lead into the C library's own exit(): argument 1 says which. Objects that
// are static in a function, and global ones, free their block after that.
#include <argp.h>
#include <err.h>
#include <errno.h>
#include <error.h>
#include <pthread.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

struct Owner {
  explicit Owner(const char* name) : block(strdup(name)) {}
  ~Owner() { free(block); }
  char* block;
};

Owner g_owner("global");

void with_arguments(void (*end)(int, const char*, va_list), int status, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  end(status, format, arguments);
  va_end(arguments);
}

void finish(const char* way) {
  errno = ENOENT;
  const auto is = [way](const char* name) { return std::strcmp(way, name) == 0; };
  if (is("err")) err(3, "%s %.1f %.1f %d %d %d %d", "text", 1.5, 2.5, 1, 2, 3, 4);
  if (is("errx")) errx(4, "%s %.1f %.1f %d %d %d %d", "text", 1.5, 2.5, 1, 2, 3, 4);
  if (is("verr")) with_arguments(verr, 5, "%s %.1f", "text", 1.5);
  if (is("verrx")) with_arguments(verrx, 6, "%s %.1f", "text", 1.5);
  if (is("error")) error(7, ENOENT, "%s %.1f %.1f %d %d %d", "text", 1.5, 2.5, 1, 2, 3);
  if (is("error_at_line")) error_at_line(8, ENOENT, "file", 12, "%s %.1f %d %d", "text", 1.5, 1, 2);
  if (is("argp")) argp_state_help(nullptr, stderr, ARGP_HELP_EXIT_ERR);
  if (is("pthread_exit")) pthread_exit(nullptr);
  if (is("messages")) {
    error(0, 0, "no end");
    error_one_per_line = 1;
    error_at_line(0, 0, "file", 12, "no end either");
    error_at_line(9, 0, "file", 12, "said already");
  }
}

}  // namespace

int main(int argc, char** argv) {
  static Owner local("local");
  finish(argc > 1 ? argv[1] : "");
  // Only now: a view that a message had taken would not have it.
  static Owner late("late");
  return 0;
}
