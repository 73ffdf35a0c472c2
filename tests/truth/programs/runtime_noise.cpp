// Much of libc keeps memory of its own for later: names, locales, conversions, time zones, directories,
// environment.
#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <iconv.h>
#include <netdb.h>
#include <pwd.h>
#include <regex.h>
#include <unistd.h>
#include <clocale>
#include <cstdlib>
#include <ctime>
#include <cwchar>

#include "truth.h"

namespace {

void resolve() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo("localhost", "80", &hints, &found) == 0) freeaddrinfo(found);
  getpwuid(getuid());
  getservbyname("http", "tcp");
}

void convert() {
  std::setlocale(LC_ALL, "C.UTF-8");
  iconv_t converter = iconv_open("UTF-16", "ISO-8859-15");
  if (converter != reinterpret_cast<iconv_t>(-1)) iconv_close(converter);
  wchar_t wide[32];
  std::swprintf(wide, 32, L"%ls", L"wide");
  escape(wide);
}

void ask_the_clock() {
  setenv("TZ", "Europe/Paris", 1);
  tzset();
  const std::time_t now = 1'700'000'000;
  escape(std::localtime(&now));
}

void search() {
  regex_t expression;
  if (regcomp(&expression, "a+(b|c)*", REG_EXTENDED) == 0) {
    regexec(&expression, "aabcb", 0, nullptr, 0);
    regfree(&expression);
  }
  DIR* directory = opendir("/");
  if (directory == nullptr) return;
  readdir(directory);
  closedir(directory);
}

void work(bool) {
  resolve();
  convert();
  ask_the_clock();
  search();
  dlopen("no such library", RTLD_NOW);
  escape(dlerror());
  std::FILE* command = popen("true", "r");
  if (command != nullptr) pclose(command);
  escape(std::getenv("TZ"));
  std::fflush(nullptr);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
