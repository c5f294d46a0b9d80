#pragma once

#include <string_view>

#include "mysql/protocol/wire.h"
#include "mysql/types/field.h"

namespace keyspan::mysql {

// The next value of `type` in binary encoding, without its length prefix. Fails the reader when the
// type is unknown or the length is not one that the type can have.
bool ReadBinaryRaw(FieldType type, ByteReader* reader, std::string_view* raw);

// Whether the binary protocol has values of this type at all.
bool IsBinaryType(FieldType type);

}  // namespace keyspan::mysql
