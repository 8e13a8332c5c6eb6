# SPDX-License-Identifier: MIT
# fluxpp::cimg: what io/image.hpp needs. The build and fluxppConfig.cmake (component cimg) share this file; the target is
# not made when CImg or libpng is missing.
find_path(FLUXPP_CIMG_INCLUDE_DIR CImg.h DOC "The folder of CImg.h")
mark_as_advanced(FLUXPP_CIMG_INCLUDE_DIR)
find_package(PNG QUIET)
find_package(JPEG QUIET)

if(FLUXPP_CIMG_INCLUDE_DIR AND PNG_FOUND AND NOT TARGET fluxpp::cimg)
  add_library(fluxpp::cimg INTERFACE IMPORTED)
  target_include_directories(fluxpp::cimg SYSTEM INTERFACE ${FLUXPP_CIMG_INCLUDE_DIR})
  # No window, no chatter, no threads of its own; files by libpng and libjpeg instead of external programs.
  target_compile_definitions(fluxpp::cimg INTERFACE cimg_display=0 cimg_verbosity=0 cimg_use_openmp=0 cimg_use_png=1)
  target_link_libraries(fluxpp::cimg INTERFACE fluxpp::fluxpp PNG::PNG)
  if(JPEG_FOUND)
    target_compile_definitions(fluxpp::cimg INTERFACE cimg_use_jpeg=1)
    target_link_libraries(fluxpp::cimg INTERFACE JPEG::JPEG)
  endif()
endif()
