/*
 * The language of rules: what is a statement and what is not. The parser of the engine is written by hand; a test checks that both
 * accept and refuse the same texts. What a statement means is not said here.
 */
grammar MaxMQRule;

options { caseInsensitive = true; }

statement : (select | foreach) ';'? EOF ;
select    : SELECT fields from join* where? group? having? ;
foreach   : FOREACH fields (DO fields)? (INCASE expr)? from join* where? ;

fields    : field (',' field)* ;
field     : '*' | expr (AS? target)? ;
target    : name (targetNumber | targetNumber? (targetStep targetNumber?)+)? ;
targetNumber : '.' INTEGER ;
targetStep   : '.' (name | STRING) | '[' ('+' | '-')? INTEGER ']' | '[' name steps? ']' ;

from      : FROM source (',' source)* ;
source    : STRING | name ;
join      : (LEFT | INNER) JOIN name AS? name ON expr ;
where     : WHERE expr ;
group     : GROUP BY groupItem (',' groupItem)* ;
groupItem : expr (FILTER '(' WHERE expr ')')? ;
having    : HAVING expr ;

// Loosest first. Comparisons do not chain.
expr      : and (OR and)* ;
and       : not (AND not)* ;
not       : NOT not | predicate ;
predicate : sum ( ('=' | '==' | '!=' | '<>' | '<' | '<=' | '>' | '>=' | '=~') sum
                | NOT? IN ( '(' list ')' | sum )
                | NOT? BETWEEN sum AND sum
                | NOT? LIKE sum
                | IS NOT? NULL )? ;
sum       : term (('+' | '-' | '||') term)* ;
term      : unary (('*' | '/' | '%' | DIV | MOD) unary)* ;
unary     : ('+' | '-') unary | operand ;

// A path starts at a name or a bracket. A range ends it.
operand   : (name | '(' expr ')') steps? range?
          | INTEGER | FLOAT | STRING | TRUE | FALSE | NULL
          | call | case | cast | range | '[' list? ']' ;
// Two bare numbers never follow each other.
steps     : number | number? (step number?)+ ;
number    : '.' INTEGER ;
step      : '.' (name | STRING) | '[' expr ']' ;
range     : '[' '-'? INTEGER '..' '-'? INTEGER ']' ;
call      : callee '(' ('*' | list)? ')' over? ;
callee    : QUOTED | plain | word ('.' word)+ | DIV | MOD ;
over      : OVER '(' (PARTITION BY list)? (WHEN expr)? ')' ;
case      : CASE expr? (WHEN expr THEN expr)+ (ELSE expr)? END ;
cast      : CAST '(' expr AS name ')' ;
list      : expr (',' expr)* ;

// Keywords by position are names everywhere else.
name      : QUOTED | word ;
word      : plain | CAST ;
plain     : WORD | GROUP | BY | HAVING | LIKE | BETWEEN | IS | JOIN | LEFT | INNER | ON | OVER | PARTITION | FILTER | NULL ;

SELECT : 'SELECT' ; FOREACH : 'FOREACH' ; DO : 'DO' ; INCASE : 'INCASE' ; FROM : 'FROM' ; WHERE : 'WHERE' ; AS : 'AS' ;
AND : 'AND' ; OR : 'OR' ; NOT : 'NOT' ; IN : 'IN' ; CASE : 'CASE' ; WHEN : 'WHEN' ; THEN : 'THEN' ; ELSE : 'ELSE' ;
END : 'END' ; TRUE : 'TRUE' ; FALSE : 'FALSE' ; DIV : 'DIV' ; MOD : 'MOD' ;
GROUP : 'GROUP' ; BY : 'BY' ; HAVING : 'HAVING' ; LIKE : 'LIKE' ; BETWEEN : 'BETWEEN' ; IS : 'IS' ; JOIN : 'JOIN' ;
LEFT : 'LEFT' ; INNER : 'INNER' ; ON : 'ON' ; OVER : 'OVER' ; PARTITION : 'PARTITION' ; FILTER : 'FILTER' ;
CAST : 'CAST' ; NULL : 'NULL' ;

FLOAT   : [0-9]+ '.' [0-9]+ EXPONENT? | [0-9]+ EXPONENT ;
INTEGER : [0-9]+ ;
fragment EXPONENT : 'E' [+\-]? [0-9]+ ;
WORD    : [\p{L}_] [\p{L}\p{Nd}_$@~]* ;
QUOTED  : '"' (~["] | '""')* '"' ;
STRING  : '\'' (~['] | '\'\'')* '\'' ;
SPACE   : [ \t\r\n]+ -> skip ;
LINE    : '--' ~[\r\n]* -> skip ;
REMARK  : '/*' .*? '*/' -> skip ;
