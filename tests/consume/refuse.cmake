# SPDX-License-Identifier: MIT
# Configures the find_package consumer with a request that must be refused, with SENTENCE in the output.
execute_process(
  COMMAND ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/find_package -B ${BINARY} -G Ninja --fresh
          -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_PREFIX_PATH=${PREFIX} "-DCONSUMER_REQUEST=${REQUEST}"
  RESULT_VARIABLE code OUTPUT_VARIABLE text ERROR_VARIABLE text)
string(REGEX REPLACE "[ \n]+" " " text "${text}")
string(FIND "${text}" "${SENTENCE}" place)
if(code EQUAL 0 OR place EQUAL -1)
  message(FATAL_ERROR "fluxpp ${REQUEST} must be refused with '${SENTENCE}'; printed: ${text}")
endif()
