// Allocates in every kind of frame and on every kind of stack, and writes down the stacks it should be seen
// with: alloca, over-aligned frames, exceptions, longjmp, callbacks from libc, coroutines, a signal handler
// on a stack of its own, libraries that follow each other at one address.
//
//   stack_torture LOG PLUGIN_A PLUGIN_B [ROUNDS]
//
// The log: "code LOW HIGH" for each range of code whose frames are accounted for, then one line per
// allocation of kMarkerBytes, leaf first: "LOW-HIGH ..." for the return addresses within that code.
#include <alloca.h>
#include <dlfcn.h>
#include <link.h>
#include <setjmp.h>
#include <signal.h>
#include <ucontext.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "known.h"
#include "shadow_stack.h"

extern "C" {
extern char __executable_start;
extern char etext;
void _start();
}

ShadowStack* g_shadow;

namespace {

constexpr int kMarkerBytes = 777;
constexpr int kCoroutines = 4;

ShadowStack g_main_shadow;
FILE* g_log;
unsigned g_random = 1;

// How the innermost walk can be left from below; none: it has to return.
struct Escape {
  jmp_buf* target;  // null: throw
};
Escape* g_escape;

unsigned pick(unsigned count) {
  g_random = g_random * 1664525U + 1013904223U;
  return (g_random >> 8) % count;
}

#define FRAME __attribute__((noinline, noclone))
void walk(int depth);

FRAME void grab() {
  const int before = SHADOW_ENTER();
  SHADOW_WITHIN(&grab);
  g_sink = std::malloc(kMarkerBytes);
  for (int i = g_shadow->depth; i-- != 0;) {
    std::fprintf(g_log, "%lx-%lx ", g_shadow->entries[i].low, g_shadow->entries[i].high);
  }
  std::fputc('\n', g_log);
  std::free(g_sink);
  shadow_leave(before);
}

FRAME void plain(int depth) {
  const int before = SHADOW_ENTER();
  walk(depth - 1);
  if (pick(2) == 0) walk(depth - 2);
  shadow_leave(before);
}

FRAME void with_alloca(int depth) {
  const int before = SHADOW_ENTER();
  auto* const room = static_cast<volatile char*>(alloca(16 + pick(2000)));
  room[0] = 1;
  walk(depth - 1);
  room[1] = room[0];
  shadow_leave(before);
}

// Arguments on the stack, an aligned local and alloca: the frame is reached through a register of its own
// (DRAP).
FRAME int aligned(int depth, int, int, int, int, int, int seventh, int eighth) {
  const int before = SHADOW_ENTER();
  alignas(64) volatile char local[128];
  auto* const room = static_cast<volatile char*>(alloca(16 + pick(500)));
  local[0] = 1;
  room[0] = 1;
  walk(depth - 1);
  room[1] = local[0];
  shadow_leave(before);
  return seventh + eighth;
}

FRAME void catching(int depth) {
  const int before = SHADOW_ENTER();
  const int here = g_shadow->depth;
  Escape escape{nullptr};
  Escape* const outer = g_escape;
  g_escape = &escape;
  try {
    walk(depth - 1);
  } catch (int) {
    shadow_leave(here);
  }
  g_escape = outer;
  grab();
  shadow_leave(before);
}

FRAME void jumping(int depth) {
  const int before = SHADOW_ENTER();
  const int here = g_shadow->depth;
  jmp_buf target;
  Escape escape{&target};
  Escape* const volatile outer = g_escape;
  g_escape = &escape;
  if (setjmp(target) == 0) {
    walk(depth - 1);
  } else {
    shadow_leave(here);
  }
  g_escape = outer;
  grab();
  shadow_leave(before);
}

int compare(const void*, const void*, void* depth) {
  walk(*static_cast<const int*>(depth));
  return 0;
}

FRAME void called_back(int depth) {
  const int before = SHADOW_ENTER();
  char elements[2] = {0, 1};
  int below = depth - 1;
  SHADOW_WITHIN(&called_back);
  qsort_r(elements, 2, 1, compare, &below);
  shadow_leave(before);
}

// No way out of a signal handler but to return.
void on_signal(int) {
  Escape* const outer = g_escape;
  g_escape = nullptr;
  walk(3);
  g_escape = outer;
}

FRAME void signalled() {
  const int before = SHADOW_ENTER();
  SHADOW_WITHIN(&signalled);
  raise(SIGUSR1);
  shadow_leave(before);
}

FRAME void escape() {
  const int before = SHADOW_ENTER();
  if (g_escape->target == nullptr) throw 1;
  longjmp(*g_escape->target, 1);
  shadow_leave(before);
}

FRAME void walk(int depth) {
  const int before = SHADOW_ENTER();
  if (depth <= 0) {
    grab();
    if (g_escape != nullptr && pick(4) == 0) escape();
  } else {
    switch (pick(7)) {
      case 0:
        plain(depth);
        break;
      case 1:
        with_alloca(depth);
        break;
      case 2:
        aligned(depth, 2, 3, 4, 5, 6, 7, 8);
        break;
      case 3:
        catching(depth);
        break;
      case 4:
        jumping(depth);
        break;
      case 5:
        called_back(depth);
        break;
      default:
        grab();
        walk(depth - 1);
        break;
    }
  }
  shadow_leave(before);
}

struct Coroutine {
  ucontext_t context;
  ShadowStack shadow;
  alignas(16) char stack[256 << 10];
};
Coroutine g_coroutines[kCoroutines];
ucontext_t g_scheduler;

void coroutine_body(int index) {
  for (;;) {
    walk(8);
    swapcontext(&g_coroutines[index].context, &g_scheduler);
  }
}

FRAME void start_coroutine(int index) {
  Coroutine& coroutine = g_coroutines[index];
  require(getcontext(&coroutine.context) == 0, "getcontext");
  coroutine.context.uc_stack.ss_sp = coroutine.stack;
  coroutine.context.uc_stack.ss_size = sizeof coroutine.stack;
  coroutine.context.uc_link = nullptr;
  makecontext(&coroutine.context, reinterpret_cast<void (*)()>(coroutine_body), 1, index);
}

FRAME void resume(Coroutine& coroutine) {
  g_shadow = &coroutine.shadow;
  swapcontext(&g_scheduler, &coroutine.context);
  g_shadow = &g_main_shadow;
}

FRAME void from_plugin() {
  const int before = SHADOW_ENTER();
  walk(4);
  shadow_leave(before);
}

void log_code_of(void* library) {
  static const void* seen[8];
  link_map* map = nullptr;
  require(dlinfo(library, RTLD_DI_LINKMAP, &map) == 0, "dlinfo");
  for (const void*& base : seen) {
    if (base == reinterpret_cast<const void*>(map->l_addr)) return;
    if (base != nullptr) continue;
    base = reinterpret_cast<const void*>(map->l_addr);
    std::fprintf(g_log, "code %lx %lx\n", map->l_addr, map->l_addr + 0x4000);
    return;
  }
  require(false, "too many places for plugins");
}

FRAME void with_plugin(const char* path) {
  const int before = SHADOW_ENTER();
  void* const library = dlopen(path, RTLD_NOW);
  require(library != nullptr, path);
  log_code_of(library);
  auto* const call = reinterpret_cast<void (*)(void (*)())>(dlsym(library, "plugin_call"));
  require(call != nullptr, "plugin_call");
  call(from_plugin);
  require(dlclose(library) == 0, "dlclose");
  shadow_leave(before);
}

void install_handler() {
  static char alternate[256 << 10];
  const stack_t stack = {alternate, 0, sizeof alternate};
  require(sigaltstack(&stack, nullptr) == 0, "sigaltstack");
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK;
  require(sigaction(SIGUSR1, &action, nullptr) == 0, "sigaction");
}

}  // namespace

int main(int argc, char** argv) {
  require(argc >= 4, "usage: stack_torture LOG PLUGIN_A PLUGIN_B [ROUNDS]");
  g_log = std::fopen(argv[1], "w");
  require(g_log != nullptr, argv[1]);
  std::fprintf(g_log, "code %p %p\n", static_cast<void*>(&__executable_start), static_cast<void*>(&etext));
  g_shadow = &g_main_shadow;
  SHADOW_WITHIN(&_start);
  install_handler();
  for (int index = 0; index != kCoroutines; ++index) start_coroutine(index);
  const int rounds = argc > 4 ? std::atoi(argv[4]) : 100;
  for (int round = 0; round != rounds; ++round) {
    walk(10);
    signalled();
    resume(g_coroutines[round % kCoroutines]);
    with_plugin(argv[2 + round % 2]);
  }
  require(std::fclose(g_log) == 0, "fclose");
  std::puts("all stacks logged");
  return 0;
}
