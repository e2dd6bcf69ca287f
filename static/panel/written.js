// A value as the query language writes it (dashboard/query/language/parse.py).

/** Return `text`, quoted unless it is taken as it is. */
export function written(text) {
  return /^[\p{L}\p{M}\p{N}._@:/+-]*$/u.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}
