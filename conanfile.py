# SPDX-License-Identifier: MIT
"""Conan 2 recipe; the version is read from core/version.hpp."""
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, load
from conan.tools.layout import basic_layout

required_conan_version = ">=2.0"


class FluxppRecipe(ConanFile):
    name = "fluxpp"
    description = "Header-only C++20 differentiable programming: static graphs, gradients, models"
    license = "MIT"
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"with_xsimd": [True, False], "with_xtensor": [True, False], "with_hana": [True, False]}
    default_options = {"with_xsimd": True, "with_xtensor": True, "with_hana": True, "boost/*:header_only": True}
    exports_sources = "include/*", "LICENSE"
    no_copy_source = True

    def set_version(self):
        text = load(self, os.path.join(self.recipe_folder, "include/fluxpp/core/version.hpp"))
        parts = ("MAJOR", "MINOR", "PATCH")
        self.version = ".".join(re.search(rf"FLUXPP_VERSION_{part} (\d+)", text)[1] for part in parts)

    def layout(self):
        basic_layout(self, src_folder=".")

    def requirements(self):
        if self.options.with_xtensor:  # brings its own xsimd: two versions would be a conflict
            self.requires("xtensor/[>=0.24.7 <0.28]")
        elif self.options.with_xsimd:
            self.requires("xsimd/[>=8 <15]")
        if self.options.with_hana:
            self.requires("boost/[>=1.74 <2]", headers=True, transitive_headers=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def package_id(self):
        self.info.clear()

    def package(self):
        copy(self, "*.hpp", os.path.join(self.source_folder, "include"), os.path.join(self.package_folder, "include"))
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        self.cpp_info.set_property("cmake_file_name", "fluxpp")
        self.cpp_info.set_property("cmake_target_name", "fluxpp::fluxpp")
        self.cpp_info.set_property("pkg_config_name", "fluxpp")
        for package in ("xsimd", "xtensor", "hana"):
            if not self.options.get_safe(f"with_{package}"):
                self.cpp_info.defines.append(f"FLUXPP_NO_{package.upper()}")
        if self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["pthread"]
