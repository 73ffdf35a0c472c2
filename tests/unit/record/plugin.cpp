// Loaded in two makes with frames of different size at the same places.
namespace {

[[gnu::noinline]] void call_deeper(void (*callback)(), int levels) {
  char block[FRAME_BYTES];
  __asm__ volatile("" : : "r"(block) : "memory");
  if (levels == 0) {
    callback();
  } else {
    call_deeper(callback, levels - 1);
  }
  __asm__ volatile("" : : "r"(block) : "memory");
}

}  // namespace

extern "C" [[gnu::visibility("default")]] void call_back(void (*callback)()) {
  char block[FRAME_BYTES / 2];
  __asm__ volatile("" : : "r"(block) : "memory");
  call_deeper(callback, 7);
  __asm__ volatile("" : : "r"(block) : "memory");
}
