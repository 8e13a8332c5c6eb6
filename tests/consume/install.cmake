# SPDX-License-Identifier: MIT
# Installs BUILD into PREFIX by way of another folder: what is installed must not remember where it was put.
file(REMOVE_RECURSE ${PREFIX} ${PREFIX}_first)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${PREFIX}_first COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${PREFIX}_first ${PREFIX})

file(GLOB_RECURSE installed RELATIVE ${PREFIX} ${PREFIX}/*)
foreach(file IN LISTS installed)
  if(NOT file MATCHES "^(include/fluxpp/.*\\.hpp|share/(cmake/fluxpp|pkgconfig|doc/fluxpp|fluxpp/single_include)/.*)$")
    message(FATAL_ERROR "installed, but not part of the package: ${file}")
  endif()
  file(READ ${PREFIX}/${file} text)
  if(text MATCHES "${PREFIX}_first" OR text MATCHES "${SOURCE}")
    message(FATAL_ERROR "${file} names the machine that built it")
  endif()
endforeach()
