find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gflags REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)

# Packages without a CMake file of their own: keyspan::<name> from header and library names.
function(keyspan_find name header library)
  find_path(${name}_INCLUDE ${header} REQUIRED)
  find_library(${name}_LIBRARY ${library} REQUIRED)
  add_library(keyspan::${name} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(keyspan::${name} PROPERTIES
    IMPORTED_LOCATION ${${name}_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${${name}_INCLUDE})
endfunction()

keyspan_find(glog glog/logging.h glog)
keyspan_find(xxhash xxhash.h xxhash)
keyspan_find(zstd zstd.h zstd)
keyspan_find(mariadb mariadb/mysql.h mariadb)
keyspan_find(zookeeper zookeeper/zookeeper.h zookeeper_mt)
keyspan_find(mimalloc mimalloc.h mimalloc)

# What the servers allocate with: most frames of coroutines are larger than what glibc keeps ready
# for a thread. Nothing of it is called by name. Sanitizers bring an allocator of their own.
add_library(keyspan_allocator INTERFACE)
if(NOT KEYSPAN_SANITIZE)
  target_link_libraries(keyspan_allocator INTERFACE
    -Wl,--push-state,--no-as-needed keyspan::mimalloc -Wl,--pop-state)
endif()
