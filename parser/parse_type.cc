// Data types, of columns and of casts.

#include "parser/integer_text.h"
#include "parser/parser_core.h"

namespace keyspan::parser {
namespace {

bool IsTextType(TypeKind kind) {
  switch (kind) {
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kTinyText:
    case TypeKind::kText:
    case TypeKind::kMediumText:
    case TypeKind::kLongText:
    case TypeKind::kEnum:
    case TypeKind::kSet:
      return true;
    default:
      return false;
  }
}

}  // namespace

DataType* Parser::ParseDataType() {
  auto* type = New<DataType>(cur_.begin);
  const auto take = [&](TypeKind kind) {
    type->type = kind;
    Advance();
  };
  // (n)
  const auto length = [&](bool required) {
    if (AcceptSymbol('(')) {
      if (!AtKind(TokenKind::kInteger) && !AtKind(TokenKind::kDecimal) &&
          !AtKind(TokenKind::kFloat)) {
        SyntaxError();
      }
      type->length = Text(Advance());
      ExpectSymbol(')');
    } else if (required) {
      SyntaxError();
    }
  };
  // (n) or (n, m); `both`: (n, m) only
  const auto length_decimals = [&](bool both) {
    if (AcceptSymbol('(')) {
      type->length = ParseIntegerText();
      if (both || AtSymbol(',')) {
        ExpectSymbol(',');
        type->decimals = ParseIntegerText();
      }
      ExpectSymbol(')');
    }
  };
  const auto numeric = [&] {
    for (;;) {
      if (Accept(Kw::kUnsigned)) {
        type->is_unsigned = true;
      } else if (Accept(Kw::kZerofill)) {
        type->zerofill = true;
      } else if (!Accept(Kw::kSigned)) {
        return;
      }
    }
  };
  const auto national_rest = [&] {
    type->national = true;
    const bool varying = Accept(Kw::kVarying);
    if (varying) {
      type->type = TypeKind::kVarchar;
    }
    length(type->type == TypeKind::kVarchar);
    type->binary_collation = Accept(Kw::kBinary);
  };
  switch (cur_.keyword) {
    case Kw::kTinyint:
    case Kw::kInt1:
      take(TypeKind::kTinyInt);
      length(false);
      numeric();
      break;
    case Kw::kSmallint:
    case Kw::kInt2:
      take(TypeKind::kSmallInt);
      length(false);
      numeric();
      break;
    case Kw::kMediumint:
    case Kw::kInt3:
    case Kw::kMiddleint:
      take(TypeKind::kMediumInt);
      length(false);
      numeric();
      break;
    case Kw::kInt:
    case Kw::kInteger:
    case Kw::kInt4:
      take(TypeKind::kInt);
      length(false);
      numeric();
      break;
    case Kw::kBigint:
    case Kw::kInt8:
      take(TypeKind::kBigInt);
      length(false);
      numeric();
      break;
    case Kw::kDecimal:
    case Kw::kDec:
    case Kw::kNumeric:
    case Kw::kFixed:
      take(TypeKind::kDecimal);
      length_decimals(false);
      numeric();
      break;
    case Kw::kFloat:
    case Kw::kFloat4:
      take(TypeKind::kFloat);
      length_decimals(false);
      numeric();
      break;
    case Kw::kReal:
      take((options_.sql_mode & kModeRealAsFloat) != 0 ? TypeKind::kFloat : TypeKind::kDouble);
      length_decimals(true);
      numeric();
      break;
    case Kw::kDouble:
    case Kw::kFloat8:
      take(TypeKind::kDouble);
      Accept(Kw::kPrecision);
      length_decimals(true);
      numeric();
      break;
    case Kw::kBit:
      take(TypeKind::kBit);
      length(false);
      break;
    case Kw::kBool:
    case Kw::kBoolean:
      take(TypeKind::kBool);
      break;
    case Kw::kSerial:
      take(TypeKind::kSerial);
      break;
    case Kw::kDate:
      take(TypeKind::kDate);
      break;
    case Kw::kYear:
      take(TypeKind::kYear);
      length(false);
      if (!type->length.empty() && IntegerOf(type->length) != 4) {
        Fail(1818, "HY000", "Invalid display width. Use YEAR instead.");
      }
      numeric();
      break;
    case Kw::kTime:
    case Kw::kDatetime:
    case Kw::kTimestamp:
      take(At(Kw::kTime)       ? TypeKind::kTime
           : At(Kw::kDatetime) ? TypeKind::kDateTime
                               : TypeKind::kTimestamp);
      if (AcceptSymbol('(')) {
        type->length = ParseIntegerText();
        ExpectSymbol(')');
      }
      break;
    case Kw::kChar:
    case Kw::kCharacter:
      take(TypeKind::kChar);
      if (Accept(Kw::kVarying)) {
        type->type = TypeKind::kVarchar;
      }
      length(type->type == TypeKind::kVarchar);
      break;
    case Kw::kVarchar:
    case Kw::kVarcharacter:
      take(TypeKind::kVarchar);
      length(true);
      break;
    case Kw::kNational:
      Advance();
      if (At(Kw::kVarchar) || At(Kw::kVarcharacter)) {
        take(TypeKind::kVarchar);
      } else if (At(Kw::kChar) || At(Kw::kCharacter)) {
        take(TypeKind::kChar);
      } else {
        SyntaxError();
      }
      national_rest();
      break;
    case Kw::kNchar:
      take(TypeKind::kChar);
      if (At(Kw::kVarchar) || At(Kw::kVarcharacter)) {
        take(TypeKind::kVarchar);
      }
      national_rest();
      break;
    case Kw::kNvarchar:
      take(TypeKind::kVarchar);
      national_rest();
      break;
    case Kw::kBinary:
      take(TypeKind::kBinary);
      length(false);
      break;
    case Kw::kVarbinary:
      take(TypeKind::kVarbinary);
      length(true);
      break;
    case Kw::kTinytext:
      take(TypeKind::kTinyText);
      break;
    case Kw::kText:
      take(TypeKind::kText);
      length(false);
      break;
    case Kw::kMediumtext:
      take(TypeKind::kMediumText);
      break;
    case Kw::kLongtext:
      take(TypeKind::kLongText);
      break;
    case Kw::kTinyblob:
      take(TypeKind::kTinyBlob);
      break;
    case Kw::kBlob:
      take(TypeKind::kBlob);
      length(false);
      break;
    case Kw::kMediumblob:
      take(TypeKind::kMediumBlob);
      break;
    case Kw::kLongblob:
      take(TypeKind::kLongBlob);
      break;
    case Kw::kLong:
      take(TypeKind::kMediumText);
      if (Accept(Kw::kVarbinary)) {
        type->type = TypeKind::kMediumBlob;
      } else if (At(Kw::kChar) || At(Kw::kCharacter)) {
        Advance();
        Expect(Kw::kVarying);
      } else if (At(Kw::kVarchar) || At(Kw::kVarcharacter)) {
        Advance();
      }
      break;
    case Kw::kEnum:
    case Kw::kSet: {
      take(At(Kw::kEnum) ? TypeKind::kEnum : TypeKind::kSet);
      ExpectSymbol('(');
      Collector<Literal*> values(this);
      do {
        values.Add(ParseTextString());
      } while (AcceptSymbol(','));
      ExpectSymbol(')');
      type->values = values.Take();
      break;
    }
    case Kw::kJson:
      take(TypeKind::kJson);
      break;
    case Kw::kVector:
      take(TypeKind::kVector);
      length(false);
      break;
    case Kw::kGeometry:
      take(TypeKind::kGeometry);
      break;
    case Kw::kPoint:
      take(TypeKind::kPoint);
      break;
    case Kw::kLinestring:
      take(TypeKind::kLineString);
      break;
    case Kw::kPolygon:
      take(TypeKind::kPolygon);
      break;
    case Kw::kMultipoint:
      take(TypeKind::kMultiPoint);
      break;
    case Kw::kMultilinestring:
      take(TypeKind::kMultiLineString);
      break;
    case Kw::kMultipolygon:
      take(TypeKind::kMultiPolygon);
      break;
    case Kw::kGeometrycollection:
    case Kw::kGeomcollection:
      take(TypeKind::kGeometryCollection);
      break;
    default:
      SyntaxError();
  }
  if (IsTextType(type->type) && !type->national) {
    ParseCharsetOfType(type);
  }
  return Finish(type);
}

// [CHARACTER SET x | ASCII | UNICODE | BYTE] [BINARY], in the orders that MySQL takes.
void Parser::ParseCharsetOfType(DataType* type) {
  const auto charset = [&] {
    if (At(Kw::kAscii)) {
      Advance();
      type->charset.text = "latin1";
    } else if (At(Kw::kUnicode)) {
      Advance();
      type->charset.text = "ucs2";
    } else if (At(Kw::kByte)) {
      Advance();
      type->charset.text = "binary";
    } else if (At(Kw::kCharset) || ((At(Kw::kCharacter) || At(Kw::kChar)) && PeekIs(Kw::kSet))) {
      if (Advance().keyword != Kw::kCharset) {
        Advance();
      }
      type->charset = ParseCharsetName();
    } else {
      return false;
    }
    return true;
  };
  if (Accept(Kw::kBinary)) {
    type->binary_collation = true;
    if (!At(Kw::kByte)) {
      charset();
    }
    return;
  }
  const bool byte = At(Kw::kByte);
  if (charset() && !byte) {
    type->binary_collation = Accept(Kw::kBinary);
  }
}

DataType* Parser::ParseCastType() {
  switch (cur_.keyword) {
    case Kw::kSigned:
    case Kw::kUnsigned: {
      auto* type = New<DataType>(cur_.begin);
      type->type = Advance().keyword == Kw::kSigned ? TypeKind::kSigned : TypeKind::kUnsigned;
      if (!Accept(Kw::kInt)) {
        Accept(Kw::kInteger);
      }
      return Finish(type);
    }
    case Kw::kFloat:
    case Kw::kFloat4: {
      auto* type = New<DataType>(cur_.begin);
      Advance();
      type->type = TypeKind::kFloat;
      if (AcceptSymbol('(')) {
        type->length = ParseIntegerText();
        ExpectSymbol(')');
      }
      return Finish(type);
    }
    case Kw::kReal:
    case Kw::kDouble:
    case Kw::kFloat8: {
      auto* type = New<DataType>(cur_.begin);
      const bool real = Advance().keyword == Kw::kReal;
      type->type = real && (options_.sql_mode & kModeRealAsFloat) != 0 ? TypeKind::kFloat
                                                                       : TypeKind::kDouble;
      if (!real) {
        Accept(Kw::kPrecision);
      }
      return Finish(type);
    }
    case Kw::kYear: {
      auto* type = New<DataType>(cur_.begin);
      Advance();
      type->type = TypeKind::kYear;
      return Finish(type);
    }
    case Kw::kDecimal:
    case Kw::kDec: {
      auto* type = New<DataType>(cur_.begin);
      Advance();
      type->type = TypeKind::kDecimal;
      if (AcceptSymbol('(')) {
        type->length = ParseIntegerText();
        if (AcceptSymbol(',')) {
          type->decimals = ParseIntegerText();
        }
        ExpectSymbol(')');
      }
      return Finish(type);
    }
    case Kw::kBinary:
    case Kw::kChar:
    case Kw::kCharacter:
    case Kw::kNchar:
    case Kw::kNational:
    case Kw::kDate:
    case Kw::kTime:
    case Kw::kDatetime:
    case Kw::kJson:
    case Kw::kPoint:
    case Kw::kLinestring:
    case Kw::kPolygon:
    case Kw::kMultipoint:
    case Kw::kMultilinestring:
    case Kw::kMultipolygon:
    case Kw::kGeometrycollection:
    case Kw::kGeomcollection: {
      if (PeekIs(Kw::kVarying) || PeekIs(Kw::kVarchar)) {
        Advance();
        SyntaxError();
      }
      DataType* type = ParseDataType();
      if (type->type == TypeKind::kVarchar) {
        SyntaxErrorAt(type->begin, prev_end_);
      }
      return type;
    }
    default:
      SyntaxError();
  }
}

}  // namespace keyspan::parser
