# SPDX-License-Identifier: MIT
# What our own tests and examples are compiled with. Nothing here reaches a consumer.

set(CMAKE_CXX_EXTENSIONS OFF)

set(FLUXPP_TEST_DATA_DEFAULT ${PROJECT_SOURCE_DIR}/../shared/data)
if(DEFINED ENV{FLUXPP_TEST_DATA})
  set(FLUXPP_TEST_DATA_DEFAULT $ENV{FLUXPP_TEST_DATA})
endif()
set(FLUXPP_TEST_DATA ${FLUXPP_TEST_DATA_DEFAULT} CACHE PATH "Reference data; tests that need it skip when it is absent")

# fluxpp_options: warnings, sanitizers and the processor.
add_library(fluxpp_options INTERFACE)
target_link_libraries(fluxpp_options INTERFACE fluxpp::fluxpp)
target_compile_options(fluxpp_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  $<$<BOOL:${FLUXPP_NATIVE}>:-march=native>)
if(FLUXPP_WERROR)
  # g++ 12 warns -Wmaybe-uninitialized inside its own AVX-512 intrinsics.
  target_compile_options(fluxpp_options INTERFACE -Werror $<$<CXX_COMPILER_ID:GNU>:-Wno-error=maybe-uninitialized>)
endif()
if(FLUXPP_SANITIZE)
  target_compile_options(fluxpp_options INTERFACE
    -fsanitize=${FLUXPP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND FLUXPP_SANITIZE MATCHES "undefined")
    # g++ 12 refuses to compare addresses of constants in constant evaluation under these three.
    target_compile_options(fluxpp_options INTERFACE -fno-sanitize=null,nonnull-attribute,returns-nonnull-attribute)
  endif()
  target_link_options(fluxpp_options INTERFACE -fsanitize=${FLUXPP_SANITIZE})
endif()

set(FLUXPP_TEST_ENVIRONMENT FLUXPP_TEST_DATA=${FLUXPP_TEST_DATA} OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive
  ASAN_OPTIONS=detect_stack_use_after_return=1:strict_init_order=1)

# fluxpp_register(name LABELS ... COMMAND ...): one ctest entry with the limits that hold for all of them.
function(fluxpp_register name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LABELS;COMMAND;PROPERTIES")
  add_test(NAME ${name} COMMAND ${arg_COMMAND} COMMAND_EXPAND_LISTS)
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 300 SKIP_RETURN_CODE 4
    ENVIRONMENT "${FLUXPP_TEST_ENVIRONMENT}" ${arg_PROPERTIES})
endfunction()
