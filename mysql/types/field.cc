#include "mysql/types/field.h"

namespace keyspan::mysql {

bool IsIntegerType(FieldType type) {
  switch (type) {
    case FieldType::kTiny:
    case FieldType::kShort:
    case FieldType::kInt24:
    case FieldType::kLong:
    case FieldType::kLongLong:
    case FieldType::kYear:
      return true;
    default:
      return false;
  }
}

bool IsStringType(FieldType type) {
  switch (type) {
    case FieldType::kFloat:
    case FieldType::kDouble:
    case FieldType::kNull:
    case FieldType::kTimestamp:
    case FieldType::kDate:
    case FieldType::kTime:
    case FieldType::kDatetime:
      return false;
    default:
      return !IsIntegerType(type);
  }
}

}  // namespace keyspan::mysql
