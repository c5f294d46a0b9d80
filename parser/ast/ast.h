#pragma once

// All of the tree.
#include "parser/ast/ddl.h"
#include "parser/ast/dml.h"
#include "parser/ast/expr.h"
#include "parser/ast/node.h"
#include "parser/ast/other.h"
#include "parser/ast/query.h"
#include "parser/ast/session.h"
