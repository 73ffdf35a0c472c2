// The functions of LeakSanitizer that programs call: there when it or libleakhook.so is, else null.
#pragma once

#include <cstddef>

extern "C" {
[[gnu::weak]] void __lsan_ignore_object(const void* block);
[[gnu::weak]] void __lsan_disable();
[[gnu::weak]] void __lsan_enable();
[[gnu::weak]] void __lsan_register_root_region(const void* begin, std::size_t size);
[[gnu::weak]] void __lsan_unregister_root_region(const void* begin, std::size_t size);
}
