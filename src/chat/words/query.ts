/** A query that somebody wrote down as such, in PromQL or LogQL, within a question. Whether it is one, and may be run, is for its tool to say. */

const PREFIX = /^\s*(?:please\s+)?(?:(?:run|query|promql|logql|evaluate|execute|calculate)\b:?\s*|what (?:does|is)\s+(?=[a-z_:]+[({]))/iu;
const NAMED = /^\s*(?:query|promql|logql)\s*:/iu;
const QUOTED = /`([^`\n]{3,2000})`/u;
const RANGE = /\[\d+(?:ms|[smhdwy])[\]:]/u;
const MATCHER = /\{[^{}"']{1,200}(?:=|~)\s?["']/u;
const CALL = /\b(?:sum|rate|increase|avg|max|min|count|topk|histogram_quantile|avg_over_time|absent|irate|delta)\s*(?:by\s*\(|\()/u;
const AFTER = / (?:give|return|show|mean)s?$/iu;

const isQuery = (text: string): boolean => RANGE.test(text) || MATCHER.test(text) || (CALL.test(text) && /[)}]\s*\??$/u.test(text));

export function queryIn(question: string): string | undefined {
  const text = question.slice(0, 4_000);
  const quoted = QUOTED.exec(text)?.[1];
  if (quoted !== undefined && (isQuery(quoted) || PREFIX.test(text))) return quoted.trim();
  const bare = text.replace(PREFIX, '').trim();
  if (NAMED.test(text) || isQuery(bare)) return withoutQuestion(bare);
  return undefined;
}

const withoutQuestion = (text: string): string => (text.endsWith('?') ? text.slice(0, -1) : text).trim().replace(AFTER, '').trim();

/** LogQL begins with the streams that it reads, and stages or filters after them; PromQL may compare there, with a number. */
const STAGE = /^\s{0,9}(?:\||![=~]\s{0,9}["`])/u;

export function isLogQuery(query: string): boolean {
  const open = query.indexOf('{');
  const close = query.indexOf('}', open);
  return open >= 0 && open <= 80 && close > open && STAGE.test(query.slice(close + 1));
}
