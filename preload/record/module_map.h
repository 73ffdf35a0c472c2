// Loaded objects, each load a module of its own: after dlclose and dlopen the same address belongs to a new
// module id. Found by the loader's lock-free lookup (_dl_find_object, glibc 2.35), else by dl_iterate_phdr.
//
// Thread rules: loaded_object_at from any thread, without a lock of ours; module_of under the pc table's lock;
// resolve_module_lookup once at start-up.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leak::hook {

// An object as the loader describes it now. Pointers are the loader's: valid while code of the object is on
// the calling thread's stack, which is why it was asked for.
struct LoadedObject {
  std::uintptr_t map_start = 0;
  std::uintptr_t map_end = 0;  // 0: none
  std::uintptr_t load_bias = 0;
  const char* name = "";       // "": the program itself
  const std::uint8_t* build_id = nullptr;
  std::size_t build_id_bytes = 0;
};

LoadedObject loaded_object_at(std::uintptr_t pc) noexcept;

struct ModuleAnswer {
  std::uint32_t module_id;  // 0: no loaded object
  bool replaced;            // another module was known at this place: code has changed since
};

// The module id of `object`; one not seen before gets an id and a ModuleRecord.
ModuleAnswer module_of(const LoadedObject& object) noexcept;

// Looks up _dl_find_object. Outside any lock of ours.
void resolve_module_lookup() noexcept;

// A forked child announces the modules in its own trace, under new ids.
void forget_modules() noexcept;

}  // namespace leak::hook
