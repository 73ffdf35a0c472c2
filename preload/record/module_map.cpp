#include "record/module_map.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <cstring>

#include "record/meta_log.h"
#include "sys/clock.h"
#include "sys/pages.h"
#include "sys/paths.h"

namespace leak::hook {

namespace {

// What tells one load of an object from another one at the same place.
struct ModuleIdentity {
  std::uintptr_t map_start;
  std::uintptr_t map_end;
  std::uint64_t name_hash;
  std::uint64_t build_id_hash;

  bool operator==(const ModuleIdentity& other) const noexcept {
    return map_start == other.map_start && map_end == other.map_end && name_hash == other.name_hash &&
           build_id_hash == other.build_id_hash;
  }
};

constexpr std::uint32_t kMaxModules = 8192;

struct KnownModule {
  ModuleIdentity identity;
  bool gone;
};

constinit KnownModule g_modules[kMaxModules] = {};  // index: module id - 1
constinit std::uint32_t g_module_count = 0;

using FindObject = int (*)(void*, struct dl_find_object*);
constinit FindObject g_find_object = nullptr;

std::uint64_t hash_bytes(const void* data, std::size_t size) noexcept {  // FNV-1a
  const unsigned char* bytes = static_cast<const unsigned char*>(data);
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::size_t i = 0; i != size; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3;
  return hash;
}

void read_build_id(const ElfW(Phdr) * headers, std::size_t count, LoadedObject& object) noexcept {
  for (std::size_t i = 0; i != count; ++i) {
    if (headers[i].p_type != PT_NOTE) continue;
    const char* note = reinterpret_cast<const char*>(object.load_bias + headers[i].p_vaddr);
    const char* const end = note + headers[i].p_memsz;
    while (end - note >= static_cast<std::ptrdiff_t>(sizeof(ElfW(Nhdr)))) {
      const ElfW(Nhdr)* header = reinterpret_cast<const ElfW(Nhdr)*>(note);
      const char* name = note + sizeof(*header);
      const char* description = name + ((header->n_namesz + 3U) & ~3U);
      if (description + header->n_descsz > end) break;
      if (header->n_type == NT_GNU_BUILD_ID && header->n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0) {
        object.build_id = reinterpret_cast<const std::uint8_t*>(description);
        object.build_id_bytes = header->n_descsz;
        return;
      }
      note = description + ((header->n_descsz + 3U) & ~3U);
    }
  }
}

// The object's own headers lie at the start of its first mapping.
void read_headers(LoadedObject& object) noexcept {
  const ElfW(Ehdr)* file = reinterpret_cast<const ElfW(Ehdr)*>(object.map_start);
  if (object.map_end - object.map_start < sizeof(*file)) return;
  if (std::memcmp(file->e_ident, ELFMAG, SELFMAG) != 0) return;
  if (file->e_phoff + file->e_phnum * sizeof(ElfW(Phdr)) > object.map_end - object.map_start) return;
  read_build_id(reinterpret_cast<const ElfW(Phdr)*>(object.map_start + file->e_phoff), file->e_phnum, object);
}

struct Search {
  std::uintptr_t pc;
  LoadedObject* object;
};

int visit_object(dl_phdr_info* info, std::size_t, void* data) noexcept {
  Search& search = *static_cast<Search*>(data);
  std::uintptr_t low = UINTPTR_MAX, high = 0;
  for (int i = 0; i != info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD) continue;
    const std::uintptr_t start = info->dlpi_addr + header.p_vaddr;
    if (start < low) low = start;
    if (start + header.p_memsz > high) high = start + header.p_memsz;
  }
  if (search.pc < low || search.pc >= high) return 0;
  search.object->map_start = low & ~std::uintptr_t{sys::kPageBytes - 1};
  search.object->map_end = high;
  search.object->load_bias = info->dlpi_addr;
  search.object->name = info->dlpi_name == nullptr ? "" : info->dlpi_name;
  read_build_id(info->dlpi_phdr, info->dlpi_phnum, *search.object);
  return 1;
}

// The loader's name of an object as a path. The program itself has none; one without a slash is no file (the
// vDSO).
void path_of(const LoadedObject& object, sys::PathText& path) noexcept {
  if (object.name[0] == '\0') return sys::executable_path(path);
  if (std::strchr(object.name, '/') != nullptr) return sys::make_absolute(object.name, path);
  path.add(object.name);
}

std::uint32_t add_module(const LoadedObject& object, const ModuleIdentity& identity) noexcept {
  if (g_module_count == kMaxModules) return 0;
  g_modules[g_module_count] = {identity, false};
  const std::uint32_t id = ++g_module_count;

  sys::PathText path;
  path_of(object, path);
  auto record = make_meta<trace::ModuleRecord>(trace::MetaKind::kModule, sys::now_ticks());
  record.module_id = id;
  record.build_id_bytes = static_cast<std::uint32_t>(object.build_id_bytes);
  record.load_bias = object.load_bias;
  record.map_start = object.map_start;
  record.map_end = object.map_end;
  record.path_bytes = static_cast<std::uint32_t>(path.size());
  append_meta_record(record, {{object.build_id, object.build_id_bytes}, {path.c_str(), path.size()}});
  return id;
}

// Known modules that overlap this one are gone: addresses are not shared.
bool retire_overlapping(const LoadedObject& object) noexcept {
  bool any = false;
  for (std::uint32_t i = 0; i != g_module_count; ++i) {
    KnownModule& known = g_modules[i];
    if (known.gone || known.identity.map_end <= object.map_start ||
        known.identity.map_start >= object.map_end) {
      continue;
    }
    known.gone = true;
    any = true;
    auto record = make_meta<trace::ModuleGoneRecord>(trace::MetaKind::kModuleGone, sys::now_ticks());
    record.module_id = i + 1;
    append_meta_record(record);
  }
  return any;
}

}  // namespace

LoadedObject loaded_object_at(std::uintptr_t pc) noexcept {
  LoadedObject object;
  if (g_find_object == nullptr) {
    Search search{pc, &object};
    dl_iterate_phdr(visit_object, &search);
    return object;
  }
  dl_find_object found{};
  if (g_find_object(reinterpret_cast<void*>(pc), &found) != 0) return object;
  object.map_start = reinterpret_cast<std::uintptr_t>(found.dlfo_map_start);
  object.map_end = reinterpret_cast<std::uintptr_t>(found.dlfo_map_end);
  if (found.dlfo_link_map != nullptr) {
    object.load_bias = found.dlfo_link_map->l_addr;
    object.name = found.dlfo_link_map->l_name == nullptr ? "" : found.dlfo_link_map->l_name;
  }
  read_headers(object);
  return object;
}

ModuleAnswer module_of(const LoadedObject& object) noexcept {
  if (object.map_end == 0) return {0, false};
  const ModuleIdentity identity = {object.map_start, object.map_end,
                                   hash_bytes(object.name, std::strlen(object.name)),
                                   hash_bytes(object.build_id, object.build_id_bytes)};
  for (std::uint32_t i = g_module_count; i-- != 0;) {
    if (!g_modules[i].gone && g_modules[i].identity == identity) return {i + 1, false};
  }
  const bool replaced = retire_overlapping(object);
  return {add_module(object, identity), replaced};
}

void resolve_module_lookup() noexcept {
  g_find_object = reinterpret_cast<FindObject>(dlsym(RTLD_DEFAULT, "_dl_find_object"));
  if (g_find_object == nullptr) dlerror();  // the program must not find an error that is ours
}

void forget_modules() noexcept { g_module_count = 0; }

}  // namespace leak::hook
