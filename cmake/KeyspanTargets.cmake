# keyspan_library(name DEPS a b EXTERNAL x y)
#   One static library from all *.cc directly in the current folder. DEPS are libraries of ours
#   and at the same time the folders that this folder may include; EXTERNAL are imported targets.
# keyspan_binary(name MAIN file DEPS ...)
#   An executable in build/<preset>/bin.
# keyspan_unit_tests(folder DEPS ...)
#   One GoogleTest binary from all *_test.cc directly in the current test folder.
# keyspan_fuzz_target(name SOURCE file DEPS ...)
#   A libFuzzer binary in build/fuzz/bin (only with KEYSPAN_FUZZ).

set_property(GLOBAL PROPERTY KEYSPAN_EDGES "")

function(keyspan_library name)
  cmake_parse_arguments(ARG "" "" "DEPS;EXTERNAL;SOURCES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  list(FILTER sources EXCLUDE REGEX "(_main|_fuzz|_bench)\\.cc$")
  list(APPEND sources ${ARG_SOURCES})
  if(sources)
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
    target_link_libraries(${name} PUBLIC ${ARG_DEPS} ${ARG_EXTERNAL})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
    target_link_libraries(${name} INTERFACE ${ARG_DEPS} ${ARG_EXTERNAL})
  endif()
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  string(REPLACE ";" "," deps "${ARG_DEPS}")
  set_property(GLOBAL APPEND PROPERTY KEYSPAN_EDGES "${folder} ${name} ${deps}")
endfunction()

function(keyspan_binary name)
  cmake_parse_arguments(ARG "" "MAIN" "DEPS;EXTERNAL" ${ARGN})
  add_executable(${name} ${ARG_MAIN})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} ${ARG_EXTERNAL})
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  string(REPLACE ";" "," deps "${ARG_DEPS}")
  set_property(GLOBAL APPEND PROPERTY KEYSPAN_EDGES "${folder}/${ARG_MAIN} ${name} ${deps}")
endfunction()

function(keyspan_unit_tests folder)
  cmake_parse_arguments(ARG "" "" "DEPS;EXTERNAL" ${ARGN})
  string(REPLACE "/" "_" stem ${folder})
  set(name ${stem}_unit_tests)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} ${ARG_EXTERNAL} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE KEYSPAN_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_test(NAME unit.${folder} COMMAND ${name})
  set_tests_properties(unit.${folder} PROPERTIES TIMEOUT 300 LABELS unit)
endfunction()

function(keyspan_fuzz_target name)
  if(NOT KEYSPAN_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "SOURCE" "DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCE})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
endfunction()

# keyspan_proto_library(name PROTOS a.proto DEPS ...): C++ code for the .proto files of a folder,
# included as "<folder>/a.pb.h".
function(keyspan_proto_library name)
  cmake_parse_arguments(ARG "" "" "PROTOS;DEPS" ${ARGN})
  set(outputs)
  foreach(proto IN LISTS ARG_PROTOS)
    file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${proto})
    string(REGEX REPLACE "\\.proto$" "" stem ${path})
    add_custom_command(
      OUTPUT ${CMAKE_BINARY_DIR}/${stem}.pb.cc ${CMAKE_BINARY_DIR}/${stem}.pb.h
      COMMAND protobuf::protoc --proto_path=${CMAKE_SOURCE_DIR} --cpp_out=${CMAKE_BINARY_DIR} ${path}
      WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
      DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${proto})
    list(APPEND outputs ${CMAKE_BINARY_DIR}/${stem}.pb.cc)
  endforeach()
  add_library(${name} STATIC ${outputs})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf ${ARG_DEPS})
  target_compile_options(${name} PRIVATE -w)
endfunction()

# Writes the allowed edges for scripts/check_includes. Called once, after all folders.
function(keyspan_write_edges file)
  get_property(edges GLOBAL PROPERTY KEYSPAN_EDGES)
  string(REPLACE ";" "\n" text "${edges}")
  file(WRITE ${file} "${text}\n")
endfunction()
