// An addon with the function planted(). The few functions of Node-API that it needs are declared here.
#include "planted.h"

typedef struct napi_env__* napi_env;
typedef struct napi_value__* napi_value;
typedef struct napi_callback_info__* napi_callback_info;

int napi_create_function(napi_env, const char*, size_t, napi_value (*)(napi_env, napi_callback_info), void*, napi_value*);
int napi_set_named_property(napi_env, napi_value, const char*, napi_value);

static napi_value planted(napi_env environment, napi_callback_info info) {
  (void)environment;
  (void)info;
  planted_request();
  return NULL;
}

napi_value napi_register_module_v1(napi_env environment, napi_value exports) {
  napi_value function = NULL;
  napi_create_function(environment, "planted", 7, planted, NULL, &function);
  napi_set_named_property(environment, exports, "planted", function);
  return exports;
}
