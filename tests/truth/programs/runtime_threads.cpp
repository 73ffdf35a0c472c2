// Threads come, print, use locales and exceptions, and stay or go: what libc and the C++ library keep for
// that is no leak.
#include <pthread.h>
#include <unistd.h>
#include <clocale>
#include <cstdlib>
#include <iostream>
#include <locale>
#include <string>
#include <thread>
#include <vector>

#include "truth.h"

namespace {

void use_the_runtime() {
  try {
    throw std::string("thrown");
  } catch (const std::string& text) {
    char line[64];
    std::snprintf(line, sizeof line, "%s %.3f", text.c_str(), std::strtod("1.5", nullptr));
    escape(line);
  }
}

void* wait_forever(void*) {
  use_the_runtime();
  for (;;) pause();
  return nullptr;
}

void work(bool) {
  std::setlocale(LC_ALL, "");
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back(use_the_runtime);
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 4; ++i) {
    pthread_t thread;
    pthread_create(&thread, nullptr, wait_forever, nullptr);
  }
  std::cout << std::locale("C").name() << '\n';
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
