#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mysql/types/value.h"
#include "parser/lexer.h"

namespace keyspan::vtgate {

// What SET @name has made of a user variable. MySQL keeps the type and the collation of the
// expression beside the value, also of NULL (manual, "User-Defined Variables").
struct UserVariable {
  enum class Type { kSigned, kUnsigned, kDouble, kDecimal, kBinary, kText };

  mysql::Value value;
  Type type = Type::kBinary;
  std::string collation = {};  // of kText

  // An expression that has the value, its type and its collation, whatever the sql_mode and the
  // character sets of the connection; for NULL some other value with these.
  std::string Definition() const;
  // Whether text is what its character set allows; of others than Unicode nothing is known.
  // MySQL takes text in variables that it does not take in expressions.
  bool IsValid() const;
};

using UserVariables = std::map<std::string, UserVariable, std::less<>>;  // lower-case name

// A variable of what an expression comes to. `collation` is that of text.
UserVariable MakeUserVariable(mysql::Value value, std::string_view collation);

// "@`name`"; the name is text of `charset`.
std::string UserVariableReference(std::string_view name, parser::TextCharset charset);

// Those of `names` that have been set, as the payload of an ExecuteRequest carries them; empty when
// there is none.
std::string EncodeUserVariables(const std::vector<std::string>& names,
                                const UserVariables& variables, parser::TextCharset charset);

}  // namespace keyspan::vtgate
