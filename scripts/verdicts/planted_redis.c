// A module with the command PLANTED. The few functions of the module interface that it needs are declared here, as
// redismodule.h does it; a context begins with the address of the function that finds the others.
#include "planted.h"

typedef struct RedisModuleCtx RedisModuleCtx;
typedef struct RedisModuleString RedisModuleString;
typedef int (*Command)(RedisModuleCtx*, RedisModuleString**, int);

static int (*find_function)(const char* name, void* to);
static void (*set_attributes)(RedisModuleCtx*, const char* name, int version, int interface);
static int (*create_command)(RedisModuleCtx*, const char* name, Command, const char* flags, int, int, int);
static int (*reply_with_number)(RedisModuleCtx*, long long);

static int planted(RedisModuleCtx* context, RedisModuleString** arguments, int count) {
  (void)arguments;
  (void)count;
  planted_request();
  return reply_with_number(context, 1);
}

int RedisModule_OnLoad(RedisModuleCtx* context) {
  find_function = *(int (**)(const char*, void*))context;
  find_function("RedisModule_SetModuleAttribs", &set_attributes);
  find_function("RedisModule_CreateCommand", &create_command);
  find_function("RedisModule_ReplyWithLongLong", &reply_with_number);
  if (set_attributes == NULL || create_command == NULL || reply_with_number == NULL) return 1;
  set_attributes(context, "planted", 1, 1);
  return create_command(context, "planted", planted, "fast", 0, 0, 0);
}
