// Memory that libraries of the system take once and keep. Only functions that allocate for themselves, and
// programs that load no code of others: an entry must never hide a program's own leak that happens to be made
// below it.
#include "suppress/suppressions.h"

namespace leak::scan {

std::string_view built_in_suppressions() {
  return R"(# What leakscan suppresses unless --no-built-in-suppressions is given.
# The loader keeps its list of libraries until the process ends.
leak:^_dl_new_object$
# Thread-local storage of a thread is kept with its stack for the next thread.
leak:^_dl_allocate_tls$
leak:^allocate_dtv$
leak:^_dl_resize_dtv$
# Blocks of thirty-two exit handlers each.
leak:^__new_exitfn$
# Parsed once: the time zone, the name services, the character sets, the locale.
leak:^__tzset_parse_tz$
leak:^tzset_internal$
leak:^__nss_module_allocate$
leak:^__nss_action_allocate$
leak:^__gconv_read_conf$
leak:^_nl_intern_locale_data$
leak:^_nl_find_domain$
# The C++ runtime's reserve for exceptions when memory is short, and its record per thread.
leak:^_GLOBAL__sub_I_eh_alloc.cc$
leak:^(anonymous namespace)::pool::pool$
# GLib keeps one record per thread and its default main context.
leak:^g_thread_self$
leak:^g_main_context_default$
# Shells start tests, and a script that leaves by "exit" leaves its parsed commands behind.
leak:^*/bin/bash$
leak:^*/bin/dash$
)";
}

std::vector<Suppression> parse_built_in_suppressions() {
  std::vector<Suppression> list = parse_suppressions("built in", std::string(built_in_suppressions()));
  for (Suppression& one : list) one.origin = "built in";
  return list;
}

}  // namespace leak::scan
