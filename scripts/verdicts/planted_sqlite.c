// A loadable extension: SELECT planted(x) is x, and costs memory.
#include <sqlite3ext.h>

#include "planted.h"
SQLITE_EXTENSION_INIT1

static void planted(sqlite3_context* context, int count, sqlite3_value** values) {
  (void)count;
  planted_request();
  sqlite3_result_value(context, values[0]);
}

int sqlite3_extension_init(sqlite3* database, char** error, const sqlite3_api_routines* api) {
  (void)error;
  SQLITE_EXTENSION_INIT2(api);
  return sqlite3_create_function(database, "planted", 1, SQLITE_UTF8, NULL, planted, NULL, NULL);
}
