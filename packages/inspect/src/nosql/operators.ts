/**
 * Operators of MongoDB's query language (its manual, "Query Predicates" and "Evaluation") that no other vocabulary writes the same
 * way. Left out on purpose: `$filter`, `$select`, `$top`, `$skip`, `$count`, `$search`, `$orderby`, `$expand` (OData 4.01 §5.1),
 * `$ref`, `$id`, `$defs`, `$schema`, `$comment`, `$anchor` (JSON Schema), `$date`, `$oid` and the `$number…` of Extended JSON,
 * `$type` (serialisers), `$set`, `$add`, `$unset`, `$append`, `$union` (analytics).
 */
export const QUERY_OPERATORS: ReadonlySet<string> = new Set([
  '$eq',
  '$ne',
  '$gt',
  '$gte',
  '$lt',
  '$lte',
  '$in',
  '$nin',
  '$and',
  '$or',
  '$nor',
  '$not',
  '$exists',
  '$regex',
  '$where',
  '$expr',
  '$mod',
  '$text',
  '$all',
  '$elemMatch',
  '$jsonSchema',
  '$function',
  '$accumulator',
  '$size',
  '$center',
  '$centerSphere',
  '$box',
  '$polygon',
  '$geometry',
  '$geoNear',
  '$uniqueDocs',
  '$natural',
  '$hint',
  '$explain',
  '$returnKey',
  '$maxTimeMS',
  '$facet',
  '$unwind',
  '$bucket',
  '$redact',
  '$replaceRoot',
  '$addFields',
  '$cond',
  '$ifNull',
  '$convert',
  '$concat',
  '$strcasecmp',
  '$substr',
  '$regexMatch',
  '$regexFind',
  '$arrayElemAt',
  '$indexOfArray',
  '$objectToArray',
  '$near',
  '$nearSphere',
  '$geoWithin',
  '$geoIntersects',
  '$maxDistance',
  '$minDistance',
  '$bitsAllSet',
  '$bitsAnySet',
  '$bitsAllClear',
  '$bitsAnyClear',
  '$within',
  '$slice',
  '$rand',
  '$meta',
  '$mapReduce',
  '$lookup',
  '$unionWith',
  '$graphLookup',
  '$out',
  '$merge',
  '$match',
  '$group',
  '$sampleRate',
  '$collStats',
  '$indexStats',
  '$currentOp',
  '$listSessions',
  // Spellings that object mappers take for operators as well (Sequelize's aliases).
  '$notIn',
  '$like',
  '$notLike',
  '$iLike',
  '$notILike',
  '$regexp',
  '$iRegexp',
  '$between',
  '$notBetween',
  '$overlap',
  '$contained',
  '$xor',
  '$col',
]);

/** Operators that change documents: tracking services send some of them, so they count only where a client writes them by hand. */
export const UPDATE_OPERATORS: ReadonlySet<string> = new Set([
  '$set',
  '$unset',
  '$inc',
  '$push',
  '$pull',
  '$pop',
  '$rename',
  '$addToSet',
  '$setOnInsert',
  '$type',
  '$comment',
  '$options',
]);

const OPERATOR_LENGTH_MIN = 3;
/** Longest operator; a longer name is none. */
const OPERATOR_LENGTH_MAX = 24;

/** Reads `$word` at an offset; undefined when what stands there is no operator's name. */
export function operatorAt(text: string, at: number): string | undefined {
  let end = at + 1;
  while (end < text.length && end - at <= OPERATOR_LENGTH_MAX && isLetter(text.charCodeAt(end))) end++;
  if (end - at < OPERATOR_LENGTH_MIN) return undefined;
  const word = text.slice(at, end);
  return QUERY_OPERATORS.has(word) || UPDATE_OPERATORS.has(word) ? word : undefined;
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}
