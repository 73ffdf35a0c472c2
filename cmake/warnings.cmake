# leak_target_defaults(TARGET): the warnings and sanitizers that all of our code is built with.
function(leak_target_defaults target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
    $<$<BOOL:${LEAK_WERROR}>:-Werror>)
  if(LEAK_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${LEAK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${LEAK_SANITIZE})
  endif()
endfunction()
