#include <leakhook/leakhook.h>

int main(void) { return leakhook_snapshot("here") ? 0 : 5; }
